package acrcloud

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/remedy"
	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// An APIError reports that the service refused a request, over either of its APIs and with any body. It matches the
// sentinels [ErrUnauthorized], [ErrNotFound] and so on by its status or code. It holds no credential, signature, presigned
// URL or callback URL.
type APIError struct {
	Op         string              // the operation, such as "containers.get"
	Method     string              // the HTTP method
	Path       string              // the URL's path, never its query; empty for a presigned URL
	StatusCode int                 // the HTTP status
	Code       int                 // the identification API's status code; 0 for the Console API
	Message    string              // what the service said, or the start of a body that is not JSON
	Fields     map[string][]string // validation messages by field, with 422
	Header     http.Header         // of the response, without cookies
	RetryAfter time.Duration       // the wait that the service asked for; 0 if it asked for none
	Attempts   int                 // how many times the request was sent
	Body       []byte              // the start of the response's body, at most 64 KiB
	Remedy     string              // what to do about it, where the request explains more than the response
}

// Error returns the operation, the service's response and, where it is known, the remedy. It is safe to print. Message and Fields
// hold the service's words unchanged.
func (e *APIError) Error() string { return text.Terminal(e.describe()) }

func (e *APIError) describe() string {
	var b strings.Builder
	b.WriteString("acrcloud: ")
	if e.Op != "" {
		b.WriteString(e.Op + ": ")
	}
	if e.Path != "" {
		b.WriteString(strings.TrimSpace(e.Method+" "+e.Path) + ": ")
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, "code %d", e.Code)
	} else {
		fmt.Fprintf(&b, "HTTP %d", e.StatusCode)
	}
	if message := strings.TrimRight(e.Message, ". "); message != "" {
		b.WriteString(": " + message)
	}
	if problems := remedy.Problems(e.Fields, e.Message); problems != "" {
		b.WriteString("; " + problems)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	hint := e.Hint()
	if hint == "" || e.Remedy == "" && hint == remedy.OfFields(e.Fields) { // the fields have been named
		return b.String()
	}
	return strings.TrimRight(b.String(), ". ") + ". " + hint
}

// Is matches the sentinels of this package.
func (e *APIError) Is(target error) bool {
	switch target {
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrCredentials:
		return e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden || e.Code == 3001 || e.Code == 3014
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound || e.emptyResponse()
	case ErrInvalid:
		return e.StatusCode == http.StatusBadRequest || e.StatusCode == http.StatusUnprocessableEntity || e.Code == 3002 || e.Code == 3006
	case ErrBadSample:
		return e.Code == 2004 || e.Code == 3016 || e.StatusCode == http.StatusRequestEntityTooLarge && remedy.Response(*e).Identification()
	case ErrTooLarge:
		return e.Code == 3016 || e.StatusCode == http.StatusRequestEntityTooLarge
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests || e.Code == 3015
	case ErrQuotaExceeded:
		return e.Code == 3003 || e.Code == 3013
	case ErrServer:
		return e.StatusCode >= 500 || e.Code == 3000 || e.Code == 3011
	}
	return false
}

// emptyResponse reports whether the service responded to a request for one item with success but no item, its other way of saying "not
// found". A success whose body reports an error has a header, and may be about anything.
func (e *APIError) emptyResponse() bool {
	return e.saysNoWithSuccess() && (len(e.Header) == 0 && len(e.Body) == 0 || strings.Contains(strings.ToLower(e.Message), "not found"))
}

func (e *APIError) saysNoWithSuccess() bool {
	return e.StatusCode >= 200 && e.StatusCode < 300 && e.Code == 0
}

// Hint returns one or two sentences that say what to do: Remedy if it is set, otherwise what the response suggests. It is empty if
// the response suggests nothing. If several explanations are possible, it names what to check.
func (e *APIError) Hint() string {
	switch {
	case e == nil:
		return ""
	case e.Remedy != "":
		return e.Remedy
	}
	return remedy.Of(remedy.Response(*e), remedy.Token{})
}
