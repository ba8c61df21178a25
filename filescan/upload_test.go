package filescan_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

const (
	filesURL   = "api-eu-west-1.acrcloud.com/api/fs-containers/7/files"
	presignURL = "api-eu-west-1.acrcloud.com/api/fs-containers/7/presigned-upload"
	storeURL   = "store.test/bucket/key-1"
	presigned  = `{"data":{"presigned_url":"https://store.test/bucket/key-1?X-Signature=s1gn4ture","key":"key-1","method":"PUT","headers":{"Content-Type":"audio/wav","X-Extra":"1"}}}`
	content    = "RIFF\x24\x00\x00\x00WAVEfmt the whole content of a file"
)

func song() acrcloud.Source { return acrcloud.FromBytes("song.wav", []byte(content)) }

// stores is a storage that takes what it gets and checks how it came.
func stores(t *testing.T) http.HandlerFunc {
	t.Helper()
	return func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, content, string(body))
		assert.EqualValues(t, len(content), r.ContentLength)
		assert.Empty(t, r.TransferEncoding)
		assert.Empty(t, r.Header.Get("Authorization"))
		assert.Empty(t, r.Header.Get("Accept"))
		assert.Equal(t, "audio/wav", r.Header.Get("Content-Type"))
		assert.Equal(t, "1", r.Header.Get("X-Extra"))
		assert.Equal(t, "s1gn4ture", r.URL.Query().Get("X-Signature"))
	}
}

// uploads are the routes of an upload that goes well, but for those given.
func uploads(t *testing.T, changed map[string]http.HandlerFunc) map[string]http.HandlerFunc {
	t.Helper()
	routes := map[string]http.HandlerFunc{
		"GET " + presignURL: says(presigned),
		"PUT " + storeURL:   stores(t),
		"GET " + filesURL:   says(pageJSON(1, 1, 0)),
		"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
			fails(http.StatusCreated, `{"data":`+fileJSON(fileID, "song.wav", 0, time.Now())+`}`)(w, r)
		},
	}
	maps.Copy(routes, changed)
	return routes
}

func TestUploadPresigned(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"GET " + presignURL: func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, "song.wav", r.URL.Query().Get("filename"))
			assert.Equal(t, "audio/wav", r.URL.Query().Get("content_type"))
			says(presigned)(w, r)
		},
		"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, map[string]any{"data_type": "audio", "key": "key-1", "filename": "song.wav", "name": "My song"}, bodyOf(t, r))
			says(`{"data":`+fileJSON(fileID, "My song", 0, testTime)+`}`)(w, r)
		},
	}))
	var progress []filescan.Progress
	file, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{
		Name: "My song", OnProgress: func(p filescan.Progress) { progress = append(progress, p) },
	})
	require.NoError(t, err)
	assert.Equal(t, fileID, file.ID)
	assert.Equal(t, "My song", file.Name)
	assert.Equal(t, 7, file.ContainerID)
	assert.Equal(t, testTime, file.CreatedAt)
	assert.Equal(t, []string{
		"GET api-v2.acrcloud.com/api/fs-containers/7", "GET " + presignURL, "PUT " + storeURL, "GET " + filesURL, "POST " + filesURL,
	}, a.requests())
	size := int64(len(content))
	require.NotEmpty(t, progress)
	assert.Equal(t, filescan.Progress{Attempt: 1, Sent: size, Total: size}, progress[len(progress)-2])
	assert.Equal(t, filescan.Progress{Attempt: 1, Sent: size, Total: size, Done: true}, progress[len(progress)-1])
}

// takesForm checks a multipart upload as the service would read it.
func takesForm(t *testing.T, name string, fields map[string]string) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		assert.Positive(t, r.ContentLength)
		assert.Equal(t, "100-continue", r.Header.Get("Expect"))
		_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		assert.NoError(t, err)
		form, err := multipart.NewReader(r.Body, params["boundary"]).ReadForm(1 << 20)
		if !assert.NoError(t, err) {
			return
		}
		for field, value := range fields {
			assert.Equal(t, []string{value}, form.Value[field])
		}
		assert.Len(t, form.Value, len(fields))
		if assert.Len(t, form.File["file"], 1) {
			assert.Equal(t, name, form.File["file"][0].Filename)
			f, err := form.File["file"][0].Open()
			assert.NoError(t, err)
			body, err := io.ReadAll(f)
			assert.NoError(t, err)
			assert.Equal(t, content, string(body))
		}
		says(`{"data":`+fileJSON(fileID, name, 0, testTime)+`}`)(w, r)
	}
}

func TestUploadMultipart(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"POST " + filesURL: takesForm(t, "song.wav", map[string]string{"data_type": "fingerprint", "name": "Mine"}),
	}))
	var progress []filescan.Progress
	_, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{
		Method: filescan.Multipart, Name: "Mine", DataType: filescan.Fingerprint, OnProgress: func(p filescan.Progress) { progress = append(progress, p) },
	})
	require.NoError(t, err)
	assert.Zero(t, a.count("GET "+presignURL))
	for _, p := range progress {
		assert.LessOrEqual(t, p.Sent, p.Total, "the form around the file does not count")
		assert.EqualValues(t, len(content), p.Total)
	}
	assert.True(t, progress[len(progress)-1].Done)
}

func TestUploadFallsBackToMultipart(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"GET " + presignURL: fails(http.StatusNotFound, `{"message":"Not Found"}`),
		"POST " + filesURL:  takesForm(t, "song.wav", map[string]string{"data_type": "audio"}),
	}))
	for range 2 {
		_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
		require.NoError(t, err)
	}
	assert.Equal(t, 1, a.count("GET "+presignURL), "it is remembered")

	_, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{Method: filescan.Presigned})
	require.ErrorIs(t, err, acrcloud.ErrNotFound)

	c, a = newAPI(t, map[string]http.HandlerFunc{
		"GET " + presignURL:                           fails(http.StatusNotFound, `{"message":"Not Found"}`),
		"GET api-v2.acrcloud.com/api/fs-containers/7": inTurn(says(`{"data":{"id":7,"region":"eu-west-1"}}`), fails(http.StatusNotFound, `{"message":"gone"}`)),
	})
	_, err = c.Files(containerID).Upload(t.Context(), song(), nil)
	require.ErrorIs(t, err, acrcloud.ErrNotFound, "the container is gone, so nothing is sent")
	assert.Zero(t, a.count("POST"))
}

func TestUploadTooLargeForAForm(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	huge := acrcloud.FromReaderAt("huge.wav", strings.NewReader(""), 500_000_000)
	_, err := c.Files(containerID).Upload(t.Context(), huge, &filescan.UploadOptions{Method: filescan.Multipart})
	e, ok := errors.AsType[*acrcloud.ArgumentError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, "UploadOptions.Method", e.Field)
	assert.Contains(t, e.Remedy, "Presigned")
	assert.Empty(t, a.requests())

	c, a = newAPI(t, map[string]http.HandlerFunc{"GET " + presignURL: fails(http.StatusNotFound, `{"message":"Not Found"}`)})
	_, err = c.Files(containerID).Upload(t.Context(), huge, nil)
	require.ErrorIs(t, err, acrcloud.ErrNotFound, "no form can take its place")
	assert.Equal(t, 1, a.count("GET api-v2.acrcloud.com"), "the container is looked up for its region, and not again")
}

func TestUploadPresignedURLs(t *testing.T) {
	t.Parallel()
	for _, u := range []string{
		"http://store.test/x?sig=1", "http://127.0.0.1/x?sig=1", "ftp://store.test/x", "//store.test/x", "/x", "https://user:pw@store.test/x", "",
	} {
		t.Run(u, func(t *testing.T) {
			t.Parallel()
			c, a := newAPI(t, map[string]http.HandlerFunc{
				"GET " + presignURL: says(fmt.Sprintf(`{"data":{"presigned_url":%q,"key":"k"}}`, u)),
			})
			_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
			e, ok := errors.AsType[*filescan.UploadError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, filescan.StepPresign, e.Step)
			_, ok = errors.AsType[*acrcloud.DecodeError](err)
			assert.True(t, ok)
			assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, e, e.Err), "sig=1")
			assert.Zero(t, a.count("PUT"))
		})
	}
}

func TestUploadRefusesSources(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	dir := t.TempDir()
	arguments := map[string]*filescan.UploadOptions{
		"UploadOptions.Name":     {Name: "a\nb"},
		"UploadOptions.DataType": {DataType: "video"},
		"UploadOptions.Method":   {Method: "ftp"},
		"UploadPolicy.MaxBytes":  {Policy: &filescan.UploadPolicy{MaxBytes: -1}},
	}
	for field, opts := range arguments {
		_, err := c.Files(containerID).Upload(t.Context(), song(), opts)
		e, ok := errors.AsType[*acrcloud.ArgumentError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, field, e.Field)
	}
	_, err := c.Files(containerID).Upload(t.Context(), acrcloud.FromBytes("", []byte(content)), nil)
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	for _, src := range []acrcloud.Source{{}, acrcloud.FromFile(dir), acrcloud.FromFile(filepath.Join(dir, "none.mp3")), acrcloud.FromBytes("empty.mp3", nil)} {
		_, err := c.Files(containerID).Upload(t.Context(), src, &filescan.UploadOptions{Name: "x"})
		_, ok := errors.AsType[*acrcloud.SourceError](err)
		require.True(t, ok, "%v", err)
	}
	assert.Empty(t, a.requests())
}

// A source that is not what it said makes no file, by whichever method.
func TestUploadOfABrokenSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	sources := map[string]func() acrcloud.Source{
		"ends early": func() acrcloud.Source {
			return acrcloud.FromReader("x.wav", strings.NewReader(content), int64(len(content))+1)
		},
		"goes on": func() acrcloud.Source {
			return acrcloud.FromReader("x.wav", strings.NewReader(content), int64(len(content))-1)
		},
		"fails halfway": func() acrcloud.Source {
			return acrcloud.FromReader("x.wav", io.MultiReader(strings.NewReader("RIFF"), iotest.ErrReader(broken)), 100)
		},
	}
	for name, src := range sources {
		for _, method := range []filescan.Method{filescan.Presigned, filescan.Multipart} {
			t.Run(name+" "+string(method), func(t *testing.T) {
				t.Parallel()
				whole := false
				swallow := func(_ http.ResponseWriter, r *http.Request) {
					_, err := io.Copy(io.Discard, r.Body)
					whole = err == nil
				}
				c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"PUT " + storeURL: swallow, "POST " + filesURL: swallow}))
				_, err := c.Files(containerID).Upload(t.Context(), src(), &filescan.UploadOptions{Method: method})
				_, ok := errors.AsType[*acrcloud.SourceError](err)
				require.True(t, ok, "%v", err)
				require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				assert.False(t, whole, "the server must not take it for complete")
				if method == filescan.Presigned {
					assert.Zero(t, a.count("POST"))
				}
			})
		}
	}
}

// A reader is sent exactly once, even where another attempt would be allowed.
func TestUploadOfAReaderIsSentOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"PUT " + storeURL: fails(503, "busy")}))
		_, err := c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("x.wav", strings.NewReader(content), int64(len(content))), nil)
		require.ErrorIs(t, err, acrcloud.ErrServer)
		assert.Equal(t, 1, a.count("PUT"))

		c, a = newAPI(t, uploads(t, map[string]http.HandlerFunc{"PUT " + storeURL: inTurn(fails(503, "busy"), stores(t))}))
		_, err = c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("song.wav", strings.NewReader(content), -1), nil)
		require.NoError(t, err, "one of unknown size is spooled, and can be retried")
		assert.Equal(t, 2, a.count("PUT"))
	})
}

// Nor is it sent again in a form whose outcome is unknown.
func TestFormOfAReaderIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		source acrcloud.Source
		posts  int
	}{
		"a reader": {acrcloud.FromReader("x.wav", strings.NewReader(content), int64(len(content))), 1},
		"bytes":    {acrcloud.FromBytes("x.wav", []byte(content)), 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
					_, _ = io.Copy(io.Discard, r.Body)
					lost(w, r)
				}}))
				_, err := c.Files(containerID).Upload(t.Context(), tt.source, &filescan.UploadOptions{Method: filescan.Multipart, ResendIfUnsure: true})
				require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				_, isSource := errors.AsType[*acrcloud.SourceError](err)
				assert.False(t, isSource, "%v", err)
				assert.Equal(t, tt.posts, a.count("POST"))
			})
		})
	}
}

func TestUploadResume(t *testing.T) {
	t.Parallel()
	var bodies []map[string]any
	c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
			bodies = append(bodies, bodyOf(t, r))
			if len(bodies) == 1 {
				fails(422, `{"message":"not yet"}`)(w, r)
				return
			}
			says(`{"data":`+fileJSON(fileID, "Mine", 0, testTime)+`}`)(w, r)
		},
	}))
	_, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{Name: "Mine", DataType: filescan.Fingerprint})
	stopped, ok := errors.AsType[*filescan.UploadError](err)
	require.True(t, ok, "%v", err)
	file, err := c.Files(containerID).Resume(t.Context(), stopped.Ticket)
	require.NoError(t, err)
	assert.Equal(t, fileID, file.ID)
	assert.Equal(t, bodies[0], bodies[1])
	assert.Equal(t, 1, a.count("PUT"), "the content is not sent again")
}

func TestUploadIsCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"PUT " + storeURL: func(http.ResponseWriter, *http.Request) { cancel() },
	}))
	_, err := c.Files(containerID).Upload(ctx, song(), nil)
	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, a.count("POST"))
}

func TestImport(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		remote filescan.Remote
		opts   *filescan.ImportOptions
		want   map[string]any
	}{
		{"audio", filescan.AudioURL(" https://cdn.test/a.mp3?sig=1 "), nil, map[string]any{"data_type": "audio_url", "url": "https://cdn.test/a.mp3?sig=1"}},
		{"ftp", filescan.AudioURL("ftp://cdn.test/a.mp3"), &filescan.ImportOptions{}, map[string]any{"data_type": "audio_url", "url": "ftp://cdn.test/a.mp3"}},
		{"video", filescan.Platform("https://www.youtube.com/watch?v=x"), &filescan.ImportOptions{Name: "clip"}, map[string]any{"data_type": "platforms", "url": "https://www.youtube.com/watch?v=x", "name": "clip"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{
				"GET " + filesURL: says(pageJSON(1, 1, 0)),
				"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, tt.want, bodyOf(t, r))
					says(`{"data":`+fileJSON(fileID, "a", 0, testTime)+`}`)(w, r)
				},
			})
			file, err := c.Files(containerID).Import(t.Context(), tt.remote, tt.opts)
			require.NoError(t, err)
			assert.Equal(t, fileID, file.ID)
		})
	}
	t.Run("refusal with the URL", func(t *testing.T) {
		t.Parallel()
		const url = "https://user:p4ssword@cdn.test/a.mp3?sig=s3cret"
		c, _ := newAPI(t, map[string]http.HandlerFunc{"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusUnprocessableEntity)
			says(`{"error":"cannot fetch `+url+`"}`)(w, r)
		}})
		_, err := c.Files(containerID).Import(t.Context(), filescan.AudioURL(url), nil)
		require.ErrorIs(t, err, acrcloud.ErrInvalid)
		require.ErrorContains(t, err, "cannot fetch")
		for _, secret := range []string{"s3cret", "p4ssword"} {
			assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), secret)
		}
	})
	t.Run("answer lost", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, a := newAPI(t, map[string]http.HandlerFunc{"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: lost})
			_, err := c.Files(containerID).Import(t.Context(), filescan.AudioURL("https://cdn.test/a.mp3?sig=s3cret"), nil)
			require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			assert.NotContains(t, fmt.Sprintf("%v %+v", err, err), "s3cret")
			assert.Equal(t, 1, a.count("POST"))
		})
	})
}

// What the header of Windows Media says of the stream.
const (
	asfAudioStream = "\x40\x9E\x69\xF8\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
	asfVideoStream = "\xC0\xEF\x19\xBC\x4D\x5B\xCF\x11\xA8\xFD\x00\x80\x5F\x5C\x44\x2B"
)

// wma is Windows Media whose header has a cover of 90 kB before the stream.
func wma(stream string) acrcloud.Source {
	object := func(guid, body string) string {
		return guid + string(binary.LittleEndian.AppendUint64(nil, uint64(24+len(body)))) + body
	}
	body := object("\x40\xA4\xD0\xD2\x07\xE3\xD2\x11\x97\xF0\x00\xA0\xC9\x5E\xA8\x50", strings.Repeat("\xFF\xD9\x00", 30_000)) +
		object("\x91\x07\xDC\xB7\xB7\xA9\xCF\x11\x8E\xE6\x00\xC0\x0C\x20\x53\x65", stream+strings.Repeat("\x00", 38))
	header := object("\x30\x26\xB2\x75\x8E\x66\xCF\x11\xA6\xD9\x00\xAA\x00\x62\xCE\x6C", "\x02\x00\x00\x00\x01\x02"+body)
	return acrcloud.FromBytes("cover.wma", []byte(header+"packets"))
}

// A header with a cover is read to its end: what is declared behind it decides.
func TestUploadPolicyBehindACover(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	t.Cleanup(func() { _ = srv.Close() })
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	audio := &filescan.UploadPolicy{Formats: slices.DeleteFunc(acrcloud.Formats(), acrcloud.Format.Video)}
	files := client.Files(srv.Config().ContainerID)
	_, err = files.Upload(t.Context(), wma(asfAudioStream), &filescan.UploadOptions{Policy: audio})
	require.NoError(t, err)
	_, err = files.Upload(t.Context(), wma(asfVideoStream), &filescan.UploadOptions{Policy: audio})
	require.ErrorIs(t, err, filescan.ErrFormat)
}

func TestUploadPolicy(t *testing.T) {
	t.Parallel()
	virus := errors.New("virus found")
	mp3 := append([]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte{0xff, 0xfb, 0x90, 0x00}, 200)...)
	size := int64(len(content))
	inspect := func(want []byte, err error) func(context.Context, string, io.Reader) error {
		return func(_ context.Context, name string, r io.Reader) error {
			got, readErr := io.ReadAll(r)
			if readErr != nil {
				return readErr
			}
			assert.Equal(t, string(want), string(got))
			assert.NotEmpty(t, name)
			return err
		}
	}
	tests := []struct {
		name   string
		src    func() acrcloud.Source
		policy filescan.UploadPolicy
		data   filescan.DataType
		refuse error
	}{
		{"anything that is known", song, filescan.UploadPolicy{}, "", nil},
		{"an allowed format", song, filescan.UploadPolicy{Formats: []acrcloud.Format{acrcloud.FormatMP3, acrcloud.FormatWAV}}, "", nil},
		{"another format", song, filescan.UploadPolicy{Formats: []acrcloud.Format{acrcloud.FormatMP3}}, "", filescan.ErrFormat},
		{"a name is no format", func() acrcloud.Source { return acrcloud.FromBytes("song.wav", mp3) }, filescan.UploadPolicy{Formats: []acrcloud.Format{acrcloud.FormatWAV}}, "", filescan.ErrFormat},
		{"no audio at all", func() acrcloud.Source { return acrcloud.FromBytes("song.mp3", []byte("<html>hello</html>")) }, filescan.UploadPolicy{}, "", filescan.ErrFormat},
		{"a fingerprint has no format", func() acrcloud.Source { return acrcloud.FromBytes("song.fp", []byte(content)) }, filescan.UploadPolicy{Formats: []acrcloud.Format{acrcloud.FormatMP3}}, filescan.Fingerprint, nil},
		{"just small enough", song, filescan.UploadPolicy{MaxBytes: size}, "", nil},
		{"too large", song, filescan.UploadPolicy{MaxBytes: size - 1}, "", acrcloud.ErrTooLarge},
		{"too large, of unknown size", func() acrcloud.Source { return acrcloud.FromReader("x.wav", strings.NewReader(content), -1) }, filescan.UploadPolicy{MaxBytes: size - 1}, "", acrcloud.ErrTooLarge},
		{"too large, without end", func() acrcloud.Source { return acrcloud.FromReader("x.wav", endless{}, -1) }, filescan.UploadPolicy{MaxBytes: 1 << 20}, "", acrcloud.ErrTooLarge},
		{"no limit, of unknown size", func() acrcloud.Source { return acrcloud.FromReader("x.wav", strings.NewReader(content), -1) }, filescan.UploadPolicy{MaxBytes: math.MaxInt64}, "", nil},
		{"no limit, of known size", func() acrcloud.Source { return acrcloud.FromReader("x.wav", strings.NewReader(content), size) }, filescan.UploadPolicy{MaxBytes: math.MaxInt64}, "", nil},
		{"inspected", song, filescan.UploadPolicy{Inspect: inspect([]byte(content), nil)}, "", nil},
		{"inspected and refused", song, filescan.UploadPolicy{Inspect: inspect([]byte(content), virus)}, "", filescan.ErrInspection},
		{"a fingerprint inspected and refused", song, filescan.UploadPolicy{Inspect: inspect([]byte(content), virus)}, filescan.Fingerprint, virus},
		{"a reader inspected", func() acrcloud.Source { return acrcloud.FromReader("song.wav", strings.NewReader(content), size) }, filescan.UploadPolicy{Inspect: inspect([]byte(content), nil)}, "", nil},
		{"inspected, then sent", changing, filescan.UploadPolicy{Inspect: inspect([]byte(content), nil)}, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, a := newAPI(t, uploads(t, nil))
			_, err := c.Files(containerID).Upload(t.Context(), tt.src(), &filescan.UploadOptions{Policy: &tt.policy, DataType: tt.data, Name: "song.wav"})
			if tt.refuse == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tt.refuse)
			_, ok := errors.AsType[*acrcloud.SourceError](err)
			assert.True(t, ok, "%v", err)
			assert.Empty(t, a.requests(), "nothing may be sent")
		})
	}
}

// changing is a storage that yields something else each time. What was inspected is what is sent all the same.
func changing() acrcloud.Source {
	n := 0
	return acrcloud.NewSource("song.wav", int64(len(content)), func(context.Context) (io.ReadCloser, error) {
		n++
		if n == 1 {
			return io.NopCloser(strings.NewReader(content)), nil
		}
		return io.NopCloser(strings.NewReader(strings.Repeat("#", len(content)))), nil
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestUploadWithoutRegion(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, map[string]http.HandlerFunc{"GET api-v2.acrcloud.com/api/fs-containers/7": fails(404, `{}`)})
	_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
	e, ok := errors.AsType[*filescan.UploadError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, filescan.StepPresign, e.Step)
	require.ErrorIs(t, err, acrcloud.ErrNotFound)
}

// Where presigned uploads are not known, the form is used for a while, and never for what is too large for it.
func TestUploadRemembersTheFormForAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
			"GET " + presignURL: inTurn(fails(404, `{}`), says(presigned)), "PUT " + storeURL: says(""), "GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: says(`{"data":` + fileJSON(fileID, "song.wav", 0, testTime) + `}`),
		}))
		upload := func() {
			_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
			require.NoError(t, err)
		}
		upload()
		upload()
		assert.Equal(t, 1, a.count("GET "+presignURL))
		huge := acrcloud.NewSource("huge.wav", 600_000_000, func(context.Context) (io.ReadCloser, error) { return nil, errors.New("not needed") })
		_, err := c.Files(containerID).Upload(t.Context(), huge, nil)
		e, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, filescan.StepStore, e.Step, "it went to the presigned URL")
		<-time.After(2 * time.Hour) // of the bubble
		upload()
		assert.Equal(t, 3, a.count("GET "+presignURL))
	})
}

// Content of a known size fits, whatever the bound on content of unknown size.
func TestPolicySpoolsKnownSize(t *testing.T) {
	t.Parallel()
	c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{
		"PUT " + storeURL: says(""), "GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: says(`{"data":` + fileJSON(fileID, "song.wav", 0, testTime) + `}`),
	}))
	content := "RIFF\x00\x00\x00\x00WAVEfmt " + strings.Repeat("x", 100)
	_, err := c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("song.wav", strings.NewReader(content), int64(len(content))), &filescan.UploadOptions{Policy: &filescan.UploadPolicy{}})
	require.NoError(t, err)
	_, err = c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("song.wav", strings.NewReader(content+"x"), int64(len(content))), &filescan.UploadOptions{Policy: &filescan.UploadPolicy{}})
	_, ok := errors.AsType[*acrcloud.SourceError](err)
	require.True(t, ok, "%v", err)
}

// A response that does not say which file was made is no success: another's file is never taken.
func TestUploadIsAnsweredWithOtherFiles(t *testing.T) {
	t.Parallel()
	const b = "6b1e2c1a-0000-4000-8000-000000000002"
	one := fileJSON(fileID, "song.wav", 0, testTime)
	for body, ok := range map[string]bool{
		`{"data":` + one + `}`: true, `{"data":[` + one + `]}`: true, `{"data":[` + one + `,` + one + `]}`: true, one: true, `{"data":{"id":"` + fileID + `","cid":"7"}}`: true,
		`{"data":[` + one + `,` + fileJSON(b, "other.wav", 1, testTime) + `]}`: false, `{"data":{"id":"` + fileID + `","cid":8}}`: false,
		pageJSON(1, 1, 1, fileJSON(b, "other.wav", 1, testTime)): false, `{"data":[` + one + `],"total":1}`: false, `{"data":[` + one + `],"meta":[],"links":{}}`: true,
	} {
		for _, method := range []filescan.Method{filescan.Presigned, filescan.Multipart} {
			synctest.Test(t, func(t *testing.T) {
				c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{"PUT " + storeURL: says(""), "GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: says(body)}))
				file, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{Method: method})
				_, proved := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{Method: method, UniqueName: true})
				if ok {
					require.NoError(t, err, body)
					require.NoError(t, proved, body)
					assert.Equal(t, fileID, file.ID)
					return
				}
				require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown, body)
				require.ErrorIs(t, proved, acrcloud.ErrOutcomeUnknown, body)
			})
		}
	}
}
