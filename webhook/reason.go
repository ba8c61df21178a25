package webhook

import (
	"fmt"
	"net/http"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// Reason says in one word why a request got its response. It has nothing to do with filescan.Reason, a reason of an assessment.
type Reason string

// The reasons, and the status that goes with each.
const (
	ReasonDone       Reason = "done"        // 200: the function returned nil
	ReasonQueued     Reason = "queued"      // 200: it waits in the queue; see WithQueue
	ReasonHealth     Reason = "health"      // 200: GET or HEAD
	ReasonTest       Reason = "test"        // 200: a test payload; the function is not called
	ReasonDuplicate  Reason = "duplicate"   // 200: the same event was received before, and is done or in the queue
	ReasonContainer  Reason = "container"   // 200: dropped, the container is not in WithContainers
	ReasonNotFound   Reason = "not_found"   // 200: dropped, the API does not know the file
	ReasonMalformed  Reason = "malformed"   // 400: the body cannot be read in full, broke off, or lacks what WithRefetch needs
	ReasonNoSecret   Reason = "no_secret"   // 401
	ReasonBadSecret  Reason = "bad_secret"  // 401
	ReasonTwoSecrets Reason = "two_secrets" // 401: the secret's parameter or header was given more than once
	ReasonSignature  Reason = "signature"   // 401: a Verifier refused it
	ReasonNetwork    Reason = "network"     // 403: the peer is in none of WithAllowedPrefixes
	ReasonMethod     Reason = "method"      // 405
	ReasonStalled    Reason = "stalled"     // 408: the body did not arrive in time
	ReasonTooLarge   Reason = "too_large"   // 413: the body has too many bytes, or would take too much memory
	ReasonBinary     Reason = "binary"      // 415: compressed, or no text at all
	ReasonQueueFull  Reason = "queue_full"  // 429
	ReasonRefetch    Reason = "refetch"     // 503: the API could not be asked, or still reports the file as being processed
	ReasonInProgress Reason = "in_progress" // 503: a duplicate of an event that is still being handled, here or by another process
	ReasonShutdown   Reason = "shutdown"    // 503: Shutdown was called
	ReasonFailed     Reason = "failed"      // 500: the function returned an error
	ReasonPanicked   Reason = "panicked"    // 500: the function, a Deduplicator, FileSource, Verifier or NotifyTarget panicked
	ReasonTimeout    Reason = "timeout"     // 500: the function did not return in time; see WithCallbackTimeout
)

// status is the status code of the response.
func (r Reason) status() int {
	switch r {
	case ReasonDone, ReasonQueued, ReasonHealth, ReasonTest, ReasonDuplicate, ReasonContainer, ReasonNotFound:
		return http.StatusOK
	case ReasonMalformed:
		return http.StatusBadRequest
	case ReasonNoSecret, ReasonBadSecret, ReasonTwoSecrets, ReasonSignature:
		return http.StatusUnauthorized
	case ReasonNetwork:
		return http.StatusForbidden
	case ReasonMethod:
		return http.StatusMethodNotAllowed
	case ReasonStalled:
		return http.StatusRequestTimeout
	case ReasonTooLarge:
		return http.StatusRequestEntityTooLarge
	case ReasonBinary:
		return http.StatusUnsupportedMediaType
	case ReasonQueueFull:
		return http.StatusTooManyRequests
	case ReasonRefetch, ReasonInProgress, ReasonShutdown:
		return http.StatusServiceUnavailable
	case ReasonFailed, ReasonPanicked, ReasonTimeout:
	}
	return http.StatusInternalServerError
}

// ok reports whether the sender gets a success response.
func (r Reason) ok() bool { return r.status() == http.StatusOK }

// A RequestError says why a callback was refused. It never holds a secret or the request's URL.
type RequestError struct {
	Reason Reason
	Err    error // the cause, or nil
}

// Error describes the problem.
func (e *RequestError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("acrcloud: callback refused: %s", e.Reason)
	}
	return text.Terminal(fmt.Sprintf("acrcloud: callback refused: %s: %v", e.Reason, e.Err))
}

// Unwrap returns the cause.
func (e *RequestError) Unwrap() error { return e.Err }

// StatusCode is the status code to respond with.
func (e *RequestError) StatusCode() int { return e.Reason.status() }

func refuse(reason Reason, format string, args ...any) *RequestError {
	return &RequestError{Reason: reason, Err: fmt.Errorf(format, args...)}
}
