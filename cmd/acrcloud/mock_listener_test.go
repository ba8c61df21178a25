package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// An exhausted listener has no more files for the first connections.
type exhausted struct {
	net.Listener

	refusals atomic.Int32
}

// Accept implements [net.Listener].
func (e *exhausted) Accept() (net.Conn, error) {
	if e.refusals.Add(-1) >= 0 {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: os.NewSyscallError("accept4", syscall.EMFILE)}
	}
	return e.Listener.Accept()
}

func TestListenerOutlivesALackOfFiles(t *testing.T) {
	t.Parallel()
	plain, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	limited := &exhausted{Listener: plain}
	limited.refusals.Store(3)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "served") }))
	require.NoError(t, srv.Listener.Close())
	srv.Listener = bothWays(limited, srv.TLS)
	srv.Start()
	defer srv.Close()
	client := srv.Client()
	client.Timeout = testTimeout // a listener that has ended answers nobody
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL, nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // it is read
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "served", string(body))
	assert.Negative(t, limited.refusals.Load())
}

func TestListenerEndsWhenItIsClosed(t *testing.T) {
	t.Parallel()
	plain, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	both := bothWays(plain, nil)
	ended := make(chan error)
	go func() {
		_, err := both.Accept()
		ended <- err
	}()
	require.NoError(t, both.Close())
	require.ErrorIs(t, <-ended, net.ErrClosed)
	_, err = both.Accept()
	require.ErrorIs(t, err, net.ErrClosed)
}
