package console_test

import (
	"encoding/json"
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

const playsADay = 300

// dayBody is a day of plays, as the service writes it.
func dayBody() string {
	rows := make([]string, 0, playsADay)
	for i := range playsADay {
		rows = append(rows, fullPlay(day.In(nil).Add(time.Duration(i)*288*time.Second)))
	}
	return `{"data":[` + strings.Join(rows, ",") + `]}`
}

// fullPlay is a play with all that usual ones have.
func fullPlay(start time.Time) string {
	return strings.Replace(playJSON(start, 180, "Silver River"), `"external_metadata":{}`, `"genres":[{"name":"Pop"}],"release_date":"2020-07-03","sample_begin_time_offset_ms":4940,`+
		`"sample_end_time_offset_ms":9580,"db_begin_time_offset_ms":0,"db_end_time_offset_ms":4640,"contributors":{"composers":["Ada Alder"],"lyricists":["Ben Birch"]},`+
		`"works":[{"iswc":"T0000000010","name":"SILVER RIVER","creators":[{"ipi":123456789,"name":"ADA","last_name":"ALDER","role":"C"}]}],`+
		`"external_metadata":{"spotify":[{"track":{"id":"20CNpCKq1oTdvekXaboyeq","name":"Silver River"},"album":{"id":"6tCOXpiN1FvDBl0eT6WtG3","name":"Bridges"},"artists":[{"id":"7bu3H8JO7d0UbMoVzbo70s","name":"Ada Alder"}]}],`+
		`"deezer":[{"track":{"id":"14611440"},"album":{"id":1344846},"artists":[{"id":381,"name":"Ada Alder"}]}],"youtube":[{"vid":"mGgMZpGYiy8"}],"musicbrainz":[{"track":{"id":"59294de3-aaff-4d2d-bdc4-cbfe91de892e"}}]}`, 1)
}

// A canned is a service that has one response, which costs it nothing.
type canned string

// RoundTrip implements [http.RoundTripper].
func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(c)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(c))),
	}, nil
}

func (c canned) client(tb testing.TB) *console.Client {
	tb.Helper()
	client, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken)}, acrcloud.WithHTTPClient(&http.Client{Transport: c}))
	require.NoError(tb, err)
	return client
}

// BenchmarkYear compares the iterator over a year of a stream's plays to a loop that a program would write, with as many requests at once.
// The first must take at most 1.05 of the second's time.
func BenchmarkYear(b *testing.B) {
	const inFlight = 4
	streams := canned(dayBody()).client(b).Streams(9)
	b.Run("iterator", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			for _, err := range streams.Plays(b.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(364)}, InFlight: inFlight}) {
				if err != nil {
					b.Fatal(err)
				}
				n++
			}
			require.Equal(b, 365*playsADay, n)
		}
	})
	b.Run("loop", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n := 0
			days := make(chan chan []*console.Play, inFlight-1)
			go func() {
				defer close(days)
				for i := range 365 {
					result := make(chan []*console.Play, 1)
					days <- result
					go func() {
						plays, err := streams.Day(b.Context(), "s-1", day.AddDays(i), console.PlayFilter{})
						assert.NoError(b, err)
						result <- plays
					}()
				}
			}()
			for result := range days {
				n += len(<-result)
			}
			require.Equal(b, 365*playsADay, n)
		}
	})
}

// BenchmarkDay compares reading a day of plays tolerantly, with every unknown member kept, to what encoding/json takes for structs that fit
// exactly and drop the rest. The first must take at most 0.75 of the second's time.
func BenchmarkDay(b *testing.B) {
	body := dayBody()
	streams := canned(body).client(b).Streams(9)
	b.Run("sdk", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			plays, err := streams.Day(b.Context(), "s-1", day, console.PlayFilter{})
			require.NoError(b, err)
			require.Len(b, plays, playsADay)
		}
	})
	b.Run("encodingjson-strict", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			var v struct{ Data []strictPlay }
			require.NoError(b, json.Unmarshal([]byte(body), &v))
			require.Len(b, v.Data, playsADay)
		}
	})
}

type strictPlay struct {
	Status struct {
		Msg     string `json:"msg"`
		Code    int    `json:"code"`
		Version string `json:"version"`
	} `json:"status"`
	ResultType int `json:"result_type"`
	Metadata   struct {
		Type            string `json:"type"`
		TimestampUTC    string `json:"timestamp_utc"`
		PlayedDuration  int    `json:"played_duration"`
		RecordTimestamp string `json:"record_timestamp"`
		Music           []struct {
			Title      string  `json:"title"`
			ACRID      string  `json:"acrid"`
			Score      float64 `json:"score"`
			ResultFrom int     `json:"result_from"`
			DurationMS int     `json:"duration_ms"`
			PlayOffset int     `json:"play_offset_ms"`
			SampleFrom int     `json:"sample_begin_time_offset_ms"`
			SampleTo   int     `json:"sample_end_time_offset_ms"`
			DBFrom     int     `json:"db_begin_time_offset_ms"`
			DBTo       int     `json:"db_end_time_offset_ms"`
			Label      string  `json:"label"`
			Released   string  `json:"release_date"`
			Artists    []named `json:"artists"`
			Album      named   `json:"album"`
			Genres     []named `json:"genres"`
			IDs        struct {
				ISRC []string `json:"isrc"`
			} `json:"external_ids"`
			Contributors struct {
				Composers []string `json:"composers"`
				Lyricists []string `json:"lyricists"`
			} `json:"contributors"`
			Works []struct {
				ISWC     string `json:"iswc"`
				Name     string `json:"name"`
				Creators []struct {
					IPI      int    `json:"ipi"`
					Name     string `json:"name"`
					LastName string `json:"last_name"`
					Role     string `json:"role"`
				} `json:"creators"`
			} `json:"works"`
			External struct {
				Spotify []struct {
					Track   named   `json:"track"`
					Album   named   `json:"album"`
					Artists []named `json:"artists"`
				} `json:"spotify"`
				Deezer []struct {
					Track struct {
						ID string `json:"id"`
					} `json:"track"`
					Album   numbered   `json:"album"`
					Artists []numbered `json:"artists"`
				} `json:"deezer"`
				YouTube []struct {
					VID string `json:"vid"`
				} `json:"youtube"`
				MusicBrainz []struct {
					Track named `json:"track"`
				} `json:"musicbrainz"`
			} `json:"external_metadata"`
		} `json:"music"`
	} `json:"metadata"`
}

type named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type numbered struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// zeros is content without end.
type zeros struct{}

// Read implements [io.Reader].
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

const gibibyte = 1 << 30

// BenchmarkUpload compares an upload of 1 GiB to a bucket to net/http with the same reader. The first must reach 0.95 of the second's speed.
func BenchmarkUpload(b *testing.B) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		says(data(fileJSON))(w, r)
	}))
	defer srv.Close()
	c, err := console.New(acrcloud.Config{BearerToken: acrcloud.NewSecret(testToken), BaseURL: srv.URL})
	require.NoError(b, err)
	files := c.BucketFiles(7)
	b.Run("sdk", func(b *testing.B) {
		b.SetBytes(gibibyte)
		b.ReportAllocs()
		for b.Loop() {
			_, err := files.Upload(b.Context(), acrcloud.FromReader("a.wav", io.LimitReader(zeros{}, gibibyte), gibibyte), nil)
			require.NoError(b, err)
		}
	})
	b.Run("nethttp", func(b *testing.B) {
		b.SetBytes(gibibyte)
		b.ReportAllocs()
		for b.Loop() {
			req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, srv.URL, io.LimitReader(zeros{}, gibibyte))
			require.NoError(b, err)
			req.ContentLength = gibibyte
			resp, err := srv.Client().Do(req)
			require.NoError(b, err)
			require.NoError(b, resp.Body.Close())
		}
	})
}

// An upload of 1 GiB takes less than 1 MiB of memory.
//
//nolint:paralleltest // it measures what is allocated
func TestUploadMemory(t *testing.T) {
	files := canned(data(fileJSON)).client(t).BucketFiles(7)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := files.Upload(t.Context(), acrcloud.FromReader("a.wav", io.LimitReader(zeros{}, gibibyte), gibibyte), nil)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}
