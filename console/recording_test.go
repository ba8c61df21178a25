package console_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
)

var thirtySeconds = console.RecordingRequest{Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Duration: 30 * time.Second}

// recorder plays the service over a real connection.
func recorder(t *testing.T, answer http.HandlerFunc) *console.Streams {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	c, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), BaseURL: srv.URL},
		acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 3, MinWait: time.Millisecond, MaxWait: time.Millisecond, MaxElapsed: time.Second}))
	require.NoError(t, err)
	return c.Streams(9)
}

func TestRecording(t *testing.T) {
	t.Parallel()
	s := recorder(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "*/*", r.Header.Get("Accept"))
		w.Header().Set("Content-Type", "audio/mpeg")
		w.Header().Set("Content-Disposition", `attachment; filename="../../etc/radio.mp3"`)
		_, _ = io.WriteString(w, "ID3 all of it")
	})
	var b bytes.Buffer
	rec, err := s.Recording(t.Context(), "s-1", thirtySeconds, &b)
	require.NoError(t, err)
	assert.Equal(t, &console.Recording{ContentType: "audio/mpeg", Filename: "radio.mp3", Bytes: 13}, rec)
	assert.Equal(t, "ID3 all of it", b.String())
}

// A recording that is longer than any memory is written as it comes.
func TestRecordingInConstantMemory(t *testing.T) { //nolint:paralleltest // it measures what is allocated
	const size = 256 << 20
	s := recorder(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "audio/wav")
		chunk := bytes.Repeat([]byte("RIFF"), 16<<10)
		for range size / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rec, err := s.Recording(t.Context(), "s-1", thirtySeconds, io.Discard)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.EqualValues(t, size, rec.Bytes)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

func TestRecordingFailures(t *testing.T) {
	t.Parallel()
	r := thirtySeconds
	r.MaxBytes = 800
	part := "ID3 a" + strings.Repeat("b", 700)
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		is     func(err error) bool
		wrote  string
		tries  int
	}{
		"not there": {answers(http.StatusNotFound, `{"message":"The recording is not available."}`), func(err error) bool {
			return errors.Is(err, acrcloud.ErrNotFound) && strings.Contains(err.Error(), "The recording is not available.")
		}, "", 1},
		"JSON":                {says(`{"data":{}}`), isDecode, "", 1},
		"JSON that says no":   {says(`{"error":"Authentication Exception"}`), func(err error) bool { _, ok := errors.AsType[*acrcloud.APIError](err); return ok }, "", 1},
		"JSON called audio":   {typed("audio/mpeg", "\n"+`{"data":{}}`), isDecode, "", 1},
		"a page":              {typed("text/html", "<html>"), isDecode, "", 1},
		"a page called audio": {typed("audio/mpeg", "<!doctype html>"), isDecode, "", 1},
		"words":               {typed("text/plain; charset=utf-8", "Not found"), isDecode, "", 1},
		"nothing":             {typed("audio/mpeg", ""), isDecode, "", 1},
		"too long":            {typed("audio/mpeg", "ID3"+strings.Repeat("c", 798)), func(err error) bool { return errors.Is(err, acrcloud.ErrTooLarge) }, "ID3" + strings.Repeat("c", 797), 1},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "999")
			_, _ = io.WriteString(w, part)
		}, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }, part, 1},
		"cut off before the first byte": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			w.WriteHeader(http.StatusOK)
		}, func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }, "", 3},
		"the service is down": {answers(http.StatusBadGateway, "x"), func(err error) bool { return errors.Is(err, acrcloud.ErrServer) }, "", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := make(chan struct{}, 10)
			s := recorder(t, func(w http.ResponseWriter, r *http.Request) {
				tries <- struct{}{}
				tt.answer(w, r)
			})
			var b bytes.Buffer
			_, err := s.Recording(t.Context(), "s-1", r, &b)
			require.Error(t, err)
			assert.True(t, tt.is(err), "%v", err)
			assert.Equal(t, tt.wrote, b.String())
			assert.Len(t, tries, tt.tries)
		})
	}
}

func isDecode(err error) bool { _, ok := errors.AsType[*acrcloud.DecodeError](err); return ok }

func typed(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = io.WriteString(w, body)
	}
}

// The content decides: the Content-Type of recordings is not known, and PHP sends text/html unless it is told otherwise.
func TestRecordingCalledText(t *testing.T) {
	t.Parallel()
	for _, contentType := range []string{"text/html; charset=UTF-8", "text/plain", "application/json", "application/xml", ""} {
		s := recorder(t, typed(contentType, "ID3\x03\x00\x00\x00"))
		var b bytes.Buffer
		rec, err := s.Recording(t.Context(), "s-1", thirtySeconds, &b)
		require.NoError(t, err, contentType)
		assert.Equal(t, int64(7), rec.Bytes)
		assert.Equal(t, contentType, rec.ContentType)
	}
}

// A writer that fails ends it: the content would be fetched again for nothing.
func TestRecordingCannotBeWritten(t *testing.T) {
	t.Parallel()
	tries := make(chan struct{}, 10)
	s := recorder(t, func(w http.ResponseWriter, r *http.Request) {
		tries <- struct{}{}
		typed("audio/mpeg", "ID3")(w, r)
	})
	_, err := s.Recording(t.Context(), "s-1", thirtySeconds, full{})
	require.ErrorIs(t, err, errFull)
	assert.Len(t, tries, 1)
}

// A recording that takes longer than an attempt may is not cut off while it moves, and one that stalls is.
func TestRecordingThatIsSlow(t *testing.T) {
	t.Parallel()
	stall := make(chan struct{})
	t.Cleanup(func() { close(stall) })
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "audio/mpeg")
		for range 10 {
			_, _ = io.WriteString(w, "ID3 ")
			_ = http.NewResponseController(w).Flush()
			<-time.After(20 * time.Millisecond)
		}
		if r.URL.Query().Get("record_after") != "" {
			select {
			case <-stall:
			case <-r.Context().Done():
			}
		}
	}))
	defer srv.Close()
	c, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), BaseURL: srv.URL},
		acrcloud.WithAttemptTimeout(100*time.Millisecond), acrcloud.WithStallTimeout(400*time.Millisecond))
	require.NoError(t, err)
	rec, err := c.Streams(9).Recording(t.Context(), "s-1", thirtySeconds, io.Discard)
	require.NoError(t, err)
	assert.EqualValues(t, 40, rec.Bytes)
	r := thirtySeconds
	r.After = time.Second
	_, err = c.Streams(9).Recording(t.Context(), "s-1", r, io.Discard)
	require.ErrorContains(t, err, "WithStallTimeout")
}

func TestRecordingRefuses(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	for field, r := range map[string]console.RecordingRequest{
		"RecordingRequest.Start":    {Duration: time.Second},
		"RecordingRequest.Duration": {Start: thirtySeconds.Start},
		"RecordingRequest.Before":   {Start: thirtySeconds.Start, Duration: 1, After: -1},
		"RecordingRequest.MaxBytes": {Start: thirtySeconds.Start, Duration: 1, MaxBytes: -1},
	} {
		_, err := c.Streams(9).Recording(t.Context(), "s-1", r, io.Discard)
		isArgument(t, err, field)
	}
	_, err := c.Streams(9).Recording(t.Context(), "s-1", thirtySeconds, nil)
	isArgument(t, err, "w")
	assert.Empty(t, a.requests())
}

func TestRecorded(t *testing.T) {
	t.Parallel()
	p := &console.Play{Start: thirtySeconds.Start, PlayedDuration: 30}
	assert.Equal(t, thirtySeconds, p.Recorded())
	p.RecordTimestamp = "20260102030415"
	assert.Equal(t, thirtySeconds.Start.Add(10*time.Second), p.Recorded().Start)
}
