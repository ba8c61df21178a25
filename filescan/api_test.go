package filescan_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

const (
	testToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.claims.signature"
	fileID    = "6b1e2c1a-0000-4000-8000-000000000001"

	containerID = 7 // the one that newAPI has
)

var testTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// api is the service as one test wants it: what stands in the map is answered, by "METHOD host/path" or "METHOD /path", in memory
// and without sockets, so that it works in a synctest bubble. Everything else is a failure of the test.
type api struct {
	t      *testing.T
	routes map[string]http.HandlerFunc

	mu   sync.Mutex
	seen []string
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	host, path := r.URL.Host+r.URL.Path, r.URL.Path
	a.mu.Lock()
	a.seen = append(a.seen, r.Method+" "+host)
	a.mu.Unlock()
	handler, ok := a.routes[r.Method+" "+host]
	if !ok {
		handler, ok = a.routes[r.Method+" "+path]
	}
	if !ok {
		a.t.Errorf("unexpected request: %s %s", r.Method, r.URL)
		handler = http.NotFound
	}
	w := httptest.NewRecorder()
	w.Header().Set("Date", time.Now().UTC().Format(http.TimeFormat))
	in := r.Clone(r.Context())
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if err := serveHTTP(handler, w, in); err != nil {
		return nil, err
	}
	_, err := io.Copy(io.Discard, in.Body)
	if r.Body != nil {
		_ = r.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	resp := w.Result()
	resp.Request = r
	return resp, r.Context().Err()
}

// serveHTTP turns a handler's http.ErrAbortHandler into a lost connection.
func serveHTTP(handler http.HandlerFunc, w http.ResponseWriter, r *http.Request) (err error) {
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

func (a *api) requests() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]string(nil), a.seen...)
}

func (a *api) count(prefix string) int {
	n := 0
	for _, r := range a.requests() {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

// newAPI returns a client of the public service, which is played by routes. Its container 7 is in eu-west-1.
func newAPI(t *testing.T, routes map[string]http.HandlerFunc, opts ...acrcloud.Option) (*filescan.Client, *api) {
	t.Helper()
	a := &api{t: t, routes: map[string]http.HandlerFunc{
		"GET api-v2.acrcloud.com/api/fs-containers/7": says(`{"data":{"id":7,"name":"seven","region":"eu-west-1"}}`),
	}}
	maps.Copy(a.routes, routes)
	c, err := filescan.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
		append(opts, acrcloud.WithHTTPClient(&http.Client{Transport: a}))...)
	require.NoError(t, err)
	return c, a
}

func says(body string) http.HandlerFunc { return fails(http.StatusOK, body) }

func fails(status int, body string) http.HandlerFunc {
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

// fileJSON is a file as the service writes it.
func fileJSON(id, name string, state int, created time.Time) string {
	const layout = "2006-01-02T15:04:05.000000Z"
	at := created.UTC().Format(layout)
	return fmt.Sprintf(`{"id":%q,"uid":1001,"cid":7,"name":%q,"duration":0,"uri":%q,"data_type":"audio","engine":3,"count":0,"state":%d,"url":"","total":0,"created_at":%q,"updated_at":%q}`,
		id, name, "audio:"+name, state, at, at)
}

// pageJSON is a page of a list.
func pageJSON(page, lastPage, total int, rows ...string) string {
	return fmt.Sprintf(`{"data":[%s],"links":{"first":"x","last":"y","prev":null,"next":null},"meta":{"current_page":%d,"from":1,"last_page":%d,"path":"x","per_page":"2","to":2,"total":%d}}`,
		strings.Join(rows, ","), page, lastPage, total)
}

// bodyOf decodes what was sent.
func bodyOf(t *testing.T, r *http.Request) map[string]any {
	t.Helper()
	var body map[string]any
	assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
	return body
}
