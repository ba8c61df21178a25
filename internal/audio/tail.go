package audio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Tail reads WAV to its end, and returns the last d of it as WAV. The result has no more than most bytes.
func Tail(ctx context.Context, r io.Reader, d time.Duration, most int) ([]byte, error) {
	w, err := OpenWAV(r)
	if err != nil {
		return nil, err
	}
	frame := int64(w.Layout.FrameBytes())
	n := w.Layout.Frames(d)
	if n <= 0 {
		return nil, fmt.Errorf("%v is no duration to keep", d)
	}
	n = min(n, int64(most)/frame+1) // more is too much, however much there is
	tail, err := lastBytes(ctx, w, int(n*frame), int(frame))
	if err != nil {
		return nil, err
	}
	if len(tail) == 0 {
		return nil, errors.New("it has no samples")
	}
	wav := append(w.Layout.Header(int64(len(tail))), tail...)
	if len(wav) > most {
		return nil, fmt.Errorf("the last %v of it are more than %d bytes, the most that the service takes: keep 12s, or convert it to 8 kHz, mono", d, most)
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
		if len(ring) == cap(ring) { // the older half is no longer needed; both parts are whole frames
			ring = ring[:copy(ring, ring[len(ring)-n:])]
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
	ring = ring[:len(ring)/frame*frame] // without a partial frame at the end
	return ring[max(len(ring)-n, 0):], nil
}
