package transport_test

import (
	"context"
	"io"
	"log/slog"
	"net"
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

type panicHandler struct{ slog.Handler }

func (panicHandler) Enabled(context.Context, slog.Level) bool  { return true }
func (panicHandler) Handle(context.Context, slog.Record) error { panic("logger") }

// A panic of the caller's code on the caller's goroutine passes through; nothing is open after it, and the client goes on.
func TestDoPanicsLeaveNothingOpen(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options []acrcloud.Option
		change  func(*transport.Request)
	}{
		"observer": {options: []acrcloud.Option{acrcloud.WithObserver(func(acrcloud.Attempt) { panic("observer") })}},
		"logger":   {options: []acrcloud.Option{acrcloud.WithLogger(slog.New(panicHandler{}))}},
		"limiter":  {options: []acrcloud.Option{acrcloud.WithRateLimiter(limiterFunc(func(context.Context) error { panic("limiter") }))}},
		"token source": {change: func(r *transport.Request) {
			r.Token = func(context.Context, string) (string, error) { panic("token source") }
		}},
		"check": {change: func(r *transport.Request) { r.Check = func(*transport.Response) error { panic("check") } }},
		"repeatable": {change: func(r *transport.Request) {
			r.URL += "?status=500"
			r.Cost = transport.Storage
			r.Body.Repeatable = func() bool { panic("repeatable") }
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCounting(t)
			c := client(t, append(tt.options, acrcloud.WithHTTPClient(s.client))...)
			for range 3 {
				closed := &closing{Reader: strings.NewReader("body")}
				req := post(s.URL, "body")
				req.Body.Open = func(context.Context) (io.ReadCloser, error) { return closed, nil }
				if tt.change != nil {
					tt.change(req)
				}
				assert.PanicsWithValue(t, name, func() { _, _ = c.Do(t.Context(), req) })
				assert.Equal(t, closed.opened(), closed.isClosed())
			}
			s.onlyIdle(t)
		})
	}
}

// A panic in the source or in its progress happens in a goroutine of net/http's, where it would end the program. It becomes an error.
func TestDoSourcePanics(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*transport.Body){
		"open": func(b *transport.Body) {
			b.Open = func(context.Context) (io.ReadCloser, error) { panic("open") }
		},
		"read": func(b *transport.Body) {
			b.Open = func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(readerFunc(func([]byte) (int, error) { panic("read") })), nil
			}
		},
		"progress": func(b *transport.Body) { b.OnSent = func(int, int64) { panic("progress") } },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newCounting(t)
			attempts := 0
			c := client(t, acrcloud.WithHTTPClient(s.client), acrcloud.WithObserver(func(acrcloud.Attempt) { attempts++ }))
			req := store(s.URL+"/key?sig=s1gn4ture", "content")
			change(req.Body)
			_, err := c.Do(t.Context(), req)
			source, ok := err.(*acrcloud.SourceError) //nolint:errorlint // it is not wrapped
			require.True(t, ok, "%v", err)
			assert.ErrorContains(t, source, "panicked while it was read: "+name)
			assert.Equal(t, 1, attempts, "it would only come again")
			s.onlyIdle(t)
		})
	}
}

// closing notes whether it was read and closed.
type closing struct {
	io.Reader
	mu           sync.Mutex
	read, closed bool
}

func (c *closing) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read = true
	return c.Reader.Read(p)
}

func (c *closing) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

func (c *closing) opened() bool   { c.mu.Lock(); defer c.mu.Unlock(); return c.read }
func (c *closing) isClosed() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.closed }

// A counting server knows its connections.
type counting struct {
	*httptest.Server
	client *http.Client
	mu     sync.Mutex
	change *sync.Cond
	conns  map[net.Conn]http.ConnState
}

func newCounting(t *testing.T) *counting {
	t.Helper()
	s := &counting{conns: map[net.Conn]http.ConnState{}}
	s.change = sync.NewCond(&s.mu)
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if r.URL.Query().Get("status") != "" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, `{"data":{}}`)
	}))
	s.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns[conn] = state
		s.change.Broadcast()
	}
	s.Start()
	s.client = &http.Client{Transport: &http.Transport{}}
	t.Cleanup(s.Close)
	t.Cleanup(s.client.CloseIdleConnections)
	return s
}

// onlyIdle waits until no connection is busy with a request.
func (s *counting) onlyIdle(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		busy := 0
		for _, state := range s.conns {
			if state == http.StateActive {
				busy++
			}
		}
		if busy == 0 {
			return
		}
		s.change.Wait()
	}
}
