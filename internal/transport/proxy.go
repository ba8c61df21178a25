package transport

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// errProxy is the error for the address of a proxy that cannot be parsed. The address itself may hold a password.
var errProxy = errors.New("the address of the proxy cannot be read: check HTTPS_PROXY, or name the host in NO_PROXY")

// A proxyError is the error of a proxy that makes no connection to the host.
type proxyError struct{ status string }

func (e *proxyError) Error() string { return "the proxy refused the connection: " + e.status }

// proxyFailure says it where a proxy is what failed: net/http has the bare status of one that refuses to connect to an https host, and
// shows the address of one, password included, where it cannot be parsed.
func (a *attempt) proxyFailure(base http.RoundTripper, req *http.Request, err error) error {
	t, ok := base.(*http.Transport)
	if !ok || t.Proxy == nil || a.connected.Load() || req.Context().Err() != nil {
		return err
	}
	proxy, invalid := t.Proxy(req)
	switch {
	case invalid != nil:
		a.held.Store(true)
		return errProxy
	case proxy == nil || req.URL.Scheme != "https":
		return err
	}
	switch status := statusOf(err.Error()); status {
	case 0:
		return err
	case http.StatusProxyAuthRequired:
		return &acrcloud.APIError{StatusCode: status}
	default:
		return &proxyError{strconv.Itoa(status) + " " + http.StatusText(status)}
	}
}

// statusOf returns the HTTP status of which text is the reason phrase; 0 if of none.
func statusOf(text string) int {
	if strings.Contains(strings.ToLower(text), "proxy auth") {
		return http.StatusProxyAuthRequired
	}
	for status := 300; status < 600; status++ {
		if known := http.StatusText(status); known != "" && strings.EqualFold(known, text) {
			return status
		}
	}
	return 0
}

// wantsProxyCredentials completes the error of a proxy that does not let a request pass. What it wrote is its own page.
func wantsProxyCredentials(e *acrcloud.APIError) {
	e.Message, e.Fields, e.Body = "the proxy wants credentials", nil, nil
	e.Remedy = "Put a user name and password for the proxy into its address, such as HTTPS_PROXY=http://user:password@proxy:3128, or name the host in NO_PROXY."
}
