package identify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/audio"
)

// MaxSampleBytes is the size from which the service refuses samples. 12 seconds of 8 kHz, 16 bit, mono WAV have 192,044 bytes.
const MaxSampleBytes = 5_000_000

// A Sample is content to identify, from [Audio], [PCM], [Fingerprint] or [Humming]. It is a plain value. [Client.Identify] reports
// an invalid one. The zero Sample is refused.
type Sample struct {
	kind        sampleKind
	source      acrcloud.Source // of audio
	data        []byte          // of PCM and fingerprints
	format      PCMFormat
	humming     []byte
	withHumming bool // it was asked for beside something else
	fields      []field
}

type field struct{ name, value string }

type sampleKind int

const (
	noSample sampleKind = iota
	audioSample
	pcmSample
	fingerprintSample
	hummingSample
)

// Audio is an audio or video file in any usual format, of at most [MaxSampleBytes] and not empty. The service analyses about 12
// seconds, probably the last 12, so send no more: [Trim] cuts WAV. At least 10 seconds are recommended.
func Audio(src acrcloud.Source) Sample { return Sample{kind: audioSample, source: src} }

// PCM is raw audio, which is sent as WAV. It must be a whole number of frames, and must not change until the call has returned.
// [PCMFormat.Last] cuts it.
func PCM(data []byte, format PCMFormat) Sample {
	return Sample{kind: pcmSample, data: data, format: format}
}

// Fingerprint is an audio fingerprint made by ACRCloud's own tools. It is opaque to the SDK, which cannot make one.
func Fingerprint(data []byte) Sample { return Sample{kind: fingerprintSample, data: data} }

// Humming is a fingerprint of humming or singing, made by ACRCloud's own tools. It is opaque to the SDK, which cannot make one.
//
// For a plain recording of humming use [Audio]: whether it is compared with melodies is a setting of the project.
func Humming(data []byte) Sample { return Sample{kind: hummingSample, humming: data} }

// WithHumming returns the sample with a humming fingerprint beside its audio fingerprint. Beside anything but a [Fingerprint] it is an
// [*acrcloud.ArgumentError] of [Client.Identify].
func (s Sample) WithHumming(data []byte) Sample {
	s.humming, s.withHumming = data, true
	return s
}

// WithField returns the sample with one more form field, which replaces an earlier one of the same name. What the service does with
// fields of your own is not documented. Old documentation names "audio_format", "sample_rate" and "audio_channels" as hints about
// audio without a header. The protocol's own fields are reserved: they are an [*acrcloud.ArgumentError] of [Client.Identify].
func (s Sample) WithField(name, value string) Sample {
	s.fields = slices.DeleteFunc(slices.Clone(s.fields), func(f field) bool { return f.name == name })
	s.fields = append(s.fields, field{name, value})
	return s
}

// dataType is what the sample is called on the wire.
func (s Sample) dataType() DataType {
	if s.kind == audioSample || s.kind == pcmSample {
		return DataAudio
	}
	return DataFingerprint
}

// check refuses invalid samples without reading the content of a source.
func (s Sample) check() error {
	for _, f := range s.fields {
		if err := f.check(); err != nil {
			return err
		}
	}
	if s.withHumming {
		switch {
		case s.kind != fingerprintSample && s.kind != hummingSample:
			return sampleError("WithHumming", "has no audio fingerprint beside it", "use it with Fingerprint; a humming fingerprint alone is a Humming sample, and raw audio needs none")
		case len(s.humming) == 0:
			return sampleError("WithHumming", "is empty", "give it the humming fingerprint, or leave it out")
		}
	}
	switch s.kind {
	case audioSample:
		return nil // known once the source is open
	case pcmSample:
		if err := s.format.check("PCMFormat"); err != nil {
			return err
		}
		if rest := len(s.data) % s.format.layout().FrameBytes(); rest != 0 {
			return sampleError("sample", fmt.Sprintf("has %d bytes, which is not a whole number of frames of %d bytes", len(s.data), s.format.layout().FrameBytes()), "check PCMFormat, and that nothing was cut off")
		}
		return checkSize(s.data, audio.HeaderBytes, "sample")
	case fingerprintSample:
		if err := checkSize(s.data, 0, "sample"); err != nil || !s.withHumming {
			return err
		}
		return checkSize(s.humming, len(s.data), "WithHumming")
	case hummingSample:
		return checkSize(s.humming, 0, "sample")
	}
	return sampleError("sample", "has no content", "make it with Audio, PCM, Fingerprint or Humming")
}

// checkSize refuses data that is empty, or too large with what comes beside it.
func checkSize(data []byte, beside int, field string) error {
	if len(data) == 0 {
		return emptySample(field, "")
	}
	if n := int64(len(data) + beside); n > MaxSampleBytes {
		return tooLarge(field, "", n)
	}
	return nil
}

// check refuses the names that the protocol has given away, in any case of letters: a field of the user must not shadow them.
func (f field) check() error {
	switch strings.ToLower(strings.TrimSpace(f.name)) {
	case "":
		return sampleError("WithField", "has an empty name", "name the field")
	case "access_key", "data_type", "signature", "signature_version", "timestamp", "sample", "sample_bytes", "sample_hum", "sample_hum_bytes":
		return sampleError("WithField", fmt.Sprintf("has the name %q, which is reserved", f.name), "use another name: the protocol's own fields are set by the client")
	}
	if strings.ContainsAny(f.name, "\r\n\x00") {
		return sampleError("WithField", "has a line break or a zero byte in its name", "use a plain name")
	}
	return nil
}

func sampleError(field, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
}
