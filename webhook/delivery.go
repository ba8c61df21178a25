package webhook

import (
	"context"
	"log/slog"
	"net/netip"
	"time"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

// A Delivery reports the result of one request, or of one event in a queue, to an observer. It contains no secret, URL or body. Its
// UserAgent, FileID and StreamID are untrusted text from the sender.
type Delivery struct {
	Time      time.Time  // when the request arrived, or the event left the queue
	Peer      netip.Addr // the sender; not valid if unknown. See WithTrustedProxies
	UserAgent string     // at most 256 bytes of it

	Kind        Kind   // empty if the request did not get as far as being read
	FileID      string // of a file scan
	ContainerID int    // of a file scan
	StreamID    string // of broadcast monitoring
	State       filescan.State

	Status   int    // of the response; 0 for an event from a queue, whose sender got its response before
	Reason   Reason // why
	Duration time.Duration
	Err      error // what went wrong, or nil; also where the status is 200, as when a Deduplicator fails

	ctx context.Context // never nil but in a zero Delivery
}

func newDelivery(ctx context.Context) Delivery {
	return Delivery{Time: time.Now(), ctx: context.WithoutCancel(ctx)}
}

// Context returns the context of the request, with its values, such as those of a trace. It does not end with the request, nor when
// the sender hangs up. It is never nil.
func (d Delivery) Context() context.Context {
	if d.ctx == nil {
		return context.Background()
	}
	return d.ctx
}

func (d *Delivery) describe(event *Event) {
	d.Kind, d.FileID, d.ContainerID, d.State = event.Kind, event.FileID, event.ContainerID, event.State
	if event.Monitoring != nil {
		d.StreamID = truncate(event.Monitoring.StreamID, 128)
	}
}

func truncate(text string, n int) string { return text[:min(len(text), n)] }

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
