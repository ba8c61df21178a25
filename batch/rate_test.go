package batch_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"iter"
	"net/http"
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

var rateFiles = flag.Int("rate.files", 640, "how many files the rate is measured with")

const (
	rateInFlight = 64
	rateDelay    = 50 * time.Millisecond
)

func rateContent(i int) []byte { return fmt.Appendf(nil, "RIFF %1019d", i) } // 1 kB

// delayed makes a service of which every request takes a while.
func delayed(tb testing.TB) (*mock.Server, acrcloud.Config) {
	tb.Helper()
	srv := mock.New(mock.WithProcessingTime(time.Millisecond))
	tb.Cleanup(func() { _ = srv.Close() })
	srv.Inject(mock.Fault{Delay: rateDelay})
	cfg := srv.Config()
	return srv, cfg
}

// scanAll scans the files by this package.
func scanAll(tb testing.TB, n int) {
	tb.Helper()
	srv, cfg := delayed(tb)
	client, err := filescan.New(cfg, srv.Options()...)
	require.NoError(tb, err)
	var items iter.Seq2[batch.Item, error] = func(yield func(batch.Item, error) bool) {
		for i := range n {
			key := fmt.Sprintf("%06d.wav", i)
			if !yield(batch.Item{Key: key, Source: acrcloud.FromBytes(key, rateContent(i))}, nil) {
				return
			}
		}
	}
	done := 0
	for o, err := range batch.Scan(tb.Context(), client.Files(cfg.ContainerID), items, &batch.Options{Uploads: rateInFlight, MinInterval: 200 * time.Millisecond}) {
		require.NoError(tb, err)
		require.NoError(tb, o.Err)
		done++
	}
	require.Equal(tb, n, done)
}

// sendAll sends the requests that the files need at least, and nothing more: as many at a time make a file of four of them, and as many
// fetch results.
func sendAll(tb testing.TB, n int) {
	tb.Helper()
	srv, cfg := delayed(tb)
	b := &bareClient{Client: srv.HTTPClient(), token: cfg.BearerToken.Reveal(), region: "https://api-eu-west-1.acrcloud.com", container: cfg.ContainerID}
	numbers, made := make(chan int), make(chan string, n)
	var makers, getters sync.WaitGroup
	for range rateInFlight {
		makers.Go(func() {
			for i := range numbers {
				made <- b.make(tb, i)
			}
		})
		getters.Go(func() {
			for id := range made {
				b.send(tb, http.MethodGet, fmt.Sprintf("/api/fs-containers/%d/files/%s", b.container, id), "")
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	makers.Wait()
	close(made)
	getters.Wait()
}

// bareClient is net/http and nothing else.
type bareClient struct {
	*http.Client
	token, region string
	container     int
}

func (b *bareClient) make(tb testing.TB, i int) (id string) {
	tb.Helper()
	name := fmt.Sprintf("%06d.wav", i)
	files := fmt.Sprintf("/api/fs-containers/%d/files", b.container)
	var presigned struct {
		Data struct {
			PresignedURL string `json:"presigned_url"`
			Key          string `json:"key"`
		} `json:"data"`
	}
	assert.NoError(tb, json.Unmarshal(b.send(tb, http.MethodGet, fmt.Sprintf("/api/fs-containers/%d/presigned-upload?filename=%s&content_type=audio%%2Fwav", b.container, name), ""), &presigned)) //nolint:testifylint // not in the test's goroutine
	b.send(tb, http.MethodPut, presigned.Data.PresignedURL, string(rateContent(i)))
	b.send(tb, http.MethodGet, files+"?search="+name, "")
	var created struct {
		Data struct {
			ID string `json:"id"`
		} `json:"data"`
	}
	body := fmt.Sprintf(`{"data_type":"audio","name":%q,"filename":%q,"key":%q}`, name, name, presigned.Data.Key)
	assert.NoError(tb, json.Unmarshal(b.send(tb, http.MethodPost, files, body), &created))
	return created.Data.ID
}

func (b *bareClient) send(tb testing.TB, method, url, body string) []byte {
	tb.Helper()
	api := !strings.HasPrefix(url, "https:")
	if api {
		url = b.region + url
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(tb.Context()), method, url, strings.NewReader(body))
	if !assert.NoError(tb, err) { //nolint:testifylint // not in the test's goroutine
		return nil
	}
	if api {
		r.Header.Set("Authorization", "Bearer "+b.token)
		r.Header.Set("Accept", "application/json")
		r.Header.Set("Content-Type", "application/json")
	} else {
		r.Header.Set("Content-Type", "audio/wav")
	}
	resp, err := b.Do(r)
	if !assert.NoError(tb, err) { //nolint:testifylint // not in the test's goroutine
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	assert.NoError(tb, err) //nolint:testifylint // not in the test's goroutine
	assert.Less(tb, resp.StatusCode, 300, "%s %s: %s", method, url, data)
	return data
}

// A run is as fast as its requests: on a clock on which nothing but they takes time, it takes hardly longer than the same requests sent
// by net/http. The long form:
//
//	go test ./batch -run Rate -v -rate.files 10000
func TestRate(t *testing.T) {
	t.Parallel()
	took := func(run func(testing.TB, int)) (d time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			started := time.Now()
			run(t, *rateFiles)
			d = time.Since(started)
		})
		return d
	}
	bare, scan := took(sendAll), took(scanAll)
	t.Logf("%d files, %d in flight, %v a request: %v by net/http, %v by Scan: %.3f of its rate", *rateFiles, rateInFlight, rateDelay, bare, scan, bare.Seconds()/scan.Seconds())
	const last = time.Second // the states of the last files are waited for
	assert.LessOrEqual(t, (scan - last).Seconds(), bare.Seconds()/0.95)
}

// BenchmarkScan is TestRate in real time, with what the machine needs for it.
func BenchmarkScan(b *testing.B) {
	var bare, scan time.Duration
	for b.Loop() {
		started := time.Now()
		sendAll(b, *rateFiles)
		bare += time.Since(started)
		started = time.Now()
		scanAll(b, *rateFiles)
		scan += time.Since(started)
	}
	b.ReportMetric(bare.Seconds()/scan.Seconds(), "of-net/http")
	b.ReportMetric(float64(*rateFiles*b.N)/scan.Seconds(), "files/s")
}
