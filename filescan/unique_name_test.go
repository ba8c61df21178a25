package filescan_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

const truthBase = "https://console.test"

// inBubble runs a test against a service whose list lags by a little less than the SDK waits for.
func inBubble(t *testing.T, test func(t *testing.T, s *truth)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newTruth(truthBase)
		s.lag = func() time.Duration { return 3900 * time.Millisecond }
		test(t, s)
	})
}

// titleOf is the hash of the content that a file was made of, as its result says.
func titleOf(t *testing.T, f *filescan.File) string {
	t.Helper()
	require.NotNil(t, f.Results)
	require.Len(t, f.Results.Music, 1)
	return f.Results.Music[0].Result.Title
}

// A file of the same name is not taken for this upload's, whoever made it: neither one that the client itself has returned, nor another
// process's.
func TestUploadNeverTakesAnothersFile(t *testing.T) {
	t.Parallel()
	mine, other := []byte("my recording"), []byte("another recording")
	tests := map[string]func(t *testing.T, s *truth){
		"an earlier upload's, which the list shows late": func(t *testing.T, s *truth) {
			t.Helper()
			c := s.client(t)
			_, err := c.Files(7).Scan(t.Context(), acrcloud.FromBytes("song.mp3", other), nil)
			require.NoError(t, err)
			s.hook = s.onCreate(2, lost)
			_, err = c.Files(7).Scan(t.Context(), acrcloud.FromBytes("song.mp3", mine), nil)
			require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			e, ok := errors.AsType[*filescan.UploadError](err)
			require.True(t, ok)
			assert.Len(t, e.Candidates, 1)
		},
		"another process's, made meanwhile": func(t *testing.T, s *truth) {
			t.Helper()
			s.lag = nil
			s.hook = s.onCreate(1, func(w http.ResponseWriter, r *http.Request) {
				_, err := s.client(t).Files(7).Upload(r.Context(), acrcloud.FromBytes("song.mp3", other), nil)
				assert.NoError(t, err)
				lost(w, r)
			})
			_, err := s.client(t).Files(7).Scan(t.Context(), acrcloud.FromBytes("song.mp3", mine), nil)
			require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		},
		"another goroutine's": func(t *testing.T, s *truth) {
			t.Helper()
			c := s.client(t)
			s.hook = s.onCreate(1, func(w http.ResponseWriter, r *http.Request) {
				<-time.After(time.Second)
				lost(w, r)
			})
			first := make(chan error)
			go func() {
				_, err := c.Files(7).Scan(t.Context(), acrcloud.FromBytes("song.mp3", mine), nil)
				first <- err
			}()
			synctest.Wait()
			file, err := c.Files(7).Scan(t.Context(), acrcloud.FromBytes("song.mp3", other), nil)
			require.NoError(t, err)
			assert.Equal(t, hashOf(other), titleOf(t, file))
			require.ErrorIs(t, <-first, acrcloud.ErrOutcomeUnknown)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, s *truth) {
				t.Helper()
				test(t, s)
				assert.Empty(t, s.made(mine))
			})
		})
	}
}

// An upload with a unique name can be repeated: whatever happened to the first, one file is made.
func TestUniqueNameMakesOneFile(t *testing.T) {
	t.Parallel()
	content := []byte("the recording")
	upload := func(ctx context.Context, c *filescan.Client) (*filescan.File, error) {
		return c.Files(7).Upload(ctx, acrcloud.FromBytes("song.mp3", content), &filescan.UploadOptions{Name: "id 4711.mp3", UniqueName: true})
	}
	cancels := func(s *truth, cancel func(), delay time.Duration) {
		s.hook = s.onCreate(1, func(w http.ResponseWriter, r *http.Request) {
			cancel()
			<-time.After(delay) // the service gets to it later
			s.process(opCreate, w, r)
		})
	}
	tests := map[string]func(t *testing.T, s *truth){
		"twice, one after the other": func(t *testing.T, s *truth) {
			t.Helper()
			c := s.client(t)
			first, err := upload(t.Context(), c)
			require.NoError(t, err)
			second, err := upload(t.Context(), c)
			require.NoError(t, err)
			assert.Equal(t, first.ID, second.ID)
			assert.Equal(t, 1, s.count(opCreate))
		},
		"twice at the same time": func(t *testing.T, s *truth) {
			t.Helper()
			c := s.client(t)
			ids := make(chan string)
			for range 5 {
				go func() {
					file, err := upload(t.Context(), c)
					if assert.NoError(t, err) {
						ids <- file.ID
					}
				}()
			}
			first := <-ids
			for range 4 {
				assert.Equal(t, first, <-ids)
			}
			assert.Equal(t, 1, s.count(opCreate))
		},
		"by another process, later": func(t *testing.T, s *truth) {
			t.Helper()
			first, err := upload(t.Context(), s.client(t))
			require.NoError(t, err)
			<-time.After(4 * time.Second)
			second, err := upload(t.Context(), s.client(t))
			require.NoError(t, err)
			assert.Equal(t, first.ID, second.ID)
		},
		"again after the caller gave up": func(t *testing.T, s *truth) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			cancels(s, cancel, 0)
			c := s.client(t)
			_, err := upload(ctx, c)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			_, err = upload(t.Context(), c)
			require.NoError(t, err)
		},
		"by Ticket, in another process, after the caller gave up": func(t *testing.T, s *truth) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			cancels(s, cancel, 0)
			_, err := upload(ctx, s.client(t))
			e, ok := errors.AsType[*filescan.UploadError](err)
			require.True(t, ok, "%v", err)
			_, err = s.client(t).Files(7).Resume(t.Context(), throughJSON(t, e.Ticket))
			require.NoError(t, err)
		},
		"lost, and the service writes blanks as underscores": func(t *testing.T, s *truth) {
			t.Helper()
			s.shown = func(name string) string { return strings.ReplaceAll(name, " ", "_") }
			s.hook = s.after(lost)
			_, err := upload(t.Context(), s.client(t))
			require.NoError(t, err)
		},
		"lost, and the service ignores the name to show": func(t *testing.T, s *truth) {
			t.Helper()
			s.shown = func(string) string { return s.bodies[0]["filename"].(string) }
			s.hook = s.after(lost)
			_, err := upload(t.Context(), s.client(t))
			require.NoError(t, err)
		},
		"lost, and on the last page of what has the name in its name": func(t *testing.T, s *truth) {
			t.Helper()
			for i := range 250 {
				s.add(fmt.Sprintf("%d of id 4711.mp3", i), "audio", "another").visible = time.Now()
			}
			s.hook = s.after(lost)
			_, err := upload(t.Context(), s.client(t))
			require.NoError(t, err)
		},
		"lost twice, and sent again on request": func(t *testing.T, s *truth) {
			t.Helper()
			s.hook = s.onCreate(1, lost)
			_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("song.mp3", content), &filescan.UploadOptions{Name: "id 4711.mp3", UniqueName: true, ResendIfUnsure: true})
			require.NoError(t, err)
			assert.Equal(t, 2, s.count(opCreate))
		},
		"as a form": func(t *testing.T, s *truth) {
			t.Helper()
			s.hook = s.after(fails(429, "{}"))
			_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("song.mp3", content), &filescan.UploadOptions{Name: "id 4711.mp3", UniqueName: true, Method: filescan.Multipart})
			require.NoError(t, err)
			assert.Zero(t, s.count(opStore))
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, s *truth) {
				t.Helper()
				test(t, s)
				assert.Len(t, s.made(content), 1)
			})
		})
	}
}

// What is there already is not transferred again; for small files that would cost a request more than it saves.
func TestUniqueNameSavesTheTransfer(t *testing.T) {
	t.Parallel()
	large := bytes.Repeat([]byte("x"), 1<<20)
	for name, tt := range map[string]struct {
		content []byte
		stores  int
	}{"small": {large[1:], 2}, "large": {large, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTruth(truthBase)
			opts := &filescan.UploadOptions{UniqueName: true}
			first, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("4711.mp3", tt.content), opts)
			require.NoError(t, err)
			assert.Equal(t, []string{opPresign, opStore, opList, opCreate}, s.seen[len(s.seen)-4:])
			var last filescan.Progress
			opts.OnProgress = func(p filescan.Progress) { last = p }
			opts.OnTicket = func(context.Context, filescan.Ticket) error { return errors.New("nothing is billed") }
			second, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("4711.mp3", tt.content), opts)
			require.NoError(t, err)
			assert.Equal(t, first.ID, second.ID)
			assert.Equal(t, tt.stores, s.count(opStore))
			assert.True(t, last.Done)
		})
	}
}

// A name that was promised to be unique, and is not, is an error before anything is sent.
func TestUniqueNameOfSomethingElse(t *testing.T) {
	t.Parallel()
	for name, dataTypes := range map[string][]string{"two files": {"audio", "audio"}, "an import": {"audio_url"}, "a fingerprint": {"fingerprint"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTruth(truthBase)
			for _, dataType := range dataTypes {
				s.add("4711.mp3", dataType, "another")
			}
			for _, size := range []int{1, 1 << 20} {
				_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("4711.mp3", make([]byte, size)), &filescan.UploadOptions{UniqueName: true})
				require.ErrorIs(t, err, filescan.ErrNameNotUnique)
				require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				e, ok := errors.AsType[*filescan.UploadError](err)
				require.True(t, ok)
				assert.Len(t, e.Candidates, len(dataTypes))
				for _, f := range e.Candidates {
					assert.ErrorContains(t, err, f.ID)
				}
			}
			assert.Zero(t, s.count(opCreate))
		})
	}
}

func TestImportUniqueName(t *testing.T) {
	t.Parallel()
	const url = "https://cdn.test/a.mp3?sig=s1gn4ture"
	tests := map[string]struct {
		remote  filescan.Remote
		there   string // the data type of a file of the name
		unique  bool
		created int
		err     error
	}{
		"lost, and it was made":             {filescan.AudioURL(url), "", true, 1, nil},
		"lost, and it was made, not unique": {filescan.AudioURL(url), "", false, 1, acrcloud.ErrOutcomeUnknown},
		"it is there":                       {filescan.AudioURL(url), "audio_url", true, 0, nil},
		"an upload is there":                {filescan.AudioURL(url), "audio", true, 0, filescan.ErrNameNotUnique},
		"a video is there":                  {filescan.AudioURL(url), "youtube", true, 0, filescan.ErrNameNotUnique},
		"the video is there":                {filescan.Platform(url), "youtube", true, 0, nil},
		"the video is there, unnamed":       {filescan.Platform(url), "platforms", true, 0, nil},
		"the file is no video":              {filescan.Platform(url), "audio_url", true, 0, filescan.ErrNameNotUnique},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, s *truth) {
				t.Helper()
				if tt.there != "" {
					s.add("4711", tt.there, "x").visible = time.Now()
				}
				s.hook = s.after(lost)
				var tickets []filescan.Ticket
				file, err := s.client(t).Files(7).Import(t.Context(), tt.remote, &filescan.ImportOptions{
					Name: "4711", UniqueName: tt.unique, OnTicket: func(_ context.Context, ticket filescan.Ticket) error {
						assert.Zero(t, s.count(opCreate), "it comes before the request")
						tickets = append(tickets, ticket)
						return nil
					},
				})
				assert.Equal(t, tt.created, s.count(opCreate))
				assert.Len(t, tickets, tt.created)
				if tt.err == nil {
					require.NoError(t, err)
					assert.Equal(t, "4711", file.Name)
					return
				}
				require.ErrorIs(t, err, tt.err)
				e, ok := errors.AsType[*filescan.UploadError](err)
				require.True(t, ok)
				assert.Equal(t, "4711", e.Ticket.Name)
				for _, ticket := range tickets {
					assert.Equal(t, e.Ticket, ticket)
				}
				assert.NotContains(t, fmt.Sprintf("%v %+v", err, e.Ticket), "s1gn4ture")
			})
		})
	}
}

func TestImportWhoseTicketIsNotStored(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	full := errors.New("the disk is full")
	_, err := s.client(t).Files(7).Import(t.Context(), filescan.AudioURL("https://cdn.test/a.mp3"), &filescan.ImportOptions{
		OnTicket: func(context.Context, filescan.Ticket) error { return full },
	})
	require.ErrorIs(t, err, full)
	require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
	assert.Zero(t, s.count(opCreate), "nothing is billed")
}

// Names that are not UTF-8 become valid once, for all requests and comparisons; a unique name would not be unique any more.
func TestNamesThatAreNotUTF8(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *truth) {
		t.Helper()
		var presigned string
		s.hook = func(op string, w http.ResponseWriter, r *http.Request) bool {
			switch op {
			case opPresign:
				presigned = r.URL.Query().Get("filename")
			case opCreate:
				s.after(lost)(op, w, r)
				return true
			}
			return false
		}
		var ticket filescan.Ticket
		_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("m\xfcller\xff\xfe.mp3", []byte("x")), &filescan.UploadOptions{
			Name: "M\xfcller \u202eeslaf", OnTicket: func(_ context.Context, t filescan.Ticket) error { ticket = t; return nil },
		})
		e, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok, "%v", err)
		require.Len(t, e.Candidates, 1)
		const filename, name = "m\ufffdller\ufffd.mp3", "M\ufffdller \u202eeslaf"
		assert.Equal(t, filename, presigned)
		assert.Equal(t, []any{filename, name}, []any{s.bodies[0]["filename"], s.bodies[0]["name"]})
		assert.Equal(t, name, e.Candidates[0].Name, "bidirectional controls are data")
		assert.NotContains(t, err.Error(), "\u202e", "and are shown escaped")
		assert.Equal(t, []string{filename, name}, []string{ticket.Filename, ticket.Name})
		assert.Equal(t, ticket, throughJSON(t, ticket))
	})
}

func TestNamesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	files := s.client(t).Files(7)
	tests := []struct {
		name   string
		unique bool
		says   string
	}{
		{"a\nb.mp3", false, `"a\nb.mp3"`}, {"a\x1bb.mp3", false, `"a\x1bb.mp3"`}, {"a\u0085b.mp3", false, `"a\u0085b.mp3"`}, {"a\x7fb.mp3", true, `"a\x7fb.mp3"`},
		{"a\xffb.mp3", true, `"a\xffb.mp3"`}, {"a\ufffdb.mp3", true, "UTF-8"}, {"  ", true, "blank"},
	}
	for _, tt := range tests {
		_, asName := files.Upload(t.Context(), acrcloud.FromBytes("x", []byte("x")), &filescan.UploadOptions{Name: tt.name, UniqueName: tt.unique})
		_, asSource := files.Upload(t.Context(), acrcloud.FromBytes(tt.name, []byte("x")), &filescan.UploadOptions{UniqueName: tt.unique})
		_, imported := files.Import(t.Context(), filescan.AudioURL("https://a.test/b"), &filescan.ImportOptions{Name: tt.name, UniqueName: tt.unique})
		for field, err := range map[string]error{"UploadOptions.Name": errors.Join(asName, asSource), "ImportOptions.Name": imported} {
			e, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok, "%q: %v", tt.name, err)
			assert.Equal(t, field, e.Field)
			assert.ErrorContains(t, err, tt.says)
			assert.NotEmpty(t, e.Remedy)
		}
		require.Error(t, asSource)
	}
	_, err := files.Import(t.Context(), filescan.AudioURL("https://a.test/b"), &filescan.ImportOptions{UniqueName: true})
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument, "no name is no unique name")
	assert.Empty(t, s.seen)
}

// A context that ends before the creating request is sent leaves nothing unknown.
func TestUploadEndsBeforeTheRequest(t *testing.T) {
	t.Parallel()
	for name, unique := range map[string]bool{"unique name": true, "any name": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, at := range []string{opPresign, opStore, opList, "ticket", "limiter"} {
				s := newTruth(truthBase)
				ctx, cancel := context.WithCancel(t.Context())
				s.hook = func(op string, _ http.ResponseWriter, _ *http.Request) bool {
					if op == at {
						cancel()
					}
					return false
				}
				opts := &filescan.UploadOptions{UniqueName: unique, OnTicket: func(context.Context, filescan.Ticket) error {
					if at == "ticket" {
						cancel()
					}
					return nil
				}}
				c := s.client(t, acrcloud.WithRateLimiter(limiterFunc(func(ctx context.Context) error {
					if at == "limiter" && slices.Contains(s.seen, opList) {
						cancel()
					}
					return ctx.Err()
				})))
				_, err := c.Files(7).Upload(ctx, song(), opts)
				require.ErrorIs(t, err, context.Canceled, at)
				require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown, at)
				assert.Zero(t, s.count(opCreate))
			}
		})
	}
}

type limiterFunc func(context.Context) error

func (f limiterFunc) Wait(ctx context.Context) error { return f(ctx) }

// What a look after a refusal has shown is not looked for again.
func TestOneLookAfterARefusal(t *testing.T) {
	t.Parallel()
	upload := func(method filescan.Method) func(context.Context, *filescan.Files, bool) error {
		return func(ctx context.Context, f *filescan.Files, unique bool) error {
			_, err := f.Upload(ctx, song(), &filescan.UploadOptions{UniqueName: unique, Method: method})
			return err
		}
	}
	for name, create := range map[string]func(context.Context, *filescan.Files, bool) error{
		"upload": upload(filescan.Presigned),
		"form":   upload(filescan.Multipart),
		"import": func(ctx context.Context, f *filescan.Files, unique bool) error {
			_, err := f.Import(ctx, filescan.AudioURL("https://media.test/song.wav"), &filescan.ImportOptions{Name: "song.wav", UniqueName: unique})
			return err
		},
	} {
		for _, unique := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, unique name %v", name, unique), func(t *testing.T) {
				t.Parallel()
				inBubble(t, func(t *testing.T, s *truth) {
					t.Helper()
					s.hook = s.after(fails(429, "{}"))
					started := time.Now()
					err := create(t.Context(), s.client(t).Files(7), unique)
					assert.Equal(t, unique, err == nil, "%v", err)
					assert.Equal(t, 4*time.Second, time.Since(started))
					assert.Equal(t, 2, s.count(opList))
					assert.Equal(t, 1, s.count(opCreate), "it is not sent again")
				})
			})
		}
	}
}

// A list that cannot be read does not prove that there is no file of the name, and what it has of another container, or without an id, is no
// file of this upload's.
func TestUniqueNameNeedsAReadableList(t *testing.T) {
	t.Parallel()
	page := func(row string) string { return pageJSON(1, 1, 1, row) }
	for body, is := range map[string]error{
		`{"data":false}`: nil, `{"data":5}`: nil, `{"data":"maintenance"}`: nil, `{"data":["a","b"]}`: nil, `{"data":[],"meta":{"total":3,"last_page":1,"current_page":1}}`: nil,
		page(`{"name":"4711.mp3","data_type":"audio","cid":7}`): nil, `{"data":{"` + fileID + `":` + fileJSON(fileID, "4711.mp3", 1, testTime) + `}}`: nil,
		page(strings.Replace(fileJSON(fileID, "4711.mp3", 1, testTime), `"cid":7`, `"cid":8`, 1)): filescan.ErrNameNotUnique,
	} {
		t.Run(body, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL: says(body)}))
				_, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{Name: "4711.mp3", UniqueName: true})
				require.Error(t, err)
				if is != nil {
					require.ErrorIs(t, err, is)
				}
				assert.Zero(t, a.count("POST"))
			})
		})
	}
}

// A list may leave the type of a file out, which then is no reason to doubt it.
func TestUniqueNameWithoutAType(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	there := s.add("4711.mp3", "", hashOf([]byte(content)))
	file, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("4711.mp3", []byte(content)), &filescan.UploadOptions{UniqueName: true})
	require.NoError(t, err)
	assert.Equal(t, there.id, file.ID)
	assert.Zero(t, s.count(opCreate))
}

// Files of a name that is not unique cannot be told apart: the list is read once before the request, and its first page only, however many
// files have the name.
func TestOneLookWithoutAUniqueName(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	for range 250 {
		s.add("track.mp3", "audio", "another")
	}
	_, err := s.client(t).Files(7).Upload(t.Context(), acrcloud.FromBytes("track.mp3", make([]byte, 1<<20)), nil)
	require.NoError(t, err)
	assert.Equal(t, []string{opPresign, opStore, opList, opCreate}, s.seen[len(s.seen)-4:])
	assert.Equal(t, 1, s.count(opList))
}
