package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// faulty is a Deduplicator whose methods first do what they are told to.
type faulty struct {
	webhook.Deduplicator
	mu                     sync.Mutex
	claim, commit, release func(context.Context)
}

func (f *faulty) do(ctx context.Context, which *func(context.Context)) {
	f.mu.Lock()
	act := *which
	f.mu.Unlock()
	if act != nil {
		act(ctx)
	}
}

func (f *faulty) Claim(ctx context.Context, key string) (bool, error) {
	f.do(ctx, &f.claim)
	return f.Deduplicator.Claim(ctx, key)
}

func (f *faulty) Commit(ctx context.Context, key string) error {
	f.do(ctx, &f.commit)
	return f.Deduplicator.Commit(ctx, key)
}

func (f *faulty) Release(ctx context.Context, key string) error {
	f.do(ctx, &f.release)
	return f.Deduplicator.Release(ctx, key)
}

func (f *faulty) mend() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.claim, f.commit, f.release = nil, nil, nil
}

func panics(context.Context)  { panic("oh no") }
func goexits(context.Context) { runtime.Goexit() }

func slow(ctx context.Context) { <-ctx.Done(); <-time.After(time.Minute) }

type sourceFunc func(int) *filescan.Files

func (f sourceFunc) Files(id int) *filescan.Files { return f(id) }

type verifierFunc func([]byte, http.Header) error

func (f verifierFunc) Verify(payload []byte, header http.Header) error { return f(payload, header) }

type targetFunc func(int, string)

func (f targetFunc) Notify(containerID int, fileID string) { f(containerID, fileID) }

// Foreign code that panics leaves nothing open: the response is 500, the claim is free, and Shutdown has nothing to wait for.
func TestPanics(t *testing.T) {
	t.Parallel()
	boom := func(context.Context, *webhook.Event) error { return errors.New("boom") }
	for name, tt := range map[string]struct {
		store  *faulty
		f      func(context.Context, *webhook.Event) error
		opts   []webhook.Option
		after  int // what the same event gets when all is mended
		called bool
	}{
		"claim":          {store: &faulty{claim: panics}, f: nothing, after: 200},
		"claim, goexit":  {store: &faulty{claim: goexits}, f: nothing, after: 200},
		"commit":         {store: &faulty{commit: panics}, f: nothing, after: 200},
		"commit, goexit": {store: &faulty{commit: goexits}, f: nothing, after: 200},
		"release":        {store: &faulty{release: panics}, f: boom, after: 200},
		"source":         {store: &faulty{}, f: nothing, opts: []webhook.Option{webhook.WithRefetch(sourceFunc(func(int) *filescan.Files { panic("oh no") }))}, after: 500},
		"source of nil":  {store: &faulty{}, f: nothing, opts: []webhook.Option{webhook.WithRefetch(sourceFunc(func(int) *filescan.Files { return nil }))}, after: 0},
		"verifier":       {store: &faulty{}, f: nothing, opts: []webhook.Option{webhook.WithVerifier(verifierFunc(func([]byte, http.Header) error { panic("oh no") })), withSecret()}, after: 500},
		"notify target":  {store: &faulty{}, f: nothing, opts: []webhook.Option{webhook.WithNotifyTarget(targetFunc(func(int, string) { panic("oh no") }))}, after: 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tt.store.Deduplicator = webhook.NewMemoryDeduplicator(0, 0)
				opts := append([]webhook.Option{webhook.WithDeduplicator(tt.store)}, tt.opts...)
				if name != "verifier" {
					opts = append(opts, webhook.WithoutAuthentication())
				}
				h, log := newHandler(t, tt.f, opts...)
				send := func() int {
					r := post(t, strings.NewReader(fullBody), "")
					r.URL.RawQuery = "key=" + testSecret
					return answer(h, r)
				}
				got := send()
				if tt.after == 0 { // whatever a Files of nil does, it must not panic here
					assert.GreaterOrEqual(t, got, 500)
				} else {
					assert.Equal(t, 500, got)
				}
				require.Error(t, log.last(t).Err)
				if name != "release" && tt.after != 0 {
					assert.Equal(t, webhook.ReasonPanicked, log.last(t).Reason)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				tt.store.mend()
				if tt.after != 0 {
					want := tt.after
					if name == "release" {
						want = 503 // its claim could not be given back, and nobody knows more until it lapses
					}
					assert.Equal(t, want, send())
				}
				require.NoError(t, h.Shutdown(ctx), "nothing is open")
			})
		})
	}
}

// In the background, too.
func TestPanicsInTheQueue(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		store *faulty
		f     func(context.Context, *webhook.Event) error
	}{
		"commit":   {&faulty{commit: panics}, nothing},
		"function": {&faulty{}, func(context.Context, *webhook.Event) error { panic("oh no") }},
		"goexit":   {&faulty{}, func(context.Context, *webhook.Event) error { runtime.Goexit(); return nil }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := webhook.NewMemoryDeduplicator(0, 0)
				tt.store.Deduplicator = store
				h, log := newHandler(t, tt.f, webhook.WithoutAuthentication(), webhook.WithDeduplicator(tt.store), webhook.WithQueue(1, 2),
					webhook.WithObserver(func(webhook.Delivery) { panic("observer") }))
				for i := range 3 {
					assert.Equal(t, 200, answer(h, post(t, strings.NewReader(numbered(i)), "")))
				}
				synctest.Wait()
				assert.Equal(t, 6, log.count(), "the worker survives")
				assert.Equal(t, webhook.ReasonPanicked, log.last(t).Reason)
				require.NoError(t, h.Shutdown(t.Context()))
				event, err := webhook.Parse([]byte(numbered(0)))
				require.NoError(t, err)
				assert.True(t, claim(t, store, event.Key()), "no claim is held")
			})
		})
	}
}

// A Deduplicator that hangs is given up after ten seconds.
func TestDeduplicatorHangs(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		store   *faulty
		f       func(context.Context, *webhook.Event) error
		status  int
		want    time.Duration
		problem string
	}{
		"claim":   {&faulty{claim: slow}, nothing, 200, 10 * time.Second, "could not claim"},
		"commit":  {&faulty{commit: slow}, nothing, 200, 10 * time.Second, "could not commit"},
		"release": {&faulty{release: slow}, func(context.Context, *webhook.Event) error { return errors.New("boom") }, 500, 10 * time.Second, "could not release"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				store := webhook.NewMemoryDeduplicator(0, 0)
				tt.store.Deduplicator = store
				h, log := newHandler(t, tt.f, webhook.WithoutAuthentication(), webhook.WithDeduplicator(tt.store))
				started := time.Now()
				assert.Equal(t, tt.status, answer(h, post(t, strings.NewReader(fullBody), "")))
				assert.Equal(t, tt.want, time.Since(started))
				require.ErrorContains(t, log.last(t).Err, tt.problem)
				require.ErrorContains(t, log.last(t).Err, "did not return in time")
				require.NoError(t, h.Shutdown(t.Context()))
				time.Sleep(2 * time.Minute) //nolint:forbidigo // time is fake here
				event, err := webhook.Parse([]byte(fullBody))
				require.NoError(t, err)
				assert.Equal(t, name != "commit", claim(t, store, event.Key()), "a claim that came too late is released")
			})
		})
	}
}

// Shutdown keeps its time, whatever the Deduplicator does.
func TestShutdownKeepsItsTime(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(*faulty, func(context.Context)){
		"claim":   func(f *faulty, hang func(context.Context)) { f.claim = hang },
		"commit":  func(f *faulty, hang func(context.Context)) { f.commit = hang },
		"release": func(f *faulty, hang func(context.Context)) { f.release = hang },
	} {
		for _, workers := range []int{0, 1} {
			t.Run(name+" "+strconv.Itoa(workers), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					end := make(chan struct{})
					store := &faulty{Deduplicator: webhook.NewMemoryDeduplicator(0, 0)}
					act(store, func(context.Context) { <-end })
					opts := []webhook.Option{webhook.WithoutAuthentication(), webhook.WithDeduplicator(store)}
					if workers > 0 {
						opts = append(opts, webhook.WithQueue(workers, 10))
					}
					h, _ := newHandler(t, func(ctx context.Context, _ *webhook.Event) error {
						if name == "commit" {
							return nil
						}
						<-ctx.Done()
						return ctx.Err()
					}, opts...)
					for i := range 4 {
						go answer(h, post(t, strings.NewReader(numbered(i)), ""))
					}
					synctest.Wait()
					started := time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					defer cancel()
					err := h.Shutdown(ctx)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					assert.Equal(t, 3*time.Second, time.Since(started))
					left, ok := errors.AsType[*webhook.ShutdownError](err)
					require.True(t, ok)
					assert.Len(t, left.Events, 4)
					close(end)
				})
			})
		}
	}
}

// An event that Shutdown has given back while it was being claimed is not handed over after all.
func TestShutdownWhileClaiming(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &faulty{Deduplicator: webhook.NewMemoryDeduplicator(0, 0), claim: func(ctx context.Context) { <-ctx.Done() }}
		h, log := newHandler(t, func(context.Context, *webhook.Event) error { t.Error("called"); return nil }, webhook.WithoutAuthentication(), webhook.WithDeduplicator(store))
		status := make(chan int, 1)
		go func() { status <- answer(h, post(t, strings.NewReader(fullBody), "")) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		left, ok := errors.AsType[*webhook.ShutdownError](h.Shutdown(ctx))
		require.True(t, ok)
		assert.Len(t, left.Events, 1)
		assert.Equal(t, 503, <-status)
		assert.Equal(t, webhook.ReasonShutdown, log.last(t).Reason)
		synctest.Wait()
		store.mend()
		assert.True(t, claim(t, store, left.Events[0].Key()), "released")
	})
}
