package identify

import (
	"fmt"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/audio"
)

// A PCMFormat describes raw audio: little-endian integer samples, interleaved by channel.
type PCMFormat struct {
	SampleRate    int // in Hz, such as 8000 or 44100
	Channels      int // 1 for mono, 2 for stereo
	BitsPerSample int // 8 (unsigned, as in WAV), 16, 24 or 32 (signed)
}

// check refuses a format that is no audio. field is what the caller knows it by.
func (f PCMFormat) check(field string) error {
	refuse := func(name, problem, remedy string) error {
		return &acrcloud.ArgumentError{Field: field + "." + name, Problem: problem, Remedy: remedy}
	}
	switch {
	case f.SampleRate < 1 || f.SampleRate > audio.MaxRate:
		return refuse("SampleRate", fmt.Sprintf("is %d", f.SampleRate), "give the samples per second, such as 44100")
	case f.Channels < 1 || f.Channels > audio.MaxChannels:
		return refuse("Channels", fmt.Sprintf("is %d", f.Channels), "give 1 for mono or 2 for stereo")
	case f.BitsPerSample != 8 && f.BitsPerSample != 16 && f.BitsPerSample != 24 && f.BitsPerSample != 32:
		return refuse("BitsPerSample", fmt.Sprintf("is %d", f.BitsPerSample), "give 8, 16, 24 or 32")
	}
	return nil
}

// layout is the format as package audio has it.
func (f PCMFormat) layout() audio.Layout { return audio.PCM(f.SampleRate, f.Channels, f.BitsPerSample) }

// Last returns the last seconds of raw audio of that format, or all of it if it is shorter, without copying it.
func (f PCMFormat) Last(data []byte, d time.Duration) []byte {
	if f.check("PCMFormat") != nil || d <= 0 {
		return data // Identify reports the invalid format
	}
	frame := f.layout().FrameBytes()
	whole := data[:len(data)/frame*frame]
	if n := f.layout().Frames(d); n < int64(len(whole)/frame) {
		return whole[len(whole)-int(n)*frame:]
	}
	return data
}
