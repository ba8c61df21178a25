package mock

import "math"

// Each second of a generated track's audio encodes the track's number and the second, so that any stretch of it can be
// identified. A second is ten symbols of a tenth of a second: a start, eight symbols of five bits, and an end. These
// are 16 bits for the number, 12 for the second and 12 for a checksum. A symbol is one of 32 tones; start and end have
// their own tones.
//
// The tones are between 400 and 2875 Hz, where they survive resampling to 8 kHz and its filters.
const (
	toneRate         = 8000 // of generated audio, in Hz
	symbols          = 10   // in a second
	samplesPerSymbol = toneRate / symbols
	frames           = 5 // in a symbol, for reading
	startTone        = 32
	endTone          = 33
	tones            = 34
	maxNumber        = 1<<16 - 1 // of tracks
	maxSecond        = 1<<12 - 1
)

func toneFrequency(tone int) float64 { return 400 + 75*float64(tone) }

// A spelling has the symbols of one second.
type spelling [symbols]int

func spell(number, second int) spelling {
	said := uint64(number)<<12 | uint64(second) //nolint:gosec // both are within their bits
	word := said<<12 | checksum(said)
	s := spelling{0: startTone, symbols - 1: endTone}
	for i := 1; i < symbols-1; i++ {
		s[i] = int(word >> (5 * (symbols - 2 - i)) & 31)
	}
	return s
}

// read is the reverse of spell.
func (s spelling) read() (number, second int, ok bool) {
	if s[0] != startTone || s[symbols-1] != endTone {
		return 0, 0, false
	}
	var word uint64
	for _, v := range s[1 : symbols-1] {
		if v >= startTone {
			return 0, 0, false
		}
		word = word<<5 | uint64(v) //nolint:gosec // a tone
	}
	said := word >> 12
	return int(said >> 12), int(said & maxSecond), word&maxSecond == checksum(said)
}

// checksum returns a checksum of 12 bits for 28 bits.
func checksum(said uint64) uint64 { return (said + 1) * 0x9e3779b97f4a7c15 >> 52 }

// toneAt returns the frequency at a sample of a track; 0 for a track without tones.
func toneAt(number, sample int) float64 {
	if number > maxNumber {
		return 0
	}
	return toneFrequency(spell(number, sample/toneRate)[sample%toneRate/samplesPerSymbol])
}

// A sighting is a second of a track that was found in audio.
type sighting struct {
	at     float64 // seconds from the start of the audio to the start of the track's second
	first  float64 // as it was found first, some frames too early at most
	number int
	second int
}

// A toneReader reads tones from a stream of samples.
type toneReader struct {
	thin    int // how many samples are made one
	thinned int
	sum     float64

	rate    float64   // after that
	frame   []float64 // being filled
	fill    int
	index   int   // of the frame
	tones   []int // of the last frames; -1: none
	waves   [tones]float64
	found   []sighting
	audible bool // there was something other than silence
}

func newToneReader(rate int) *toneReader {
	thin := max(rate/toneRate, 1)
	r := &toneReader{thin: thin, rate: float64(rate) / float64(thin), tones: make([]int, 0, symbols*frames)}
	r.frame = make([]float64, max(int(r.rate)/(symbols*frames), 1))
	for i := range r.waves {
		r.waves[i] = 2 * math.Cos(2*math.Pi*toneFrequency(i)/r.rate)
	}
	return r
}

// add reads one sample.
func (r *toneReader) add(sample float64) {
	r.sum += sample
	if r.thinned++; r.thinned < r.thin {
		return
	}
	r.frame[r.fill] = r.sum / float64(r.thin)
	r.thinned, r.sum = 0, 0
	r.filled(1)
}

// filled notes n more samples in the frame.
func (r *toneReader) filled(n int) {
	if r.fill += n; r.fill < len(r.frame) {
		return
	}
	r.fill = 0
	if len(r.tones) == cap(r.tones) {
		copy(r.tones, r.tones[1:])
		r.tones = r.tones[:len(r.tones)-1]
	}
	r.tones = append(r.tones, r.loudest())
	r.index++
	r.read()
}

// loudest returns the loudest tone if it is a large part of the frame, otherwise -1. The checksum detects mistakes.
func (r *toneReader) loudest() int {
	last, c := -1, 0.0 // the tone before, which goes on as a rule
	if n := len(r.tones); n > 0 && r.tones[n-1] >= 0 {
		last = r.tones[n-1]
		c = r.waves[last]
	}
	var total, a1, a2, b1, b2 float64
	half := len(r.frame) / 2
	second := r.frame[half:]
	for i, x := range r.frame[:half] { // both halves at a time, since each step waits for the one before
		y := second[i]
		total += x*x + y*y
		a1, a2 = x-a2+c*a1, a1
		b1, b2 = y-b2+c*b1, b1
	}
	if total < 1e-4*float64(len(r.frame)) {
		return -1
	}
	r.audible = true
	if last >= 0 && a1*a1+a2*a2-c*a1*a2+b1*b1+b2*b2-c*b1*b2 > 0.6*total*float64(half)/2 {
		return last // it leaves too little for any other to be louder
	}
	best, loudest := -1, 0.25*total*float64(len(r.frame))/2
	for tone := 0; tone < tones; tone += 4 { // four at a time, for the same reason
		var w [4]float64
		n := copy(w[:], r.waves[tone:])
		var a1, a2, b1, b2, c1, c2, d1, d2 float64
		for _, x := range r.frame {
			a1, a2 = x-a2+w[0]*a1, a1
			b1, b2 = x-b2+w[1]*b1, b1
			c1, c2 = x-c2+w[2]*c1, c1
			d1, d2 = x-d2+w[3]*d1, d1
		}
		powers := [...]float64{a1*a1 + a2*a2 - w[0]*a1*a2, b1*b1 + b2*b2 - w[1]*b1*b2, c1*c1 + c2*c2 - w[2]*c1*c2, d1*d1 + d2*d2 - w[3]*d1*d2}
		for i, power := range powers[:n] {
			if power > loudest {
				best, loudest = tone+i, power
			}
		}
	}
	return best
}

// read decodes the last second of frames. A symbol is read from the middle of its five frames, since the audio may
// begin anywhere.
func (r *toneReader) read() {
	if len(r.tones) < symbols*frames || r.tones[frames/2] != startTone {
		return
	}
	var s spelling
	for i := range s {
		middle := r.tones[i*frames+1 : i*frames+4]
		if middle[0] != middle[1] || middle[1] != middle[2] || middle[1] < 0 {
			return
		}
		s[i] = middle[1]
	}
	number, second, ok := s.read()
	if !ok {
		return
	}
	at := float64(r.index-symbols*frames) * float64(len(r.frame)) / r.rate
	if n := len(r.found); n > 0 {
		if last := &r.found[n-1]; last.number == number && last.second == second && at-last.first < 0.5 {
			if last.first > 0 { // else the audio begins with it
				last.at = (last.first + at) / 2 // the same, some frames on: the truth is in between
			}
			return
		}
	}
	r.found = append(r.found, sighting{at: at, first: at, number: number, second: second})
}
