//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
)

// get returns a page after all redirections.
func get(t *testing.T, url string) (status int, page string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody) //nolint:gosec,nolintlint // its own server; only some runs of the analysis see it
	require.NoError(t, err)
	return do(t, request)
}

func do(t *testing.T, request *http.Request) (status int, page string) {
	t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	if location := resp.Header.Get("Location"); resp.StatusCode == http.StatusSeeOther {
		return get(t, "http://"+request.Host+location)
	}
	return resp.StatusCode, string(body)
}

// formWith is the body of an upload, and its type.
func formWith(t *testing.T, name string, content []byte, number string) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	if number != "" {
		require.NoError(t, form.WriteField("form", number))
	}
	part, err := form.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	return b.Bytes(), form.FormDataContentType()
}

// uploadFile sends a file by the form.
func uploadFile(t *testing.T, address, name string, content []byte) (status int, page string) {
	t.Helper()
	body, kind := formWith(t, name, content, "")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/uploads", bytes.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", kind)
	return do(t, request)
}

// post sends a body, and returns the status of the response.
func post(t *testing.T, url, kind string, body io.Reader) (status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if !assert.NoError(t, err) { //nolint:testifylint // it also runs in goroutines
		return 0
	}
	request.Header.Set("Content-Type", kind)
	resp, err := http.DefaultTransport.RoundTrip(request)
	if !assert.NoError(t, err) { //nolint:testifylint // it also runs in goroutines
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// newSlow returns a body that stops in the middle: first is closed when it is there, and rest lets it go on.
func newSlow(body []byte) (slow io.Reader, first, rest chan struct{}) {
	first, rest = make(chan struct{}), make(chan struct{})
	return &slowReader{bytes.NewReader(body), len(body) / 2, first, rest}, first, rest
}

type slowReader struct {
	body        *bytes.Reader
	half        int
	first, rest chan struct{}
}

func (s *slowReader) Read(p []byte) (int, error) {
	if s.half == 0 {
		close(s.first)
		<-s.rest
		s.half = -1
	}
	if s.half > 0 {
		p = p[:min(len(p), s.half)]
		s.half -= len(p)
	}
	return s.body.Read(p)
}

// follow reloads the page of the newest upload, as a browser does, until it has the result.
func follow(t *testing.T, address string) (page string) {
	t.Helper()
	_, index := get(t, address+"/")
	found := regexp.MustCompile(`/uploads/\w+`).FindString(index)
	require.NotEmpty(t, found, index)
	require.Eventually(t, func() bool {
		_, page = get(t, address+found)
		return !strings.Contains(page, `http-equiv="refresh"`)
	}, 30*time.Second, 50*time.Millisecond)
	return page
}

// From the form to the result in one process, on SQLite, with the embedded mock.
func TestOffline(t *testing.T) { //nolint:paralleltest // it sets the environment
	offline(t)
	address := start(t, "-max-mb", "2")
	_, sample := get(t, address+"/sample.wav")
	status, page := uploadFile(t, address, `<my "song">.wav`, []byte(sample))
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "The page updates itself")
	page = follow(t, address)
	assert.Contains(t, page, "Silver River")
	assert.Contains(t, page, "my &#34;song&#34;")
	assert.NotContains(t, page, "<my")
	_, page = get(t, address+"/")
	assert.Contains(t, page, "analysed")
	require.Eventually(t, func() bool {
		_, page = get(t, address+"/callbacks")
		return strings.Contains(page, "<td>200</td><td>done</td>")
	}, 10*time.Second, 50*time.Millisecond)
	require.Eventually(t, func() bool {
		status, page = get(t, address+"/river/api/jobs?state=completed")
		return status == http.StatusOK && strings.Contains(page, "acrcloud_step")
	}, 10*time.Second, 50*time.Millisecond)
	status, _ = get(t, address+"/river/")
	assert.Equal(t, http.StatusOK, status)

	for name, refused := range map[string]struct {
		content []byte
		status  int
		message string
	}{
		"notes.txt": {[]byte("no recording"), http.StatusUnsupportedMediaType, "neither audio nor video"},
		"large.wav": {append([]byte("RIFF\x00\x00\x00\x00WAVE"), make([]byte, 2<<20+form)...), http.StatusRequestEntityTooLarge, "larger than 2 MB"},
		"":          {nil, http.StatusBadRequest, "choose a file first"},
	} {
		status, page := uploadFile(t, address, name, refused.content)
		assert.Equal(t, refused.status, status, name)
		assert.Contains(t, page, refused.message, name)
	}
	for _, path := range []string{"/uploads/none", "/uploads/none/result", "/nothing"} {
		status, _ := get(t, address+path)
		assert.Equal(t, http.StatusNotFound, status, path)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/uploads", http.NoBody)
	require.NoError(t, err)
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	status, _ = do(t, request)
	assert.Equal(t, http.StatusForbidden, status)
	request.URL.Path = "/river/api/jobs/delete"
	status, _ = do(t, request)
	assert.Equal(t, http.StatusForbidden, status, "the monitoring page has no protection of its own")
	assert.Equal(t, http.StatusUnauthorized, post(t, address+callbackPath, "application/json", strings.NewReader("{}")))
}

// The same form sent twice, as by a second click or after an interruption, is one upload, and is billed once. Another file in it, or the same
// one in another form, is another upload.
func TestSameForm(t *testing.T) { //nolint:paralleltest // it sets the environment
	offline(t)
	address := start(t)
	_, sample := get(t, address+"/sample.wav")
	send := func(number, name, content string) string {
		body, kind := formWith(t, name, []byte(content), number)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/uploads", bytes.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Content-Type", kind)
		resp, err := http.DefaultTransport.RoundTrip(request)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusSeeOther, resp.StatusCode)
		return resp.Header.Get("Location")
	}
	first := send("A", "song.wav", sample)
	assert.Equal(t, first, send("A", "song.wav", sample))
	follow(t, address)
	assert.Equal(t, first, send("A", "song.wav", sample), "also when it has ended")
	assert.NotEqual(t, first, send("A", "song.wav", sample+"\x00\x00"))
	assert.NotEqual(t, first, send("B", "song.wav", sample))
	unnumbered := send("", "song.wav", sample)
	assert.NotEqual(t, unnumbered, send("", "song.wav", sample), "programs do not number their forms")
	_, index := get(t, address+"/")
	assert.Equal(t, 5, strings.Count(index, "song.wav"))
	numbers := regexp.MustCompile(`name="form" value="(\w+)"`)
	_, again := get(t, address+"/")
	assert.NotEqual(t, numbers.FindString(index), numbers.FindString(again), "each form has a number of its own")
}

// Names of files may be anything. They are shown as text, and PostgreSQL takes them, too.
func TestNames(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"song.wav":                  "song.wav",
		"a\x00b\xff\u202e.wav":      `a\x00b\xff\u202e.wav`,
		strings.Repeat("x", 10_000): strings.Repeat("x", maxName-1) + "…",
	} {
		assert.Equal(t, want, nameOf(in))
	}
}

func TestUsage(t *testing.T) { //nolint:paralleltest // it sets the environment
	offline(t)
	for _, args := range [][]string{{"-role", "cook"}, {"-role", ""}, {"song.wav"}, {"-nope"}} {
		var out output
		assert.Equal(t, demo.ExitUsage, run(t.Context(), args, &out, &out), args)
	}
	var out output
	assert.Equal(t, demo.ExitOK, run(t.Context(), []string{"-h"}, &out, &out))
}

// The mock for several processes prints what they need.
func TestMockListen(t *testing.T) { //nolint:paralleltest // it sets the environment
	offline(t)
	ctx, cancel := context.WithCancel(t.Context())
	var out output
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"-mock-listen"}, &out, &out) }()
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "PIPELINE_CALLBACK_SECRET=") }, 10*time.Second, time.Millisecond)
	for setting := range strings.FieldsSeq(out.String()[strings.Index(out.String(), "export ")+len("export "):]) {
		name, value, ok := strings.Cut(setting, "=")
		require.True(t, ok, setting)
		t.Setenv(name, value)
	}
	start(t)
	cancel()
	require.Equal(t, demo.ExitOK, <-ended, fmt.Sprint(&out))
}
