//go:build unix

package sqlbatch_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	holderLease = time.Second
	heldBody    = `{"file_id":"a","cid":7,"state":1,"results":{"music":[]}}`
)

// childHold receives a callback, and never finishes with it.
func childHold() int {
	ctx := context.Background()
	s, err := sqlbatch.Open(ctx, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	h, err := webhook.NewHandler(func(context.Context, *webhook.Event) error {
		_, _ = fmt.Fprintln(os.Stdout, "handling")
		select {}
	}, webhook.WithoutAuthentication(), webhook.WithDeduplicator(s.Deduplicator(0).WithLease(holderLease)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(heldBody)))
	select {}
}

// A process is killed while it handles an event. A duplicate on another machine, which waits meanwhile, is handled there when the claim has
// lapsed, and not before.
func TestKilledHolder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		program, err := os.Executable()
		require.NoError(t, err)
		s := open(t, dsn)
		cmd := exec.CommandContext(t.Context(), program, dsn) //nolint:gosec // this test itself
		cmd.Env, cmd.Stderr = append(os.Environ(), childEnv+"=hold"), os.Stderr
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		line, err := bufio.NewReader(out).ReadString('\n')
		require.NoError(t, err)
		require.Equal(t, "handling\n", line)
		var calls atomic.Int32
		h, err := webhook.NewHandler(func(context.Context, *webhook.Event) error { calls.Add(1); return nil }, webhook.WithoutAuthentication(), webhook.WithDeduplicator(s.Deduplicator(0)))
		require.NoError(t, err)
		status := make(chan int, 1)
		go func() {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(heldBody)))
			status <- w.Code
		}()
		<-time.After(2 * holderLease)
		assert.Zero(t, calls.Load(), "the other process lives, and renews its claim")
		assert.Empty(t, status)
		require.NoError(t, cmd.Process.Signal(syscall.SIGKILL))
		_ = cmd.Wait()
		assert.Equal(t, http.StatusOK, <-status)
		assert.EqualValues(t, 1, calls.Load())
	})
}
