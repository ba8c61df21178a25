package identify

import "math"

// windowRate is the sampling rate of what is sent: what fingerprints are made of ends well below 4 kHz.
const windowRate = 8000

// A resampler turns mono audio of any rate into audio of another, which is 8 kHz in the end. Where the rate goes down, what the lower one
// cannot carry is taken away first, since it would come back as tones that were never there: by a low-pass filter, a sinc under a Kaiser
// window, of linear phase and without delay. Each of its outputs is the sum of some inputs around that time, weighted by one of several
// phases of the filter.
//
// High rates go down in two steps: a short filter is enough for the first, and makes that of the second, which has to be steep, short too.
//
// It keeps as much of its input as the filter is long.
type resampler struct {
	front  *resampler  // the first of two steps, or nil
	rate   int         // of the input
	out    int         // of the output
	taps   int         // of each phase
	phases [][]float32 // by how far, between two inputs, an output lies

	input []float32 // what is kept, of which the first is input number base
	base  int64
	next  int64 // the next output
	last  int64 // the output after the last one; -1: more inputs may come
}

const (
	passband = 0.85 // of half of the lower rate: up to there nothing changes
	ripple   = 80.0 // dB by which everything beyond half of the lower rate is weakened

	// enough is the least rate that the first of two steps leads to.
	enough = 11_000

	// maxPhases bounds the table of the filter, for 8 kHz; it is as large for every rate. Outputs of rates that need more phases are off
	// by less than 20 nanoseconds.
	maxPhases = 4096
)

func newResampler(rate int) *resampler {
	if rate == windowRate {
		return &resampler{rate: rate, out: rate, taps: 1, last: -1}
	}
	var front *resampler
	for by := rate / enough; by >= 2 && front == nil; by-- {
		if rate%by == 0 {
			const half = windowRate / 2
			// What comes back below half of 8 kHz has to go; the second step removes the rest.
			front = newFilter(rate, rate/by, passband*half, float64(rate/by)-half)
		}
	}
	if front != nil {
		rate = front.out
	}
	half := float64(min(rate, windowRate)) / 2
	r := newFilter(rate, windowRate, passband*half, half)
	r.front = front
	return r
}

// newFilter makes a step in which everything up to pass stays, and everything from stop on goes; both are in Hz.
func newFilter(rate, out int, pass, stop float64) *resampler {
	r := &resampler{rate: rate, out: out, last: -1}
	width := (stop - pass) / float64(rate) // of the transition, in cycles per input
	cutoff := (stop + pass) / 2 / float64(rate)
	r.taps = 2 * (int(math.Ceil((ripple-7.95)/(2.285*2*math.Pi*width)/2)) + 1)
	r.taps += (8 - r.taps%8) % 8
	half := r.taps / 2
	count := out / gcd(rate, out)
	if most := max(maxPhases*windowRate/max(rate, windowRate), 64); count > most {
		count = most
	}
	beta := 0.1102 * (ripple - 8.7)
	scale := 1 / bessel(beta)
	r.phases = make([][]float32, count)
	for p := range r.phases {
		weights := make([]float64, r.taps)
		sum := 0.0
		for i := range weights {
			// The distance, in inputs, of input i to the output: the latter lies p/count after input half-1.
			x := float64(i-(half-1)) - float64(p)/float64(count)
			w := x / float64(half)
			if math.Abs(w) < 1 {
				weights[i] = 2 * cutoff * sinc(2*cutoff*x) * bessel(beta*math.Sqrt(1-w*w)) * scale
			}
			sum += weights[i]
		}
		phase := make([]float32, r.taps)
		for i, w := range weights {
			phase[i] = float32(w / sum) // each phase alone lets a constant pass as it is
		}
		r.phases[p] = phase
	}
	return r
}

// at is where an output lies among the inputs: after which of them, and in which phase.
func (r *resampler) at(output int64) (input int64, phase int) {
	n := output * int64(r.rate)
	out := int64(r.out)
	input, rest := n/out, n%out
	phase = int((rest*int64(len(r.phases))*2 + out) / (2 * out)) // to the nearest
	if phase == len(r.phases) {
		return input + 1, 0
	}
	return input, phase
}

// skipTo makes that output the next one. Outputs never go back.
func (r *resampler) skipTo(output int64) {
	if output > r.next {
		r.next = output
		r.forget()
	}
}

// pass takes note of n inputs, up to but without number end, without looking at them, and reports whether they are of no use. Only the
// first that are of use have to be pushed.
func (r *resampler) pass(end, n int64) bool {
	if r.front != nil {
		return r.front.pass(end, n)
	}
	if r.first() < end || r.base+int64(len(r.input)) != end-n {
		return false
	}
	r.input = r.input[:0]
	r.base = end
	return true
}

// first is the first input that the next output is made of.
func (r *resampler) first() int64 {
	if r.taps == 1 {
		return r.next
	}
	input, _ := r.at(r.next)
	return input - int64(r.taps/2-1)
}

// push adds inputs, in order and without gaps.
func (r *resampler) push(samples []float32) {
	r.forget()
	if r.front != nil {
		r.front.push(samples)
		r.input = r.front.pull(r.input, math.MaxInt64)
		return
	}
	r.input = append(r.input, samples...)
}

// end says that there are no more inputs: outputs near the end are made as if silence followed.
func (r *resampler) end() {
	first := r
	if r.front != nil {
		r.front.end()
		r.input = r.front.pull(r.input, math.MaxInt64)
		first = r.front
	}
	inputs, rate := first.base+int64(len(first.input)), int64(first.rate)
	r.last = (inputs*int64(r.out) + rate - 1) / rate
}

// forget drops inputs that are of no more use. They may come later than they are dropped.
func (r *resampler) forget() {
	n := r.first() - r.base
	if n <= 0 {
		return
	}
	drop := min(n, int64(len(r.input)))
	r.input = r.input[:copy(r.input, r.input[drop:])]
	r.base += drop
	if r.front != nil && drop < n { // it need not make what would be dropped
		r.base += n - drop
		r.front.skipTo(r.base)
	}
}

// pull appends outputs to out, as many as the inputs allow, but only those before limit.
func (r *resampler) pull(out []float32, limit int64) []float32 {
	end := r.base + int64(len(r.input))
	if r.taps == 1 {
		if n := min(limit, end) - r.next; n > 0 {
			out = append(out, r.input[r.next-r.base:r.next-r.base+n]...)
			r.next += n
		}
		return out
	}
	if r.last >= 0 {
		limit = min(limit, r.last)
	}
	for r.next < limit {
		input, p := r.at(r.next)
		first := input - int64(r.taps/2-1)
		last := first + int64(r.taps)
		switch {
		case first >= r.base && last <= end:
			out = append(out, dot(r.phases[p], r.input[first-r.base:]))
		case last <= end, r.last >= 0: // silence before the beginning and after the end
			out = append(out, r.edge(r.phases[p], first, end))
		default:
			return out
		}
		r.next++
	}
	return out
}

// edge is dot where not all inputs exist.
func (r *resampler) edge(weights []float32, first, end int64) float32 {
	sum := float32(0)
	for i, w := range weights {
		if n := first + int64(i); n >= r.base && n < end {
			sum += w * r.input[n-r.base]
		}
	}
	return sum
}

// dot is the sum of the products. Four sums at once keep the processor busy; newFilter makes the number of weights a multiple of 8.
func dot(weights, input []float32) float32 {
	var a, b, c, d float32
	input = input[:len(weights)]
	for len(weights) >= 8 && len(input) >= 8 {
		a += weights[0] * input[0]
		b += weights[1] * input[1]
		c += weights[2] * input[2]
		d += weights[3] * input[3]
		a += weights[4] * input[4]
		b += weights[5] * input[5]
		c += weights[6] * input[6]
		d += weights[7] * input[7]
		weights, input = weights[8:], input[8:]
	}
	return a + b + c + d
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel is the modified Bessel function of the first kind and order 0, which shapes the Kaiser window.
func bessel(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= x / 2 / k * (x / 2 / k)
		sum += term
	}
	return sum
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
