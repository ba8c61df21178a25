package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"time"
)

// A Handler receives callbacks. Make one with [NewHandler] and serve it at the URL that was given to the container.
//
// It checks each request in this order, and the first that fails is answered: the method (405; GET and HEAD are health checks, 200), the
// peer's network (403), the secret (401), the body (415, 413, 408), what it says (400), the container (200, dropped), whether it came
// before (200), the API, with [WithRefetch] (503, or 200 for a file that it does not know), and what the function returned (500, or
// 200). A test payload of the console is answered with 200 too; the function is not called.
type Handler struct {
	config
	call func(context.Context, *Event) error
	jobs jobs
}

// defaultCallbackTimeout is how long the function may take. How long the service waits for an answer is not known.
const defaultCallbackTimeout = 30 * time.Second

// NewHandler makes a Handler that calls f once for each distinct event of kind [FileScan], [BroadcastMonitoring] or [Unknown]: the
// event is done when f has returned nil. After an error, a panic or a timeout the answer is 500 and the event is new again; whether
// ACRCloud then posts it again is not known. f is called from many goroutines. Its context ends with the callback timeout, not when
// the sender hangs up.
//
// One of [WithSecret], [WithVerifier] and [WithoutAuthentication] is required.
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
	switch {
	case f == nil:
		return nil, argument("NewHandler", "got a nil function", "give it one that returns nil if there is nothing to do")
	case h.guard == nil && h.verifier == nil && !h.open:
		return nil, argument("NewHandler", "has nothing to authenticate requests by", "use WithSecret, or WithoutAuthentication if something else keeps strangers out")
	case h.guard != nil && h.open:
		return nil, argument("NewHandler", "got WithSecret and WithoutAuthentication", "leave one of them out")
	}
	if h.deduplicator == nil {
		h.deduplicator = NewMemoryDeduplicator(0, 0)
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
	d := Delivery{Time: time.Now(), Peer: h.peer(r), UserAgent: truncate(r.UserAgent(), 256)}
	d.Reason, d.Err = h.receive(w, r, &d)
	d.Status = d.Reason.status()
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if d.Reason == ReasonMethod {
		header.Set("Allow", "GET, HEAD, POST")
	}
	w.WriteHeader(d.Status)
	// Nothing more than the status: strangers need not learn what they got right.
	_, _ = io.WriteString(w, http.StatusText(d.Status)+"\n") //nolint:gosec // a constant text, and no HTML
	d.Duration = time.Since(d.Time)
	h.observe(d)
}

// receive does everything but the answer.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request, d *Delivery) (Reason, error) {
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return ReasonHealth, nil
	case http.MethodPost:
	default:
		return h.refused(w, &RequestError{Reason: ReasonMethod})
	}
	if refused := h.admit(r, d.Peer); refused != nil {
		return h.refused(w, refused)
	}
	reader := bodyReader{maxBytes: h.maxBytes, timeout: h.readTimeout, unblock: func() {
		_ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0))
	}}
	body, refused := reader.read(r)
	if refused != nil {
		return h.refused(w, refused)
	}
	if h.verifier != nil {
		if err := h.verifier.Verify(r.Header, body); err != nil {
			return ReasonSignature, err
		}
	}
	event, refused := parse(body, r.Header.Get("Content-Type"))
	if refused != nil {
		return refused.split()
	}
	event.Header = h.guard.clean(r)
	d.describe(event)
	switch {
	case event.Kind == Test:
		return ReasonTest, nil
	case !h.expects(event):
		return ReasonContainer, nil
	}
	if h.notifier != nil && event.Kind == FileScan {
		h.notifier.Notify(event.ContainerID, event.FileID)
	}
	return h.handle(r.Context(), event, d)
}

func (h *Handler) admit(r *http.Request, peer netip.Addr) *RequestError {
	switch {
	case len(h.allowed) == 0:
	case !peer.IsValid():
		return refuse(ReasonNetwork, "the peer's address cannot be read")
	case !contains(h.allowed, peer):
		return &RequestError{Reason: ReasonNetwork}
	}
	if h.guard != nil {
		return h.guard.check(r)
	}
	return nil
}

// lingering is how long a sender is listened to that was refused before its body was read: it may send on before it reads the answer.
const lingering = 2 * time.Second

// refused gives up the connection of a request whose body was not read, since nobody knows how much there is to come.
func (*Handler) refused(w http.ResponseWriter, e *RequestError) (Reason, error) {
	w.Header().Set("Connection", "close")
	if e.Reason != ReasonStalled {
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(lingering))
	}
	return e.split()
}

func (e *RequestError) split() (Reason, error) { return e.Reason, e.Err }

// handle takes an event that passed all checks of the request itself.
func (h *Handler) handle(ctx context.Context, event *Event, d *Delivery) (Reason, error) {
	j := &job{event: event, key: event.Key()}
	// The work goes on if the sender hangs up: it may not come again.
	j.ctx, j.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if !h.jobs.begin(j) {
		j.cancel()
		return ReasonShutdown, nil
	}
	reason, err := h.prepare(j, d)
	if reason != "" {
		h.jobs.end(j)
		j.cancel()
		if original := h.jobs.claimant(j.key); reason == ReasonDuplicate && original != nil {
			return h.join(ctx, original)
		}
		return reason, err
	}
	if h.workers == 0 {
		reason, failed := h.runNow(j)
		return reason, errors.Join(err, failed)
	}
	if !h.jobs.enqueue(j, h.workers, h.depth, h.runQueued) {
		reason := ReasonQueueFull
		if h.jobs.isClosed() {
			reason = ReasonShutdown
		}
		failed := h.release(j, reason)
		h.jobs.end(j)
		j.cancel()
		return reason, errors.Join(err, failed)
	}
	h.jobs.settle(j, ReasonQueued)
	return ReasonQueued, err
}

// join waits for what becomes of an event that another request has brought already: as long as that can fail, its duplicate must not
// be told that all is well.
func (h *Handler) join(ctx context.Context, original *job) (Reason, error) {
	timer := time.NewTimer(h.callbackTimeout)
	defer timer.Stop()
	select {
	case <-original.answered:
		if original.answer.status() == http.StatusOK {
			return ReasonDuplicate, nil
		}
		return original.answer, errors.New("it is a duplicate of an event that was not handled")
	case <-timer.C:
		return ReasonTimeout, errors.New("it is a duplicate of an event that is still being handled")
	case <-ctx.Done():
		return ReasonDuplicate, fmt.Errorf("the sender has hung up: %w", context.Cause(ctx))
	}
}

// prepare claims the event and fetches it. No reason means that it is to be handed over; the error is then for the observer only.
func (h *Handler) prepare(j *job, d *Delivery) (Reason, error) {
	var trouble error
	if j.key != "" {
		ctx, cancel := context.WithTimeout(j.ctx, storeTimeout)
		claimed, err := h.deduplicator.Claim(ctx, j.key)
		cancel()
		switch {
		case err != nil:
			trouble = fmt.Errorf("the deduplicator could not claim the event: %w", err)
			j.key = ""
		case !claimed:
			return ReasonDuplicate, nil
		default:
			h.jobs.claim(j)
		}
	}
	if h.files != nil && j.event.Kind == FileScan {
		event, refused := h.refetch(j.ctx, j.event)
		if refused != nil {
			return refused.Reason, errors.Join(trouble, refused.Err, h.release(j, refused.Reason))
		}
		j.event = event
		d.describe(event)
	}
	return "", trouble
}

// storeTimeout bounds each call of the deduplicator.
const storeTimeout = 10 * time.Second

func (h *Handler) commit(j *job) error {
	if j.key == "" {
		return nil
	}
	defer h.jobs.settle(j, ReasonDone)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), storeTimeout)
	defer cancel()
	if err := h.deduplicator.Commit(ctx, j.key); err != nil {
		return fmt.Errorf("the event is done, but the deduplicator could not commit it: %w", err)
	}
	return nil
}

func (h *Handler) release(j *job, reason Reason) error {
	if j.key == "" {
		return nil
	}
	defer h.jobs.settle(j, reason)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(j.ctx), storeTimeout)
	defer cancel()
	if err := h.deduplicator.Release(ctx, j.key); err != nil {
		return fmt.Errorf("the deduplicator could not release the event: %w", err)
	}
	return nil
}

func (d *Delivery) describe(event *Event) {
	d.Kind, d.FileID, d.ContainerID, d.State = event.Kind, event.FileID, event.ContainerID, event.State
	if event.Monitoring != nil {
		d.StreamID = truncate(event.Monitoring.StreamID, 128)
	}
}

// observe tells the observers. One that panics must not take the answer with it.
func (h *Handler) observe(d Delivery) {
	for _, f := range h.observers {
		func() {
			defer func() { _ = recover() }()
			f(d)
		}()
	}
}

func truncate(text string, n int) string { return text[:min(len(text), n)] }
