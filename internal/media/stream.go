package media

import "bytes"

// A framing reads one frame or packet at the beginning of b: how long it is, what it has in common with all others, and the format that it
// belongs to. The size is 0 if there is none, and cutOff if b is too short to see.
type framing func(b []byte) (size int, kind uint32, f Format)

const cutOff = -1

// How many frames must follow each other. The mark of one frame alone occurs in anything.
const (
	checkedFrames  = 3  // at the beginning of a file, as far as they are visible
	searchedFrames = 4  // further on
	afterText      = 10 // behind text
	checkedPackets = 8  // of a transport stream or LOAS, whose marks are short
	leastPackets   = 3  // at the beginning of a file
)

// detectStream detects formats that are nothing but packets or frames in a row. What is recorded off a stream begins wherever the
// server's buffer did, so part of a frame may come first. tagged says that a tag came before, whose size may be wrong; sure, that a frame
// should begin here.
func detectStream(b []byte, tagged, sure bool) Format {
	streams := []struct {
		next         framing
		mark         byte // in each frame, after
		after        int  // so many bytes
		least, check int  // how many must be visible, and at most be checked, where a frame should begin
		need         int  // anywhere else
	}{
		{adtsFrame, 0xFF, 0, 1, checkedFrames, searchedFrames},
		{packet188, 'G', 0, leastPackets, checkedPackets, checkedPackets},
		{packet192, 'G', 4, leastPackets, checkedPackets, checkedPackets},
		{packet204, 'G', 0, leastPackets, checkedPackets, checkedPackets},
		{loasFrame, 0x56, 0, checkedPackets, checkedPackets, checkedPackets},
		{mpegFrame, 0xFF, 0, 1, checkedFrames, searchedFrames},
	}
	for _, s := range streams {
		if f := follow(b, s.next, s.check, s.least); sure && f != Unknown {
			return f
		}
	}
	for _, s := range streams {
		for i := s.after; i < len(b); i++ {
			n := bytes.IndexByte(b[i:], s.mark)
			if n < 0 {
				break
			}
			i += n
			before, rest := b[:i-s.after], b[i-s.after:]
			if follow(rest, s.next, 2, 2) == Unknown {
				continue
			}
			need := s.need
			switch {
			case tagged && need == searchedFrames:
				need = checkedFrames
			case len(before) > 0 && isText(before):
				need = max(need, afterText)
			}
			if f := follow(rest, s.next, need, need); f != Unknown {
				return f
			}
			if need == afterText {
				break // text in which a few frames are quoted
			}
		}
	}
	return Unknown
}

// follow reads n frames of one kind, of which at least so many must be visible.
func follow(b []byte, next framing, n, least int) Format {
	var kind uint32
	found := Unknown
	for seen := range n {
		size, k, f := next(b)
		switch {
		case size == cutOff && seen >= least:
			return found
		case size <= 0 || seen > 0 && k != kind:
			return Unknown
		}
		b, kind, found = b[min(size, len(b)):], k, f
	}
	return found
}

func packet188(b []byte) (size int, kind uint32, f Format) { return packet(b, 188, 0) }

// packet192 is a packet of M2TS, which has a time before each.
func packet192(b []byte) (size int, kind uint32, f Format) { return packet(b, 192, 4) }

// packet204 is a packet as it is broadcast, with a checksum behind each.
func packet204(b []byte) (size int, kind uint32, f Format) { return packet(b, 204, 0) }

// packet looks for the mark of a packet of an MPEG transport stream.
func packet(b []byte, size, mark int) (int, uint32, Format) {
	switch {
	case len(b) < mark+4:
		return cutOff, 0, Unknown
	case b[mark] != 'G' || b[mark+3]&0x30 == 0 || isText(b[:min(size, len(b))]): // it carries something, and is no line of text
		return 0, 0, Unknown
	}
	return size, 0, TS
}

// adtsFrame reads the header of a frame of AAC with ADTS.
func adtsFrame(b []byte) (size int, kind uint32, f Format) {
	if len(b) < 7 {
		return cutOff, 0, Unknown
	}
	size = int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5])>>5
	switch {
	case b[0] != 0xFF || b[1]&0xF6 != 0xF0: // mark, and layer 0
		return 0, 0, Unknown
	case b[2]>>2&15 > 12: // no such sample rate
		return 0, 0, Unknown
	case size < 7 || b[1]&1 == 0 && size < 9: // shorter than its header, without and with a checksum
		return 0, 0, Unknown
	}
	return size, uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]>>4), AAC // the fixed half of the header
}

// loasFrame reads the header of a frame of AAC with LOAS and LATM, as digital television has it.
func loasFrame(b []byte) (size int, kind uint32, f Format) {
	const header = 3
	if len(b) < header {
		return cutOff, 0, Unknown
	}
	size = int(b[1]&0x1F)<<8 | int(b[2])
	if b[0] != 0x56 || b[1]&0xE0 != 0xE0 || size == 0 {
		return 0, 0, Unknown
	}
	return header + size, 0, AAC
}

// mpegFrame reads the header of a frame of MPEG audio.
func mpegFrame(b []byte) (size int, kind uint32, f Format) {
	const (
		mpeg25, reserved, mpeg1      = 0, 1, 3
		layerIII, layerII            = 1, 2
		freeFormat, badRate, badTone = 0, 15, 2
	)
	if len(b) < 4 {
		return cutOff, 0, Unknown
	}
	version, layer := int(b[1]>>3&3), int(b[1]>>1&3)
	rate, sampling, padding := int(b[2]>>4), int(b[2]>>2&3), int(b[2]>>1&1)
	switch {
	case b[0] != 0xFF || b[1]&0xE0 != 0xE0 || version == reserved:
		return 0, 0, Unknown
	case rate == freeFormat || rate == badRate || sampling == 3 || b[3]&3 == badTone:
		return 0, 0, Unknown
	case layer == layerIII:
		f = MP3
	case layer == layerII && version != mpeg25:
		f = MP2
	default: // layer I is out of use, and its mark is the beginning of UTF-16 text
		return 0, 0, Unknown
	}
	var (
		kbits = [...]int{8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160} // versions 2 and 2.5
		hz    = []int{44100, 48000, 32000}[sampling]
		slots = 144
	)
	switch {
	case version == mpeg1 && layer == layerIII:
		kbits = [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}
	case version == mpeg1:
		kbits = [...]int{32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384}
	case layer == layerIII:
		slots = 72
	}
	switch version {
	case mpeg1:
	case mpeg25:
		hz /= 4
	default:
		hz /= 2
	}
	return slots*kbits[rate-1]*1000/hz + padding, uint32(b[1]&0xFE)<<8 | uint32(b[2]&0x0C), f // version, layer, sample rate
}
