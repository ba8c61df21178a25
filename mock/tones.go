package mock

import (
	"math"
	"time"
)

// The audio of a generated track spells, in each second, the track's number and the second, so that any stretch of it can be told
// from any other. A second is ten symbols of a tenth each: a start, three of the number, three of the second, two of a check sum, an
// end. A symbol is one of 16 tones; start and end have tones of their own.
const (
	toneRate    = 8000 // of generated audio, in Hz
	symbols     = 10   // in a second
	frames      = 5    // in a symbol, for reading
	frameLength = time.Second / (symbols * frames)
	startTone   = 16
	endTone     = 17
	tones       = 18
	maxNumber   = 1<<12 - 1 // of tracks, and of seconds
)

// toneFrequency is far below half of the lowest usual sampling rate, and each is a whole number of waves in a frame.
func toneFrequency(tone int) float64 { return 400 + 100*float64(tone) }

// spell returns the symbols of one second.
func spell(number, second int) [symbols]int {
	s := [symbols]int{
		startTone, number >> 8 & 15, number >> 4 & 15, number & 15,
		second >> 8 & 15, second >> 4 & 15, second & 15,
	}
	sum := checksum(s[1:7])
	s[7], s[8], s[9] = sum>>4&15, sum&15, endTone
	return s
}

func checksum(s []int) int {
	sum := 7
	for _, v := range s {
		sum = (sum*31 + v) & 255
	}
	return sum
}

// tone returns the sample at that position of a track, between -1 and 1.
func tone(number, sample int) float64 {
	second, within := sample/toneRate, sample%toneRate
	symbol := spell(number, second)[within*symbols/toneRate]
	return 0.5 * math.Sin(2*math.Pi*toneFrequency(symbol)*float64(sample)/toneRate)
}

// A sighting is a second of a track, found in audio.
type sighting struct {
	at     float64 // seconds from the start of the audio to the start of the track's second
	number int
	second int
}

// toneReader reads tones from samples as they come.
type toneReader struct {
	rate    float64
	frame   []float64 // being filled
	fill    int
	index   int            // of the frame
	tones   []int          // of the last frames; -1: none
	powers  [tones]float64 // scratch
	sums    [tones]goertzel
	found   []sighting
	audible bool // there was something other than silence
}

type goertzel struct{ coefficient, s1, s2 float64 }

func newToneReader(rate int) *toneReader {
	r := &toneReader{rate: float64(rate), frame: make([]float64, max(rate/(symbols*frames), 1)), tones: make([]int, 0, symbols*frames)}
	for i := range r.sums {
		r.sums[i].coefficient = 2 * math.Cos(2*math.Pi*toneFrequency(i)/r.rate)
	}
	return r
}

// add reads one sample.
func (r *toneReader) add(sample float64) {
	r.frame[r.fill] = sample
	if r.fill++; r.fill < len(r.frame) {
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

// loudest returns the tone that makes up most of the frame, or -1.
func (r *toneReader) loudest() int {
	total := 0.0
	for i := range r.sums {
		r.sums[i].s1, r.sums[i].s2 = 0, 0
	}
	for _, x := range r.frame {
		total += x * x
		for i := range r.sums {
			g := &r.sums[i]
			g.s1, g.s2 = x+g.coefficient*g.s1-g.s2, g.s1
		}
	}
	if total < 1e-4*float64(len(r.frame)) {
		return -1
	}
	r.audible = true
	best := 0
	for i := range r.sums {
		g := &r.sums[i]
		r.powers[i] = g.s1*g.s1 + g.s2*g.s2 - g.coefficient*g.s1*g.s2
		if r.powers[i] > r.powers[best] {
			best = i
		}
	}
	if r.powers[best] < 0.5*total*float64(len(r.frame))/2 {
		return -1
	}
	return best
}

// read looks whether the last second of frames spells something. A symbol is what the middle of its five frames say: the audio may
// begin anywhere.
func (r *toneReader) read() {
	if len(r.tones) < symbols*frames {
		return
	}
	var s [symbols]int
	for i := range s {
		middle := r.tones[i*frames+1 : i*frames+4]
		if middle[0] != middle[1] || middle[1] != middle[2] || middle[1] < 0 {
			return
		}
		s[i] = middle[1]
	}
	number, second := s[1]<<8|s[2]<<4|s[3], s[4]<<8|s[5]<<4|s[6]
	if s != spell(number, second) {
		return
	}
	at := float64(r.index-symbols*frames) * float64(len(r.frame)) / r.rate
	if n := len(r.found); n > 0 && r.found[n-1].number == number && r.found[n-1].second == second && at-r.found[n-1].at < 0.5 {
		return // the same, one frame on
	}
	r.found = append(r.found, sighting{at: at, number: number, second: second})
}
