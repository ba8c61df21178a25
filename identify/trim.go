package identify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// Trim returns the last seconds of a WAV file, which are what the service analyses: 12 are enough. What is shorter stays whole. The
// source is read to its end when the result is used, in memory for the part that is kept, which must fit [MaxSampleBytes]. A source
// that is not WAV, and a duration that is not positive, are an [*acrcloud.SourceError] then.
//
//	sample := identify.Audio(identify.Trim(acrcloud.FromFile("long.wav"), identify.WindowLength))
//
// For raw audio see [PCMFormat.Last].
func Trim(src acrcloud.Source, d time.Duration) acrcloud.Source {
	return acrcloud.NewSource(src.Name(), -1, func(ctx context.Context) (io.ReadCloser, error) {
		content, err := src.Open(ctx)
		if err != nil {
			return nil, err
		}
		defer content.Close() //nolint:errcheck // it was only read
		r, err := content.NewReader(ctx)
		if err != nil {
			return nil, err
		}
		defer r.Close() //nolint:errcheck // it was only read
		wav, err := trim(ctx, r, d)
		if err != nil {
			return nil, fmt.Errorf("cannot be trimmed: %w", err)
		}
		return io.NopCloser(bytes.NewReader(wav)), nil
	})
}

// trim reads WAV to its end, and returns the last of it as WAV.
func trim(ctx context.Context, r io.Reader, d time.Duration) ([]byte, error) {
	l, size, err := readWAV(r)
	if err != nil {
		return nil, err
	}
	if size >= 0 {
		r = io.LimitReader(r, size)
	}
	frame := int64(l.frameBytes())
	n := PCMFormat{SampleRate: l.rate}.frames(d)
	if n <= 0 {
		return nil, fmt.Errorf("%v is no duration to keep", d)
	}
	n = min(n, MaxSampleBytes/frame+1) // more is too much, however much there is
	tail, err := lastBytes(ctx, r, int(n*frame), int(frame))
	if err != nil {
		return nil, err
	}
	if len(tail) == 0 {
		return nil, errors.New("it has no samples")
	}
	wav := append(l.header(int64(len(tail))), tail...)
	if len(wav) > MaxSampleBytes {
		return nil, fmt.Errorf("%v of it are more than %d bytes, which is what the service takes: keep %v, or convert it to 8 kHz, mono", d, MaxSampleBytes, WindowLength)
	}
	return wav, nil
}

// lastBytes reads to the end, and returns the last n bytes in units of one frame.
func lastBytes(ctx context.Context, r io.Reader, n, frame int) ([]byte, error) {
	ring := make([]byte, 0, 2*n+frame)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(ring) == cap(ring) { // the older half is of no use, but for how the frames lie
			drop := (len(ring) - n) / frame * frame
			ring = ring[:copy(ring, ring[drop:])]
		}
		m, err := r.Read(ring[len(ring):cap(ring)])
		ring = ring[:len(ring)+m]
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	ring = ring[:len(ring)/frame*frame] // part of a frame at the end is nothing
	return ring[max(len(ring)-n, 0):], nil
}

// Last returns the last seconds of raw audio of that format, or all of it if it is shorter, without copying it.
func (f PCMFormat) Last(data []byte, d time.Duration) []byte {
	if f.check("PCMFormat") != nil || d <= 0 {
		return data // Identify says what is wrong with the format
	}
	frame := f.frameBytes()
	whole := data[:len(data)/frame*frame]
	if n := f.frames(d); n < int64(len(whole)/frame) {
		return whole[len(whole)-int(n)*frame:]
	}
	return data
}
