package webhook

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// credentials are the headers that never become part of an [Event], whoever sent them.
var credentials = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// withoutCredentials returns the header of a request without what must not be shown: credentials, the header called name, and
// headers in which a proxy has repeated the URL's query or one of the given secrets.
func withoutCredentials(r *http.Request, name string, given []string) http.Header {
	header := r.Header.Clone()
	for _, credential := range append(slices.Clip(credentials), name) {
		header.Del(credential)
	}
	var hidden []string
	if r.URL != nil {
		hidden = append(hidden, r.URL.RawQuery)
	}
	for _, secret := range given {
		hidden = append(hidden, secret, url.QueryEscape(secret), url.PathEscape(secret))
	}
	hidden = slices.DeleteFunc(hidden, func(text string) bool { return text == "" })
	for key, values := range header {
		if slices.ContainsFunc(values, func(value string) bool {
			return slices.ContainsFunc(hidden, func(text string) bool { return strings.Contains(value, text) })
		}) {
			delete(header, key)
		}
	}
	return header
}
