package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

// A bucket is that of the service, which makes a file of each POST, and lists it a while later.
type bucket struct {
	t   *testing.T
	lag time.Duration

	mu    sync.Mutex
	files []file
	posts int
	hook  func(post int, w http.ResponseWriter, r *http.Request, create func()) // in place of what a POST does
}

type file struct {
	title, content, kind, user string
	made                       time.Time
}

func (b *bucket) client(t *testing.T) *console.Client {
	t.Helper()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"POST /buckets/7/files": b.post, "GET /buckets/7/files": b.list})
	return c
}

func (b *bucket) post(w http.ResponseWriter, r *http.Request) {
	f := b.read(r)
	b.mu.Lock()
	b.posts++
	post, id := b.posts, 0
	b.mu.Unlock()
	create := func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		f.made = time.Now()
		b.files = append(b.files, f)
		id = len(b.files)
	}
	if b.hook != nil {
		b.hook(post, w, r, create)
	} else {
		create()
	}
	if id > 0 {
		says(data(b.row(id, f)))(w, r)
	}
}

func (b *bucket) read(r *http.Request) (f file) {
	contentType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	assert.NoError(b.t, err) //nolint:testifylint // this is not the test's goroutine
	if contentType == "application/json" {
		var body struct {
			Title    string `json:"title"`
			DataType string `json:"data_type"`
		}
		assert.NoError(b.t, json.NewDecoder(r.Body).Decode(&body))
		return file{title: body.Title, kind: body.DataType}
	}
	form := multipart.NewReader(r.Body, parameters["boundary"])
	for {
		part, err := form.NextPart()
		if err != nil {
			assert.ErrorIs(b.t, err, io.EOF)
			return f
		}
		content, err := io.ReadAll(part)
		assert.NoError(b.t, err) //nolint:testifylint // this is not the test's goroutine
		switch part.FormName() {
		case "title":
			f.title = string(content)
		case "data_type":
			f.kind = string(content)
		case "user_defined":
			f.user = string(content)
		case "file":
			f.content = part.FileName() + ": " + string(content)
		default:
			assert.Fail(b.t, "an unknown part", part.FormName())
		}
	}
}

func (b *bucket) row(id int, f file) string {
	return fmt.Sprintf(`{"id":%d,"bucket_id":7,"acr_id":null,"state":0,"title":%q,"duration":"78.5","user_defined":[],"created_at":%q}`, id, f.title, f.made.UTC().Format("2006-01-02T15:04:05.000000Z"))
}

func (b *bucket) list(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var rows []string
	for i, f := range b.files {
		if time.Since(f.made) >= b.lag && strings.Contains(f.title, r.URL.Query().Get("search")) {
			rows = append([]string{b.row(i+1, f)}, rows...)
		}
	}
	says(pageOf(rows...))(w, r)
}

func TestUpload(t *testing.T) {
	t.Parallel()
	b := &bucket{t: t}
	var progress []console.Progress
	var ticket console.Ticket
	got, err := b.client(t).BucketFiles(7).Upload(t.Context(), acrcloud.FromBytes("a b.db", []byte("content")), &console.UploadOptions{
		DataType: console.Fingerprint, Title: "Night", UserDefined: map[string]any{"isrc": "X"},
		OnProgress: func(p console.Progress) { progress = append(progress, p) },
		OnTicket:   func(_ context.Context, t console.Ticket) error { ticket = t; return nil },
	})
	require.NoError(t, err)
	assert.Equal(t, 1, got.ID)
	assert.Equal(t, 78500*time.Millisecond, got.PlayingTime())
	require.Len(t, b.files, 1)
	assert.Equal(t, file{"Night", "a b.db: content", "fingerprint", `{"isrc":"X"}`, b.files[0].made}, b.files[0])
	assert.Equal(t, console.Progress{Attempt: 1, Sent: 7, Total: 7, Done: true}, progress[len(progress)-1])
	assert.False(t, ticket.Time.IsZero())
	ticket.Time = time.Time{}
	assert.Equal(t, console.Ticket{BucketID: 7, Title: "Night", DataType: console.Fingerprint}, ticket)
}

func TestUploadRefuses(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	content := acrcloud.FromBytes("a.mp3", []byte("x"))
	for field, tt := range map[string]struct {
		src  acrcloud.Source
		opts console.UploadOptions
	}{
		"UploadOptions.DataType": {content, console.UploadOptions{DataType: "audio_url"}},
		"UploadOptions.Title":    {content, console.UploadOptions{Title: "a\nb"}},
		"UserDefined":            {content, console.UploadOptions{UserDefined: map[string]any{"a": func() {}}}},
	} {
		_, err := c.BucketFiles(7).Upload(t.Context(), tt.src, &tt.opts)
		isArgument(t, err, field)
	}
	_, err := c.BucketFiles(7).Upload(t.Context(), acrcloud.FromReader("", strings.NewReader("x"), 1), nil)
	isArgument(t, err, "UploadOptions.Title")
	_, err = c.BucketFiles(7).Upload(t.Context(), content, &console.UploadOptions{Title: "\xff", UniqueName: true})
	isArgument(t, err, "UploadOptions.Title")
	_, err = c.BucketFiles(0).Upload(t.Context(), content, nil)
	isArgument(t, err, "bucketID")
	_, err = c.BucketFiles(7).Upload(t.Context(), acrcloud.FromBytes("a.mp3", nil), nil)
	var e *acrcloud.SourceError
	require.ErrorAs(t, err, &e)
	for _, remote := range []console.Remote{{}, console.AudioURL("file:///etc/passwd"), console.AudioURL("x"), console.CatalogueACRID("a/b")} {
		_, err = c.BucketFiles(7).Import(t.Context(), remote, nil)
		isArgument(t, err, "Remote")
	}
	_, err = c.BucketFiles(7).Import(t.Context(), console.CatalogueACRID(acrid), &console.ImportOptions{UniqueName: true})
	isArgument(t, err, "ImportOptions.Title")
	_, err = c.BucketFiles(7).Resume(t.Context(), console.Ticket{})
	isArgument(t, err, "Ticket.Title")
	_, err = c.BucketFiles(7).Resume(t.Context(), console.Ticket{BucketID: 8, Title: "a"})
	isArgument(t, err, "Ticket.BucketID")
	assert.Empty(t, a.requests())
}

// What becomes of an upload whose POST fails in some way: one file is made, or the error says that it is not known.
func TestUploadExactlyOnce(t *testing.T) {
	t.Parallel()
	lose := func(_ int, w http.ResponseWriter, r *http.Request, create func()) {
		create()
		lost(w, r)
	}
	tests := map[string]struct {
		unique, resend bool
		hook           func(post int, w http.ResponseWriter, r *http.Request, create func())
		again          bool // upload it again after that
		files, posts   int
		wantErr        error
	}{
		"lost, of a unique title":                      {unique: true, hook: lose, files: 1, posts: 1},
		"lost, of a title that others may have":        {hook: lose, files: 1, posts: 1, wantErr: acrcloud.ErrOutcomeUnknown},
		"lost before it was processed, and sent again": {unique: true, resend: true, hook: onFirst(lost), files: 1, posts: 2},
		"lost before it was processed":                 {unique: true, hook: onFirst(lost), files: 0, posts: 1, wantErr: acrcloud.ErrOutcomeUnknown},
		"lost before it was processed, uploaded again": {unique: true, hook: onFirst(lost), again: true, files: 1, posts: 2},
		"a failure of the service": {unique: true, hook: func(_ int, w http.ResponseWriter, _ *http.Request, create func()) {
			create()
			w.WriteHeader(http.StatusInternalServerError)
		}, files: 1, posts: 1},
		"refused for now":  {hook: onFirst(answers(http.StatusTooManyRequests, "{}")), files: 1, posts: 2},
		"refused for good": {hook: onFirst(answers(http.StatusUnprocessableEntity, `{"message":"Lack field:title"}`)), files: 0, posts: 1, wantErr: acrcloud.ErrInvalid},
		"twice":            {unique: true, again: true, files: 1, posts: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := &bucket{t: t, hook: tt.hook, lag: 3900 * time.Millisecond}
				files := b.client(t).BucketFiles(7)
				upload := func() error {
					f, err := files.Upload(t.Context(), acrcloud.FromBytes("a.mp3", []byte("x")), &console.UploadOptions{Title: "key 4711", UniqueName: tt.unique, ResendIfUnsure: tt.resend})
					if err == nil {
						assert.Equal(t, "key 4711", f.Title)
						assert.NotNil(t, f)
					}
					return err
				}
				err := upload()
				if tt.again {
					err = upload()
				}
				if tt.wantErr == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, tt.wantErr)
					e, ok := errors.AsType[*console.UploadError](err)
					require.True(t, ok)
					assert.Equal(t, "key 4711", e.Ticket.Title)
					assert.Len(t, e.Candidates, min(tt.files, 1))
				}
				assert.Len(t, b.files, tt.files)
				assert.Equal(t, tt.posts, b.posts)
			})
		})
	}
}

// onFirst answers the first POST in some way, without making a file.
func onFirst(h http.HandlerFunc) func(post int, w http.ResponseWriter, r *http.Request, create func()) {
	return func(post int, w http.ResponseWriter, r *http.Request, create func()) {
		if post > 1 {
			create()
			return
		}
		h(w, r)
	}
}

func TestUniqueTitleOfSeveral(t *testing.T) {
	t.Parallel()
	b := &bucket{t: t, files: []file{{title: "key"}, {title: "key "}, {title: "key2"}}}
	files := b.client(t).BucketFiles(7)
	_, err := files.Upload(t.Context(), acrcloud.FromBytes("a", []byte("x")), &console.UploadOptions{Title: "key", UniqueName: true})
	require.ErrorIs(t, err, console.ErrNameNotUnique)
	require.ErrorContains(t, err, "files with this title: 2 or 1")
	_, err = files.Import(t.Context(), console.CatalogueACRID(acrid), &console.ImportOptions{Title: "key", UniqueName: true})
	require.ErrorIs(t, err, console.ErrNameNotUnique)
	assert.Zero(t, b.posts)
}

func TestOnTicketStops(t *testing.T) {
	t.Parallel()
	b := &bucket{t: t}
	no := errors.New("the database is down")
	_, err := b.client(t).BucketFiles(7).Upload(t.Context(), acrcloud.FromBytes("a", []byte("x")), &console.UploadOptions{OnTicket: func(context.Context, console.Ticket) error { return no }})
	require.ErrorIs(t, err, no)
	assert.Zero(t, b.posts)
}

// A ticket settles an upload in another process: it is found, or it can be uploaded again.
func TestResume(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		unique, made bool
		want         error
	}{
		"made, of a unique title":               {true, true, nil},
		"made, of a title that others may have": {false, true, acrcloud.ErrOutcomeUnknown},
		"not made":                              {true, false, acrcloud.ErrNotFound},
		"not made, of no unique title":          {false, false, acrcloud.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var stored []byte
				b := &bucket{t: t, lag: 3 * time.Second}
				ctx, cancel := context.WithCancel(t.Context())
				b.hook = func(_ int, w http.ResponseWriter, r *http.Request, create func()) {
					if tt.made {
						create()
					}
					cancel()
					lost(w, r)
				}
				_, err := b.client(t).BucketFiles(7).Upload(ctx, acrcloud.FromBytes("a", []byte("x")), &console.UploadOptions{
					Title: "key", UniqueName: tt.unique, OnTicket: func(_ context.Context, t console.Ticket) (err error) { stored, err = json.Marshal(t); return err },
				})
				require.ErrorIs(t, err, context.Canceled)
				var ticket console.Ticket
				require.NoError(t, json.Unmarshal(stored, &ticket))
				f, err := b.client(t).BucketFiles(7).Resume(t.Context(), ticket)
				if tt.want != nil {
					require.ErrorIs(t, err, tt.want)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, 1, f.ID)
			})
		})
	}
}

// Many ids go in chunks, none sends nothing, and where one is not known the others are deleted all the same.
func TestDeleteMany(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var chunks []int
	c, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken)}, acrcloud.WithHTTPClient(&http.Client{Transport: statusOf(func(r *http.Request) int {
		ids := strings.Split(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], ",")
		mu.Lock()
		defer mu.Unlock()
		chunks = append(chunks, len(ids))
		if slices.Contains(ids, "60") {
			return http.StatusNotFound
		}
		return http.StatusNoContent
	})}))
	require.NoError(t, err)
	require.NoError(t, c.BucketFiles(7).Delete(t.Context()))
	require.NoError(t, c.BucketFiles(7).Move(t.Context(), 8))
	require.NoError(t, c.Channels(7).Add(t.Context()))
	require.NoError(t, c.Streams(7).Pause(t.Context()))
	require.NoError(t, c.LiveChannels(7).AddRecorded(t.Context()))
	added, err := c.UnknownStreams(7).Add(t.Context(), console.FromStreams, 1)
	require.NoError(t, err)
	assert.Empty(t, added)
	reported, err := c.Streams(7).Report(t.Context(), "s-1")
	require.NoError(t, err)
	assert.Nil(t, reported)
	assert.Empty(t, chunks)
	ids := make([]int, 0, 55)
	for i := range 55 {
		ids = append(ids, i+1)
	}
	require.NoError(t, c.BucketFiles(7).Delete(t.Context(), ids...))
	assert.Equal(t, []int{50, 5}, chunks)
	chunks = nil
	err = c.BucketFiles(7).Delete(t.Context(), 59, 60, 61)
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
	assert.Equal(t, []int{3, 1, 1, 1}, chunks)
}

// statusOf answers with a status.
type statusOf func(*http.Request) int

// RoundTrip implements [http.RoundTripper].
func (f statusOf) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: f(r), Body: io.NopCloser(bytes.NewReader(nil)), Header: http.Header{}, Request: r}, nil
}

// An update returns the thing also where the service's response does not hold it.
func TestUpdateWithoutAResponse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{"nothing": "", "null": "null", "another thing": `{"data":{"id":99}}`, "a message": `{"message":"ok"}`, "nothing in data": emptyJSON} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newAPI(t, map[string]http.HandlerFunc{"PUT /buckets/7": says(body), "GET /buckets/7": says(data(bucketJSON))})
			b, err := c.Buckets().Update(t.Context(), 7, console.UpdateBucketRequest{Name: new("masters")})
			require.NoError(t, err)
			assert.Equal(t, "masters", b.Name)
			assert.Len(t, a.requests(), 2)
		})
	}
}

// What is made by a POST is not made twice.
func TestCreateIsSentOnce(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, map[string]http.HandlerFunc{"POST /buckets": lost})
	_, err := c.Buckets().Create(t.Context(), console.CreateBucketRequest{Name: "n", Type: console.FileBucket, Region: acrcloud.EUWest1})
	require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.Equal(t, 1, a.count("POST"))
}

func TestUserDefined(t *testing.T) {
	t.Parallel()
	values := map[string]json.RawMessage{"a": json.RawMessage(`"b"`)}
	for name, tt := range map[string]struct {
		sent  string
		want  map[string]json.RawMessage
		extra string
	}{
		"an object":       {`{"a":"b"}`, values, ""},
		"a text of it":    {`"{\"a\":\"b\"}"`, values, ""},
		"an empty object": {`{}`, map[string]json.RawMessage{}, ""},
		"an empty list":   {`[]`, nil, ""},
		"null":            {`null`, nil, ""},
		"an empty text":   {`""`, nil, ""},
		"any other text":  {`"Bern"`, nil, `"Bern"`},
		"a broken object": {`"{\"a\""`, nil, `"{\"a\""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{
				"GET /buckets/7/files/20":        says(`{"data":{"id":20,"user_defined":` + tt.sent + `}}`),
				"GET /bm-cs-projects/9/streams":  says(pageOf(`{"stream_id":"s-1","user_defined":` + tt.sent + `}`)),
				"GET /bm-bd-projects/9/channels": says(pageOf(`{"id":1,"user_defined":` + tt.sent + `}`)),
				"GET /buckets/7/channels/8":      says(`{"data":{"id":8,"user_defined":` + tt.sent + `}}`),
			})
			f, err := c.BucketFiles(7).Get(t.Context(), 20)
			require.NoError(t, err)
			assert.Equal(t, tt.want, f.UserDefined)
			assert.Equal(t, tt.extra, string(f.Extra["user_defined"]))
			roundTrip(t, f)
			streams, err := c.Streams(9).List(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, tt.want, streams.Items[0].UserDefined)
			channels, err := c.Channels(9).List(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, tt.want, channels.Items[0].UserDefined)
			live, err := c.LiveChannels(7).Get(t.Context(), 8)
			require.NoError(t, err)
			assert.Equal(t, tt.want, live.UserDefined)
		})
	}
}

func TestWait(t *testing.T) {
	t.Parallel()
	state := func(n int) http.HandlerFunc { return says(fmt.Sprintf(`{"data":{"id":20,"title":"T","state":%d}}`, n)) }
	synctest.Test(t, func(t *testing.T) {
		c, a := newAPI(t, map[string]http.HandlerFunc{
			"GET /buckets/7/files/20": inTurn(answers(http.StatusNotFound, "{}"), state(0), state(0), answers(http.StatusForbidden, `{}`)),
			"GET /buckets/7/files/21": inTurn(state(5)),
		})
		var errs []error
		polls := 0
		_, err := c.BucketFiles(7).Wait(t.Context(), 20, &console.WaitOptions{OnError: func(err error) { errs = append(errs, err) }, OnPoll: func(*console.BucketFile) { polls++ }})
		require.ErrorIs(t, err, acrcloud.ErrForbidden, "it would never pass")
		assert.Len(t, errs, 2)
		assert.Equal(t, 2, polls)
		assert.Equal(t, 4, a.count("GET"))
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET /buckets/7/files/20": inTurn(state(0), state(1))})
		f, err := c.BucketFiles(7).Wait(t.Context(), 20, nil)
		require.NoError(t, err)
		assert.Equal(t, console.FileReady, f.State)
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET /buckets/7/files/20": inTurn(state(0), state(-1))})
		f, err := c.BucketFiles(7).Wait(t.Context(), 20, nil)
		var e *console.FileStateError
		require.ErrorAs(t, err, &e)
		assert.Equal(t, f, e.File)
	})
	synctest.Test(t, func(t *testing.T) {
		c, _ := newAPI(t, map[string]http.HandlerFunc{"GET /buckets/7/files/20": state(0)})
		started := time.Now()
		_, err := c.BucketFiles(7).Wait(t.Context(), 20, &console.WaitOptions{Timeout: time.Minute})
		var e *console.WaitError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Minute, time.Since(started))
		assert.Equal(t, 20, e.Last.ID)
	})
	c, _ := newAPI(t, nil)
	for field, o := range map[string]console.WaitOptions{"WaitOptions.MinInterval": {MinInterval: -1}, "WaitOptions.MaxInterval": {MaxInterval: -1}, "WaitOptions.Timeout": {Timeout: -1}} {
		_, err := c.BucketFiles(7).Wait(t.Context(), 20, &o)
		isArgument(t, err, field)
	}
}
