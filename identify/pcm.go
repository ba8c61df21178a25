package identify

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A PCMFormat says how raw audio is laid out: samples as whole numbers, little-endian, those of all channels next to each other.
type PCMFormat struct {
	SampleRate    int // in Hz, such as 8000 or 44100
	Channels      int // 1 for mono, 2 for stereo
	BitsPerSample int // 8 (unsigned, as in WAV), 16, 24 or 32 (signed)
}

// The bounds of what makes sense as audio, and fits the fields of a WAV header.
const (
	maxSampleRate = 1_536_000
	maxChannels   = 64
)

// check refuses a format that is no audio. field is what the caller knows it by.
func (f PCMFormat) check(field string) error {
	refuse := func(name, problem, remedy string) error {
		return &acrcloud.ArgumentError{Field: field + "." + name, Problem: problem, Remedy: remedy}
	}
	switch {
	case f.SampleRate < 1 || f.SampleRate > maxSampleRate:
		return refuse("SampleRate", fmt.Sprintf("is %d", f.SampleRate), "give the samples per second, such as 44100")
	case f.Channels < 1 || f.Channels > maxChannels:
		return refuse("Channels", fmt.Sprintf("is %d", f.Channels), "give 1 for mono or 2 for stereo")
	case f.BitsPerSample != 8 && f.BitsPerSample != 16 && f.BitsPerSample != 24 && f.BitsPerSample != 32:
		return refuse("BitsPerSample", fmt.Sprintf("is %d", f.BitsPerSample), "give 8, 16, 24 or 32")
	}
	return nil
}

// frameBytes is the size of one sample of every channel.
func (f PCMFormat) frameBytes() int { return f.Channels * f.BitsPerSample / 8 }

// frames is how many frames there are in that time, rounded down.
func (f PCMFormat) frames(d time.Duration) int64 {
	whole, rest := int64(d/time.Second), int64(d%time.Second)
	return whole*int64(f.SampleRate) + rest*int64(f.SampleRate)/int64(time.Second)
}

// wavHeaderBytes is the size of the header that header returns.
const wavHeaderBytes = 44

// header is that of a WAV file with that many bytes of samples, less than 4 GiB.
func (f PCMFormat) header(dataBytes int64) []byte {
	size := uint32(min(dataBytes, math.MaxUint32-wavHeaderBytes)) //nolint:gosec // bounded
	h := make([]byte, 0, wavHeaderBytes)
	h = append(h, "RIFF"...)
	h = binary.LittleEndian.AppendUint32(h, wavHeaderBytes-8+size)
	h = append(h, "WAVEfmt "...)
	h = binary.LittleEndian.AppendUint32(h, 16)
	h = binary.LittleEndian.AppendUint16(h, formatPCM)
	h = binary.LittleEndian.AppendUint16(h, uint16(f.Channels))                  //nolint:gosec // checked
	h = binary.LittleEndian.AppendUint32(h, uint32(f.SampleRate))                //nolint:gosec // checked
	h = binary.LittleEndian.AppendUint32(h, uint32(f.SampleRate*f.frameBytes())) //nolint:gosec // checked
	h = binary.LittleEndian.AppendUint16(h, uint16(f.frameBytes()))              //nolint:gosec // checked
	h = binary.LittleEndian.AppendUint16(h, uint16(f.BitsPerSample))             //nolint:gosec // checked
	h = append(h, "data"...)
	return binary.LittleEndian.AppendUint32(h, size)
}

// formatPCM is the number of plain PCM in a WAV header.
const formatPCM = 1
