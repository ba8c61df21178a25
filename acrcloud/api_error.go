package acrcloud

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/text"
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

// Error says what was asked, what the service answered and, where it is known, what to do. It is safe to print, while Message and
// Fields hold the service's words as they came.
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
	if problems := e.problems(e.Message); problems != "" {
		b.WriteString("; " + problems)
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " (after %d attempts)", e.Attempts)
	}
	hint := e.Hint()
	if hint == "" || e.Remedy == "" && hint == e.fieldsHint() { // the fields have been named
		return b.String()
	}
	return strings.TrimRight(b.String(), ". ") + ". " + hint
}

// problems lists what the service says about each field, but for what was said already.
func (e *APIError) problems(said string) string {
	var list []string
	for _, field := range slices.Sorted(maps.Keys(e.Fields)) {
		for _, problem := range e.Fields[field] {
			if problem != said {
				list = append(list, field+": "+problem)
			}
		}
	}
	return strings.Join(list, "; ")
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

// Hint says in one or two sentences what to do: Remedy if it is set, else what follows from the answer. It is empty where
// nothing follows. Where the answer allows several explanations, it names what to check.
func (e *APIError) Hint() string {
	switch {
	case e == nil:
		return ""
	case e.Remedy != "":
		return e.Remedy
	case e.Code != 0:
		return codeHint(e.Code)
	case e.Op != "" && e.Path == "":
		return "" // from the storage behind a presigned URL, which is no part of the API
	case e.saysInvalidContainer():
		return "The service does not know this container at the host that was asked: check its id, that it belongs to the token's account, and its region. With Config.Region empty the region is looked up."
	case e.identification():
		return e.identificationHint()
	}
	return e.consoleHint()
}

// codeHint is about the status codes of the identification API.
func codeHint(code int) string {
	switch code {
	case 2004:
		return "No fingerprint could be made of the sample: send about 12 seconds of audio that is neither silent nor noise, in a common format."
	case 3000:
		return "The service failed, and may have counted the request all the same. RetryPolicy.RetryServiceErrors tries such requests again."
	case 3001:
		return "The access key is missing or unknown to this host: use the access key and the host that the console shows together for a project. A Console API token does not work here."
	case 3002:
		return "The request did not arrive as a form: check whether something in between rewrites requests."
	case 3003:
		return "The limit of the account or project is used up: wait until it is renewed, or raise it in the console."
	case 3006:
		return "The service refused the request's arguments: check that a fingerprint was made by ACRCloud's own tools, and the fields added with WithField."
	case 3013:
		return "This code is not documented; ACRCloud's own tools stop on it as on a used-up limit: check the account and the project in the console."
	case 3014:
		return "The signature does not fit: take access key, access secret and host from one project."
	case 3015:
		return "Too many requests per second for the project: share one client, slow it down with WithRateLimiter, or raise the limit in the console."
	case 3016:
		return "Send less: 12 seconds are enough to identify a recording."
	}
	return ""
}

// identificationHint is about answers of the identification API's host without a status code, which come from in between or
// from another host as a rule.
func (e *APIError) identificationHint() string {
	switch {
	case e.StatusCode == http.StatusRequestEntityTooLarge:
		return codeHint(3016)
	case e.StatusCode == http.StatusTooManyRequests:
		return e.slowDown()
	case e.StatusCode >= 300 && e.StatusCode < 500:
		return "The identification service itself answers with a code of its own: check Config.IdentifyHost, and whether a proxy or firewall is in between."
	}
	return ""
}

// consoleHint is about the Console API.
func (e *APIError) consoleHint() string {
	switch {
	case e.StatusCode == http.StatusUnauthorized, e.StatusCode == http.StatusForbidden:
		return e.tokenHint()
	case e.StatusCode == http.StatusProxyAuthRequired:
		return "The proxy wants credentials: set them where the proxy is configured, such as in HTTPS_PROXY."
	case e.StatusCode == http.StatusRequestEntityTooLarge:
		return "The content is too large to be sent this way: use the presigned upload, which has no limit."
	case e.StatusCode == http.StatusTooManyRequests:
		return e.slowDown()
	case e.StatusCode >= 300 && e.StatusCode < 400:
		return "The service redirected the request, which was not followed: check Config.BaseURL."
	case e.StatusCode == http.StatusNotFound && e.isWebPage():
		return "The answer is a web page, not the API's: check Config.BaseURL."
	case e.Is(ErrNotFound):
		return "Check the ids: a file is found only in its own container, and a container only in its own account."
	case e.Is(ErrInvalid):
		return e.fieldsHint()
	}
	return ""
}

// tokenHint is about 401 and 403, without knowledge of what was sent.
func (e *APIError) tokenHint() string {
	message := strings.ToLower(e.Message)
	switch {
	case e.isWebPage():
		return "The answer is a web page, not the API's: check Config.BaseURL, and whether a proxy or firewall is in between. " + fileScanningHint
	case strings.Contains(message, "scope"):
		return "Make a token that has the File Scanning scope: in the console under Account, Developer Settings."
	case strings.Contains(message, "expired"):
		return "Make a new token: in the console under Account, Developer Settings."
	}
	return fileScanningHint
}

const fileScanningHint = "File Scanning needs a Console API token (it begins with eyJ), made under Account, Developer Settings, with the File Scanning scope; a project's access key does not work here."

func (e *APIError) slowDown() string {
	hint := "Send fewer requests per second: share one client, and see WithRateLimiter."
	if e.RetryAfter > 0 {
		return fmt.Sprintf("Wait for %v. %s", e.RetryAfter, hint)
	}
	return hint
}

// fieldsHint repeats what the service says about each field.
func (e *APIError) fieldsHint() string {
	if problems := e.problems(""); problems != "" {
		return "Correct what the service names: " + problems
	}
	return ""
}

// identification reports whether the identification API was asked.
func (e *APIError) identification() bool {
	return strings.HasPrefix(e.Op, "identify") || strings.HasSuffix(e.Path, "/v1/identify")
}

// isWebPage reports whether the answer was HTML, where the API answers in JSON.
func (e *APIError) isWebPage() bool {
	return strings.HasPrefix(e.Header.Get("Content-Type"), "text/html") || strings.HasPrefix(e.Message, "<")
}

// saysInvalidContainer recognises what the service says of a container in another region or of another account. With which
// status it says so is not known.
func (e *APIError) saysInvalidContainer() bool {
	if e.StatusCode < 400 || e.StatusCode >= 500 {
		return false
	}
	said := strings.ToLower(e.Message + "; " + e.problems(""))
	return slices.ContainsFunc([]string{"invalid container", "container is invalid", "container id is invalid"}, func(s string) bool {
		return strings.Contains(said, s)
	})
}
