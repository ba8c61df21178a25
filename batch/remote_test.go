package batch_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func remotes(n int) iter.Seq2[batch.Item, error] {
	return func(yield func(batch.Item, error) bool) {
		for i := range n {
			url := fmt.Sprintf("https://cdn.test/%d.mp3?signature=s3cr3t", i)
			if !yield(batch.Item{Key: fmt.Sprintf("%d.mp3", i), Remote: filescan.AudioURL(url)}, nil) {
				return
			}
		}
	}
}

// A run is stopped at each of its saves, before it and after it, and another one goes on: each URL is billed once, and no secret is stored.
func TestRemotesAfterAStopAtEachSave(t *testing.T) {
	t.Parallel()
	const n = 3
	stopAtEachSave(t, n, remotes(n), func(t *testing.T, store batch.Lister, outcomes map[string]*batch.Outcome) {
		t.Helper()
		for key, o := range outcomes {
			assert.Equal(t, key, o.File.Name)
		}
		for e, err := range store.Entries(t.Context()) {
			require.NoError(t, err)
			data, err := json.Marshal(e)
			require.NoError(t, err)
			assert.NotContains(t, string(data), "s3cr3t")
		}
	})
}

func TestRemoteWhoseResponseIsLost(t *testing.T) {
	t.Parallel()
	const page = "https://www.youtube.com/watch?v=x"
	tests := []struct {
		name    string
		remote  filescan.Remote
		fault   mock.Fault
		want    batch.FailureKind
		created int // requests
		files   int
	}{
		{"it was made", filescan.AudioURL("https://cdn.test/a.mp3"), mock.Fault{Forget: true}, "", 1, 1},
		{"it was not made", filescan.AudioURL("https://cdn.test/a.mp3"), mock.Fault{Lose: true}, "", 2, 1},
		{"a page that was made", filescan.Platform(page), mock.Fault{Forget: true}, "", 1, 1},
		{"a page that is not listed", filescan.Platform(page), mock.Fault{Lose: true}, batch.FailureHeld, 1, 0},
		{"it was refused", filescan.AudioURL("https://cdn.test/a.mp3"), mock.Fault{Status: http.StatusUnprocessableEntity}, batch.FailureRefused, 1, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				tt.fault.Op, tt.fault.Times = mock.OpCreateFile, 1
				srv.Inject(tt.fault)
				items := list(batch.Item{Key: "a", Remote: tt.remote})
				store := batch.NewMemory()
				for range 2 { // the second time it has ended already
					for o, err := range batch.Scan(t.Context(), files, items, &batch.Options{Store: store}) {
						require.NoError(t, err)
						if tt.want == "" {
							require.NoError(t, o.Err)
							continue
						}
						assert.Equal(t, tt.want, kindOf(t, o))
						assert.Equal(t, tt.want == batch.FailureHeld, errors.Is(o.Err, acrcloud.ErrOutcomeUnknown))
					}
				}
				assert.Equal(t, tt.created, created(srv))
				assert.Len(t, truth(t, files), tt.files)
			})
		})
	}
}

// Without the store the file is found by its name.
func TestRemoteWithoutItsStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		for range 2 {
			outcomes := collect(t.Context(), t, files, remotes(2), nil)
			require.Len(t, outcomes, 2)
		}
		assert.Equal(t, 2, created(srv))
	})
}

// A run that has other items leaves the job to one that has its URL.
func TestRemoteIsLeftToARunThatHasIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		store := batch.NewMemory()
		_, err := store.Add(t.Context(), []batch.Entry{{Key: "0.mp3", Phase: batch.PhaseNew}})
		require.NoError(t, err)
		assert.Len(t, collect(t.Context(), t, files, songs(1), &batch.Options{Store: store, Open: acrcloud.FromFile}), 1)
		outcomes := collect(t.Context(), t, files, remotes(1), &batch.Options{Store: store, Open: acrcloud.FromFile})
		require.Contains(t, outcomes, "0.mp3")
		require.NoError(t, outcomes["0.mp3"].Err)
		assert.Equal(t, 2, created(srv))
	})
}

func TestRemotesThatAreRefused(t *testing.T) {
	t.Parallel()
	remote := filescan.AudioURL("https://cdn.test/a.mp3?signature=s3cr3t")
	tests := map[string]struct {
		item batch.Item
		want string
		kind batch.FailureKind
	}{
		"a source, too": {batch.Item{Key: "a", Remote: remote, Source: acrcloud.FromBytes("a", []byte("x"))}, "Item.Source", batch.FailureItem},
		"a ref, too":    {batch.Item{Key: "a", Remote: remote, Ref: "a"}, "Item.Ref", batch.FailureItem},
		"no address":    {batch.Item{Key: "a", Remote: filescan.AudioURL("/a.mp3?signature=s3cr3t")}, "Remote", batch.FailureRefused},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				o := collect(t.Context(), t, files, list(tt.item), nil)["a"]
				assert.Equal(t, tt.kind, kindOf(t, o))
				argument, ok := errors.AsType[*acrcloud.ArgumentError](o.Err)
				require.True(t, ok, "%v", o.Err)
				assert.Equal(t, tt.want, argument.Field)
				assert.NotContains(t, o.Err.Error(), "s3cr3t")
				assert.Zero(t, created(srv))
			})
		})
	}
	_, files := service(t)
	_, err := stepper(t, files, batch.NewMemory()).Add(t.Context(), []batch.Item{{Key: "a", Remote: remote}}, nil)
	argument, ok := errors.AsType[*acrcloud.ArgumentError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "Item.Remote", argument.Field)
}
