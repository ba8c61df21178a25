package batch_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func always(*batch.Outcome) bool { return true }

// A job that has created nothing is created from the content that its item has now, not from the one that was stored.
func TestRepairedContent(t *testing.T) {
	t.Parallel()
	const broken, repaired = "RIFF broken", "RIFF repaired content that is longer"
	refused := mock.Fault{Op: mock.OpCreateFile, Status: http.StatusUnprocessableEntity, Body: `{"message":"bad content"}`}
	for name, tt := range map[string]struct {
		fault    mock.Fault
		kind     batch.FailureKind // with which the first run ends the job; "": it is stopped
		versions [2]string
		ref      bool // the content is opened by its Ref, and the queue may hand the job out before the item comes
	}{
		"refused":                             {refused, batch.FailureRefused, [2]string{}, false},
		"refused, with versions":              {refused, batch.FailureRefused, [2]string{"1", "2"}, false},
		"refused, with a Ref":                 {refused, batch.FailureRefused, [2]string{"1", "2"}, true},
		"refused, with a Ref, no version":     {refused, batch.FailureRefused, [2]string{}, true},
		"too many requests":                   {mock.Fault{Op: mock.OpCreateFile, Status: 429, RetryAfter: time.Hour}, "", [2]string{}, false},
		"too many requests, with versions":    {mock.Fault{Op: mock.OpCreateFile, Status: 429, RetryAfter: time.Hour}, "", [2]string{"1", "2"}, false},
		"too many requests, with a Ref":       {mock.Fault{Op: mock.OpCreateFile, Status: 429, RetryAfter: time.Hour}, "", [2]string{"1", "2"}, true},
		"the token":                           {mock.Fault{Op: mock.OpCreateFile, Status: 401}, "", [2]string{"1", "2"}, false},
		"the service fails for this job only": {mock.Fault{Op: mock.OpCreateFile, Status: 429}, batch.FailureService, [2]string{"1", "2"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				var sizes []int64
				srv.OnScan(func(u mock.Upload) mock.Outcome { sizes = append(sizes, u.Size); return mock.Outcome{} })
				remove := srv.Inject(tt.fault)
				store := batch.NewMemory()
				content, version := broken, tt.versions[0]
				opts := &batch.Options{Store: store}
				if tt.ref {
					opts.Open = func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte(content)) }
					opts.Version = func(string) string { return version }
				}
				item := func() batch.Item {
					if tt.ref {
						return batch.Item{Key: "k", Version: version, Ref: "k"}
					}
					return batch.Item{Key: "k", Version: version, Source: acrcloud.FromBytes("k", []byte(content))}
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				for o, err := range batch.Scan(ctx, files, list(item()), opts) {
					if err == nil {
						assert.Equal(t, tt.kind, kindOf(t, o))
					}
				}
				e, err := store.Load(t.Context(), "k")
				require.NoError(t, err)
				require.Equal(t, tt.kind != "", e.Phase.Finished())
				remove()
				content, version = repaired, tt.versions[1]
				if tt.kind != "" {
					n, err := batch.Retry(t.Context(), store, always)
					require.NoError(t, err)
					require.Equal(t, 1, n)
				}
				outcomes := collect(t.Context(), t, files, list(item()), opts)
				require.Contains(t, outcomes, "k")
				require.NoError(t, outcomes["k"].Err)
				assert.Equal(t, []int64{int64(len(repaired))}, sizes)
				e, err = store.Load(t.Context(), "k")
				require.NoError(t, err)
				assert.Equal(t, tt.versions[1], e.Version)
			})
		})
	}
}

// A job whose request may have been processed keeps its content: it looks for its file, and the item with the new
// content has another outcome.
func TestChangedContentOfALostRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithListLag(time.Minute))
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Forget: true})
		store := batch.NewMemory()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for o, err := range batch.Scan(ctx, files, list(item("k", "1")), &batch.Options{Store: store}) {
			require.Error(t, err, "%v", o)
		}
		kinds := map[batch.FailureKind]int{}
		for o, err := range batch.Scan(t.Context(), files, list(item("k", "2")), &batch.Options{Store: store}) {
			require.NoError(t, err)
			kind := batch.FailureKind("")
			if o.Err != nil {
				kind = kindOf(t, o)
			}
			kinds[kind]++
		}
		assert.Equal(t, map[batch.FailureKind]int{"": 1, batch.FailureChanged: 1}, kinds)
		assert.Equal(t, 1, created(srv))
		e, err := store.Load(t.Context(), "k")
		require.NoError(t, err)
		assert.Equal(t, "1", e.Version)
	})
}

// Retry of a held job looks once more, and then creates the file. If that response is lost, too, the job is held again.
func TestRetryOfAHeldJob(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		first, second mock.Fault
		kind          batch.FailureKind // after Retry
		created       int
	}{
		"not created":                  {mock.Fault{Lose: true}, mock.Fault{}, "", 2},
		"not created, and lost again":  {mock.Fault{Lose: true}, mock.Fault{Lose: true}, batch.FailureHeld, 2},
		"refused, then created":        {mock.Fault{Lose: true}, mock.Fault{Status: 429}, "", 3},
		"created, and listed too late": {mock.Fault{Forget: true}, mock.Fault{}, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t, mock.WithListLag(20*time.Minute))
				tt.first.Op, tt.first.Times = mock.OpCreateFile, 1
				srv.Inject(tt.first)
				if tt.second.Lose || tt.second.Status != 0 {
					tt.second.Op, tt.second.Times = mock.OpCreateFile, 1
					srv.Inject(tt.second)
				}
				store := batch.NewMemory()
				opts := &batch.Options{Store: store, Hold: true}
				outcomes := collect(t.Context(), t, files, songs(1), opts)
				assert.Equal(t, batch.FailureHeld, kindOf(t, outcomes["songs/0.wav"]))
				<-time.After(time.Hour) // somebody looks for the file
				n, err := batch.Retry(t.Context(), store, always)
				require.NoError(t, err)
				require.Equal(t, 1, n)
				o := collect(t.Context(), t, files, songs(1), opts)["songs/0.wav"]
				require.NotNil(t, o)
				if tt.kind == "" {
					require.NoError(t, o.Err)
				} else {
					assert.Equal(t, tt.kind, kindOf(t, o))
				}
				assert.Equal(t, tt.created, created(srv))
			})
		})
	}
}

// Also a job of a platform, which is always held, is created again after Retry.
func TestRetryOfAHeldPlatform(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Lose: true})
		store := batch.NewMemory()
		items := list(batch.Item{Key: "a", Remote: filescan.Platform("https://www.youtube.com/watch?v=x")})
		assert.Equal(t, batch.FailureHeld, kindOf(t, collect(t.Context(), t, files, items, &batch.Options{Store: store})["a"]))
		_, err := batch.Retry(t.Context(), store, always)
		require.NoError(t, err)
		o := collect(t.Context(), t, files, items, &batch.Options{Store: store})["a"]
		require.NotNil(t, o)
		require.NoError(t, o.Err)
		assert.Equal(t, 2, created(srv))
	})
}
