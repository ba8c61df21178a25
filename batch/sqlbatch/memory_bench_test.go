package sqlbatch_test

import (
	"flag"
	"fmt"
	"io"
	"iter"
	"net/http"
	"path"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

var memoryItems = flag.Int("memory.items", 20_000, "how many items the memory of a run is measured with")

// forgetful is a service that keeps nothing: a file's id is its name, and it is done at once.
type forgetful struct{}

func (forgetful) RoundTrip(r *http.Request) (*http.Response, error) {
	var body string
	status := http.StatusOK
	switch _, last := path.Split(r.URL.Path); {
	case r.Method == http.MethodPut:
	case last == "presigned-upload":
		body = fmt.Sprintf(`{"data":{"presigned_url":"https://storage.test/%[1]s?X-Signature=s","key":%[1]q}}`, r.URL.Query().Get("filename"))
	case last == "files" && r.Method == http.MethodGet:
		body = `{"data":[],"meta":{"current_page":1,"last_page":1,"per_page":100,"total":0}}`
	case last == "files":
		sent, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		_, name, _ := strings.Cut(string(sent), `"name":"`)
		name, _, _ = strings.Cut(name, `"`)
		body, status = fmt.Sprintf(`{"data":{"id":"%[1]s-%[2]s","name":%[2]q,"cid":7,"state":0}}`, forgetfulID, name), http.StatusCreated
	default:
		name := strings.TrimPrefix(last, forgetfulID+"-")
		body = fmt.Sprintf(`{"data":[{"id":%q,"name":%q,"cid":7,"state":1,"results":{"music":[{"offset":0,"played_duration":9,"result":{"title":"Silver River","acrid":"0123456789abcdef0123456789abcdef"}}]}}]}`, last, name)
	}
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}, nil
}

const forgetfulID = "6b1e2c1a"

// BenchmarkMemory measures the memory that is in use during a run, after a collection of what is not, with a thousand items and with many, and
// when the many come again. The long form, which takes an hour of two cores:
//
//	go test -run '^$' -bench Memory -benchtime 1x -memory.items 1000000 -timeout 5h
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		few, _ := liveOf(b, 1000)
		many, again := liveOf(b, *memoryItems)
		b.ReportMetric(few/(1<<20), "MiB-1000")
		b.ReportMetric(many/(1<<20), "MiB-many")
		b.ReportMetric(many/few, "of-1000")
		b.ReportMetric(again/few, "again-of-1000")
	}
}

// liveOf returns the most memory that was in use in a run of so many items, and in the next one with the same.
func liveOf(b *testing.B, items int) (first, next float64) {
	b.Helper()
	store, err := sqlbatch.Open(b.Context(), dsns["SQLite"](b))
	require.NoError(b, err)
	defer func() { _ = store.Close() }()
	client, err := filescan.New(acrcloud.Config{BaseURL: "https://service.test", BearerToken: acrcloud.NewSecret("token-of-the-benchmark"), ContainerID: 7},
		acrcloud.WithHTTPClient(&http.Client{Transport: forgetful{}}))
	require.NoError(b, err)
	most := 0.0
	measure := func() {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		most = max(most, float64(m.HeapAlloc))
	}
	var list iter.Seq2[batch.Item, error] = func(yield func(batch.Item, error) bool) {
		for i := range items {
			if (i+1)%max(items/10, 100) == 0 {
				measure()
			}
			key := fmt.Sprintf("%07d.wav", i)
			if !yield(batch.Item{Key: key, Ref: key, Source: content(key)}, nil) {
				return
			}
		}
	}
	for _, out := range []*float64{&first, &next} {
		most = 0
		done := 0
		for o, err := range batch.Scan(b.Context(), client.Files(7), list, &batch.Options{Store: store, Open: content, Uploads: 32, MinInterval: 10 * time.Millisecond, MaxInterval: 20 * time.Millisecond}) {
			require.NoError(b, err)
			require.NoError(b, o.Err)
			done++
		}
		if out == &first {
			require.Equal(b, items, done)
		} else {
			require.Zero(b, done)
		}
		*out = most
	}
	return first, next
}
