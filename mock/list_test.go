package mock_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// fillWith makes files of that many URLs, by the handler, and returns their ids.
func fillWith(tb testing.TB, w *wire, container string, files int) []string {
	tb.Helper()
	ids := make([]string, files)
	handler := w.srv.Handler()
	for i := range ids {
		body := fmt.Appendf(nil, `{"data_type":"audio_url","url":"https://a.test/file-%06d.mp3"}`, i)
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, requestOf(tb, w.token, http.MethodPost, container+"/files", body))
		require.Equal(tb, http.StatusCreated, rec.Code)
		_, id, _ := strings.Cut(rec.Body.String(), `"id":"`)
		ids[i] = id[:36]
	}
	return ids
}

// names are the names on a page, and the total.
func (w *wire) names(container, query string) (names []string, total int) {
	w.t.Helper()
	r := w.send("GET", regionHost+container+"/files?"+query, nil)
	require.Equal(w.t, 200, r.status, "%s", r.body)
	for _, row := range r.rows(w.t) {
		names = append(names, row["name"].(string))
	}
	n, _ := r.json(w.t)["meta"].(map[string]any)["total"].(float64)
	return names, int(n)
}

// Every page of many files shows its own, the newest first.
func TestPagesOfManyFiles(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	const files = 3_000
	fillWith(t, w, w.cid(), files)
	seen := 0
	for page := 1; page <= files/100; page++ {
		names, total := w.names(w.cid(), fmt.Sprintf("page=%d&per_page=100", page))
		require.Len(t, names, 100)
		assert.Equal(t, files, total)
		assert.Equal(t, fmt.Sprintf("file-%06d.mp3", files-1-seen), names[0])
		seen += len(names)
	}
}

// A search finds what looking at each file would, however many there are and whatever was deleted.
func TestSearch(t *testing.T) {
	t.Parallel()
	for _, files := range []int{0, 1, 255, 256, 2_000} {
		t.Run(strconv.Itoa(files), func(t *testing.T) {
			t.Parallel()
			w := newWire(t)
			c := w.container(nil)
			var all []string
			ids := fillWith(t, w, c, files)
			for i := range ids {
				all = append(all, fmt.Sprintf("file-%06d.mp3", i))
			}
			check := func() {
				t.Helper()
				for _, text := range []string{"file-000001.mp3", "file-00", "00001", "0001", "1.m", "9", "mp3", "audio_url:/file-0000", "FILE", "nothing like it", "file-000001.mp3x", "é", "file-000256.mp3", "new"} {
					var want []string
					for _, name := range slices.Backward(all) {
						if strings.Contains("audio_url:/"+name, text) || strings.Contains(name, text) {
							want = append(want, name)
						}
					}
					names, total := w.names(c, "per_page=10000&search="+url.QueryEscape(text))
					assert.Equal(t, want, names, text)
					assert.Equal(t, len(want), total, text)
				}
			}
			check()
			for i, id := range slices.Backward(ids) { // a third, from all over the list
				if i%3 == 1 {
					require.Equal(t, 204, w.send("DELETE", regionHost+c+"/files/"+id, nil).status)
					all = slices.Delete(all, i, i+1)
				}
			}
			check()
			require.Equal(t, 201, w.send("POST", regionHost+c+"/files", `{"data_type":"audio_url","url":"https://a.test/new","name":"a new one"}`).status)
			names, _ := w.names(c, "search=new+one")
			assert.Equal(t, []string{"a new one"}, names)
			if files < 2_000 {
				return
			}
			for i, id := range ids { // nearly all of the others
				if i%3 != 1 && i < 1_990 {
					require.Equal(t, 204, w.send("DELETE", regionHost+c+"/files/"+id, nil).status)
				}
			}
			fillWith(t, w, c, 300)
			names, _ = w.names(c, "per_page=1000&search=file-00")
			assert.Len(t, names, 306)
			names, total := w.names(c, "search=file-0019&state=-1")
			assert.Len(t, names, 6)
			assert.Equal(t, 6, total)
		})
	}
}

// A list by state has the files that are in it, also those that have just come to it.
func TestListByState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithProcessingTime(time.Minute))
		w.srv.OnScan(func(u mock.Upload) mock.Outcome {
			if strings.HasSuffix(u.Name, "3.mp3") {
				return mock.Outcome{State: new(-2)}
			}
			return mock.Outcome{}
		})
		c := w.cid()
		ids := fillWith(t, w, c, 10)
		totals := func() (totals []int) {
			for _, state := range []string{"0", "-1", "-2", "1", "x", "", "99999999999999999999"} {
				_, total := w.names(c, "state="+state)
				totals = append(totals, total)
			}
			return totals
		}
		assert.Equal(t, []int{10, 0, 0, 0, 0, 10, 0}, totals())
		require.NoError(t, w.srv.Complete(ids[7]))
		assert.Equal(t, []int{9, 1, 0, 0, 0, 10, 0}, totals())
		<-time.After(time.Minute) // of the bubble
		assert.Equal(t, []int{0, 9, 1, 0, 0, 10, 0}, totals())
		names, _ := w.names(c, "state=-2")
		assert.Equal(t, []string{"file-000003.mp3"}, names)
		w.send("PUT", regionHost+c+"/files/"+ids[3]+","+ids[0]+"/rescan", nil)
		assert.Equal(t, []int{2, 8, 0, 0, 0, 10, 0}, totals())
		w.send("DELETE", regionHost+c+"/files/"+ids[3]+","+ids[9], nil)
		assert.Equal(t, []int{1, 7, 0, 0, 0, 8, 0}, totals())
		<-time.After(time.Minute) // of the bubble
		assert.Equal(t, []int{0, 8, 0, 0, 0, 8, 0}, totals())
		names, _ = w.names(c, "state=-1")
		assert.Equal(t, []string{"file-000008.mp3", "file-000007.mp3", "file-000006.mp3", "file-000005.mp3", "file-000004.mp3", "file-000002.mp3", "file-000001.mp3", "file-000000.mp3"}, names)
	})
}

// A list that lags does not show what is new; asking by id does.
func TestListLag(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, mock.WithListLag(2*time.Second))
		c := w.cid()
		first := fillWith(t, w, c, 1)[0]
		queries := []string{"", "search=file-000000", "state=-1", "search=file&state=-1"}
		for _, wait := range []time.Duration{0, time.Second, 999 * time.Millisecond} {
			<-time.After(wait) // of the bubble
			for _, query := range queries {
				names, total := w.names(c, query)
				assert.Empty(t, names, query)
				assert.Zero(t, total, query)
			}
			assert.Len(t, w.send("GET", regionHost+c+"/files/"+first, nil).rows(t), 1)
		}
		<-time.After(time.Millisecond) // of the bubble
		fillWith(t, w, c, 1)
		for _, query := range queries {
			names, total := w.names(c, query)
			assert.Len(t, names, 1, query)
			assert.Equal(t, 1, total, query)
		}
		<-time.After(2 * time.Second) // of the bubble
		_, total := w.names(c, "")
		assert.Equal(t, 2, total)
	})
}

// A server may outlive a bubble in which files were in process, and be closed outside of it.
func TestFilesOfABubbleThatHasEnded(t *testing.T) {
	t.Parallel()
	r := &receiver{}
	srv := mock.New(mock.WithProcessingTime(time.Hour), mock.WithCallbackTransport(mock.HandlerTransport(r)))
	w := &wire{t: t, srv: srv, token: srv.Config().BearerToken.Reveal(), http: srv.HTTPClient()}
	c := w.cid()
	require.Equal(t, 200, w.send("PUT", mainHost+c, `{"callback_url":"https://hooks.test/"}`).status)
	var id string
	synctest.Test(t, func(t *testing.T) { id = fillWith(t, w, c, 1)[0] })
	require.NoError(t, srv.Complete(id))
	require.Equal(t, 200, w.send("PUT", regionHost+c+"/files/"+id+"/rescan", nil).status)
	require.Equal(t, 204, w.send("DELETE", regionHost+c+"/files/"+id, nil).status)
	synctest.Test(t, func(t *testing.T) {
		fillWith(t, w, c, 1)
		<-time.After(time.Hour) // of the bubble
		synctest.Wait()
		assert.GreaterOrEqual(t, r.count(), 1)
	})
	require.NoError(t, srv.Close())
}

// upload1 is all that an upload asks for: a URL, the content, a look at the name, the record, the file.
func upload1(tb testing.TB, w *wire, container string, i int) {
	tb.Helper()
	h := w.srv.Handler()
	name := fmt.Sprintf("upload-%06d.wav", i)
	target, _ := serve(tb, h, w.token, http.MethodGet, container+"/presigned-upload?filename="+name, nil)["data"].(map[string]any)
	serve(tb, h, "", http.MethodPut, target["presigned_url"].(string), []byte(name))
	serve(tb, h, w.token, http.MethodGet, container+"/files?per_page=100&search="+name, nil)
	record := fmt.Appendf(nil, `{"data_type":"audio","key":%q,"filename":%q}`, target["key"], name)
	made, _ := serve(tb, h, w.token, http.MethodPost, container+"/files", record)["data"].(map[string]any)
	serve(tb, h, w.token, http.MethodGet, container+"/files/"+made["id"].(string), nil)
	serve(tb, h, w.token, http.MethodGet, container+"/files?state=-1&per_page=10", nil)
}

// Uploads to a full container take no longer than to an empty one, lists and searches included. Looking at each file would take ten times
// as long.
//
//nolint:paralleltest // it measures time
func TestFullContainersAreFast(t *testing.T) {
	w := newWire(t)
	empty, full := w.container(nil), w.container(nil)
	fillWith(t, w, full, 12_000)
	upload1(t, w, full, 0) // takes the files into the index
	measure := func(container string, from int) time.Duration {
		start := time.Now()
		for i := range 10 {
			upload1(t, w, container, from+i)
		}
		return time.Since(start)
	}
	best := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	for round := range 6 {
		best[0] = min(best[0], measure(empty, 10*round+1))
		best[1] = min(best[1], measure(full, 10*round+1))
	}
	assert.Less(t, best[1], 4*best[0], "%v", best)
}

// BenchmarkContainer uploads to containers that have that many files.
func BenchmarkContainer(b *testing.B) {
	for _, files := range []int{0, 1_000, 100_000} {
		b.Run(strconv.Itoa(files), func(b *testing.B) {
			w := &wire{srv: mock.New()}
			cfg := w.srv.Config()
			w.token = cfg.BearerToken.Reveal()
			c := fmt.Sprintf("/api/fs-containers/%d", cfg.ContainerID)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			fillWith(b, w, c, files)
			runtime.GC()
			runtime.ReadMemStats(&after)
			upload1(b, w, c, 0) // takes the files into the index
			i := 0
			for b.Loop() {
				i++
				upload1(b, w, c, i)
			}
			if files > 0 {
				b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(files), "B/file")
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "uploads/s")
		})
	}
}
