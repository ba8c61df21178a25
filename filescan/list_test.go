package filescan_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func row(n int) string { return fileJSON(fmt.Sprintf("id-%d", n), "x", 1, testTime) }

func TestListFiles(t *testing.T) {
	t.Parallel()
	state := filescan.StateNoResults
	tests := []struct {
		opts *filescan.ListFilesOptions
		want string
	}{
		{nil, "page=1&per_page=20"},
		{&filescan.ListFilesOptions{}, "page=1&per_page=20"},
		{&filescan.ListFilesOptions{Page: 3, PerPage: 7, Search: "a b&c", State: &state, WithResults: true}, "page=3&per_page=7&search=a+b%26c&state=-1&with_result=1"},
		{&filescan.ListFilesOptions{State: new(filescan.StateProcessing)}, "page=1&per_page=20&state=0"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, tt.want, r.URL.RawQuery)
				says(pageJSON(3, 9, 42, row(1), "null", row(2)))(w, r)
			}})
			page, err := c.Files(containerID).List(t.Context(), tt.opts)
			require.NoError(t, err)
			assert.Equal(t, 3, page.Page)
			assert.Equal(t, 2, page.PerPage, "the service repeats what it was asked as text")
			assert.Equal(t, 9, page.LastPage)
			assert.Equal(t, 42, page.Total)
			require.Len(t, page.Items, 2)
			assert.Equal(t, "id-2", page.Items[1].ID)
		})
	}
}

// listing serves pages by their number.
func listing(pages map[int]string, asked *[]int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if asked != nil {
			*asked = append(*asked, n)
		}
		body, ok := pages[n]
		if !ok {
			body = pageJSON(n, len(pages), 0)
		}
		says(body)(w, r)
	}
}

func collect(ctx context.Context, files *filescan.Files) (ids []string, errs []error) {
	for f, err := range files.All(ctx, nil) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		ids = append(ids, f.ID)
	}
	return ids, errs
}

func TestAllFiles(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		pages map[int]string
		want  []string
		fails bool
	}{
		{"none", map[int]string{1: pageJSON(1, 1, 0)}, nil, false},
		{"one page", map[int]string{1: pageJSON(1, 1, 2, row(1), row(2))}, []string{"id-1", "id-2"}, false},
		{"three pages", map[int]string{1: pageJSON(1, 3, 5, row(1), row(2)), 2: pageJSON(2, 3, 5, row(3), row(4)), 3: pageJSON(3, 3, 5, row(5))}, []string{"id-1", "id-2", "id-3", "id-4", "id-5"}, false},
		{"a row moves to the next page", map[int]string{1: pageJSON(1, 2, 3, row(1), row(2)), 2: pageJSON(2, 2, 4, row(2), row(3))}, []string{"id-1", "id-2", "id-3"}, false},
		{"a whole page moves", map[int]string{1: pageJSON(1, 3, 4, row(1), row(2)), 2: pageJSON(2, 3, 6, row(1), row(2)), 3: pageJSON(3, 3, 6, row(3), row(4))}, []string{"id-1", "id-2", "id-3", "id-4"}, false},
		{"the page is not turned", map[int]string{1: pageJSON(1, 3, 6, row(1), row(2)), 2: pageJSON(1, 3, 6, row(1), row(2))}, []string{"id-1", "id-2"}, true},
		{"the same for ever", map[int]string{1: pageJSON(1, 9, 18, row(1)), 2: pageJSON(2, 9, 18, row(1)), 3: pageJSON(3, 9, 18, row(1))}, []string{"id-1"}, true},
		{"fewer than was said", map[int]string{1: pageJSON(1, 5, 10, row(1), row(2)), 2: pageJSON(2, 5, 10)}, []string{"id-1", "id-2"}, false},
		{"an error halfway", map[int]string{1: pageJSON(1, 2, 4, row(1), row(2)), 2: "<html>"}, []string{"id-1", "id-2"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: listing(tt.pages, nil)})
			all := c.Files(containerID).All(t.Context(), nil)
			for range 2 { // it can be ranged over again
				var ids []string
				var failed error
				for f, err := range all {
					require.NoError(t, failed, "an error comes last")
					if failed = err; err == nil {
						ids = append(ids, f.ID)
					} else {
						assert.Nil(t, f)
					}
				}
				assert.Equal(t, tt.want, ids)
				assert.Equal(t, tt.fails, failed != nil, "%v", failed)
			}
		})
	}
}

// Rows that were deleted while listing, even by the loop itself, do not hide those that moved up.
func TestAllFilesWhileTheyAreDeleted(t *testing.T) {
	t.Parallel()
	for _, perPage := range []int{1, 2, 3, 10} {
		left := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: func(w http.ResponseWriter, r *http.Request) {
			page, _ := strconv.Atoi(r.URL.Query().Get("page"))
			var rows []string
			for i := (page - 1) * perPage; i < min(page*perPage, len(left)); i++ {
				rows = append(rows, row(left[i]))
			}
			says(pageJSON(page, (len(left)+perPage-1)/perPage, len(left), rows...))(w, r)
		}})
		seen := 0
		for f, err := range c.Files(containerID).All(t.Context(), &filescan.ListFilesOptions{PerPage: perPage}) {
			require.NoError(t, err)
			left = slices.DeleteFunc(left, func(n int) bool { return f.ID == fmt.Sprintf("id-%d", n) })
			seen++
		}
		assert.Equal(t, 10, seen, "%d per page", perPage)
	}
}

// A table is served in pages, and changes before some of them are.
type table struct {
	rows    []int
	perPage int
	fetches int
	before  func(tb *table, page int)
}

func (tb *table) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tb.fetches++
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if tb.before != nil {
		tb.before(tb, page)
	}
	var rows []string
	for i := (page - 1) * tb.perPage; i < min(page*tb.perPage, len(tb.rows)); i++ {
		rows = append(rows, row(tb.rows[i]))
	}
	says(pageJSON(page, max((len(tb.rows)+tb.perPage-1)/tb.perPage, 1), len(tb.rows), rows...))(w, r)
}

func numbers(from, to int) (list []int) {
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}

// once runs do before a page is served for the first time.
func once(page int, do func(tb *table)) func(*table, int) {
	done := false
	return func(tb *table, p int) {
		if p == page && !done {
			done = true
			do(tb)
		}
	}
}

// Whatever is added and deleted while listing: what is there all the time comes once, and the list ends.
func TestAllFilesWhileTheyChange(t *testing.T) {
	t.Parallel()
	const most = 200 // requests
	for name, tt := range map[string]struct {
		rows   int
		before func(tb *table, page int)
		fetch  int // at most
	}{
		"a row of the end goes":               {1000, once(4, func(tb *table) { tb.rows = tb.rows[:999] }), 12},
		"many rows of the end go":             {1000, once(4, func(tb *table) { tb.rows = tb.rows[:750] }), 14},
		"rows of the beginning go":            {2001, once(20, func(tb *table) { tb.rows = tb.rows[60:] }), 23},
		"the last page goes":                  {2001, once(21, func(tb *table) { tb.rows = tb.rows[1:] }), 23},
		"the last page gets short":            {2005, once(21, func(tb *table) { tb.rows = tb.rows[4:] }), 23},
		"five pages of the beginning go":      {1000, once(8, func(tb *table) { tb.rows = tb.rows[500:] }), 18},
		"everything goes":                     {1000, once(4, func(tb *table) { tb.rows = nil }), most},
		"a row is added":                      {1000, once(4, func(tb *table) { tb.rows = slices.Concat(numbers(2001, 2001), tb.rows) }), 11},
		"a page of rows is added":             {1000, once(4, func(tb *table) { tb.rows = slices.Concat(numbers(2001, 2100), tb.rows) }), 11},
		"three pages of rows are added":       {1000, once(4, func(tb *table) { tb.rows = slices.Concat(numbers(2001, 2300), tb.rows) }), 13},
		"a row of the end goes each time":     {1000, func(tb *table, _ int) { tb.rows = tb.rows[:len(tb.rows)-1] }, 80},
		"a row is added each time":            {1000, func(tb *table, _ int) { tb.rows = slices.Concat([]int{2000 + tb.fetches}, tb.rows) }, 12},
		"the number of rows is never certain": {299, func(tb *table, _ int) { tb.rows = numbers(1, 299+tb.fetches%2) }, 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tb := &table{rows: numbers(1, tt.rows), perPage: 100, before: tt.before}
			c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: tb.ServeHTTP})
			count := map[string]int{}
			for f, err := range c.Files(containerID).All(t.Context(), nil) {
				require.NoError(t, err)
				require.LessOrEqual(t, tb.fetches, most)
				count[f.ID]++
			}
			assert.LessOrEqual(t, tb.fetches, tt.fetch)
			for _, n := range tb.rows {
				if n <= tt.rows { // it was there from the beginning
					assert.Equal(t, 1, count[fmt.Sprintf("id-%d", n)], "row %d", n)
				}
			}
			for id, n := range count {
				assert.Equal(t, 1, n, id)
			}
		})
	}
}

// The envelope of a list may lack its numbers, or have them where other endpoints do.
func TestAllFilesEnvelope(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		envelope string
		want     int
		fails    bool
	}{
		"no numbers":         {`{"data":[%s]}`, 250, false},
		"numbers at the top": {`{"data":[%s],"current_page":%d,"last_page":3,"total":250}`, 250, false},
		"no list":            {`{"message":"Service is under maintenance"}`, 0, true},
		"no list, but null":  {`{"data":null}`, 0, false},
		"no list, but {}":    {`{"data":{}}`, 0, false},
		"no list, none said": {`{"meta":{"total":0,"last_page":1}}`, 0, false},
		"no list, some said": {`{"meta":{"total":7,"last_page":1}}`, 0, true},
		"rows that are null": {`{"data":[null]}`, 0, false},
		"an odd list":        {`{"data":"none"}`, 0, true},
		"false":              {`{"data":false}`, 0, true},
		"a number":           {`{"data":5}`, 0, true},
		"rows that are text": {`{"data":["a","b"]}`, 0, true},
		"rows in a text":     {`{"data":"[{\"id\":\"a\"}]"}`, 0, true},
		"a total, no rows":   {`{"data":[],"meta":{"total":3,"last_page":1,"current_page":1}}`, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: func(w http.ResponseWriter, r *http.Request) {
				page, _ := strconv.Atoi(r.URL.Query().Get("page"))
				var rows []string
				for i := (page-1)*100 + 1; i <= min(page*100, 250); i++ {
					rows = append(rows, row(i))
				}
				body := strings.Replace(tt.envelope, "%s", strings.Join(rows, ","), 1)
				says(strings.Replace(body, "%d", strconv.Itoa(page), 1))(w, r)
			}})
			ids, errs := collect(t.Context(), c.Files(containerID))
			assert.Len(t, ids, tt.want)
			assert.Equal(t, tt.fails, len(errs) > 0, "%v", errs)
		})
	}
	// Without numbers a service that does not turn the page has said all.
	c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: says(`{"data":[` + row(1) + `]}`)})
	ids, errs := collect(t.Context(), c.Files(containerID))
	assert.Len(t, ids, 1)
	assert.Empty(t, errs)
}

func TestAllFilesStops(t *testing.T) {
	t.Parallel()
	pages := map[int]string{1: pageJSON(1, 3, 6, row(1), row(2)), 2: pageJSON(2, 3, 6, row(3), row(4)), 3: pageJSON(3, 3, 6, row(5), row(6))}
	var asked []int
	c, _ := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: listing(pages, &asked)})

	for f, err := range c.Files(containerID).All(t.Context(), nil) {
		require.NoError(t, err)
		if f.ID == "id-2" {
			break
		}
	}
	assert.Equal(t, []int{1}, asked, "nothing is fetched ahead")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for f, err := range c.Files(containerID).All(ctx, nil) {
		if last = err; err == nil && f.ID == "id-2" {
			cancel()
		}
	}
	require.ErrorIs(t, last, context.Canceled)

	opts := &filescan.ListFilesOptions{Page: 3}
	all := c.Files(containerID).All(t.Context(), opts)
	opts.Page = 1
	var ids []string
	for f, err := range all {
		require.NoError(t, err)
		ids = append(ids, f.ID)
	}
	assert.Equal(t, []string{"id-5", "id-6"}, ids, "the options are those of the call, and a start page is honoured")

	_, errs := collect(t.Context(), c.Files(-1))
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], acrcloud.ErrInvalidArgument)
}

// Live memory does not grow with the number of pages.
//
//nolint:paralleltest // it measures the memory of the whole program
func TestAllFilesMemory(t *testing.T) {
	live := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) //nolint:gosec // no heap is that large
	}
	srv := mock.New()
	fillContainer(t, srv, 10_000)
	c := connect(t, srv)
	var early int64
	n := 0
	for _, err := range c.Files(srv.Config().ContainerID).All(t.Context(), nil) {
		require.NoError(t, err)
		if n++; n == 2_000 {
			early = live()
		}
	}
	assert.Equal(t, 10_000, n)
	assert.Less(t, live()-early, int64(512<<10))
}

// fillContainer makes many files in the ready-made container.
func fillContainer(tb testing.TB, srv *mock.Server, files int) {
	tb.Helper()
	cfg, handler := srv.Config(), srv.Handler()
	for i := range files {
		body := fmt.Sprintf(`{"data_type":"audio_url","url":"https://a.test/%d.mp3"}`, i)
		req := httptest.NewRequestWithContext(tb.Context(), http.MethodPost, fmt.Sprintf("/api/fs-containers/%d/files", cfg.ContainerID), strings.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+cfg.BearerToken.Reveal())
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, req)
		require.Equal(tb, http.StatusCreated, w.Code, "%s", w.Body)
	}
}

// BenchmarkListFiles iterates over 10,000 files of the mock. "live-B" is what the second half of it adds to the live memory.
func BenchmarkListFiles(b *testing.B) {
	srv := mock.New()
	fillContainer(b, srv, 10_000)
	c, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(b, err)
	live := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	grown := 0.0
	for b.Loop() {
		n, half := 0, 0.0
		for _, err := range c.Files(srv.Config().ContainerID).All(b.Context(), nil) {
			require.NoError(b, err)
			if n++; n == 5_000 {
				half = live()
			}
		}
		require.Equal(b, 10_000, n)
		grown += live() - half
	}
	b.ReportMetric(grown/float64(b.N), "live-B")
}

func TestContainers(t *testing.T) {
	t.Parallel()
	const base = "api-v2.acrcloud.com/api/fs-containers"
	const container = `{"id":9,"uid":1,"name":"mine","region":"us-west-2","audio_type":"linein","engine":3,"policy":{"type":"traverse","interval":0,"rec_length":10},` +
		`"buckets":[{"id":23,"name":"ACRCloud Music"}],"num":3,"size":"300000","deepright":1,"callback_url":"https://hook.test/?key=s3cret","created_at":"2026-01-02T03:04:05.000000Z"}`
	c, _ := newAPI(t, map[string]http.HandlerFunc{
		"POST " + base: func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, map[string]any{
				"name": "mine", "region": "us-west-2", "audio_type": "linein", "engine": 3.0, "buckets": []any{23.0, "Own"},
				"policy": map[string]any{"type": "traverse", "interval": 0.0, "rec_length": 10.0}, "callback_url": "https://hook.test/?key=s3cret",
				"deepright": true, "music_detection": false, "new_thing": 1.0,
			}, bodyOf(t, r))
			fails(201, `{"data":`+container+`}`)(w, r)
		},
		"GET " + base: func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "name=min&page=2&per_page=5&region=us-west-2", r.URL.RawQuery)
			says(pageJSON(2, 2, 6, container))(w, r)
		},
		"GET " + base + "/9": says(`{"data":` + container + `}`),
		"GET " + base + "/8": says(`{"data":[]}`),
		"PUT " + base + "/9": func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, map[string]any{"engine": 1.0, "ai_detection": false, "name": "new", "callback_url": nil, "buckets": []any{}}, bodyOf(t, r))
			says(`{"data":`+container+`}`)(w, r)
		},
		"DELETE " + base + "/9": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) },
	})
	ctx := t.Context()
	made, err := c.Containers().Create(ctx, &filescan.CreateContainerRequest{
		Name: "mine", Region: acrcloud.USWest2, Engine: filescan.EngineFingerprintAndCovers, CallbackURL: acrcloud.NewSecret("https://hook.test/?key=s3cret"),
		Buckets: []filescan.Bucket{filescan.BucketID(23), filescan.BucketName("Own")}, Deepright: new(true), MusicDetection: new(false), Extra: map[string]json.RawMessage{"new_thing": json.RawMessage("1")},
	})
	require.NoError(t, err)
	got, err := c.Containers().Get(ctx, 9)
	require.NoError(t, err)
	for _, v := range []*filescan.Container{made, got} {
		assert.Equal(t, 9, v.ID)
		assert.Equal(t, acrcloud.USWest2, v.Region)
		assert.Equal(t, filescan.EngineFingerprintAndCovers, v.Engine)
		require.Len(t, v.Buckets, 1)
		assert.Equal(t, 23, v.Buckets[0].ID)
		assert.Equal(t, "https://hook.test/?key=s3cret", v.CallbackURL.Reveal())
		assert.True(t, v.Deepright)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", v, v, v), "s3cret")
	}
	_, err = c.Containers().Get(ctx, 8)
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	_, err = c.Containers().Update(ctx, 9, &filescan.UpdateContainerRequest{
		Name: new("new"), Engine: new(filescan.EngineFingerprint), AIDetection: new(false), CallbackURL: new(acrcloud.Secret), Buckets: []filescan.Bucket{},
	})
	require.NoError(t, err)
	page, err := c.Containers().List(ctx, &filescan.ListContainersOptions{Page: 2, PerPage: 5, Region: acrcloud.USWest2, Name: "min"})
	require.NoError(t, err)
	assert.Equal(t, 6, page.Total)
	require.NoError(t, c.Containers().Delete(ctx, 9))
}
