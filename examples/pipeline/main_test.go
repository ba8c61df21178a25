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
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/internal/pgtest"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
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

// upload sends a file by the form.
func uploadFile(t *testing.T, address, name string, content []byte) (status int, page string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address+"/uploads", &body)
	require.NoError(t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return do(t, request)
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
	for _, name := range []string{"DATABASE_URL", "ACRCLOUD_BEARER_TOKEN", "ACRCLOUD_CONTAINER_ID"} {
		t.Setenv(name, "")
	}
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
	status, _ = post(t, address+callbackPath)
	assert.Equal(t, http.StatusUnauthorized, status)
}

func post(t *testing.T, url string) (status int, page string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	return do(t, request)
}

// Each role is a process of its own, on PostgreSQL; callbacks go to one, and another one works.
func TestRoles(t *testing.T) { //nolint:paralleltest // it sets the environment
	cluster, err := pgtest.Start()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cluster.Stop()) })
	dsn, err := cluster.Create()
	require.NoError(t, err)
	srv := mock.New(mock.WithProcessingTime(time.Second))
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	base, err := srv.Start()
	require.NoError(t, err)
	sample := addSample(srv)
	for name, value := range map[string]string{
		"DATABASE_URL": dsn, "PIPELINE_CALLBACK_SECRET": webhook.NewSecret().Reveal(), "ACRCLOUD_BASE_URL": base,
		"ACRCLOUD_BEARER_TOKEN": srv.Config().BearerToken.Reveal(), "ACRCLOUD_CONTAINER_ID": strconv.Itoa(srv.Config().ContainerID),
	} {
		t.Setenv(name, value)
	}
	data := t.TempDir()
	start(t, "-data", data, "-role", roleWorker)
	receiver := start(t, "-data", data, "-role", roleReceiver)
	again := start(t, "-data", data, "-role", roleReceiver, "-callback", receiver+callbackPath)
	web := start(t, "-data", data, "-role", roleWeb)
	status, _ := get(t, again+"/")
	assert.Equal(t, http.StatusNotFound, status)
	status, _ = post(t, web+callbackPath)
	assert.NotEqual(t, http.StatusUnauthorized, status)
	_, page := uploadFile(t, web, "song.wav", sample)
	assert.Contains(t, page, "song.wav")
	assert.Contains(t, follow(t, web), "Silver River")
	require.Eventually(t, func() bool {
		_, page = get(t, web+"/callbacks")
		return strings.Contains(page, "<td>200</td><td>done</td>")
	}, 10*time.Second, 50*time.Millisecond)
	created := 0
	for _, r := range srv.Requests() {
		if r.Op == mock.OpCreateFile {
			created++
		}
	}
	assert.Equal(t, 1, created)

	// What cannot be scanned says why.
	srv.OnScan(func(mock.Upload) mock.Outcome { return mock.Outcome{State: new(-3)} })
	_, _ = uploadFile(t, web, "broken.wav", append(sample, 0))
	assert.Contains(t, follow(t, web), "could not be analysed")
}

func TestUsage(t *testing.T) {
	t.Setenv("ACRCLOUD_USE_MOCK", "1")
	t.Setenv("DATABASE_URL", "")
	for _, args := range [][]string{{"-role", "cook"}, {"-role", ""}, {"song.wav"}, {"-nope"}} {
		var out output
		assert.Equal(t, demo.ExitUsage, run(t.Context(), args, &out, &out), args)
	}
	for message, args := range map[string][]string{
		"-mock-listen": {"-role", "web"}, "listen": {"-listen", "127.0.0.1:http/x"},
	} {
		var out output
		assert.Equal(t, demo.ExitFailed, run(t.Context(), args, &out, &out), args)
		assert.Contains(t, out.String(), message)
	}
	var out output
	assert.Equal(t, demo.ExitOK, run(t.Context(), []string{"-h"}, &out, &out))
	t.Setenv("ACRCLOUD_USE_MOCK", "")
	t.Setenv("ACRCLOUD_BEARER_TOKEN", "token")
	t.Setenv("ACRCLOUD_CONTAINER_ID", "1")
	assert.Equal(t, demo.ExitFailed, run(t.Context(), []string{"-listen", "127.0.0.1:0"}, &out, &out))
	assert.Contains(t, out.String(), "PIPELINE_CALLBACK_SECRET")
}

// The mock for several processes prints what they need.
func TestMockListen(t *testing.T) {
	t.Setenv("DATABASE_URL", "")
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
