package transport

import (
	"log/slog"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

// report informs the logger and the observer of the end of an attempt.
func (c *call) report(retry bool, reason string) {
	a := c.attempt
	info := settings.Attempt{
		Op: c.req.Op, Method: c.req.Method, Host: c.host, Path: c.path, N: a.n, Err: a.err,
		Duration: time.Since(a.started), BytesSent: a.sent.Load(),
	}
	if a.resp != nil {
		info.StatusCode, info.BytesReceived = a.resp.StatusCode, int64(len(a.resp.Body))
	}
	if retry {
		info.Reason, info.Wait = reason, c.wait
	}
	c.client.logger.LogAttrs(c.ctx, slog.LevelDebug, "acrcloud: attempt",
		slog.String("op", info.Op), slog.String("method", info.Method), slog.String("host", info.Host), slog.String("path", info.Path),
		slog.Int("attempt", info.N), slog.Int("status", info.StatusCode), slog.Duration("duration", info.Duration),
		slog.String("retry", info.Reason), slog.Duration("wait", info.Wait))
	if c.client.observe != nil {
		c.client.observe(c.ctx, info)
	}
}
