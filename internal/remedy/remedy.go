// Package remedy is the one place that says what to do about a refusal. It uses the response and, if known, the token that was sent. If
// several explanations are possible, the remedy names what to check.
//
// It imports the standard library only, because package acrcloud uses it.
package remedy

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A Response is the service's response to explain. It mirrors acrcloud.APIError, and the compiler checks the conversion.
type Response struct {
	Op         string
	Method     string
	Path       string
	StatusCode int
	Code       int
	Message    string
	Fields     map[string][]string
	Header     http.Header
	RetryAfter time.Duration
	Attempts   int
	Body       []byte
	Remedy     string
}

// Of returns one or two sentences that say what to do. It is empty if the response suggests nothing.
func Of(a Response, sent Token) string {
	switch {
	case a.Code != 0:
		return ofCode(a.Code)
	case a.Op != "" && a.Path == "":
		return "" // from the storage behind a presigned URL, which is no part of the API
	case a.saysInvalidContainer():
		return "The service does not know this container at the host that was asked: check its id, that it belongs to the token's account, and its region. With Config.Region empty the region is looked up."
	case a.Identification():
		return ofIdentification(a)
	}
	return ofConsole(a, sent)
}

// ofConsole is about the Console API.
func ofConsole(a Response, sent Token) string {
	switch status := a.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status < 300 && a.says("authentica"): // a success that says no
		return ofToken(a, sent)
	case status == http.StatusProxyAuthRequired:
		return "The proxy wants credentials: set them where the proxy is configured, such as in HTTPS_PROXY."
	case status == http.StatusRequestEntityTooLarge:
		return "The content is too large to be sent this way: use the presigned upload, which has no limit."
	case status == http.StatusTooManyRequests:
		return a.slowDown()
	case status >= 300 && status < 400:
		return "The service redirected the request, which was not followed: check Config.BaseURL."
	case status == http.StatusNotFound && a.isWebPage():
		return "The response is a web page, not the API's: check Config.BaseURL."
	case status == http.StatusNotFound, status >= 200 && status < 300 && len(a.Header) == 0: // success, and nothing in it
		return CheckIDs
	case status == http.StatusBadRequest, status == http.StatusUnprocessableEntity, status < 300:
		return OfFields(a.Fields)
	}
	return ""
}

// CheckIDs is what to do where something was not found.
const CheckIDs = "Check the ids: a file is found only in its own container, and everything only in its own account."

// OfFields repeats what the service says about each field.
func OfFields(fields map[string][]string) string {
	if problems := Problems(fields, ""); problems != "" {
		return "Correct what the service names: " + problems
	}
	return ""
}

// Problems lists what the service says about each field, without repetitions.
func Problems(fields map[string][]string, said string) string {
	var list []string
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		for _, problem := range fields[field] {
			if problem != said {
				list = append(list, field+": "+problem)
			}
		}
	}
	return strings.Join(list, "; ")
}

func (a Response) slowDown() string {
	hint := "Send fewer requests per second: share one client, and see WithRateLimiter."
	if a.RetryAfter > 0 {
		return fmt.Sprintf("Wait for %v. %s", a.RetryAfter, hint)
	}
	return hint
}

// isWebPage reports whether the response was HTML, where the API sends JSON.
func (a Response) isWebPage() bool {
	return strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(a.Message, "<")
}

// saysInvalidContainer recognises what the service says of a container in another region or of another account. With which
// status it says so is not known.
func (a Response) saysInvalidContainer() bool {
	return (a.StatusCode < 300 || a.StatusCode >= 400) && a.StatusCode < 500 && a.says("invalid container", "container is invalid", "container id is invalid")
}

// says reports whether one of the phrases is in the service's words.
func (a Response) says(phrases ...string) bool {
	said := strings.ToLower(a.Message + "; " + Problems(a.Fields, ""))
	return slices.ContainsFunc(phrases, func(phrase string) bool { return strings.Contains(said, phrase) })
}
