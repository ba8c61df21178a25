package audio

import "math"

// A step changes a rate once. Each output is the sum of some inputs around that time, weighted by one of several phases of a filter.
type step struct {
	rate, out int
	taps      int         // of each phase
	phases    [][]float32 // by how far, between two inputs, an output lies
}

const (
	passband = 0.85 // of half of the lower rate: up to there nothing changes
	ripple   = 80.0 // dB by which everything beyond half of the lower rate is weakened

	// maxPhases bounds the table of the filter, for 8 kHz; it is as large for every rate. Outputs of rates that need more phases are off
	// by less than 20 nanoseconds.
	maxPhases = 4096
)

// newStep makes a step in which everything up to pass stays, and everything from stop on goes; both are in Hz.
func newStep(rate, out int, pass, stop float64) *step {
	s := &step{rate: rate, out: out}
	width := (stop - pass) / float64(rate) // of the transition, in cycles per input
	cutoff := (stop + pass) / 2 / float64(rate)
	s.taps = 2 * (int(math.Ceil((ripple-7.95)/(2.285*2*math.Pi*width)/2)) + 1)
	s.taps += (8 - s.taps%8) % 8
	half := s.taps / 2
	count := out / gcd(rate, out)
	if most := max(maxPhases*WindowRate/max(rate, WindowRate), 64); count > most {
		count = most
	}
	beta := 0.1102 * (ripple - 8.7)
	scale := 1 / bessel(beta)
	s.phases = make([][]float32, count)
	for p := range s.phases {
		weights := make([]float64, s.taps)
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
		phase := make([]float32, s.taps)
		for i, w := range weights {
			phase[i] = float32(w / sum) // each phase alone lets a constant pass as it is
		}
		s.phases[p] = phase
	}
	return s
}

// at is the first of the inputs that an output is made of, and with which phase.
func (s *step) at(output int64) (first int64, phase int) {
	n := output * int64(s.rate)
	out := int64(s.out)
	input, rest := n/out, n%out
	phase = int((rest*int64(len(s.phases))*2 + out) / (2 * out)) // to the nearest
	if phase == len(s.phases) {
		input, phase = input+1, 0
	}
	return input - int64(s.taps/2-1), phase
}

// inputs is what the outputs from first to before last are made of. There are none before the beginning.
func (s *step) inputs(first, last int64) (lo, hi int64) {
	if last <= first {
		lo, _ = s.at(first)
		return max(lo, 0), max(lo, 0)
	}
	lo, _ = s.at(first)
	hi, _ = s.at(last - 1)
	return max(lo, 0), hi + int64(s.taps)
}

// run makes the outputs from first to before last. in begins with input number base; what it lacks is silence.
func (s *step) run(in []float32, base, first, last int64) []float32 {
	out := make([]float32, 0, last-first)
	end := base + int64(len(in))
	whole := len(s.phases) == 1 // every output is a whole number of inputs after the one before
	by := s.rate / s.out
	for n := first; n < last; {
		i, p := s.at(n)
		weights := s.phases[p]
		switch {
		case i < base || i+int64(s.taps) > end:
			out = append(out, edge(weights, in, i-base))
		case whole && n+4 <= last && i+int64(3*by+s.taps) <= end:
			out = append4(out, weights, in[i-base:], by)
			n += 4
			continue
		case whole:
			out = append1(out, weights, in[i-base:])
		default:
			out = append(out, dot(weights, in[i-base:]))
		}
		n++
	}
	return out
}

// edge is an output of which in need not have all inputs; the first is number i of it.
func edge(weights, in []float32, i int64) float32 {
	sum := float32(0)
	for k, w := range weights {
		if n := i + int64(k); n >= 0 && n < int64(len(in)) {
			sum += w * in[n]
		}
	}
	return sum
}

// append4 appends four outputs of the same phase, each of which begins by inputs after the one before. Each weight is loaded once for all of
// them, and eight sums at once keep the processor busy.
func append4(out, weights, in []float32, by int) []float32 {
	n := len(weights)
	in0, in1, in2, in3 := in[:n], in[by:][:n], in[2*by:][:n], in[3*by:][:n]
	var a0, a1, a2, a3, b0, b1, b2, b3 float32
	for i := 1; i < n; i += 2 {
		v, w := weights[i-1], weights[i]
		a0 += v * in0[i-1]
		b0 += w * in0[i]
		a1 += v * in1[i-1]
		b1 += w * in1[i]
		a2 += v * in2[i-1]
		b2 += w * in2[i]
		a3 += v * in3[i-1]
		b3 += w * in3[i]
	}
	return append(out, a0+b0, a1+b1, a2+b2, a3+b3)
}

// append1 is append4 for one output. It adds in the same order, so that the same output is always the same.
func append1(out, weights, in []float32) []float32 {
	var a, b float32
	in = in[:len(weights)]
	for i := 1; i < len(weights); i += 2 {
		a += weights[i-1] * in[i-1]
		b += weights[i] * in[i]
	}
	return append(out, a+b)
}

// dot is the sum of the products. Four sums at once keep the processor busy; newStep makes the number of weights a multiple of 8.
func dot(weights, in []float32) float32 {
	var a, b, c, d float32
	in = in[:len(weights)]
	for len(weights) >= 8 && len(in) >= 8 {
		w, x := (*[8]float32)(weights), (*[8]float32)(in)
		a += w[0] * x[0]
		b += w[1] * x[1]
		c += w[2] * x[2]
		d += w[3] * x[3]
		a += w[4] * x[4]
		b += w[5] * x[5]
		c += w[6] * x[6]
		d += w[7] * x[7]
		weights, in = weights[8:], in[8:]
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
