package audio

// Expand decodes one byte of G.711.
func Expand(b byte, mu bool) int32 {
	if mu {
		return expandMuLaw(b)
	}
	return expandALaw(b)
}

// Left is how many bytes of samples a WAV takes to be left; set changes it, so that nobody has to read 4 GiB.
func (w *WAV) Left() int64 { return w.left }

// SetLeft changes what [WAV.Left] returns.
func (w *WAV) SetLeft(n int64) { w.left = n }
