package webhook

import (
	"net/http"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// credentials are the headers that never become part of an [Event], whoever sent them.
var credentials = []string{"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie"}

// withoutCredentials returns the header of a request without what must not be shown: credentials, the header called name, and
// headers in which a proxy has repeated the URL's query, or one of the given secrets in any spelling.
func withoutCredentials(r *http.Request, name string, given []string) http.Header {
	header := r.Header.Clone()
	for _, credential := range append(slices.Clip(credentials), name) {
		header.Del(credential)
	}
	query := ""
	if r.URL != nil {
		query = r.URL.RawQuery
	}
	for key, values := range header {
		if slices.ContainsFunc(values, func(value string) bool {
			return query != "" && strings.Contains(value, query) || transport.Shows(value, given...)
		}) {
			delete(header, key)
		}
	}
	return header
}
