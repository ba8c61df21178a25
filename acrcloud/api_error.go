package acrcloud

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// An APIError says that the service answered and said no, over either of its APIs and whatever the body. It matches the
// sentinels [ErrUnauthorized], [ErrNotFound] and so on by its status or code. It holds no credential, signature, presigned
// URL or callback URL.
type APIError struct {
	Op         string              // the operation, such as "containers.get"
	Method     string              // the HTTP method
	Path       string              // the URL's path, never its query; empty for a presigned URL
	StatusCode int                 // the HTTP status
	Code       int                 // the identification API's status code; 0 for the Console API
	Message    string              // what the service said, or the beginning of a body that is not JSON
	Fields     map[string][]string // validation messages by field, with 422
	Header     http.Header         // of the answer, without cookies
	RetryAfter time.Duration       // how long the service asked to wait; 0 if it did not say
	Attempts   int                 // how many times the request was sent
	Body       []byte              // the beginning of the answer's body, at most 64 KiB
	Remedy     string              // what to do about it, where the request tells more than the answer
}

// Error says what was asked, what the service answered and, where it is known, what to do.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "acrcloud: %s: ", e.Op)
	if e.Path != "" {
		fmt.Fprintf(&b, "%s %s: ", e.Method, e.Path)
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, "code %d", e.Code)
	} else {
		fmt.Fprintf(&b, "HTTP %d", e.StatusCode)
	}
	if e.Message != "" {
		b.WriteString(": ")
		b.WriteString(e.Message)
	}
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		for _, problem := range e.Fields[field] {
			if problem != e.Message {
				fmt.Fprintf(&b, "; %s: %s", field, problem)
			}
		}
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	if hint := e.Hint(); hint != "" {
		b.WriteString(". ")
		b.WriteString(hint)
	}
	return b.String()
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
		return e.StatusCode == http.StatusNotFound || e.emptyAnswer()
	case ErrInvalid:
		return e.StatusCode == http.StatusBadRequest || e.StatusCode == http.StatusUnprocessableEntity || e.Code == 3002 || e.Code == 3006
	case ErrBadSample:
		return e.StatusCode == http.StatusRequestEntityTooLarge || e.Code == 2004 || e.Code == 3016
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests || e.Code == 3015
	case ErrQuotaExceeded:
		return e.Code == 3003 || e.Code == 3013
	case ErrServer:
		return e.StatusCode >= 500 || e.Code == 3000 || e.Code == 3011
	}
	return false
}

// emptyAnswer reports whether the service answered a request for one item with success and no item, its other way of
// saying "not found".
func (e *APIError) emptyAnswer() bool {
	return e.StatusCode >= 200 && e.StatusCode < 300 && e.Code == 0
}

// Hint says in one sentence what to do: Remedy if it is set, else what follows from the status and the message.
func (e *APIError) Hint() string {
	if e.Remedy != "" {
		return e.Remedy
	}
	switch {
	case e.saysInvalidContainer():
		return "The container belongs to another region or account: leave Config.Region empty so that the region is looked up, and check the container id."
	case e.Code == 3001:
		return "The access key is missing or unknown to this host: use the key and the host shown together on the project's page."
	case e.Code == 3014:
		return "The signature does not fit: take access key, access secret and host from the same project."
	case e.StatusCode == http.StatusUnauthorized, e.StatusCode == http.StatusForbidden:
		return "File Scanning needs a Console API token (it begins with eyJ), made under Account, Developer Settings; a project's access key does not work here."
	case e.Code == 3003, e.Code == 3013:
		return "The account's limit is used up: wait for its quota to be renewed, or raise it in the console."
	case e.Is(ErrRateLimited):
		return "Send fewer requests per second: share one client, and see WithRateLimiter."
	case e.Code == 2004:
		return "The sample is silent, too short or in an unknown format: send about 12 seconds of clear audio."
	case e.Code == 3016, e.StatusCode == http.StatusRequestEntityTooLarge:
		return "Send less: 12 seconds are enough to identify a recording."
	case e.StatusCode >= 300 && e.StatusCode < 400:
		return "The service redirected the request, which was not followed: check Config.BaseURL."
	}
	return ""
}

func (e *APIError) saysInvalidContainer() bool {
	return e.StatusCode >= 400 && e.StatusCode < 500 && strings.Contains(strings.ToLower(e.Message), "invalid container")
}
