package audio

import "slices"

// WindowRate is the sampling rate of what is sent. Fingerprints are made of what lies well below 4 kHz.
const WindowRate = 8000

// A Resampler turns mono audio of any rate into audio of 8 kHz. Where the rate goes down, what the lower one cannot carry is removed
// first, since it would come back as tones that were never there: by a low-pass filter, a sinc under a Kaiser window, of linear phase and
// without delay.
//
// High rates go down in two steps: a short filter is enough for the first, and makes that of the second, which has to be steep, short too.
//
// It holds no state but its filters, so that parts of a recording can be resampled in any order and at the same time.
type Resampler struct {
	rate  int
	steps []*step
}

// enough is the least rate that the first of two steps leads to.
const enough = 11_000

// NewResampler makes the filters for recordings of that rate.
func NewResampler(rate int) *Resampler {
	r := &Resampler{rate: rate}
	if rate == WindowRate {
		return r
	}
	const half = WindowRate / 2
	for by := rate / enough; by >= 2; by-- {
		if rate%by == 0 {
			// What comes back below half of 8 kHz has to go; the second step removes the rest.
			r.steps = append(r.steps, newStep(rate, rate/by, passband*half, float64(rate/by)-half))
			rate /= by
			break
		}
	}
	lower := float64(min(rate, WindowRate)) / 2
	r.steps = append(r.steps, newStep(rate, WindowRate, passband*lower, lower))
	return r
}

// Outputs is how many outputs a recording of so many inputs has.
func (r *Resampler) Outputs(inputs int64) int64 {
	return (inputs*WindowRate + int64(r.rate) - 1) / int64(r.rate)
}

// Inputs is what the outputs from first to before last are made of: the inputs from lo to before hi.
func (r *Resampler) Inputs(first, last int64) (lo, hi int64) {
	for _, s := range slices.Backward(r.steps) {
		first, last = s.inputs(first, last)
	}
	return first, last
}

// Resample makes the outputs from first to before last. in begins with input number base; what it lacks is silence.
func (r *Resampler) Resample(in []float32, base, first, last int64) []float32 {
	switch len(r.steps) {
	case 0:
		return part(in, base, first, last)
	case 2:
		lo, hi := r.steps[1].inputs(first, last)
		in, base = r.steps[0].run(in, base, lo, hi), lo
	}
	return r.steps[len(r.steps)-1].run(in, base, first, last)
}

// part is in from first to before last, with silence where there is nothing.
func part(in []float32, base, first, last int64) []float32 {
	if first >= base && last <= base+int64(len(in)) {
		return in[first-base : last-base]
	}
	out := make([]float32, last-first)
	from := max(first, base)
	if to := min(last, base+int64(len(in))); to > from {
		copy(out[from-first:], in[from-base:to-base])
	}
	return out
}
