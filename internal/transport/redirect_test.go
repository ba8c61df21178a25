package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A storage is two servers of which the first redirects to wherever it is told.
type redirecting struct {
	plain, secure *httptest.Server
	client        *http.Client

	mu     sync.Mutex
	stored []string // what has arrived at /end: method and content
	header http.Header
	length int64
}

func newRedirecting(t *testing.T) *redirecting {
	t.Helper()
	s := &redirecting{}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/end":
		case "/loop":
			w.Header().Set("Location", "/loop?sig=s1gn4ture")
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		default:
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Location", r.URL.Query().Get("to"))
			var status int
			_, _ = fmt.Sscan(r.URL.Path[1:], &status)
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `<a href="%s">moved</a>`, r.URL.Query().Get("to"))
			return
		}
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.stored = append(s.stored, r.Method+" "+string(body))
		s.header, s.length = r.Header.Clone(), r.ContentLength
	})
	s.plain, s.secure = httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	s.secure.Config.ErrorLog = discardLog()
	s.secure.StartTLS()
	pool := x509.NewCertPool()
	pool.AddCert(s.secure.Certificate())
	tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
	s.client = &http.Client{Transport: tr}
	t.Cleanup(func() {
		tr.CloseIdleConnections()
		s.plain.Close()
		s.secure.Close()
	})
	return s
}

// S3 sends a presigned PUT to the region of a young bucket with 307. It needs no credential but its URL, so it follows, with the
// same content.
func TestDoFollowsTheStorage(t *testing.T) {
	t.Parallel()
	for _, status := range []int{307, 308} {
		for _, method := range []string{http.MethodPut, http.MethodPost} {
			for name, urls := range map[string]func(s *redirecting) (from, to string){
				"https to https":    func(s *redirecting) (string, string) { return s.secure.URL, s.secure.URL },
				"loopback to https": func(s *redirecting) (string, string) { return s.plain.URL, s.secure.URL },
				"loopback to loopback": func(s *redirecting) (string, string) {
					return s.plain.URL, strings.Replace(s.plain.URL, "127.0.0.1", "localhost", 1)
				},
			} {
				t.Run(fmt.Sprint(status, method, name), func(t *testing.T) {
					t.Parallel()
					s := newRedirecting(t)
					from, to := urls(s)
					req := store(fmt.Sprintf("%s/%d?sig=s1gn4ture&to=%s/end", from, status, to), "content")
					req.Method = method
					req.Header = http.Header{"Content-Type": {"audio/mpeg"}}
					var sent []int64
					req.Body.OnSent = func(_ int, n int64) { sent = append(sent, n) }
					_, err := client(t, acrcloud.WithHTTPClient(s.client)).Do(t.Context(), req)
					require.NoError(t, err)
					assert.Equal(t, []string{method + " content"}, s.stored)
					assert.EqualValues(t, len("content"), s.length)
					assert.Equal(t, "audio/mpeg", s.header.Get("Content-Type"))
					assert.Empty(t, s.header.Get("Authorization"))
					assert.Empty(t, s.header.Get("Referer"), "it would tell the first URL")
					assert.Equal(t, []int64{7}, sent, "progress does not go back")
				})
			}
		}
	}
}

// Whatever is not followed says where it led and why not there, and shows no more than the host.
func TestDoSaysWhyItDoesNotFollow(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		kind   string // store, post or get
		secure bool   // the first server
		to     string // {secure} and {plain} are the servers' addresses
		once   bool   // the content can be read only once
		says   []string
	}{
		"content to plain http":                {status: 307, kind: "store", secure: true, to: "http://storage.test/end?sig=s1gn4ture", says: []string{"redirected to http://storage.test", "https"}},
		"content to plain http, from loopback": {status: 307, kind: "store", to: "http://storage.test/end?sig=s1gn4ture", says: []string{"redirected to http://storage.test", "https"}},
		"content with credentials":             {status: 308, kind: "store", secure: true, to: "https://user:s1gn4ture@storage.test/", says: []string{"redirected to https://storage.test", "credentials"}},
		"content that was read":                {status: 307, kind: "store", secure: true, to: "{secure}/end?sig=s1gn4ture", once: true, says: []string{"redirected to {secure}", "only once", "FromFile"}},
		"content as a GET, 301":                {status: 301, kind: "store", secure: true, to: "{secure}/end?sig=s1gn4ture", says: []string{"redirected to {secure}", "PUT into GET"}},
		"content as a GET, 302":                {status: 302, kind: "store", secure: true, to: "{secure}/end?sig=s1gn4ture", says: []string{"redirected to {secure}", "PUT into GET"}},
		"content as a GET, 303":                {status: 303, kind: "store", secure: true, to: "{secure}/end?sig=s1gn4ture", says: []string{"redirected to {secure}", "PUT into GET"}},
		"content for ever":                     {status: 307, kind: "store", secure: true, to: "", says: []string{"too many"}},
		"billed, 307":                          {status: 307, kind: "post", secure: true, to: "{secure}/end?sig=s1gn4ture", says: []string{"redirected to {secure}", "POST is not repeated"}},
		"billed, 302":                          {status: 302, kind: "post", secure: true, to: "{secure}/end?sig=s1gn4ture", says: []string{"redirected to {secure}", "POST is not repeated"}},
		"billed, to https":                     {status: 308, kind: "post", to: "{secure}/end", says: []string{"redirected to {secure}", "change http:// to https://"}},
		"read, to https":                       {status: 301, kind: "get", to: "{secure}/end", says: []string{"redirected to {secure}", "change http:// to https://"}},
		"read, to another host":                {status: 302, kind: "get", secure: true, to: "https://other.test/end", says: []string{"redirected to https://other.test", "credentials"}},
		"read, with credentials":               {status: 302, kind: "get", secure: true, to: "https://user:s1gn4ture@{secure host}/end", says: []string{"redirected to {secure}", "credentials"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newRedirecting(t)
			fill := strings.NewReplacer("{secure}", s.secure.URL, "{plain}", s.plain.URL, "{secure host}", strings.TrimPrefix(s.secure.URL, "https://")).Replace
			from := s.plain.URL
			if tt.secure {
				from = s.secure.URL
			}
			url := fmt.Sprintf("%s/%d?sig=s1gn4ture&to=%s", from, tt.status, fill(tt.to))
			if tt.to == "" {
				url = from + "/loop?sig=s1gn4ture"
			}
			req := get(url)
			switch tt.kind {
			case "store":
				req = store(url, "content")
			case "post":
				req = post(url, "content")
			}
			if tt.once {
				taken := false
				open := req.Body.Open
				req.Body.Repeatable = func() bool { return !taken }
				req.Body.Open = func(ctx context.Context) (io.ReadCloser, error) {
					taken = true
					return open(ctx)
				}
			}
			_, err := client(t, acrcloud.WithHTTPClient(s.client)).Do(t.Context(), req)
			e, ok := errors.AsType[*acrcloud.APIError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.status, e.StatusCode)
			assert.Equal(t, 1, e.Attempts)
			for _, text := range tt.says {
				assert.Contains(t, err.Error(), fill(text))
			}
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), "s1gn4ture")
			assert.Empty(t, s.stored)
			assert.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		})
	}
}

// A redirect never leaves https, to wherever it leads.
func TestDoDoesNotLeaveHTTPS(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		req *transport.Request
		to  string
	}{
		"a read on its host":      {get("https://api.test/api/things"), "http://api.test/api/things"},
		"content to this machine": {store(signedURL, "content"), "http://127.0.0.1/end"},
		"content to another host": {store(signedURL, "content"), "http://other.test/end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			c := newClient(t, func(r *http.Request) (*http.Response, error) {
				if sent++; sent == 1 {
					return respond(http.StatusTemporaryRedirect, "Location", tt.to)(r)
				}
				return respond(200)(r)
			})
			_, err := c.Do(t.Context(), tt.req)
			require.ErrorContains(t, err, "was not followed")
			assert.Equal(t, 1, sent)
		})
	}
}
