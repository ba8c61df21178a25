package batch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
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

// sdkTries is how often the client sends a request that fails before a job hears of it.
const sdkTries = 4

// A job that failed once is tried again after a moment, and not after the longest pause.
func TestFailureOfAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpPresign, Status: 500, Times: sdkTries})
		start := time.Now()
		outcomes := collect(t.Context(), t, files, songs(1), nil)
		require.NoError(t, outcomes["songs/0.wav"].Err)
		assert.Less(t, time.Since(start), time.Minute)
	})
}

// failing fails the first tries of each upload whose name has the text, and of no other.
type failing struct {
	http.RoundTripper
	text  string
	tries int

	mu   sync.Mutex
	seen map[string]int
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	name := r.URL.Query().Get("filename")
	f.mu.Lock()
	f.seen[name]++
	fails := strings.Contains(name, f.text) && f.seen[name] <= f.tries
	f.mu.Unlock()
	if fails {
		return nil, errors.New("the network is down")
	}
	return f.RoundTripper.RoundTrip(r)
}

// Failures of some jobs between successes of others are no outage: only those in a row make the whole run pause.
func TestFailuresThatAreNotInARow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		transport := &failing{RoundTripper: srv.HTTPClient().Transport, text: "odd", tries: sdkTries, seen: map[string]int{}}
		client, err := filescan.New(srv.Config(), acrcloud.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		var items []batch.Item
		for i := range 40 {
			items = append(items, item(fmt.Sprintf("%s-%d", []string{"even", "odd"}[i%2], i), ""))
		}
		start := time.Now()
		assert.Len(t, collect(t.Context(), t, client.Files(srv.Config().ContainerID), list(items...), &batch.Options{Uploads: 1}), 40)
		assert.Less(t, time.Since(start), 4*time.Minute, "20 failures, of some seconds each")
		require.NoError(t, srv.Close())
	})
}

// Files that are gone say nothing about the service, so they do not slow the run down.
func TestMissingFilesAreNoOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		store := batch.NewMemory()
		for i := range 12 {
			e := entry(strconv.Itoa(i))
			e.Phase, e.FileID, e.IntentAt = batch.PhaseWaiting, fmt.Sprintf("5a1e0000-0000-4000-8000-%012d", i), time.Now().Add(-time.Hour)
			_, err := store.Add(t.Context(), []batch.Entry{e})
			require.NoError(t, err)
		}
		start := time.Now()
		outcomes := collect(t.Context(), t, files, list(), &batch.Options{Store: store})
		assert.Len(t, outcomes, 12)
		for _, o := range outcomes {
			assert.Equal(t, batch.FailureMissing, kindOf(t, o))
		}
		assert.Less(t, time.Since(start), 30*time.Second)
	})
}

// When the service asks for fewer requests, all jobs wait, and not only the one that was told.
func TestRateLimitIsForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		srv.Inject(mock.Fault{Op: mock.OpPresign, Skip: 10, Times: 1, Status: 429, RetryAfter: 10 * time.Minute})
		start := time.Now()
		assert.Len(t, collect(t.Context(), t, files, songs(40), &batch.Options{Uploads: 4}), 40)
		first, later := 0, 0
		for _, r := range srv.Requests() {
			switch since := r.Time.Sub(start); {
			case r.Op != mock.OpPresign:
			case since < 10*time.Minute:
				first++
			default:
				later++
			}
		}
		assert.LessOrEqual(t, first, 11+3, "those that were under way")
		assert.Equal(t, 41, first+later)
	})
}

// Limited uploads are read in small parts: a large one at once would look like a connection that stands still.
func TestBandwidthOfOneUpload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		const rate, size = 2000, 40_000
		var last, most int64
		opts := &batch.Options{Uploads: 2, MaxBytesPerSecond: rate, Upload: filescan.UploadOptions{OnProgress: func(p filescan.Progress) {
			most = max(most, p.Sent-last)
			last = p.Sent
		}}}
		start := time.Now()
		outcomes := collect(t.Context(), t, files, list(batch.Item{Key: "a", Source: acrcloud.FromBytes("a", make([]byte, size))}), opts)
		require.NoError(t, outcomes["a"].Err)
		assert.GreaterOrEqual(t, time.Since(start), (size-rate*5/2)/rate*time.Second)
		assert.LessOrEqual(t, most, int64(rate*5/2), "no more than five seconds for both")
	})
}

// The limit holds for what is sent, also if the content is read before for other reasons.
func TestBandwidthOfContentThatIsReadBefore(t *testing.T) {
	t.Parallel()
	const rate, size = 10_000, 300_000
	data := append([]byte("RIFF0000WAVEfmt "), make([]byte, size)...)
	unknown := func(size int64) acrcloud.Source {
		return acrcloud.NewSource("x", size, func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil })
	}
	for name, tt := range map[string]struct {
		source acrcloud.Source
		upload filescan.UploadOptions
	}{
		"known size":           {acrcloud.FromBytes("x", data), filescan.UploadOptions{}},
		"unknown size":         {unknown(-1), filescan.UploadOptions{}},
		"a policy":             {unknown(int64(len(data))), filescan.UploadOptions{Policy: &filescan.UploadPolicy{}}},
		"a policy, and a form": {unknown(-1), filescan.UploadOptions{Policy: &filescan.UploadPolicy{}, Method: filescan.Multipart}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, files := service(t)
				var first, last time.Time
				tt.upload.OnProgress = func(filescan.Progress) {
					if first.IsZero() {
						first = time.Now()
					}
					last = time.Now()
				}
				start := time.Now()
				outcomes := collect(t.Context(), t, files, list(batch.Item{Key: "x", Source: tt.source}), &batch.Options{MaxBytesPerSecond: rate, Upload: tt.upload})
				require.NoError(t, outcomes["x"].Err)
				assert.GreaterOrEqual(t, last.Sub(first), size*9/10/rate*time.Second)
				assert.Less(t, time.Since(start), size*3/2/rate*time.Second, "only what is sent counts")
			})
		})
	}
}

// Options.Open gets references, and nothing else.
func TestOpenGetsReferences(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t)
		store := added(t, batch.Entry{Key: "lost", Phase: batch.PhaseNew, AddedBy: "earlier-0"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		opened := 0
		opts := &batch.Options{Store: store, Open: func(ref string) acrcloud.Source {
			opened++
			assert.Equal(t, "/b", ref)
			return acrcloud.FromBytes("b", []byte("RIFF b"))
		}}
		got := map[string]bool{}
		for o, err := range batch.Scan(ctx, files, list(batch.Item{Key: "b", Ref: "/b"}), opts) {
			if err == nil {
				got[o.Key] = true
			}
		}
		assert.True(t, got["b"])
		assert.Equal(t, 1, opened)
	})
}

// A failed job that another program revives at the same moment is not revived twice.
func TestRetryOvertaken(t *testing.T) {
	t.Parallel()
	failed := entry("a")
	failed.Phase = batch.PhaseFailed
	journal := added(t, failed)
	n, err := batch.Retry(t.Context(), overtaken{journal}, func(*batch.Outcome) bool { return true })
	require.NoError(t, err)
	assert.Zero(t, n)
	n, err = batch.Retry(t.Context(), journal, nil)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	n, err = batch.Retry(t.Context(), journal, func(*batch.Outcome) bool { return true })
	require.NoError(t, err)
	assert.Zero(t, n, "it has not failed any more")
}

// A job that fails again and again while others succeed has an end.
func TestJobThatAlwaysFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		transport := &failing{RoundTripper: srv.HTTPClient().Transport, text: "odd", tries: 1_000_000, seen: map[string]int{}}
		client, err := filescan.New(srv.Config(), acrcloud.WithHTTPClient(&http.Client{Transport: transport}))
		require.NoError(t, err)
		outcomes := collect(t.Context(), t, client.Files(srv.Config().ContainerID), func(yield func(batch.Item, error) bool) {
			for i := range 200 {
				name := "even"
				if i == 1 {
					name = "odd"
				}
				if !yield(item(fmt.Sprintf("%s-%d", name, i), ""), nil) {
					return
				}
				<-time.After(3 * time.Second)
			}
		}, nil)
		require.Len(t, outcomes, 200)
		assert.Equal(t, batch.FailureService, kindOf(t, outcomes["odd-1"]))
		assert.Equal(t, 10*sdkTries, transport.seen["odd-1"])
		require.NoError(t, srv.Close())
	})
}

// Progress says how fast the run is, and how long it will take at that speed.
func TestProgressOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, files := service(t, mock.WithProcessingTime(10*time.Second))
		reports, waiting, uploading := 0, 0, 0
		const total, earlier = 8, 2
		store := batch.NewMemory()
		collect(t.Context(), t, files, songs(earlier), &batch.Options{Store: store})
		start := time.Now()
		var last batch.Progress
		collect(t.Context(), t, files, songs(total), &batch.Options{Store: store, Uploads: 1, Waiting: 1, Total: total, OnProgress: func(p batch.Progress) {
			last = p
			waiting, uploading = max(waiting, p.Waiting), max(uploading, p.Uploading)
			finished, elapsed := float64(p.Done+p.Failed), time.Since(start).Seconds()
			if finished == 0 || elapsed == 0 {
				assert.Zero(t, p.Left)
				return
			}
			reports++
			assert.InDelta(t, finished/elapsed, p.PerSecond, 0.001)
			left := total - finished - float64(p.Earlier)
			assert.InDelta(t, left*elapsed/finished, p.Left.Seconds(), 0.001)
		}})
		assert.Greater(t, reports, 5)
		assert.EqualValues(t, earlier, last.Earlier)
		assert.EqualValues(t, total-earlier, last.Done)
		assert.Zero(t, last.Left)
		assert.Equal(t, []int{1, 1, 0, 0}, []int{waiting, uploading, last.Waiting, last.Uploading})
	})
}
