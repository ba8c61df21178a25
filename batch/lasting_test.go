package batch_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A file of which the service always makes an error ends as a failure, also if it is the last one. Until then, an outage
// of an hour is sat out.
func TestLastingFailures(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault  mock.Fault
		others int
		least  time.Duration
		most   time.Duration
		posts  int // billed requests for the file, at most
	}{
		"creation, with others": {mock.Fault{Op: mock.OpCreateFile, Status: 500}, 5, time.Hour, 4 * time.Hour, 20},
		"creation, alone":       {mock.Fault{Op: mock.OpCreateFile, Status: 500}, 0, time.Hour, 4 * time.Hour, 20},
		"lost, alone":           {mock.Fault{Op: mock.OpCreateFile, Lose: true}, 0, time.Hour, 4 * time.Hour, 20},
		"storage, alone":        {mock.Fault{Op: mock.OpStore, Status: 403}, 0, time.Hour, 7 * time.Hour, 0},
		"upload URL, alone":     {mock.Fault{Op: mock.OpPresign, Status: 500}, 0, time.Hour, 7 * time.Hour, 0},
		"look, alone":           {mock.Fault{Op: mock.OpListFiles, Status: 500}, 0, time.Hour, 7 * time.Hour, 0},
		"file, with others":     {mock.Fault{Op: mock.OpGetFile, Status: 500}, 5, time.Hour, 7 * time.Hour, 1},
		"file, alone":           {mock.Fault{Op: mock.OpGetFile, Status: 500}, 0, time.Hour, 7 * time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t, mock.WithProcessingTime(time.Minute))
				items := []batch.Item{item("bad", "")}
				store := batch.NewMemory()
				remove := func() {}
				for i := range tt.others {
					items = append(items, item(fmt.Sprint("good", i), ""))
				}
				switch {
				case tt.others == 0:
					_, err := files.List(t.Context(), nil) // the container's region is known
					require.NoError(t, err)
					remove = srv.Inject(tt.fault)
				case tt.fault.Op == mock.OpCreateFile:
					_, err := srv.AddRule(mock.Rule{Name: "bad", Fault: &tt.fault})
					require.NoError(t, err)
				default:
					time.AfterFunc(30*time.Second, func() {
						e, err := store.Load(t.Context(), "bad")
						assert.NoError(t, err) //nolint:testifylint // not in the test's goroutine
						tt.fault.Path = "/api/fs-containers/*/files/" + e.FileID
						srv.Inject(tt.fault)
					})
				}
				ctx, cancel := context.WithTimeout(t.Context(), 30*24*time.Hour)
				defer cancel()
				start := time.Now()
				outcomes := collect(ctx, t, files, list(items...), &batch.Options{Store: store})
				require.Len(t, outcomes, len(items))
				for key, o := range outcomes {
					if key != "bad" {
						require.NoError(t, o.Err)
						continue
					}
					assert.Equal(t, batch.FailureService, kindOf(t, o))
				}
				assert.GreaterOrEqual(t, time.Since(start), tt.least)
				assert.LessOrEqual(t, time.Since(start), tt.most)
				assert.LessOrEqual(t, created(srv)-tt.others, tt.posts)
				if tt.others > 0 {
					return
				}
				remove()
				n, err := batch.Retry(t.Context(), store, always)
				require.NoError(t, err)
				require.Equal(t, 1, n)
				before := created(srv)
				o := collect(t.Context(), t, files, list(items...), &batch.Options{Store: store})["bad"]
				require.NotNil(t, o)
				require.NoError(t, o.Err)
				if tt.fault.Op == mock.OpGetFile {
					assert.Equal(t, before, created(srv), "its file exists")
				}
			})
		})
	}
}

// An outage of an hour in which only files cannot be created ends no job.
func TestOutageOfCreation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		remove := srv.Inject(mock.Fault{Op: mock.OpCreateFile, Status: 500})
		time.AfterFunc(time.Hour, remove)
		for _, o := range collect(t.Context(), t, files, songs(8), nil) {
			require.NoError(t, o.Err)
		}
		assert.Len(t, truth(t, files), 8)
	})
}

// An engine that drives the steps also gets to the end.
func TestStepsOfALastingFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Status: 500})
		journal := added(t, entry("one.wav"))
		drive(t, stepper(t, files, journal), "one.wav")
		e, err := journal.Load(t.Context(), "one.wav")
		require.NoError(t, err)
		o, err := batch.OutcomeOf(e)
		require.NoError(t, err)
		assert.Equal(t, batch.FailureService, kindOf(t, o))
	})
}
