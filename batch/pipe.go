package batch

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/ended"
	"github.com/musicchartsai/acrcloud-go/internal/pace"
)

// A pipe is the bandwidth that all uploads of a run share. A nil pipe has no limit.
type pipe struct {
	bytesPerSecond float64
	slice          int // the size of one read

	mu   sync.Mutex
	free time.Time // when the pipe has room again
}

func newPipe(bytesPerSecond int64, uploads int) *pipe {
	if bytesPerSecond <= 0 {
		return nil
	}
	turn := float64(bytesPerSecond) * longestTurn.Seconds() / float64(uploads)
	return &pipe{bytesPerSecond: float64(bytesPerSecond), slice: int(max(1, min(turn, largestSlice)))}
}

// slow returns a context whose uploads send no faster than the pipe allows.
func (p *pipe) slow(ctx context.Context) context.Context {
	if p == nil {
		return ctx
	}
	return pace.With(ctx, func(ctx context.Context, r io.ReadCloser) io.ReadCloser {
		return &slowReader{ReadCloser: r, ctx: ctx, pipe: p}
	})
}

// The sizes of single reads. They are small, so that no upload waits for so long that it is considered stalled.
const (
	largestSlice = 16 << 10
	longestTurn  = 5 * time.Second
)

type slowReader struct {
	io.ReadCloser
	ctx  context.Context //nolint:containedctx // a reader's own, as of http.NewRequestWithContext
	pipe *pipe
}

func (r *slowReader) Read(b []byte) (int, error) {
	n, err := r.ReadCloser.Read(b[:min(len(b), r.pipe.slice)])
	if n > 0 {
		if waitErr := r.pipe.pass(r.ctx, n); waitErr != nil {
			return n, waitErr
		}
	}
	return n, err
}

// pass waits until n bytes have passed.
func (p *pipe) pass(ctx context.Context, n int) error {
	p.mu.Lock()
	now := time.Now()
	if p.free.Before(now) {
		p.free = now
	}
	wait := p.free.Sub(now)
	p.free = p.free.Add(time.Duration(float64(n) / p.bytesPerSecond * float64(time.Second)))
	p.mu.Unlock()
	return ended.Sleep(ctx, wait)
}
