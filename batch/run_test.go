package batch_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

var requestFiles = flag.Int("requests.files", 600, "how many files the requests are counted for")

// counting counts requests.
type counting struct {
	next http.RoundTripper
	n    atomic.Int64
}

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.next.RoundTrip(r)
}

// Waiting costs little: most of what a file costs are the requests that make it and the one that fetches its results.
func TestRequestsPerFile(t *testing.T) {
	t.Parallel()
	for _, lag := range []time.Duration{0, 2 * time.Second} {
		t.Run(fmt.Sprint("lists lag ", lag), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New(mock.WithProcessingTime(time.Minute), mock.WithListLag(lag))
				defer func() { _ = srv.Close() }()
				srv.Inject(mock.Fault{Delay: 50 * time.Millisecond})
				count := &counting{next: srv.HTTPClient().Transport}
				client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithHTTPClient(&http.Client{Transport: count}))...)
				require.NoError(t, err)
				n := 0
				for o, err := range batch.Scan(t.Context(), client.Files(srv.Config().ContainerID), songs(*requestFiles), &batch.Options{Uploads: 16}) {
					require.NoError(t, err)
					require.NoError(t, o.Err)
					n++
				}
				assert.Equal(t, *requestFiles, n)
				each := float64(count.n.Load()) / float64(n)
				t.Logf("%d files of a minute of processing: %.3f requests a file", n, each)
				assert.LessOrEqual(t, each, 5.2)
			})
		})
	}
}

func list(items ...batch.Item) iter.Seq2[batch.Item, error] {
	return func(yield func(batch.Item, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

func item(key, version string) batch.Item {
	return batch.Item{Key: key, Version: version, Source: acrcloud.FromBytes(key, []byte("RIFF "+key+version))}
}

func kindOf(t *testing.T, o *batch.Outcome) batch.FailureKind {
	t.Helper()
	f, ok := errors.AsType[*batch.Failure](o.Err)
	require.True(t, ok, "%v", o.Err)
	return f.Kind
}

// What is wrong with one item is its outcome, and the others go on.
func TestBadItems(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		long := string(make([]byte, 201))
		kinds := map[string][]batch.FailureKind{}
		for o, err := range batch.Scan(t.Context(), files, list(item("a", ""), item("a", ""), item("", ""), item(long, ""),
			batch.Item{Key: "nothing"}, batch.Item{Key: "closed", Ref: "closed"}, batch.Item{Key: "empty", Source: acrcloud.FromBytes("empty", nil)},
			batch.Item{Key: "missing", Source: acrcloud.FromFile("/does/not/exist.wav")}, item("b", "")),
			&batch.Options{Open: func(string) acrcloud.Source { return acrcloud.Source{} }}) {
			require.NoError(t, err)
			kind := batch.FailureKind("")
			if o.Err != nil {
				kind = kindOf(t, o)
			}
			kinds[o.Key] = append(kinds[o.Key], kind)
		}
		assert.ElementsMatch(t, []batch.FailureKind{"", batch.FailureDuplicate}, kinds["a"])
		delete(kinds, "a")
		assert.Equal(t, map[string][]batch.FailureKind{
			"": {batch.FailureItem}, long: {batch.FailureItem}, "nothing": {batch.FailureItem}, "closed": {batch.FailureItem},
			"empty": {batch.FailureSource}, "missing": {batch.FailureSource}, "b": {""},
		}, kinds)
		assert.Equal(t, 2, created(srv))
	})
}

// Nothing is billed while the journal cannot be written.
func TestNothingIsBilledWithoutTheJournal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		broken := errors.New("the disk is gone")
		store := &failingStore{Memory: batch.NewMemory(), at: 1, err: func() error { return broken }}
		var last error
		for o, err := range batch.Scan(t.Context(), files, songs(50), &batch.Options{Store: store, Uploads: 1}) {
			require.Nil(t, o)
			last = err
		}
		require.ErrorIs(t, last, broken)
		assert.Zero(t, created(srv))
	})
}

// Uploads that take longer than a lease: a job that waits for a place is not begun by anybody else, and comes out once.
func TestSlowUploads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		started := time.Now()
		outcomes := collect(t.Context(), t, files, songs(20), &batch.Options{Uploads: 2, Lease: 3 * time.Second, MaxBytesPerSecond: 1})
		assert.Len(t, outcomes, 20)
		assert.Greater(t, time.Since(started), 20*25*time.Second, "each has more than 25 bytes")
		assert.Equal(t, 20, created(srv))
	})
}

// An outage of an hour is sat out, with few requests, and progress says so.
func TestOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New(mock.WithProcessingTime(time.Minute))
		defer func() { _ = srv.Close() }()
		count := &counting{next: srv.HTTPClient().Transport}
		client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithHTTPClient(&http.Client{Transport: count}))...)
		require.NoError(t, err)
		var trouble atomic.Bool
		outage := time.AfterFunc(30*time.Second, func() {
			before := count.n.Load()
			end := srv.Inject(mock.Fault{Status: http.StatusServiceUnavailable})
			time.AfterFunc(time.Hour, func() {
				end()
				during := count.n.Load() - before
				t.Logf("%d requests in an hour of outage", during)
				assert.Less(t, during, int64(2500))
			})
		})
		defer outage.Stop()
		srv.Inject(mock.Fault{Op: mock.OpPresign, Delay: time.Second})
		n := 0
		for o, err := range batch.Scan(t.Context(), client.Files(srv.Config().ContainerID), songs(200), &batch.Options{Uploads: 8, OnProgress: func(p batch.Progress) {
			if p.Trouble != nil && !p.TroubleSince.IsZero() {
				trouble.Store(true)
			}
		}}) {
			require.NoError(t, err)
			require.NoError(t, o.Err)
			n++
		}
		assert.Equal(t, 200, n)
		assert.True(t, trouble.Load())
		assert.Len(t, truth(t, client.Files(srv.Config().ContainerID)), 200)
	})
}

// A source that has changed since its job was begun is an error, or a job of its own, and as long as nothing was made of it neither.
func TestChanged(t *testing.T) {
	t.Parallel()
	for _, changed := range []batch.Changed{batch.ChangedFails, batch.ChangedNew} {
		synctest.Test(t, func(t *testing.T) {
			srv, files := service(t)
			store := batch.NewMemory()
			_, err := store.Add(t.Context(), []batch.Entry{{Key: "new", Version: "1", Phase: batch.PhaseNew, AddedBy: "earlier-0", Due: time.Now().Add(time.Minute)}})
			require.NoError(t, err)
			first := collect(t.Context(), t, files, list(item("old", "1")), &batch.Options{Store: store})
			require.NoError(t, first["old"].Err)
			again := collect(t.Context(), t, files, list(item("old", "2"), item("new", "2")), &batch.Options{Store: store, Changed: changed})
			require.NoError(t, again["new"].Err)
			e, err := store.Load(t.Context(), "new")
			require.NoError(t, err)
			assert.Equal(t, "2", e.Version)
			if changed == batch.ChangedFails {
				assert.Equal(t, batch.FailureChanged, kindOf(t, again["old"]))
				assert.Equal(t, 2, created(srv))
				return
			}
			assert.Nil(t, again["old"])
			assert.Len(t, again, 2)
			assert.Equal(t, 3, created(srv))
		})
	}
}

// A job of an earlier run may be uploaded before its item comes. It is known by what was uploaded, so its item is not taken for a change.
func TestChangedBeforeItsItemComes(t *testing.T) {
	t.Parallel()
	for _, known := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			srv, files := service(t)
			store := batch.NewMemory()
			_, err := store.Add(t.Context(), []batch.Entry{{Key: "a", Ref: "/a", Version: "1", Phase: batch.PhaseNew, AddedBy: "earlier-0"}})
			require.NoError(t, err)
			opts := &batch.Options{Store: store, Open: func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("RIFF the second version")) }}
			if known {
				opts.Version = func(ref string) string {
					assert.Equal(t, "/a", ref)
					return "2"
				}
			}
			var kinds []batch.FailureKind
			for o, err := range batch.Scan(t.Context(), files, func(yield func(batch.Item, error) bool) {
				<-time.After(time.Minute) // the queue has it first
				yield(batch.Item{Key: "a", Ref: "/a", Version: "2"}, nil)
			}, opts) {
				require.NoError(t, err)
				kind := batch.FailureKind("")
				if o.Err != nil {
					kind = kindOf(t, o)
				}
				kinds = append(kinds, kind)
			}
			if known {
				assert.Equal(t, []batch.FailureKind{""}, kinds)
			} else {
				assert.Equal(t, []batch.FailureKind{"", batch.FailureChanged}, kinds)
			}
			assert.Equal(t, 1, created(srv))
		})
	}
}

// noMarker is a store without Mark.
type noMarker struct{ batch.Store }

// A key that comes twice is noticed in every run, also where an earlier run has added the jobs and has finished some of them. The first
// item counts, whatever the second one is.
func TestDuplicatesInALaterRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		store := batch.NewMemory()
		open := func(ref string) acrcloud.Source { return acrcloud.FromBytes(ref, []byte("RIFF content of "+ref)) }
		collect(t.Context(), t, files, list(item("done", "")), &batch.Options{Store: store})
		_, err := store.Add(t.Context(), []batch.Entry{{Key: "open", Ref: "/first", Phase: batch.PhaseNew, AddedBy: "earlier-0", Due: time.Now().Add(time.Hour)}})
		require.NoError(t, err)
		items := list(item("done", ""), batch.Item{Key: "open", Ref: "/first"}, item("new", ""), item("done", ""), batch.Item{Key: "open", Ref: "/second"}, item("new", ""), item("done", ""))
		for range 2 { // in each run, not over runs
			kinds := map[string][]batch.FailureKind{}
			for o, err := range batch.Scan(t.Context(), files, items, &batch.Options{Store: store, Open: open, Uploads: 3}) {
				require.NoError(t, err)
				if o.Err != nil {
					kinds[o.Key] = append(kinds[o.Key], kindOf(t, o))
				}
			}
			assert.Equal(t, map[string][]batch.FailureKind{
				"done": {batch.FailureDuplicate, batch.FailureDuplicate}, "open": {batch.FailureDuplicate}, "new": {batch.FailureDuplicate},
			}, kinds)
		}
		e, err := store.Load(t.Context(), "open")
		require.NoError(t, err)
		assert.Equal(t, "/first", e.Ref, "the first one counts")
		assert.Equal(t, 3, created(srv))
		assert.Empty(t, collect(t.Context(), t, files, items, &batch.Options{Store: noMarker{store}, Open: open}), "without Mark they are the same jobs once more")
	})
}

// Intervals that have passed when a reading ends let every job go on all the same.
func TestTinyIntervals(t *testing.T) {
	t.Parallel()
	_, files := service(t, mock.WithProcessingTime(20*time.Millisecond))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	assert.Len(t, collect(ctx, t, files, songs(40), &batch.Options{Uploads: 16, MinInterval: 1, MaxInterval: 1}), 40)
}

// A folder that has moved: the job goes on with the path that the item has now.
func TestMovedSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		store := batch.NewMemory()
		_, err := store.Add(t.Context(), []batch.Entry{{Key: "a", Ref: "/old/a", Phase: batch.PhaseNew, AddedBy: "earlier-0", Due: time.Now().Add(time.Minute)}})
		require.NoError(t, err)
		moved := item("a", "")
		moved.Ref = "/new/a"
		outcomes := collect(t.Context(), t, files, list(moved), &batch.Options{Store: store, Open: func(ref string) acrcloud.Source {
			if ref != "/new/a" {
				return acrcloud.FromFile(ref)
			}
			return acrcloud.FromBytes("a", []byte("RIFF a"))
		}})
		require.NoError(t, outcomes["a"].Err)
		assert.Equal(t, "/new/a", outcomes["a"].Ref)
		assert.True(t, outcomes["a"].Resumed)
	})
}

// A refusal has billed nothing, whatever was saved before.
func TestRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Times: 1, Status: http.StatusUnprocessableEntity, Body: `{"message":"no"}`})
		var last batch.Progress
		outcomes := collect(t.Context(), t, files, songs(1), &batch.Options{OnProgress: func(p batch.Progress) { last = p }})
		o := outcomes["songs/0.wav"]
		assert.Equal(t, batch.FailureRefused, kindOf(t, o))
		assert.False(t, o.Billed)
		assert.Zero(t, last.Billed)
		assert.EqualValues(t, 1, last.Failed)
	})
}

// A sequence that panics does so where Scan is called, after everything has ended.
func TestItemsPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t, mock.WithProcessingTime(time.Hour))
		assert.PanicsWithValue(t, "out of items", func() {
			for _, err := range batch.Scan(t.Context(), files, func(yield func(batch.Item, error) bool) {
				yield(item("a", ""), nil)
				panic("out of items")
			}, nil) {
				assert.NoError(t, err)
			}
		})
	})
}

// Code of the caller's that runs in a goroutine of the run does not end the program there: the loop panics with its value.
func TestRunPanics(t *testing.T) {
	t.Parallel()
	boom := func() { panic("boom") }
	during := func(op string) acrcloud.Option {
		return acrcloud.WithObserver(func(a acrcloud.Attempt) {
			if a.Op == op {
				boom()
			}
		})
	}
	tests := map[string]struct {
		observer acrcloud.Option
		opts     batch.Options
	}{
		"an observer of uploads":   {observer: during("files.create")},
		"an observer of the lists": {observer: during("files.list")},
		"a store that adds":        {opts: batch.Options{Store: panicking{batch.NewMemory(), "add"}}},
		"a store that saves":       {opts: batch.Options{Store: panicking{batch.NewMemory(), "save"}}},
		"a store that claims":      {opts: batch.Options{Store: panicking{batch.NewMemory(), "claim"}}},
		"progress":                 {opts: batch.Options{OnProgress: func(batch.Progress) { boom() }}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv := mock.New(mock.WithProcessingTime(time.Minute))
				defer func() { assert.NoError(t, srv.Close()) }()
				options := srv.Options()
				if tt.observer != nil {
					options = append(options, tt.observer)
				}
				client, err := filescan.New(srv.Config(), options...)
				require.NoError(t, err)
				assert.PanicsWithValue(t, "boom", func() {
					for _, err := range batch.Scan(t.Context(), client.Files(srv.Config().ContainerID), songs(10), &tt.opts) {
						assert.NoError(t, err)
					}
				})
			})
		})
	}
}

// panicking is a store that panics in one of its methods.
type panicking struct {
	batch.Store
	in string
}

func (p panicking) Add(ctx context.Context, entries []batch.Entry) (int, error) {
	if p.in == "add" {
		panic("boom")
	}
	return p.Store.Add(ctx, entries)
}

func (p panicking) Save(ctx context.Context, e batch.Entry) (batch.Entry, error) {
	if p.in == "save" {
		panic("boom")
	}
	return p.Store.Save(ctx, e)
}

func (p panicking) Claim(ctx context.Context, n int, lease time.Duration) ([]string, error) {
	if p.in == "claim" {
		panic("boom")
	}
	return p.Store.Claim(ctx, n, lease)
}

// A loop that panics leaves nothing behind, as one that is left.
func TestLoopPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		assert.PanicsWithValue(t, "enough", func() {
			for _, err := range batch.Scan(t.Context(), files, songs(100), nil) {
				assert.NoError(t, err)
				panic("enough")
			}
		})
		for _, err := range batch.Scan(t.Context(), files, songs(100), nil) {
			require.NoError(t, err)
			break
		}
	})
}

// A sequence that blocks does not keep the run from ending.
func TestItemsBlock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		block := make(chan struct{})
		defer close(block)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		started := time.Now()
		n := 0
		var last error
		for o, err := range batch.Scan(ctx, files, func(yield func(batch.Item, error) bool) {
			yield(item("a", ""), nil)
			<-block
		}, nil) {
			if last = err; err == nil {
				require.NoError(t, o.Err)
				n++
			}
		}
		assert.Equal(t, 1, n)
		require.ErrorIs(t, last, context.DeadlineExceeded)
		assert.Less(t, time.Since(started), 70*time.Second)
	})
}

// An error of the sequence comes last; what was taken before is finished.
func TestItemsFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t, mock.WithProcessingTime(time.Minute))
		broken := errors.New("the list is torn")
		n := 0
		var last error
		for o, err := range batch.Scan(t.Context(), files, func(yield func(batch.Item, error) bool) {
			_ = yield(item("a", ""), nil) && yield(batch.Item{}, broken)
		}, nil) {
			if last = err; err == nil {
				require.NoError(t, o.Err)
				n++
			}
		}
		assert.Equal(t, 1, n)
		require.ErrorIs(t, last, broken)
	})
}

// A callback may come before this store has tried to make the file: an earlier one has, and was lost.
func TestCalledForANewJob(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t, mock.WithProcessingTime(time.Hour))
		require.NotNil(t, srv)
		file, err := files.Upload(t.Context(), acrcloud.FromBytes("one.wav", []byte("RIFF")), &filescan.UploadOptions{Name: "one.wav"})
		require.NoError(t, err)
		journal := batch.NewMemory()
		_, err = journal.Add(t.Context(), []batch.Entry{entry("one.wav")})
		require.NoError(t, err)
		s := stepper(t, files, journal)
		_, wake, err := s.Called(t.Context(), &webhook.Event{Kind: webhook.FileScan, FileID: file.ID, ContainerID: files.ContainerID()})
		require.NoError(t, err)
		assert.True(t, wake)
		next, err := s.Step(t.Context(), "one.wav")
		require.NoError(t, err)
		assert.False(t, next.Done, "it is in process still, and has not been for too long")
		drive(t, s, "one.wav")
		assert.Equal(t, 1, created(srv))
	})
}

// A nilStore and a nilNotifier were forgotten to be made.
type nilStore struct{ batch.Store }

type nilNotifier struct{ filescan.Notifier }

func TestOptionsRefuse(t *testing.T) {
	t.Parallel()
	_, files := service(t)
	for field, o := range map[string]batch.Options{
		"Uploads": {Uploads: -1}, "Waiting": {Waiting: -1}, "MaxBytesPerSecond": {MaxBytesPerSecond: -1}, "Grace": {Grace: -1}, "Lease": {Lease: -1},
		"PostTimeout": {PostTimeout: 120}, "Timeout": {Timeout: 3600}, "Total": {Total: -1}, "MaxInterval": {MaxInterval: -1},
		"Upload.Name": {Upload: filescan.UploadOptions{Name: "x"}}, "Upload.ResendIfUnsure": {Upload: filescan.UploadOptions{ResendIfUnsure: true}},
		"Upload.OnTicket": {Upload: filescan.UploadOptions{OnTicket: func(context.Context, filescan.Ticket) error { return nil }}}, "Changed": {Changed: "x"},
		"Store": {Store: (*nilStore)(nil)}, "Notifier": {Notifier: (*nilNotifier)(nil)}, "MinInterval": {MinInterval: 2, MaxInterval: 1},
	} {
		n := 0
		for out, err := range batch.Scan(t.Context(), files, songs(1), &o) {
			n++
			assert.Nil(t, out)
			argument, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok, field)
			assert.Equal(t, "Options."+field, argument.Field)
		}
		assert.Equal(t, 1, n, field)
	}
}
