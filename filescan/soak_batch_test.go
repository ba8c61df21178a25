package filescan_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

var soakBatch = flag.Int("soak.batch", 150, "how many files the soak of package batch scans for each seed")

// TestSoakBatch scans many files by package batch over the same network and service as TestSoak, in runs that are broken off, and compares
// what came out with what the service has then. What the service refused, since the storage had lost it, is tried again as users would.
// A long run:
//
//	go test ./filescan -run SoakBatch -timeout 2h -soak.batch 10000 -v
func TestSoakBatch(t *testing.T) {
	t.Parallel()
	for seed := range *soakSeeds {
		t.Run(fmt.Sprintf("seed %d", seed+1), func(t *testing.T) {
			t.Parallel()
			runSoakBatch(t, seed+1, *soakBatch)
		})
	}
}

// soakStart is how long the first runs last: long enough for some files.
const soakStart = time.Second

func runSoakBatch(t *testing.T, seed uint64, count int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // not a secret
	service := newTruth("")
	lag := rand.New(rand.NewPCG(seed, 2))                                                          //nolint:gosec // not a secret
	service.lag = func() time.Duration { return time.Duration(lag.IntN(1500)) * time.Millisecond } // it is asked under a lock
	service.hook = func(op string, w http.ResponseWriter, r *http.Request) bool {                  // of files in process there are none
		if op != opList || r.URL.Query().Get("search") != "" {
			return false
		}
		reply(w, http.StatusOK, map[string]any{"data": []any{}, "meta": map[string]any{"current_page": 1, "last_page": 1, "per_page": 100, "total": 0}})
		return true
	}
	net := newFaulty(service, seed, *soakFaults)
	srv := httptest.NewServer(net)
	service.base = srv.URL
	transport := &http.Transport{MaxIdleConnsPerHost: *soakWorkers}
	t.Cleanup(transport.CloseIdleConnections)
	client, err := filescan.New(acrcloud.Config{BaseURL: srv.URL, BearerToken: acrcloud.NewSecret(testToken), ContainerID: 7},
		acrcloud.WithHTTPClient(&http.Client{Transport: transport}), acrcloud.WithAttemptTimeout(time.Second), acrcloud.WithStallTimeout(time.Second),
		acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 5, MinWait: 2 * time.Millisecond, MaxWait: 200 * time.Millisecond}))
	require.NoError(t, err)
	// Nobody touches a job before the network has delivered its last request, and the list has what it made.
	opts := &batch.Options{
		Store: batch.NewMemory(), Uploads: 32, PostTimeout: 2 * time.Second, Grace: 6 * time.Second, Lease: 5 * time.Second,
		MinInterval: 200 * time.Millisecond, MaxInterval: time.Second,
		Open: func(key string) acrcloud.Source { return acrcloud.FromBytes(key, soakContent(key)) },
	}
	started := time.Now()
	outcomes := map[string]*batch.Outcome{}
	runs, retried := 0, 0
	scan := func(ctx context.Context) (ended error) {
		runs++
		for o, err := range batch.Scan(ctx, client.Files(7), soakItems(seed, count), opts) {
			if err != nil {
				return err
			}
			outcomes[o.Key] = o
		}
		return nil
	}
	for range 3 { // broken off
		ctx, cancel := context.WithTimeout(t.Context(), soakStart+time.Duration(random.IntN(1500))*time.Millisecond)
		if err := scan(ctx); err != nil {
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		cancel()
	}
	for range 10 {
		require.NoError(t, scan(t.Context()))
		n, err := batch.Retry(t.Context(), opts.Store, func(o *batch.Outcome) bool {
			f, ok := errors.AsType[*batch.Failure](o.Err)
			return ok && f.Kind == batch.FailureRefused
		})
		require.NoError(t, err)
		if retried += n; n == 0 {
			break
		}
	}
	srv.Close() // and so the service is done with what was stalled
	lost, doubled, wrong := 0, 0, 0
	made := map[string]int{}
	for _, f := range service.files {
		made[f.hash]++
	}
	for item := range soakItems(seed, count) {
		hash := hashOf(soakContent(item.Key))
		o := outcomes[item.Key]
		switch {
		case o == nil || made[hash] == 0:
			lost++
		case o.Err != nil:
			t.Errorf("%s: %v", item.Key, o.Err)
		case service.files[o.File.ID] == nil || service.files[o.File.ID].hash != hash || len(o.File.Results.Music) != 1 || o.File.Results.Music[0].Result.Title != hash:
			wrong++
		}
		if made[hash] > 1 {
			doubled++
		}
	}
	t.Logf("seed %d: %d files in %d runs, %v: lost %d, doubled %d, wrong %d; %d made, %d tried again; %v",
		seed, count, runs, time.Since(started).Round(time.Second), lost, doubled, wrong, len(service.files), retried, net)
	assert.Zero(t, lost, "lost")
	assert.Zero(t, doubled, "doubled")
	assert.Zero(t, wrong, "wrong")
	assert.Len(t, service.files, count)
}

func soakContent(key string) []byte { return []byte("the recording of " + key) }

func soakItems(seed uint64, count int) iter.Seq2[batch.Item, error] {
	return func(yield func(batch.Item, error) bool) {
		for i := range count {
			key := fmt.Sprintf("%d-%d_batch.mp3", seed, i)
			if !yield(batch.Item{Key: key, Ref: key}, nil) {
				return
			}
		}
	}
}
