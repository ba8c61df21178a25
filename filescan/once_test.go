package filescan_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// What is billed is sent once. These are the ways in which its response can get lost, and what can be said about it: without a unique
// name only that files of the name are there, and with one that a file is this upload's.
func TestUploadExactlyOnce(t *testing.T) {
	t.Parallel()
	now := time.Now
	const other = "6b1e2c1a-0000-4000-8000-000000000002"
	mine := func() string { return fileJSON(fileID, "a_song.wav", 0, now()) }
	behind := func() string { return fileJSON(fileID, "a_song.wav", 0, now().Add(-time.Minute)) }
	old := func() string { return fileJSON(other, "a_song.wav", 1, testTime.AddDate(-30, 0, 0)) }
	imported := func() string { return strings.Replace(mine(), `"data_type":"audio"`, `"data_type":"audio_url"`, 1) }
	list := func(rows ...func() string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var page []string
			for _, row := range rows {
				page = append(page, row())
			}
			says(pageJSON(1, 1, len(page), page...))(w, r)
		}
	}
	none := list()
	shows := func(after time.Duration, row func() string) http.HandlerFunc { // of the first look
		var first time.Time
		return func(w http.ResponseWriter, r *http.Request) {
			if first.IsZero() {
				first = time.Now()
			}
			if time.Since(first) < after {
				none(w, r)
				return
			}
			list(row)(w, r)
		}
	}
	accepted := func(w http.ResponseWriter, r *http.Request) { says(`{"data":`+mine()+`}`)(w, r) }
	busy := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "1")
		fails(503, "{}")(w, r)
	}
	const unknown, notUnique, refused, limited, server, forbidden = "unknown", "not unique", "refused", "limited", "server", "forbidden"
	is := map[string]error{
		unknown: acrcloud.ErrOutcomeUnknown, notUnique: filescan.ErrNameNotUnique, refused: acrcloud.ErrInvalid, limited: acrcloud.ErrRateLimited, server: acrcloud.ErrServer, forbidden: acrcloud.ErrForbidden,
	}
	type want struct {
		posts int
		id    string // of the file; or
		err   string
		maybe int // candidates
	}
	made := func(posts int) want { return want{posts: posts, id: fileID} }
	fail := func(posts int, err string, maybe int) want { return want{posts: posts, err: err, maybe: maybe} }
	type test struct {
		name          string
		post, list    http.HandlerFunc
		resend        bool
		plain, unique want
	}
	tests := func() []test {
		return []test{ // made anew for each run: its handlers count
			{"accepted", accepted, none, false, made(1), made(1)},
			{"lost after it was processed", lost, inTurn(none, list(mine)), false, fail(1, unknown, 1), made(1)},
			{"500 after it was processed", fails(500, "oops"), inTurn(none, list(mine)), false, fail(1, unknown, 1), made(1)},
			{"HTML after it was processed", says("<html>"), inTurn(none, list(mine)), false, fail(1, unknown, 1), made(1)},
			{"it shows late", lost, inTurn(none, none, none, list(mine)), false, fail(1, unknown, 1), made(1)},
			{"it shows too late", lost, inTurn(none, none, none, none, list(mine)), false, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"never processed", lost, none, false, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"two are new", lost, inTurn(none, list(mine, old)), false, fail(1, unknown, 1), fail(1, notUnique, 2)},
			{"it is there already", accepted, list(old), false, made(1), want{posts: 0, id: other}},
			{"two are there already", accepted, list(mine, old), false, made(1), fail(0, notUnique, 2)},
			{"an import is there already", accepted, list(imported), false, made(1), fail(0, notUnique, 1)},
			{"an old one of that name", lost, list(old), false, fail(1, unknown, 0), want{posts: 0, id: other}},
			{"an old one that the list had missed", lost, inTurn(none, list(old)), false, fail(1, unknown, 0), want{posts: 1, id: other}},
			{"a new one of another name", lost, inTurn(none, list(func() string { return fileJSON(other, "a_song.wav.bak", 0, now()) })), false, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"a new import", lost, inTurn(none, list(imported)), false, fail(1, unknown, 0), fail(1, notUnique, 1)},
			{"the list fails", lost, fails(500, "oops"), false, fail(1, unknown, 0), fail(0, server, 0)},
			{"the list fails afterwards", lost, inTurn(none, fails(403, "no")), false, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"sent again on request", inTurn(lost, accepted), none, true, made(2), made(2)},
			{"not even on request if there is a sign of it", lost, inTurn(none, list(mine)), true, fail(1, unknown, 1), made(1)},
			{"nor if the list fails", lost, inTurn(none, fails(403, "no")), true, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"not for ever", lost, none, true, fail(3, unknown, 0), fail(3, unknown, 0)},
			{"lost, then refused", inTurn(lost, fails(422, "{}")), none, true, fail(2, refused, 0), fail(2, refused, 0)},
			{"refused", fails(422, `{"message":"The given data was invalid.","errors":{"key":["unknown"]}}`), none, true, fail(1, refused, 0), fail(1, refused, 0)},
			{"429, then accepted", inTurn(fails(429, "{}"), accepted), none, false, made(2), made(2)},
			{"429, but it was processed", inTurn(fails(429, "{}"), accepted), inTurn(none, list(mine)), false, fail(1, unknown, 1), made(1)},
			{"429, but it was processed, and shows late", inTurn(fails(429, "{}"), accepted), shows(3900*time.Millisecond, mine), false, fail(1, unknown, 1), made(1)},
			{"503 with a wait, but it was processed", inTurn(busy, accepted), inTurn(none, list(mine)), false, fail(1, unknown, 1), made(1)},
			{"429, and the list fails", inTurn(fails(429, "{}"), accepted), inTurn(none, fails(500, "no")), false, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"429, and the list is refused", inTurn(fails(429, "{}"), accepted), inTurn(none, fails(403, "no")), false, fail(1, unknown, 0), fail(1, unknown, 0)},
			{"429, but it was processed, by a clock that is behind", inTurn(fails(429, "{}"), accepted), inTurn(none, list(behind)), false, fail(1, unknown, 1), made(1)},
			{"429, and the list cannot be read at all", inTurn(fails(429, "{}"), accepted), fails(403, "no"), false, made(2), fail(0, forbidden, 0)},
			{"429 in the end", fails(429, "{}"), none, false, fail(4, limited, 0), fail(4, limited, 0)},
			{"429 in the end, but it was processed", inTurn(fails(429, "{}"), busy), inTurn(none, none, none, none, list(mine)), false, fail(4, unknown, 1), made(4)},
		}
	}
	for i, tt := range tests() {
		for unique, want := range map[bool]want{false: tt.plain, true: tt.unique} {
			t.Run(fmt.Sprintf("%s, unique name %v", tt.name, unique), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					tt := tests()[i]
					c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"POST " + filesURL: tt.post, "GET " + filesURL: tt.list}))
					file, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{Name: "a song.wav", ResendIfUnsure: tt.resend, UniqueName: unique})
					assert.Equal(t, want.posts, a.count("POST"))
					if want.err == "" {
						require.NoError(t, err)
						assert.Equal(t, want.id, file.ID)
						return
					}
					e, ok := errors.AsType[*filescan.UploadError](err)
					require.True(t, ok, "%v", err)
					assert.Equal(t, filescan.StepRecord, e.Step)
					assert.Equal(t, "key-1", e.Key)
					assert.Equal(t, "key-1", e.Ticket.Key)
					assert.Len(t, e.Candidates, want.maybe)
					require.ErrorIs(t, err, is[want.err])
					lostOnce := want.err == unknown || tt.name == "lost, then refused" || want.err == notUnique && want.posts > 0
					assert.Equal(t, lostOnce, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
					for _, candidate := range e.Candidates {
						assert.ErrorContains(t, err, candidate.ID)
					}
				})
			})
		}
	}
}

// What was refused with 429 may have been processed, and nobody has looked for it when the caller's time is up.
func TestUploadEndsAfterARefusal(t *testing.T) {
	t.Parallel()
	for name, unique := range map[string]bool{"unique name": true, "any name": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Retry-After", "30")
					fails(429, "{}")(w, r)
				}}))
				_, err := c.Files(containerID).Upload(ctx, song(), &filescan.UploadOptions{UniqueName: unique})
				require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorIs(t, err, acrcloud.ErrRateLimited)
				assert.Equal(t, 1, a.count("POST"))
			})
		})
	}
}

// A look that is refused says nothing about the token of the request before it: the request is not sent again with another one.
func TestUploadKeepsTheTokenOfTheRequest(t *testing.T) {
	t.Parallel()
	for name, unique := range map[string]bool{"unique name": true, "any name": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tokens := 0
				c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{
					"GET " + filesURL:  inTurn(says(pageJSON(1, 1, 0)), fails(403, `{"message":"Forbidden"}`)),
					"POST " + filesURL: inTurn(fails(429, "{}"), says(`{"data":`+fileJSON(fileID, "a.wav", 0, testTime)+`}`)),
				}), acrcloud.WithTokenSource(tokenFunc(func() (acrcloud.Secret, error) {
					tokens++
					return acrcloud.NewSecret(fmt.Sprintf("token-%d", tokens)), nil
				})))
				_, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{UniqueName: unique})
				require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				require.ErrorIs(t, err, acrcloud.ErrForbidden)
				assert.Equal(t, 1, a.count("POST"))
			})
		})
	}
}

// Once it is not known whether a file was made, no later failure makes it certain that it was not.
func TestOutcomeStaysUnknown(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		second http.HandlerFunc
		is     error
	}{
		"refused":           {fails(422, `{"message":"invalid key"}`), acrcloud.ErrInvalid},
		"token refused":     {fails(401, `{}`), acrcloud.ErrUnauthorized},
		"too many requests": {fails(429, `{}`), acrcloud.ErrRateLimited},
		"lost again":        {lost, acrcloud.ErrOutcomeUnknown},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: inTurn(lost, tt.second)}))
				_, err := c.Files(containerID).Upload(t.Context(), song(), &filescan.UploadOptions{ResendIfUnsure: true})
				require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
				require.ErrorIs(t, err, tt.is)
				require.ErrorContains(t, err, "The file may exist")
			})
		})
	}
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			c, _ := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: inTurn(lost, func(http.ResponseWriter, *http.Request) { cancel() })}))
			_, err := c.Files(containerID).Upload(ctx, song(), &filescan.UploadOptions{ResendIfUnsure: true})
			require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			require.ErrorIs(t, err, context.Canceled)
		})
	})
	t.Run("content that cannot be read again", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			c, a := newAPI(t, uploads(t, map[string]http.HandlerFunc{"GET " + filesURL: says(pageJSON(1, 1, 0)), "POST " + filesURL: func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				lost(w, r)
			}}))
			_, err := c.Files(containerID).Upload(t.Context(), acrcloud.FromReader("a.wav", strings.NewReader("RIFF"), 4), &filescan.UploadOptions{ResendIfUnsure: true, Method: filescan.Multipart})
			require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			_, ok := errors.AsType[*acrcloud.SourceError](err)
			assert.False(t, ok, "%v", err)
			assert.Equal(t, 1, a.count("POST"))
		})
	})
}
