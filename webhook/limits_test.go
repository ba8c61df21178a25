package webhook_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

// size is that of the documents below, about.
const size = 1 << 20

// dense returns a document: head, then as many elements as fit with commas between them, then tail.
func dense(head, element, tail string) string {
	count := (size - len(head) - len(tail)) / (len(element) + 1)
	return head + strings.Repeat(element+",", count-1) + element + tail
}

// numberedFields returns a form.
func numberedFields(format string) string {
	var b strings.Builder
	b.WriteString("file_id=a&state=1&cid=1")
	for i := 0; b.Len() < size-64 && i < 99_000; i++ {
		fmt.Fprintf(&b, "&"+format, i)
	}
	return b.String()
}

// What a posted body makes the handler allocate is bounded: 32 times the bytes, and 1 MiB.
//
//nolint:paralleltest // it measures the heap, which all tests share
func TestHandlerMemory(t *testing.T) {
	_, client, _ := scanned(t)
	for name, body := range map[string]string{
		"rows":              dense(`{"file_id":"a","state":1,"cid":1,"results":{"music":[`, `{}`, `]}}`),
		"rows, not closed":  dense(`{"file_id":"a","state":1,"cid":1,"results":{"music":[`, `{}`, `,`),
		"covers":            dense(`{"file_id":"a","state":1,"cid":1,"results":{"cover_songs":[`, `{}`, `]}}`),
		"rows in a string":  dense(`{"file_id":"a","state":1,"cid":1,"results":"{\"music\":[`, `{}`, `]}"}`),
		"artists":           dense(`{"file_id":"a","state":1,"cid":1,"results":{"music":[{"result":{"artists":[`, `""`, `]}}]}}`),
		"genres":            dense(`{"file_id":"a","state":1,"cid":1,"results":{"music":[{"result":{"genres":[`, `{}`, `]}}]}}`),
		"in data":           dense(`{"data":{"file_id":"a","state":1,"cid":1,"results":{"music":[`, `{}`, `]}}}`),
		"in an array":       dense(`[{"file_id":"a","state":1,"cid":1,"results":{"music":[`, `{}`, `]}}]`),
		"events":            dense(`[`, `{}`, `]`),
		"events in data":    dense(`{"data":[`, `{}`, `]}`),
		"monitoring":        dense(`{"stream_id":"s-1","status":1,"data":{"status":{},"metadata":{"music":[`, `{}`, `]}}}`),
		"a bare record":     dense(`{"status":{},"metadata":{"music":[`, `{}`, `]}}`),
		"odd rows":          dense(`{"file_id":"a","state":1,"cid":1,"results":{"music":[`, `1`, `]}}`),
		"a form of rows":    numberedFields("results[music][%d][offset]=1"),
		"a form of lists":   numberedFields("a[%d][]="),
		"a form of names":   numberedFields("a%d="),
		"a form of little":  "file_id=a&state=1&cid=1" + strings.Repeat("&a", 99_000),
		"a form of JSON":    "file_id=a&state=1&cid=1&results=" + dense(`{"music":[`, `{}`, `]}`),
		"a form, deep":      numberedFields("a[" + strings.Repeat("b][", 60) + "%d]="),
		"a form of control": "file_id=a&state=1&cid=1&name=" + strings.Repeat("\x01", size),
	} {
		for mode, opts := range map[string][]webhook.Option{"posted": nil, "refetch": {webhook.WithRefetch(client)}} {
			h, _ := newHandler(t, nothing, append(opts, webhook.WithoutAuthentication())...)
			r := post(t, strings.NewReader(body), "")
			w := httptest.NewRecorder()
			grown := peak(func() { h.ServeHTTP(w, r) })
			assert.LessOrEqual(t, grown, uint64(slack*float64(len(body)*32+1<<20)), "%s, %s: %d", name, mode, w.Code)
			if mode == "refetch" && strings.HasPrefix(name, "rows") {
				assert.LessOrEqual(t, grown, uint64(slack*float64(len(body)*10+1<<20)), "%s is not decoded", name)
			}
		}
	}
}

// What reading a body allocates is bounded in all, however it is wrapped: 32 times the bytes, and 1 MiB.
//
//nolint:paralleltest // it measures the heap, which all tests share
func TestParseMemory(t *testing.T) {
	quoted := strconv.Quote
	for name, body := range map[string]string{
		"odd rows":                 dense(`{"file_id":"a","state":1,"results":{"music":[`, `1`, `]}}`),
		"odd rows in data":         `{"data":` + quoted(dense(`{"file_id":"a","state":1,"results":{"music":[`, `1`, `]}}`)) + `}`,
		"lists in data":            `{"data":` + quoted(dense(`{"file_id":"a","state":1,"results":{"music":[`, `[]`, `]}}`)) + `}`,
		"lists in payload":         `{"payload":` + quoted(dense(`{"file_id":"a","state":1,"results":{"music":[`, `[]`, `]}}`)) + `}`,
		"both":                     dense(`{"payload":"{\"file_id\":\"a\",\"results\":{\"music\":[`, `1`, `]}}","data":"x"}`),
		"a form of odd rows":       dense(`file_id=a&state=1&cid=7&results={"music":[`, `1`, `]}`),
		"a form with data":         dense(`data={"file_id":"a","results":{"music":[`, `1`, `]}}`),
		"a form with data, lists":  dense(`data={"file_id":"a","results":{"music":[`, `[]`, `]}}`),
		"encoded twice":            quoted(dense(`{"file_id":"a","state":1,"results":{"music":[`, `1`, `]}}`)),
		"encoded twice, with data": quoted(`{"data":` + quoted(dense(`{"file_id":"a","results":{"music":[`, `1`, `]}}`)) + `}`),
		"monitoring in data":       `{"stream_id":"s-1","status":1,"data":` + quoted(dense(`{"status":{"code":0},"metadata":{"music":[`, `1`, `]}}`)) + `}`,
		"metadata in text":         `{"stream_id":"s-1","status":1,"data":{"status":{"code":0},"metadata":` + quoted(dense(`{"music":[`, `1`, `]}`)) + `}}`,
		"empty rows in data":       `{"data":` + quoted(dense(`{"file_id":"a","state":1,"results":{"music":[`, `{}`, `]}}`)) + `}`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = webhook.Parse([]byte(body))
		runtime.ReadMemStats(&after)
		assert.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(slack*float64(len(body)*32+1<<20)), "%s: %.1f times", name, float64(after.TotalAlloc-before.TotalAlloc)/float64(len(body)))
	}
}

// peak returns by how much the heap grows at most while f runs.
func peak(f func()) uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, stopped := make(chan struct{}), make(chan uint64)
	go func() {
		most := before.HeapAlloc
		for {
			select {
			case <-stop:
				stopped <- most - before.HeapAlloc
				return
			default:
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapAlloc)
				runtime.Gosched()
			}
		}
	}()
	f()
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	close(stop)
	return max(<-stopped, after.HeapAlloc-min(after.HeapAlloc, before.HeapAlloc))
}

func TestHandlerDefaultLimit(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, nothing, webhook.WithoutAuthentication())
	padded := func(n int) string {
		return `{"file_id":"a","state":1,"x":"` + strings.Repeat("x", n-len(`{"file_id":"a","state":1,"x":""}`)) + `"}`
	}
	for _, announced := range []bool{true, false} {
		send := func(n int) int {
			r := post(t, strings.NewReader(padded(n)), "")
			if !announced {
				r.ContentLength = -1
			}
			return answer(h, r)
		}
		assert.Equal(t, 200, send(4<<20))
		assert.Equal(t, 413, send(4<<20+1))
		require.ErrorContains(t, log.last(t).Err, "4194304")
		_, err := webhook.ParseRequest(post(t, strings.NewReader(padded(4<<20)), ""))
		require.NoError(t, err)
		_, err = webhook.ParseRequest(post(t, strings.NewReader(padded(4<<20+1)), ""))
		require.Error(t, err)
	}
}

// slowAPI delays requests for files, and counts how many run at once.
type slowAPI struct {
	http.RoundTripper
	now, most, all atomic.Int32
}

func (s *slowAPI) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.Contains(r.URL.Path, "/files/") {
		s.all.Add(1)
		s.most.Store(max(s.most.Load(), s.now.Add(1)))
		defer s.now.Add(-1)
		time.Sleep(time.Second) //nolint:forbidigo // time is fake here
	}
	return s.RoundTripper.RoundTrip(r)
}

// With a queue no more files are fetched at a time than there are workers, and nothing is fetched for what the queue has no place for.
func TestRefetchIsBoundedByWorkers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		defer func() { assert.NoError(t, srv.Close()) }()
		api := &slowAPI{RoundTripper: srv.HTTPClient().Transport}
		client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithHTTPClient(&http.Client{Transport: api}))...)
		require.NoError(t, err)
		var done atomic.Int32
		h, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
			assert.True(t, e.Refetched)
			done.Add(1)
			return nil
		}, webhook.WithoutAuthentication(), webhook.WithRefetch(client), webhook.WithQueue(2, 8))
		cid := srv.Config().ContainerID
		var ids []string
		for i := range 20 {
			file, err := client.Files(cid).Upload(t.Context(), acrcloud.FromBytes(strconv.Itoa(i), []byte{byte(i)}), nil)
			require.NoError(t, err)
			ids = append(ids, file.ID)
		}
		api.all.Store(0)
		api.most.Store(0)
		statuses := map[int]int{}
		var mu sync.Mutex
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				status := answer(h, post(t, strings.NewReader(`{"file_id":"`+id+`","state":1,"cid":`+strconv.Itoa(cid)+`}`), ""))
				mu.Lock()
				defer mu.Unlock()
				statuses[status]++
			})
		}
		wg.Wait()
		assert.Equal(t, map[int]int{200: 10, 429: 10}, statuses)
		require.NoError(t, h.Shutdown(t.Context()))
		assert.EqualValues(t, 2, api.most.Load())
		assert.EqualValues(t, 10, api.all.Load(), "nothing is fetched in vain")
		assert.EqualValues(t, 10, done.Load())
		assert.Equal(t, 30, log.count())
	})
}

// Who waits too long for a turn gets 503, and nothing is lost by that: the event is new again.
func TestRefetchTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, client, file := scanned(t)
		block := make(chan struct{})
		h, log := newHandler(t, nothing, webhook.WithoutAuthentication(), webhook.WithQueue(1, 5), webhook.WithRefetch(sourceFunc(func(id int) *filescan.Files {
			<-block
			return client.Files(id)
		})))
		body := `{"file_id":"` + file.ID + `","state":1,"cid":` + strconv.Itoa(srv.Config().ContainerID) + `}`
		first := make(chan int, 1)
		go func() { first <- answer(h, post(t, strings.NewReader(strings.Replace(body, file.ID, "other", 1)), "")) }()
		synctest.Wait()
		time.Sleep(time.Second) //nolint:forbidigo // time is fake here
		started := time.Now()
		assert.Equal(t, 503, answer(h, post(t, strings.NewReader(body), "")))
		assert.Equal(t, 30*time.Second, time.Since(started))
		require.ErrorContains(t, log.last(t).Err, "as there are workers")
		assert.Equal(t, 503, <-first, "a source that hangs is given up")
		close(block)
		synctest.Wait()
		assert.Equal(t, 200, answer(h, post(t, strings.NewReader(body), "")))
		assert.Equal(t, webhook.ReasonQueued, log.last(t).Reason)
		require.NoError(t, h.Shutdown(t.Context()))
	})
}

// The results are not decoded, but they still make an event another one.
func TestRefetchSkims(t *testing.T) {
	t.Parallel()
	srv, client, file := scanned(t)
	calls := 0
	h, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
		calls++
		assert.Equal(t, "Silver River", e.Results.Music[0].Result.Title)
		return nil
	}, webhook.WithoutAuthentication(), webhook.WithRefetch(client))
	send := func(more string) webhook.Reason {
		answer(h, post(t, strings.NewReader(`{"file_id":"`+file.ID+`","state":1,"cid":`+strconv.Itoa(srv.Config().ContainerID)+more+`}`), ""))
		return log.last(t).Reason
	}
	assert.Equal(t, webhook.ReasonDone, send(`,"results":{"music":[{}]}`))
	assert.Equal(t, webhook.ReasonDuplicate, send(`,"results":{"music":[{}]}`))
	assert.Equal(t, webhook.ReasonDuplicate, send(`,"results":"{\"music\":[{}]}"`))
	assert.Equal(t, webhook.ReasonDone, send(`,"results":{"music":[{},{}]}`))
	assert.Equal(t, webhook.ReasonDone, send(``))
	assert.Equal(t, webhook.ReasonDuplicate, send(`,"results":null`))
	assert.Equal(t, webhook.ReasonDuplicate, send(`,"results":[]`))
	assert.Equal(t, webhook.ReasonTest, send(`,"results":{"music":[{"result":{"acrid":"test_acrid"}}]}`))
	assert.Equal(t, webhook.ReasonDone, send(`,"results":{"music":[{"result":{"title":"test_acrid"}}]}`))
	assert.Equal(t, webhook.ReasonDone, send(`,"results":5`))
	assert.Equal(t, 5, calls)
	wrapped := `{"data":{"id":"` + file.ID + `","results":{"music":[{}]},"cid":` + strconv.Itoa(srv.Config().ContainerID) + `,"state":1}}`
	answer(h, post(t, strings.NewReader(wrapped), ""))
	assert.Equal(t, webhook.ReasonDuplicate, log.last(t).Reason)

	form := "file_id=" + file.ID + "&state=1&cid=" + strconv.Itoa(srv.Config().ContainerID) + "&results=hello"
	assert.Equal(t, 400, answer(h, post(t, strings.NewReader(form), "application/x-www-form-urlencoded")))
}

// What would take too much memory is refused, however it is wrapped: an unknown event in its place would be acknowledged, and the result lost.
func TestTooLargeInside(t *testing.T) {
	t.Parallel()
	rows := strings.Repeat(`{},`, 1<<16) + `{}`
	file := `{"file_id":"` + fileID + `","state":1,"results":{"music":[` + rows + `]}}`
	recording := `{"status":{"code":0},"metadata":{"music":[` + rows + `]}}`
	for name, body := range map[string]string{
		"a file":                 file,
		"a file in data":         `{"data":` + file + `}`,
		"a file in payload":      `{"payload":` + file + `}`,
		"a recording":            recording,
		"a stream":               `{"stream_id":"s-1","data":` + recording + `}`,
		"a stream in data":       `{"data":{"stream_id":"s-1","data":` + recording + `}}`,
		"a file, results a text": `{"file_id":"` + fileID + `","state":1,"results":` + quote(`{"music":[`+rows+`]}`) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := webhook.Parse([]byte(body))
			var refused *webhook.RequestError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, webhook.ReasonTooLarge, refused.Reason, "%v", err)
		})
	}
}
