package console_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

const (
	testToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.claims.signature"
	acrid     = "0123456789abcdef0123456789abcdef"
)

// api is the service as one test wants it: what stands in the map is answered, by "METHOD host/api/path" or "METHOD /path" without /api, in
// memory and without sockets, so that it works in a synctest bubble. Everything else is a failure of the test.
type api struct {
	t      *testing.T
	routes map[string]http.HandlerFunc

	mu   sync.Mutex
	seen []sent
}

// A sent is a request that was made.
type sent struct {
	Line, Query, Body string
	Header            http.Header
}

// RoundTrip implements [http.RoundTripper].
func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	path := strings.TrimPrefix(r.URL.Path, "/api")
	handler, ok := a.routes[r.Method+" "+r.URL.Host+r.URL.Path]
	if !ok {
		handler, ok = a.routes[r.Method+" "+path]
	}
	if !ok {
		a.t.Errorf("unexpected request: %s %s", r.Method, r.URL)
		handler = http.NotFound
	}
	in := r.Clone(r.Context())
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	in.Body = io.NopCloser(strings.NewReader(string(body)))
	a.mu.Lock()
	a.seen = append(a.seen, sent{r.Method + " " + path, r.URL.RawQuery, string(body), r.Header.Clone()})
	a.mu.Unlock()
	w := httptest.NewRecorder()
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	if err := serve(handler, w, in); err != nil {
		return nil, err
	}
	resp := w.Result()
	resp.Request = r
	return resp, r.Context().Err()
}

// serve turns a handler's http.ErrAbortHandler into a lost connection.
func serve(handler http.HandlerFunc, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler { //nolint:errorlint,err113 // a panic's value
				panic(p)
			}
			err = io.ErrUnexpectedEOF
		}
	}()
	handler(w, r)
	return nil
}

func (a *api) requests() []sent {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]sent(nil), a.seen...)
}

// only returns the one request that was made.
func (a *api) only() sent {
	a.t.Helper()
	all := a.requests()
	require.Len(a.t, all, 1)
	return all[0]
}

func (a *api) count(prefix string) (n int) {
	for _, r := range a.requests() {
		if strings.HasPrefix(r.Line, prefix) {
			n++
		}
	}
	return n
}

// newAPI returns a client of the public service, which is played by routes.
func newAPI(t *testing.T, routes map[string]http.HandlerFunc, opts ...acrcloud.Option) (*console.Client, *api) {
	t.Helper()
	a := &api{t: t, routes: routes}
	c, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken)},
		append([]acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: a})}, opts...)...)
	require.NoError(t, err)
	return c, a
}

func says(body string) http.HandlerFunc { return answers(http.StatusOK, body) }

func answers(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn answers the first request with the first handler, and so on; the last goes on.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		h := handlers[min(n, len(handlers)-1)]
		n++
		mu.Unlock()
		h(w, r)
	}
}

func lost(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// pageOf is the only page of a list.
func pageOf(rows ...string) string {
	return `{"data":[` + strings.Join(rows, ",") + `],"links":{"first":"x","last":"y","prev":null,"next":null},` +
		`"meta":{"current_page":1,"from":1,"last_page":1,"path":"x","per_page":"20","to":1,"total":` + strconv.Itoa(len(rows)) + `}}`
}

// roundTrip encodes v, decodes that, and expects an equal value.
func roundTrip[T any](t *testing.T, v *T) {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	again := new(T)
	require.NoError(t, json.Unmarshal(data, again))
	assert.Equal(t, v, again)
}

// isArgument reports the field that an error is about.
func isArgument(t *testing.T, err error, field string) {
	t.Helper()
	var e *acrcloud.ArgumentError
	require.ErrorAs(t, err, &e)
	assert.Equal(t, field, e.Field)
	assert.NotEmpty(t, e.Remedy)
}

func jsonUnmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }
