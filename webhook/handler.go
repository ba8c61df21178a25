package webhook

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"
)

// A Handler receives callbacks. Make one with [NewHandler] and serve it at the URL that was given to the container.
//
// It checks each request in this order, and the first check that fails decides the response: the method (405; GET and HEAD are health
// checks, 200), the peer's network (403), the secret (401), the body (415, 413, 408), its signature (401), what it says (400), the
// container (200, dropped), whether the event was received before (200, or 503 while nobody knows what becomes of it), the API, with
// [WithRefetch] (503, or 200 for a file that it does not know), and what the function returned (500, or 200). A test payload of the console gets 200 too; the function is not
// called.
type Handler struct {
	config
	call    func(context.Context, *Event) error
	guard   *guard        // nil: no secret
	fetches chan struct{} // one place per re-fetch; nil: no limit
	jobs    jobs
}

// NewHandler returns a Handler that calls f once for each distinct event of kind [FileScan], [BroadcastMonitoring] or
// [Unknown]: the event is done when f has returned nil. After an error, a panic or a timeout the response is 500 and
// the event is new again; whether ACRCloud then posts it again is not known. f is called from many goroutines. Its
// context ends with the callback timeout, not when the sender hangs up.
//
// One of [WithSecret], [WithVerifier] and [WithoutAuthentication] is required. Options that contradict each other, or with which no
// request could ever be accepted, are an [*acrcloud.ArgumentError].
func NewHandler(f func(ctx context.Context, event *Event) error, opts ...Option) (*Handler, error) {
	h := &Handler{call: f, config: config{maxBytes: defaultMaxBytes, readTimeout: defaultReadTimeout, callbackTimeout: defaultCallbackTimeout}}
	for _, o := range opts {
		if o == nil {
			continue
		}
		if err := o.apply(&h.config); err != nil {
			return nil, err
		}
	}
	if f == nil {
		return nil, argument("NewHandler", "got a nil function", "pass one that returns nil if there is nothing to do")
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	if len(h.secrets) > 0 {
		h.guard = newGuard(h.secretName, h.secrets)
	}
	if h.deduplicator == nil {
		h.deduplicator = NewMemoryDeduplicator(0, 0)
	}
	if h.workers > 0 {
		h.fetches = make(chan struct{}, h.workers)
	}
	return h, nil
}

// Format implements [fmt.Formatter]: a Handler shows nothing of itself, since it changes while it serves.
func (*Handler) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "webhook.Handler") }

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h == nil || h.call == nil {
		http.Error(w, "the handler was not made by webhook.NewHandler", http.StatusInternalServerError)
		return
	}
	d := newDelivery(r.Context())
	d.Peer, d.UserAgent = h.peer(r), truncate(r.UserAgent(), 256)
	reason, err := h.receive(w, r, &d)
	d.Status = reason.status()
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if reason == ReasonMethod {
		header.Set("Allow", "GET, HEAD, POST")
	}
	w.WriteHeader(d.Status)
	// Nothing more than the status: an attacker must not learn which checks passed.
	_, _ = io.WriteString(w, http.StatusText(d.Status)+"\n") //nolint:gosec // a constant text, and no HTML
	h.observe(d, reason, err)
}

// receive makes every check in its order. It does everything but respond.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request, d *Delivery) (Reason, error) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return ReasonHealth, nil
	case http.MethodPost:
	default:
		return unread(w, &RequestError{Reason: ReasonMethod})
	}
	if refused := h.checkNetwork(d.Peer); refused != nil {
		return unread(w, refused)
	}
	if refused := h.guard.check(r); refused != nil {
		return unread(w, refused)
	}
	body, refused := bodyReader{maxBytes: h.maxBytes, timeout: h.readTimeout, unblock: func() { setReadDeadline(w, time.Unix(1, 0)) }}.read(r)
	if refused != nil {
		return unread(w, refused)
	}
	if reason, err := h.verify(body, r.Header); reason != "" {
		return reason, err
	}
	event, refused := parse(body, reading{contentType: r.Header.Get("Content-Type"), charset: charsetOf(r.Header), skim: h.files != nil})
	if refused != nil {
		return refused.split()
	}
	event.Header = withoutCredentials(r, h.secretName, h.guard.given(r))
	d.describe(event)
	if event.Kind == Test {
		return ReasonTest, nil
	}
	if refused := h.checkContainer(event); refused != nil {
		return refused.split()
	}
	if reason, err := h.notify(event); reason != "" {
		return reason, err
	}
	j := h.jobs.begin(r.Context(), event)
	if j == nil {
		return ReasonShutdown, nil
	}
	if reason, err := h.claim(r.Context(), j); reason != "" {
		return h.finish(j, reason, err)
	}
	if h.workers > 0 && !h.jobs.reserve(j, h.workers+h.depth) {
		return h.finish(j, ReasonQueueFull, nil)
	}
	if reason, err := h.refetch(j); reason != "" {
		return h.finish(j, reason, err)
	}
	d.describe(j.event)
	return h.deliver(j)
}

func (c *config) checkNetwork(peer netip.Addr) *RequestError {
	switch {
	case len(c.allowed) == 0:
	case !peer.IsValid():
		return refuse(ReasonNetwork, "the peer's address cannot be read")
	case !contains(c.allowed, peer):
		return &RequestError{Reason: ReasonNetwork}
	}
	return nil
}

// lingering is how long a sender is listened to that was refused before its body was read: it may send on before it reads the
// response.
const lingering = 2 * time.Second

// unread closes the connection of a request whose body was not read, because its remaining length is unknown.
func unread(w http.ResponseWriter, e *RequestError) (Reason, error) {
	w.Header().Set("Connection", "close")
	if e.Reason != ReasonStalled {
		setReadDeadline(w, time.Now().Add(lingering))
	}
	return e.split()
}

func setReadDeadline(w http.ResponseWriter, t time.Time) {
	_ = http.NewResponseController(w).SetReadDeadline(t) // not every server has one
}

func (e *RequestError) split() (Reason, error) { return e.Reason, e.Err }

// observe completes the delivery and shows it to the observers. One that panics must not take the response with it.
func (h *Handler) observe(d Delivery, reason Reason, err error) {
	d.Reason, d.Err, d.Duration = reason, err, time.Since(d.Time)
	for _, f := range h.observers {
		_ = protect("the observer", func() error { f(d); return nil })
	}
}
