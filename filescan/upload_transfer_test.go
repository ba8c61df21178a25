package filescan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// The last report of progress names the attempt that has succeeded.
func TestProgressOfTheLastAttempt(t *testing.T) {
	t.Parallel()
	for _, method := range []filescan.Method{filescan.Presigned, filescan.Multipart} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newTruth(truthBase)
				op, failures := opStore, 2
				if method == filescan.Multipart {
					op = opCreate
				}
				s.hook = func(seen string, w http.ResponseWriter, r *http.Request) bool {
					if seen != op || failures == 0 {
						return false
					}
					failures--
					_, _ = io.Copy(io.Discard, r.Body)
					fails(429, "{}")(w, r)
					return true
				}
				var progress []filescan.Progress
				_, err := s.client(t).Files(7).Upload(t.Context(), song(), &filescan.UploadOptions{
					Method: method, OnProgress: func(p filescan.Progress) { progress = append(progress, p) },
				})
				require.NoError(t, err)
				size := int64(len(content))
				assert.Equal(t, filescan.Progress{Attempt: 3, Sent: size, Total: size, Done: true}, progress[len(progress)-1])
				for _, p := range progress[:len(progress)-1] {
					assert.False(t, p.Done)
				}
			})
		})
	}
}

// What a form has around the content is no progress of the content.
func TestProgressOfForms(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	large := bytes.Repeat([]byte("x"), 300<<10)
	var progress []filescan.Progress
	_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("song.mp3", large), &filescan.UploadOptions{
		Method: filescan.Multipart, OnProgress: func(p filescan.Progress) { progress = append(progress, p) },
	})
	require.NoError(t, err)
	require.Greater(t, len(progress), 3)
	assert.Zero(t, progress[0].Sent, "the head was sent")
	for i, p := range progress[1:] {
		assert.GreaterOrEqual(t, p.Sent, progress[i].Sent)
	}
	assert.Equal(t, filescan.Progress{Attempt: 1, Sent: int64(len(large)), Total: int64(len(large))}, progress[len(progress)-2])
}

// A connection that takes a few bytes at a time is in the form's head for a while: that is no progress, and not less than none.
func TestProgressInTheHeadOfAForm(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	s.hook = func(op string, _ http.ResponseWriter, r *http.Request) bool {
		if op == opCreate {
			r.Body = io.NopCloser(iotest.OneByteReader(r.Body))
		}
		return false
	}
	var sent []int64
	_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("song.mp3", []byte("abc")), &filescan.UploadOptions{
		Method: filescan.Multipart, OnProgress: func(p filescan.Progress) { sent = append(sent, p.Sent) },
	})
	require.NoError(t, err)
	assert.Equal(t, []int64{0, 1, 2, 3}, slices.Compact(sent))
}

// Whatever the storage says, an error shows nothing of it but its code: it may repeat the URL.
func TestStorageErrorsDoNotShow(t *testing.T) {
	t.Parallel()
	body := fmt.Sprintf("<Error><Code>AccessDenied</Code><Message>%s</Message><Resource>/inside/k</Resource></Error>", "X-Signature=s1gn4ture")
	c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{"PUT " + storeURL: func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Request", r.URL.String())
		fails(http.StatusForbidden, body)(w, r)
	}}))
	_, err := c.Files(containerID).Upload(t.Context(), song(), nil)
	e, ok := errors.AsType[*acrcloud.APIError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, 403, e.StatusCode)
	assert.Equal(t, "AccessDenied", e.Message)
	assert.Empty(t, e.Path)
	assert.Empty(t, e.Body)
	assert.Empty(t, e.Header)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", err, e, e), "s1gn4ture")
}

// What the presigned URL's response says is a credential, also where it is not what it should be.
func TestPresignedResponsesDoNotShow(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no key":       `{"data":{"presigned_url":"https://store.test/k?X-Signature=s1gn4ture"}}`,
		"breaks off":   `{"data":{"presigned_url":"https://store.test/k?X-Signature=s1gn4ture`,
		"other method": `{"data":{"presigned_url":"https://store.test/k?X-Signature=s1gn4ture","key":"k","method":"PATCH"}}`,
		"odd header":   `{"data":{"presigned_url":"https://store.test/k?X-Signature=s1gn4ture","key":"k","headers":{"a b":"x"}}}`,
		"odd value":    `{"data":{"presigned_url":"https://store.test/k?X-Signature=s1gn4ture","key":"k","headers":{"X-A":"x\r\nX-B: s1gn4ture"}}}`,
		"no name":      `{"data":{"presigned_url":"https://store.test/k?X-Signature=s1gn4ture","key":"k","headers":{"":"x"}}}`,
		"plain http":   `{"data":{"presigned_url":"http://store.test/k?X-Signature=s1gn4ture","key":"k"}}`,
		"another name": `{"data":{"url":"X-Signature s1gn4ture","key":"k"}}`,
	} {
		for _, status := range []int{200, 400} {
			t.Run(fmt.Sprintf("%s, %d", name, status), func(t *testing.T) {
				t.Parallel()
				c, a := newAPI(t, map[string]http.HandlerFunc{"GET " + presignURL: fails(status, body)})
				_, err := c.Files(7).Upload(t.Context(), song(), nil)
				e, ok := errors.AsType[*filescan.UploadError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, filescan.StepPresign, e.Step)
				shown := fmt.Sprintf("%v %+v %#v", err, e, e.Err)
				if refused, ok := errors.AsType[*acrcloud.APIError](err); ok {
					shown += string(refused.Body) + fmt.Sprint(refused.Header)
				}
				if odd, ok := errors.AsType[*acrcloud.DecodeError](err); ok {
					shown += odd.Excerpt + fmt.Sprint(odd.Err)
				}
				if status == 200 {
					assert.NotContains(t, shown, "s1gn4ture")
				} else {
					assert.NotContains(t, shown, "X-Signature=s1gn4ture")
				}
				assert.Zero(t, a.count("PUT")+a.count("POST"))
			})
		}
	}
}

// The storage gets the headers that came with the URL, but none that speak of the connection or are credentials, however they are
// spelt; and the method, too.
func TestStorageGetsWhatItAskedFor(t *testing.T) {
	t.Parallel()
	for method, want := range map[string]string{"": "PUT", "PUT": "PUT", "put": "PUT", "Post": "POST", "POST": "POST"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			presigned := fmt.Sprintf(`{"data":{"presigned_url":"https://store.test/bucket/key-1?s=1","key":"key-1","method":%q,"headers":{`+
				`"x-amz-acl":"private","content-type":"audio/x","host":"evil.test","HOST":"evil.test","content-length":"1","Content-Length":"2","authorization":"Bearer a","AUTHORIZATION":"Bearer b"}}}`, method)
			c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
				"GET " + presignURL: says(presigned),
				want + " " + storeURL: func(_ http.ResponseWriter, r *http.Request) {
					assert.Equal(t, "private", r.Header.Get("X-Amz-Acl"))
					assert.Equal(t, "audio/x", r.Header.Get("Content-Type"))
					assert.Equal(t, "store.test", r.Host)
					assert.EqualValues(t, len(content), r.ContentLength)
					for _, name := range []string{"Authorization", "Host", "Content-Length"} {
						assert.NotContains(t, r.Header, name)
					}
				},
			}))
			_, err := c.Files(7).Upload(t.Context(), song(), nil)
			require.NoError(t, err)
			assert.Equal(t, 1, a.count(want+" "+storeURL))
		})
	}
}

// Each request has the name as it can be sent, and no name to show unless there is one.
func TestUploadSendsValidNames(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		source, name, filename, shown, contentType string
	}{
		"a plain name":             {"song.mp3", "", "song.mp3", "", "audio/mpeg"},
		"capitals":                 {"SONG.WAV", "", "SONG.WAV", "", "audio/wav"},
		"not UTF-8":                {"s\xffng.wav", "", "s\ufffdng.wav", "", "audio/wav"},
		"a name that is not UTF-8": {"song.wav", "s\xffng", "song.wav", "s\ufffdng", "audio/wav"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
				"GET " + presignURL: func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, tt.filename, r.URL.Query().Get("filename"))
					assert.Equal(t, tt.contentType, r.URL.Query().Get("content_type"))
					says(presigned)(w, r)
				},
				"POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
					var body map[string]any
					assert.NoError(t, json.NewDecoder(r.Body).Decode(&body))
					want := map[string]any{"data_type": "audio", "key": "key-1", "filename": tt.filename}
					if tt.shown != "" {
						want["name"] = tt.shown
					}
					assert.Equal(t, want, body)
					says(`{"data":`+fileJSON(fileID, "x", 0, testTime)+`}`)(w, r)
				},
			}))
			var ticket filescan.Ticket
			_, err := c.Files(7).Upload(t.Context(), acrcloud.FromBytes(tt.source, []byte(content)), &filescan.UploadOptions{
				Name: tt.name, OnTicket: func(_ context.Context, got filescan.Ticket) error { ticket = got; return nil },
			})
			require.NoError(t, err)
			assert.Equal(t, tt.filename, ticket.Filename)
			assert.Equal(t, tt.shown, ticket.Name)
			assert.Equal(t, 1, a.count("POST"))
		})
	}
}

// A name with a control character is refused, whichever of the two it is.
func TestNamesWithControlCharacters(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	for _, tt := range []struct{ filename, name string }{{"a\nb.wav", ""}, {"a\nb.wav", "song"}, {"song.wav", "a\nb"}} {
		_, err := c.Files(7).Upload(t.Context(), acrcloud.FromBytes(tt.filename, []byte(content)), &filescan.UploadOptions{Name: tt.name})
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, "%q", tt)
		_, err = c.Files(7).Resume(t.Context(), filescan.Ticket{ContainerID: 7, Filename: tt.filename, Name: tt.name, DataType: filescan.Audio, Key: "k"})
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, "%q", tt)
	}
	assert.Empty(t, a.requests())
}

// What the text of an error advises depends on what is known of the file.
func TestUploadErrorAdvises(t *testing.T) {
	t.Parallel()
	files := func(n int) (list []*filescan.File) {
		for i := range n {
			list = append(list, &filescan.File{ID: fmt.Sprintf("id-%02d", i)})
		}
		return list
	}
	unique := filescan.Ticket{ContainerID: 7, Name: "x", UniqueName: true}
	for name, tt := range map[string]struct {
		err       filescan.UploadError
		want, not string
	}{
		"a unique name, unknown":    {filescan.UploadError{Ticket: unique, Err: acrcloud.ErrOutcomeUnknown}, "call Files.Resume with the Ticket", "bill it twice"},
		"another name, unknown":     {filescan.UploadError{Err: acrcloud.ErrOutcomeUnknown}, "bill it twice", "Files.Resume"},
		"a name that is not unique": {filescan.UploadError{Ticket: unique, Err: filescan.ErrNameNotUnique, Candidates: files(2)}, "the name is that of id-00 or id-01", "may exist"},
		"a refusal":                 {filescan.UploadError{Ticket: unique, Err: acrcloud.ErrInvalid}, "stopped at step", "may exist"},
		"ten candidates":            {filescan.UploadError{Err: acrcloud.ErrOutcomeUnknown, Candidates: files(10)}, "id-09", "more"},
		"twelve candidates":         {filescan.UploadError{Err: acrcloud.ErrOutcomeUnknown, Candidates: files(12)}, "id-09 and 2 more", "id-10"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.err.Step, tt.err.Name = filescan.StepRecord, "x"
			assert.Contains(t, tt.err.Error(), tt.want)
			assert.NotContains(t, tt.err.Error(), tt.not)
		})
	}
}

// slowBody takes ten seconds for every 25 bytes.
type slowBody struct{ io.ReadCloser }

func (b slowBody) Read(p []byte) (int, error) {
	<-time.After(10 * time.Second)
	return b.ReadCloser.Read(p[:min(len(p), 25)])
}

// Content may take any time, as long as some of it moves: the limit of an attempt is for other requests.
func TestUploadMayTakeLong(t *testing.T) {
	t.Parallel()
	for method, slow := range map[filescan.Method]string{filescan.Presigned: opStore, filescan.Multipart: opCreate} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newTruth(truthBase)
				s.hook = func(op string, _ http.ResponseWriter, r *http.Request) bool {
					if op == slow {
						r.Body = slowBody{r.Body}
					}
					return false
				}
				start := time.Now()
				_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("song.mp3", make([]byte, 1000)), &filescan.UploadOptions{Method: method})
				require.NoError(t, err)
				assert.GreaterOrEqual(t, time.Since(start), 400*time.Second)
				assert.Equal(t, 1, s.count(slow))
			})
		})
	}
}
