package webhook

import (
	"log/slog"
	"net/netip"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A Delivery says what became of one request, or of one event that was in a queue. It holds no secret, no URL and no body; what the
// sender has written into it (UserAgent, FileID) can be anything.
type Delivery struct {
	Time      time.Time  // when the request came, or the event left the queue
	Peer      netip.Addr // who has sent it; not valid if that cannot be said. See WithTrustedProxies
	UserAgent string     // at most 256 bytes of it

	Kind        Kind   // empty if the request did not get as far as being read
	FileID      string // of a file scan
	ContainerID int    // of a file scan
	StreamID    string // of broadcast monitoring
	State       filescan.State

	Status   int    // what was answered; 0 for an event out of a queue, which was answered before
	Reason   Reason // why
	Duration time.Duration
	Err      error // what went wrong, or nil; also where the answer is 200, as when a Deduplicator fails
}

// LogValue implements [slog.LogValuer]: the fields that are set, as a group.
func (d Delivery) LogValue() slog.Value { return slog.GroupValue(d.attrs()...) }

func (d Delivery) attrs() []slog.Attr {
	attrs := make([]slog.Attr, 0, 12)
	text := func(name, value string) {
		if value != "" {
			attrs = append(attrs, slog.String(name, value))
		}
	}
	attrs = append(attrs, slog.String("reason", string(d.Reason)))
	if d.Status != 0 {
		attrs = append(attrs, slog.Int("status", d.Status))
	}
	if d.Peer.IsValid() {
		attrs = append(attrs, slog.String("peer", d.Peer.String()))
	}
	text("user_agent", d.UserAgent)
	text("kind", string(d.Kind))
	text("file_id", d.FileID)
	if d.Kind == FileScan {
		attrs = append(attrs, slog.Int("container_id", d.ContainerID), slog.Int("state", int(d.State)))
	}
	text("stream_id", d.StreamID)
	attrs = append(attrs, slog.Duration("duration", d.Duration))
	if d.Err != nil {
		attrs = append(attrs, slog.String("error", d.Err.Error()))
	}
	return attrs
}
