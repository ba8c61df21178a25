package transport

import (
	"net/http"
	"net/url"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

// maxRedirects is how many are followed in a row.
const maxRedirects = 5

// follow is what the HTTP client asks before it follows a redirect. One that is not followed is reported as an error: a request that
// creates something must not be repeated elsewhere, and credentials must not travel to another host.
func follow(next *http.Request, via []*http.Request) error {
	next.Header.Del("Referer") // it would show the last URL, which may be a credential
	first := via[0]
	if len(via) > maxRedirects || callOf(next.Context()).refuseRedirect(first, next) != "" {
		return http.ErrUseLastResponse
	}
	return nil
}

// refuseRedirect says why a redirect is not followed; it is empty where it is: of a read within its host, and of content for a presigned
// URL, which needs no other credential, to any https host.
func (c *call) refuseRedirect(first, next *http.Request) string {
	to := next.URL
	switch {
	case to.User != nil:
		return "its URL holds credentials"
	case c.req.Cost == Storage:
		switch {
		case next.Method != first.Method:
			return "it would turn " + first.Method + " into " + next.Method
		case to.Scheme != "https" && (!endpoint.IsLoopback(to.Hostname()) || !endpoint.IsLoopback(first.URL.Hostname())):
			return "it does not lead to https"
		case !c.req.repeatable():
			return "the content was read already and can be read only once"
		}
		return ""
	case first.Method != http.MethodGet:
		return first.Method + " is not repeated elsewhere"
	case to.Host != first.URL.Host || to.Scheme != first.URL.Scheme:
		return "it leads to another server, which must not get the credentials"
	}
	return ""
}

// redirected completes the error of a redirect that was not followed: where it led, and why not there.
func (c *call) redirected(e *acrcloud.APIError, location string) {
	from, err := url.Parse(c.req.URL)
	if err != nil || location == "" {
		return
	}
	to, err := from.Parse(location)
	if err != nil || to.Host == "" {
		return
	}
	next := &http.Request{Method: c.req.Method, URL: to}
	if e.StatusCode < http.StatusTemporaryRedirect && next.Method != http.MethodHead {
		next.Method = http.MethodGet
	}
	why := c.refuseRedirect(&http.Request{Method: c.req.Method, URL: from}, next)
	if why == "" {
		why = "there were too many in a row"
	}
	e.Message = "redirected to " + (&url.URL{Scheme: to.Scheme, Host: to.Host}).String() + ", which was not followed: " + why
	switch {
	case c.req.Cost == Storage && !c.req.repeatable():
		e.Remedy = "Use a source that can be opened again, such as FromFile, FromReaderAt or NewSource."
	case c.req.Cost == Storage:
		e.Remedy = "The storage wants the content elsewhere. Upload again; if it happens again, ask the service."
	case from.Scheme == "http" && to.Scheme == "https" && from.Hostname() == to.Hostname():
		e.Remedy = "The server wants https: change http:// to https:// in the configuration."
	}
}
