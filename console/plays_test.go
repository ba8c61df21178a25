package console_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
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

// playJSON is a play as the service writes it.
func playJSON(start time.Time, seconds int, title string) string {
	return fmt.Sprintf(`{"status":{"msg":"Success","code":0,"version":"1.0"},"result_type":0,"metadata":{"type":"delay","timestamp_utc":%q,"played_duration":%d,
"record_timestamp":%q,"music":[{"title":%q,"acrid":%q,"score":100,"result_from":3,"duration_ms":240000,"play_offset_ms":4780,"artists":[{"name":"Ada Alder"}],"album":{"name":"B"},
"label":"L","external_ids":{"isrc":["XX0000000001"]},"external_metadata":{}}]}}`, start.UTC().Format(time.DateTime), seconds, start.UTC().Format("20060102150405"), title, acrid)
}

// A station plays something every so often, and counts what is asked for.
type station struct {
	every time.Duration
	delay time.Duration

	mu        sync.Mutex
	asked     []string
	now, most int
	fails     map[string]http.HandlerFunc // by date
}

func (s *station) answer(w http.ResponseWriter, r *http.Request) {
	date := r.URL.Query().Get("date")
	s.mu.Lock()
	s.asked = append(s.asked, date)
	s.now++
	s.most = max(s.most, s.now)
	fails := s.fails[date]
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	if s.delay > 0 {
		select {
		case <-time.After(s.delay):
		case <-r.Context().Done():
			return
		}
	}
	if fails != nil {
		fails(w, r)
		return
	}
	start, err := time.Parse("20060102", date)
	if err != nil {
		answers(http.StatusInternalServerError, `{"message":"Server Error"}`)(w, r)
		return
	}
	var rows []string
	for at := start; s.every > 0 && at.Before(start.AddDate(0, 0, 1)); at = at.Add(s.every) {
		rows = append(rows, playJSON(at, 180, at.Format(time.DateTime)))
	}
	says(`{"data":[`+strings.Join(rows, ",")+`]}`)(w, r)
}

const resultsPath = "GET /bm-cs-projects/9/streams/s-1/results"

func (s *station) streams(t *testing.T, opts ...acrcloud.Option) *console.Streams {
	t.Helper()
	c, _ := newAPI(t, map[string]http.HandlerFunc{resultsPath: s.answer}, opts...)
	return c.Streams(9)
}

func TestPlaysOfDays(t *testing.T) {
	t.Parallel()
	s := &station{every: 6 * time.Hour, fails: map[string]http.HandlerFunc{"20260103": says(`{"data":[]}`)}}
	var starts []string
	for p, err := range s.streams(t).Plays(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(2)}, InFlight: 3}) {
		require.NoError(t, err)
		assert.Equal(t, "s-1", p.StreamID)
		assert.Equal(t, p.Start.Format(time.DateTime), p.Music[0].Title)
		starts = append(starts, p.Start.Format("02 15"))
	}
	assert.Equal(t, []string{"02 00", "02 06", "02 12", "02 18", "04 00", "04 06", "04 12", "04 18"}, starts, "an empty day is no error")
	assert.ElementsMatch(t, []string{"20260102", "20260103", "20260104"}, s.asked)
}

// The days of a time zone are cut out of those of UTC, each of which is fetched once. Where clocks are changed a day has 23 or 25 hours.
func TestPlaysOfAZone(t *testing.T) {
	t.Parallel()
	zurich, err := time.LoadLocation("Europe/Zurich")
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		zone  *time.Location
		from  console.Date
		hours []int
		asked []string
	}{
		"east":            {time.FixedZone("", 8*3600), day, []int{24, 24}, []string{"20260101", "20260102", "20260103"}},
		"west":            {time.FixedZone("", -5*3600), day, []int{24, 24}, []string{"20260102", "20260103", "20260104"}},
		"UTC":             {time.UTC, day, []int{24, 24}, []string{"20260102", "20260103"}},
		"clocks go ahead": {zurich, console.Date{Year: 2026, Month: 3, Day: 29}, []int{23, 24}, []string{"20260328", "20260329", "20260330"}},
		"clocks go back":  {zurich, console.Date{Year: 2026, Month: 10, Day: 24}, []int{24, 25}, []string{"20261023", "20261024", "20261025"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &station{every: time.Hour}
			var hours []int
			for d, err := range s.streams(t).Days(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: tt.from, To: tt.from.AddDays(1)}, Zone: tt.zone}) {
				require.NoError(t, err)
				assert.Equal(t, tt.from.AddDays(len(hours)), d.Date)
				for _, p := range d.Plays {
					assert.Equal(t, d.Date, console.DateOf(p.Start.In(tt.zone)))
				}
				hours = append(hours, len(d.Plays))
			}
			assert.Equal(t, tt.hours, hours)
			assert.ElementsMatch(t, tt.asked, s.asked)
		})
	}
}

// InFlight days are fetched at once, in order, and no more than that are ahead of the reader.
func TestPlaysInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &station{every: 12 * time.Hour, delay: time.Second}
		n := 0
		started := time.Now()
		for d, err := range s.streams(t).Days(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(11)}, InFlight: 4}) {
			require.NoError(t, err)
			require.Equal(t, day.AddDays(n), d.Date)
			n++
			s.mu.Lock()
			assert.LessOrEqual(t, len(s.asked), n+4)
			s.mu.Unlock()
		}
		assert.Equal(t, 12, n)
		assert.Equal(t, 4, s.most)
		assert.Equal(t, 3*time.Second, time.Since(started))
	})
}

// Who stops early has no request left under way.
func TestPlaysStopEarly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &station{every: 12 * time.Hour, delay: time.Minute}
		for _, err := range s.streams(t, acrcloud.WithAttemptTimeout(time.Hour)).Plays(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(9)}, InFlight: 3}) {
			require.NoError(t, err)
			break
		}
		assert.LessOrEqual(t, len(s.asked), 4)
	}) // the bubble fails where a goroutine is left
}

// An error is the last that comes, and says from which day to go on.
func TestPlaysGoOnAfterAnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &station{every: 12 * time.Hour, fails: map[string]http.HandlerFunc{"20260104": answers(http.StatusForbidden, `{"message":"no"}`)}}
		streams := s.streams(t)
		o := console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(4)}, InFlight: 5}
		var got []console.Date
		var last error
		for d, err := range streams.Days(t.Context(), "s-1", o) {
			require.NoError(t, last, "something came after an error")
			if last = err; err == nil {
				got = append(got, d.Date)
			}
		}
		e, ok := errors.AsType[*console.DayError](last)
		require.True(t, ok)
		require.ErrorIs(t, last, acrcloud.ErrForbidden)
		assert.Contains(t, last.Error(), "2026-01-04")
		delete(s.fails, "20260104")
		o.Days.From = e.Date
		for d, err := range streams.Days(t.Context(), "s-1", o) {
			require.NoError(t, err)
			got = append(got, d.Date)
		}
		assert.Equal(t, []console.Date{day, day.AddDays(1), day.AddDays(2), day.AddDays(3), day.AddDays(4)}, got)
	})
}

func TestPlaysEndWithTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &station{every: 12 * time.Hour, delay: time.Second}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		n := 0
		var last error
		for _, err := range s.streams(t).Days(ctx, "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(9)}}) {
			if last = err; err == nil {
				n++
			}
		}
		require.ErrorIs(t, last, context.DeadlineExceeded)
		assert.Equal(t, 1, n)
	})
}

// A day is put in order of time; a play whose time cannot be read is kept.
func TestPlaysInOrder(t *testing.T) {
	t.Parallel()
	start := day.In(nil)
	body := `{"data":[` + playJSON(start.Add(2*time.Hour), 10, "second") + `,` + playJSON(start.Add(time.Hour), 10, "first") +
		`,{"metadata":{"timestamp_utc":"soon","played_duration":"7","custom_files":[{"title":"Spot"}]}},null]}`
	for name, zone := range map[string]*time.Location{"UTC": nil, "another zone": time.FixedZone("", 3600)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{resultsPath: inTurn(says(body), says(emptyJSON))})
			o := console.PlaysOptions{Days: console.DateRange{From: day}, Zone: zone}
			var titles []string
			for p, err := range c.Streams(9).Plays(t.Context(), "s-1", o) {
				require.NoError(t, err)
				item, ok := p.Top()
				require.True(t, ok)
				titles = append(titles, item.Title)
				if item.Kind == console.PlayCustom {
					assert.True(t, p.Start.IsZero())
					assert.JSONEq(t, `"soon"`, string(p.MetadataExtra["timestamp_utc"]))
					assert.Equal(t, 7*time.Second, p.PlayingTime())
				}
			}
			assert.Equal(t, []string{"Spot", "first", "second"}, titles)
		})
	}
}

func TestPlaysRefuse(t *testing.T) {
	t.Parallel()
	c, a := newAPI(t, nil)
	ctx, s := t.Context(), c.Streams(9)
	for name, tt := range map[string]struct {
		stream string
		o      console.PlaysOptions
		field  string
	}{
		"no day":             {"s-1", console.PlaysOptions{}, "PlaysOptions.Days.From"},
		"a day that is none": {"s-1", console.PlaysOptions{Days: console.DateRange{From: console.Date{Year: 2026, Month: 2, Day: 30}}}, "PlaysOptions.Days.From"},
		"an end that is none": {"s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: console.Date{Year: 2026, Month: 13, Day: 1}}},
			"PlaysOptions.Days.To"},
		"reversed":           {"s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(-1)}}, "PlaysOptions.Days"},
		"more than a year":   {"s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(366)}}, "PlaysOptions.Days"},
		"another path":       {"s-1/../../x", console.PlaysOptions{Days: console.DateRange{From: day}}, "streamID"},
		"several streams":    {"s-1,s-2", console.PlaysOptions{Days: console.DateRange{From: day}}, "streamID"},
		"no stream":          {"", console.PlaysOptions{Days: console.DateRange{From: day}}, "streamID"},
		"negative in flight": {"s-1", console.PlaysOptions{Days: console.DateRange{From: day}, InFlight: -1}, "PlaysOptions.InFlight"},
		"too many in flight": {"s-1", console.PlaysOptions{Days: console.DateRange{From: day}, InFlight: 1000}, "PlaysOptions.InFlight"},
		"reversed durations": {"s-1", console.PlaysOptions{Days: console.DateRange{From: day}, Filter: console.PlayFilter{MinDuration: 2, MaxDuration: 1}}, "PlayFilter.MaxDuration"},
	} {
		var errs []error
		for _, err := range s.Plays(ctx, tt.stream, tt.o) {
			errs = append(errs, err)
		}
		require.Len(t, errs, 1, name)
		isArgument(t, errs[0], tt.field)
	}
	_, err := s.Day(ctx, "s-1", console.Date{}, console.PlayFilter{})
	isArgument(t, err, "date")
	_, err = c.Channels(9).Day(ctx, 0, day, console.PlayFilter{})
	isArgument(t, err, "channelID")
	_, err = c.Streams(0).Day(ctx, "s-1", day, console.PlayFilter{})
	isArgument(t, err, "projectID")
	assert.Empty(t, a.requests())

	t.Run("but a longer range that is meant", func(t *testing.T) {
		t.Parallel()
		n := 0
		for _, err := range (&station{}).streams(t).Days(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(399), Long: true}, InFlight: 16}) {
			require.NoError(t, err)
			n++
		}
		assert.Equal(t, 400, n)
	})
}

// A service that answers nonsense is an error, and never an empty day.
func TestPlaysOfNonsense(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no list": `{}`, "a page": `<html>`, "nothing": ``, "cut off": `{"data":[{"status":`, "a number": `1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _ := newAPI(t, map[string]http.HandlerFunc{resultsPath: says(body)})
			_, err := c.Streams(9).Day(t.Context(), "s-1", day, console.PlayFilter{})
			var e *acrcloud.DecodeError
			require.ErrorAs(t, err, &e)
		})
	}
}

// A day of 50,000 plays is read whole.
func TestPlaysOfAVeryLongDay(t *testing.T) {
	t.Parallel()
	const n = 50_000
	rows := strings.Repeat(playJSON(day.In(nil), 1, "T")+",", n-1) + playJSON(day.In(nil), 1, "T")
	c, _ := newAPI(t, map[string]http.HandlerFunc{resultsPath: says(`{"data":[` + rows + `]}`)})
	plays, err := c.Streams(9).Day(t.Context(), "s-1", day, console.PlayFilter{})
	require.NoError(t, err)
	assert.Len(t, plays, n)
}

// What is live while many days are read is a few of them.
//
//nolint:paralleltest // it measures what is live
func TestPlaysMemory(t *testing.T) {
	s := &station{every: 5 * time.Minute}
	streams := s.streams(t)
	live := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	plays, before := 0, live()
	most := before
	for d, err := range streams.Days(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(59)}}) {
		require.NoError(t, err)
		plays += len(d.Plays)
		if d.Date.Day%10 == 0 {
			most = max(most, live())
		}
	}
	assert.Equal(t, 60*288, plays)
	assert.Less(t, most, before+16<<20) // all of it takes a multiple
}

func TestTop(t *testing.T) {
	t.Parallel()
	p := &console.Play{Music: []acrcloud.Music{
		{Title: "worse", Score: new(80.0)}, {Title: "best", Score: new(100.0), Artists: []acrcloud.Artist{{Name: "A"}, {ID: "1"}, {Name: "B"}}, ExternalIDs: acrcloud.ExternalIDs{ISRC: []string{"ISRC XX-000-00-00001"}}},
		{Title: "as good", Score: new(100.0)},
	}}
	item, ok := p.Top()
	require.True(t, ok)
	assert.Equal(t, console.PlayItem{Kind: console.PlayMusic, Title: "best", Artists: []string{"A", "B"}, ISRC: []string{"XX0000000001"}, Score: new(100.0)}, item)
	var custom acrcloud.CustomFile
	require.NoError(t, custom.UnmarshalJSON([]byte(`{"title":"Spot","acrid":"x","Artist":"A","isrc":["XX0000000002"],"LABEL":"L","album":"B","release_date":7}`)))
	item, ok = (&console.Play{CustomFiles: []acrcloud.CustomFile{custom}}).Top()
	require.True(t, ok)
	assert.Equal(t, console.PlayItem{Kind: console.PlayCustom, ACRID: "x", Title: "Spot", Artists: []string{"A"}, ISRC: []string{"XX0000000002"}, Label: "L", Album: "B"}, item)
	_, ok = (*console.Play)(nil).Top()
	assert.False(t, ok)
	assert.Zero(t, (*console.Play)(nil).PlayingTime())
}

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	p := &console.Play{
		StreamID: "s-1", Start: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), PlayedDuration: 180,
		Music: []acrcloud.Music{{Title: "=HYPERLINK(1)", Artists: []acrcloud.Artist{{Name: "A"}, {Name: "\x1b[31mB"}}, Label: "L", ExternalIDs: acrcloud.ExternalIDs{ISRC: []string{"XX0000000001"}}, Score: new(99.5)}},
	}
	var b bytes.Buffer
	require.NoError(t, console.WriteCSV(&b, console.PlaysOf(p, nil, &console.Play{}), &console.ReportOptions{Zone: time.FixedZone("", 3600)}))
	assert.Equal(t, "stream_id,start,seconds,kind,artists,title,album,label,isrc,acrid,score\n"+
		`s-1,2026-01-02T04:04:05+01:00,180,music,A; \x1b[31mB,'=HYPERLINK(1),,L,XX0000000001,,99.5`+"\n"+",,0,,,,,,,,\n", b.String())

	broken := func(yield func(*console.Play, error) bool) { _ = yield(p, nil) && yield(nil, context.Canceled) }
	b.Reset()
	require.ErrorIs(t, console.WriteCSV(&b, broken, nil), context.Canceled)
	assert.Equal(t, 2, strings.Count(b.String(), "\n"), "what came before is written")
	require.ErrorIs(t, console.WriteCSV(&b, nil, nil), acrcloud.ErrInvalidArgument)
	require.ErrorIs(t, console.WriteCSV(full{}, console.PlaysOf(p), nil), errFull)
}

var errFull = errors.New("the disk is full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteJSONL(t *testing.T) {
	t.Parallel()
	var p console.Play
	require.NoError(t, p.UnmarshalJSON([]byte(strings.Replace(playJSON(day.In(nil), 180, "T"), `"status"`, `"later":[1],"status"`, 1))))
	p.StreamID, p.Music[0].Title = "s-1", "\u202eT"
	var b bytes.Buffer
	require.NoError(t, console.WriteJSONL(&b, console.PlaysOf(&p), nil))
	assert.Contains(t, b.String(), `{"stream_id":"s-1","start":"2026-01-02T00:00:00Z","seconds":180,"kind":"music","artists":["Ada Alder"],"title":"\u202eT","album":"B","label":"L","isrc":["XX0000000001"],"acrid":"`+acrid+`","score":100,"play":{`)
	var line struct{ Play *console.Play }
	require.NoError(t, jsonUnmarshal(b.Bytes(), &line))
	assert.Equal(t, &p, line.Play)
	require.ErrorIs(t, console.WriteJSONL(full{}, console.PlaysOf(&p), nil), errFull)
}

// A panic of an option's code comes on the goroutine of the loop, and nothing is left under way.
func TestPlaysPanics(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		observe func(acrcloud.Attempt)
		check   func(t *testing.T, loop func() error)
	}{
		"panics": {func(acrcloud.Attempt) { panic("boom") }, func(t *testing.T, loop func() error) {
			t.Helper()
			assert.PanicsWithValue(t, "boom", func() { _ = loop() })
		}},
		"ends its goroutine": {func(acrcloud.Attempt) { runtime.Goexit() }, func(t *testing.T, loop func() error) {
			t.Helper()
			require.ErrorContains(t, loop(), "runtime.Goexit")
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &station{every: 12 * time.Hour, delay: time.Second}
				tt.check(t, func() (last error) {
					for _, err := range s.streams(t, acrcloud.WithObserver(tt.observe)).Plays(t.Context(), "s-1", console.PlaysOptions{Days: console.DateRange{From: day, To: day.AddDays(4)}, InFlight: 3}) {
						last = err
					}
					return last
				})
			}) // the bubble fails where a goroutine is left
		})
	}
}
