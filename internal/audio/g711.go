package audio

// expandALaw is the decoder of G.711.
func expandALaw(b byte) int32 {
	b ^= 0x55
	magnitude, exponent := int32(b&0x0F)<<4+8, b>>4&7
	if exponent > 0 {
		magnitude = (magnitude + 0x100) << (exponent - 1)
	}
	if b&0x80 == 0 {
		return -magnitude
	}
	return magnitude
}

// expandMuLaw is the decoder of G.711.
func expandMuLaw(b byte) int32 {
	b = ^b
	const bias = 0x84
	magnitude := (int32(b&0x0F)<<3+bias)<<(b>>4&7) - bias
	if b&0x80 != 0 {
		return -magnitude
	}
	return magnitude
}
