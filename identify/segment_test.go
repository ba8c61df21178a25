package identify_test

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/internal/fixture"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// heard is a recording in a window of 12 seconds: from where in it to where, and where in the recording that is. Negative: unknown.
func heard(acrid string, score float64, from, to, db int64) acrcloud.Music {
	m := acrcloud.Music{ACRID: acrid, Title: acrid, Score: &score}
	if from >= 0 {
		m.SampleBeginTimeOffsetMS, m.SampleEndTimeOffsetMS = new(from*1000), new(to*1000)
	}
	if db >= 0 {
		m.DBBeginTimeOffsetMS = new(db * 1000)
	}
	return m
}

// every puts windows of 12 seconds that far from each other; nil is a failed one.
func every(seconds int, windows ...[]acrcloud.Music) iter.Seq2[*identify.Window, error] {
	return func(yield func(*identify.Window, error) bool) {
		for i, music := range windows {
			start := time.Duration(i*seconds) * time.Second
			w := &identify.Window{Start: start, End: start + 12*time.Second, Result: &identify.Result{Music: music}}
			if music == nil {
				w.Result, w.Err = nil, errors.New("failed")
			}
			if !yield(w, nil) {
				return
			}
		}
	}
}

func TestMerge(t *testing.T) {
	t.Parallel()
	type music = []acrcloud.Music
	none := music{}
	tests := []struct {
		name    string
		windows iter.Seq2[*identify.Window, error]
		want    []string
	}{
		{"nothing", every(12), nil},
		{"no match", every(12, none, none), nil},
		{"one", every(12, music{heard("a", 90, 2, 12, 30)}), []string{"2s-12s a 90 x1"}},
		{"continues", every(12, music{heard("a", 80, 0, 12, 30)}, music{heard("a", 95, 0, 12, 42)}, music{heard("a", 90, 0, 7, 54)}), []string{"0s-31s a 95 x3"}},
		{"apart", every(30, music{heard("a", 80, 0, 12, 30)}, music{heard("a", 80, 0, 12, 60)}), []string{"0s-42s a 80 x2"}},
		{"once more", every(30, music{heard("a", 80, 0, 12, 30)}, music{heard("a", 80, 0, 12, 30)}), []string{"0s-12s a 80 x1", "30s-42s a 80 x1"}},
		{"overlapping", every(6, music{heard("a", 80, 0, 12, 0)}, music{heard("a", 80, 0, 12, 6)}), []string{"0s-18s a 80 x2"}},
		{"over a gap", every(12, music{heard("a", 80, 0, 12, 0)}, none, nil, music{heard("a", 80, 0, 12, 36)}), []string{"0s-48s a 80 x2"}},
		{"a little fast", every(30, music{heard("a", 80, 0, 12, 0)}, music{heard("a", 80, 0, 12, 31)}, music{heard("a", 80, 0, 12, 62)}), []string{"0s-72s a 80 x3"}},
		{"two songs", every(12, music{heard("a", 80, 0, 12, 0)}, music{heard("a", 80, 0, 5, 12), heard("b", 99, 5, 12, 0)}, music{heard("b", 99, 0, 12, 7)}), []string{"0s-17s a 80 x2", "17s-36s b 99 x2"}},
		{"releases of one", every(12, music{heard("a", 100, 0, 12, 0), heard("b", 100, 0, 12, 1)}, music{heard("b", 100, 0, 12, 13), heard("a", 100, 0, 12, 12)}, music{heard("b", 90, 0, 12, 25)}), []string{"0s-36s b 100 x3, a"}},
		{"the same at another place", every(12, music{heard("a", 100, 0, 12, 0), heard("a", 90, 0, 12, 60), heard("b", 80, 0, 12, 0), heard("b", 80, 0, 12, 30)}, music{heard("a", 100, 0, 12, 12)}), []string{"0s-24s a 100 x2, b"}},
		{"no offsets", every(12, music{heard("a", 80, -1, 0, -1)}, music{heard("a", 80, -1, 0, -1)}, none, music{heard("a", 80, -1, 0, -1)}), []string{"0s-24s a 80 x2", "36s-48s a 80 x1"}},
		{"odd offsets", every(12, music{heard("a", 80, 90, 99, 0)}), []string{"12s-12s a 80 x1"}},
		{"a stretch of no length", every(12, music{heard("a", 80, 5, 5, 0)}), []string{"0s-12s a 80 x1"}},
		{"offsets that end before the window", every(12, none, music{endingBefore("a", 80)}), []string{"12s-12s a 80 x1"}},
		{"the position is that of the window's end", every(30, music{position("a", 6, 40)}, music{position("a", 12, 70)}), []string{"0s-42s a 80 x2"}},
		{"no offsets in three windows", every(12, music{from("a", 80, -1, 0)}, music{from("a", 80, -1, 0)}, music{from("a", 80, -1, 0)}), []string{"0s-36s a 80 x3"}},
		{"neighbours without a name", every(12, music{{}}, music{{}}), []string{"0s-12s  0 x1", "12s-24s  0 x1"}},
		{"several without a name", every(12, music{{}, {}}), []string{"0s-12s  0 x1, "}},
		{"no id", every(12, music{{Title: "x"}}, music{{Title: "x"}}, music{{}}), []string{"0s-24s x 0 x2", "24s-36s  0 x1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			segments, err := identify.Merge(tt.windows)
			require.NoError(t, err)
			assert.Equal(t, tt.want, described(segments))
		})
	}
}

// position is a recording that is heard up to a second of its window; at the window's end it is that far on.
func position(acrid string, to, play int64) acrcloud.Music {
	m := heard(acrid, 80, 0, to, -1)
	m.PlayOffsetMS = new(play * 1000)
	return m
}

// endingBefore is a recording whose offsets in the window are before it.
func endingBefore(acrid string, score float64) acrcloud.Music {
	m := heard(acrid, score, -1, 0, -1)
	m.SampleBeginTimeOffsetMS, m.SampleEndTimeOffsetMS = new(int64(-9000)), new(int64(-4000))
	return m
}

// described lists segments as "start-end title score xwindows, others".
func described(segments []identify.Segment) []string {
	var got []string
	for _, s := range segments {
		text := []string{fmt.Sprintf("%vs-%vs %s %v x%d", s.Start.Seconds(), s.End.Seconds(), s.Best.Title, s.Best.Score, s.Windows)}
		for _, c := range s.Others {
			text = append(text, c.Title)
		}
		got = append(got, strings.Join(text, ", "))
	}
	return got
}

// at is a recording that fills its window, db milliseconds into it.
func at(acrid string, score float64, db int64) acrcloud.Music {
	m := heard(acrid, score, 0, 12, -1)
	m.DBBeginTimeOffsetMS = &db
	return m
}

// from is a recording in a part of its window, without a place in the recording.
func from(acrid string, score float64, begin, end int64) acrcloud.Music {
	return heard(acrid, score, begin, end, -1)
}

// What plays a little fast or slow drifts: by more, the longer nothing was looked at, and from one window to the next.
func TestMergeDrift(t *testing.T) {
	t.Parallel()
	type music = []acrcloud.Music
	for _, tt := range []struct {
		name  string
		every int
		drift []int64 // of each window against the first, in milliseconds
		want  int     // segments
	}{
		{"as much as a window is off", 12, []int64{0, 1500}, 1},
		{"as much, the other way", 12, []int64{0, -1500}, 1},
		{"more than a window is off", 12, []int64{0, 1501}, 2},
		{"more, the other way", 12, []int64{0, -1501}, 2},
		{"across 90 seconds", 102, []int64{0, 4500}, 1},
		{"across 90 seconds, the other way", 102, []int64{0, -4500}, 1},
		{"too much across 90 seconds", 102, []int64{0, 4501}, 2},
		{"too much across 90 seconds, the other way", 102, []int64{0, -4501}, 2},
		{"from window to window", 12, []int64{0, 1000, 2000, 3000, 4000}, 1},
		{"from window to window, and back at once", 12, []int64{0, 1000, 2000, 0}, 2},
		{"overlapping windows have no gap", 6, []int64{0, 1500, 3001}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			windows := make([]music, 0, len(tt.drift))
			for i, drift := range tt.drift {
				windows = append(windows, music{at("a", 80, int64(100_000+1000*i*tt.every)+drift)})
			}
			segments, err := identify.Merge(every(tt.every, windows...))
			require.NoError(t, err)
			assert.Len(t, segments, tt.want)
		})
	}
}

func TestMergeDecides(t *testing.T) {
	t.Parallel()
	type music = []acrcloud.Music
	titled := func(m acrcloud.Music, title string) acrcloud.Music {
		m.Title = title
		return m
	}
	both := func(db, play int64) acrcloud.Music {
		m := at("a", 80, db)
		m.PlayOffsetMS = &play
		return m
	}
	tests := []struct {
		name    string
		windows iter.Seq2[*identify.Window, error]
		want    []string
	}{
		{"the later of two runs goes on", every(12, music{at("a", 80, 0)}, music{at("a", 80, 14_500)}, music{at("a", 80, 25_200)}), []string{"0s-12s a 80 x1", "12s-36s a 80 x2"}},
		{"a run goes on once in a window", every(12, music{at("a", 80, 0)}, music{at("a", 80, 12_000), at("a", 80, 12_900)}), []string{"0s-24s a 80 x2"}},
		{"a run does not go on in its own window", every(12, music{at("a", 80, 0), at("a", 80, 500)}), []string{"0s-12s a 80 x1"}},
		{"without offsets, not across a window that failed", every(12, music{from("a", 80, -1, 0)}, nil, music{from("a", 80, -1, 0)}), []string{"0s-12s a 80 x1", "24s-36s a 80 x1"}},
		{"offsets in one of two neighbours", every(12, music{at("a", 80, 0)}, music{from("a", 80, -1, 0)}, none(), music{at("a", 80, 36_000)}), []string{"0s-24s a 80 x2", "36s-48s a 80 x1"}},
		{"offsets that do not fit, in neighbours", every(12, music{at("a", 80, 0)}, music{at("a", 80, 60_000)}), []string{"0s-12s a 80 x1", "12s-24s a 80 x1"}},
		{"the place in the recording before the position at the end", every(12, music{both(0, 12_000)}, music{both(12_000, 99_000)}), []string{"0s-24s a 80 x2"}},
		{"the first of equal scores is best", every(12, music{titled(at("a", 80, 0), "first")}, music{titled(at("a", 80, 12_000), "second")}), []string{"0s-24s first 80 x2"}},
		{"a better score is best", every(12, music{titled(at("a", 80, 0), "first")}, music{titled(at("a", 80.5, 12_000), "second")}), []string{"0s-24s second 80.5 x2"}},
		{"windows before score", every(12, music{at("a", 70, 0), at("b", 100, 0)}, music{at("a", 70, 12_000)}), []string{"0s-24s a 70 x2, b"}},
		{"score before length", every(12, music{from("a", 80, 0, 12), from("b", 90, 3, 12)}), []string{"3s-12s b 90 x1, a"}},
		{"length at last", every(12, music{from("a", 80, 3, 12), from("b", 80, 0, 12)}), []string{"0s-12s b 80 x1, a"}},
		{"the longer, though it begins later", every(12, music{from("a", 80, 0, 7), from("b", 80, 2, 12)}), []string{"2s-12s b 80 x1, a"}},
		{"ends before what is known", every(6, music{heard("a", 80, 0, 12, 0)}, music{heard("a", 80, 0, 3, 6)}), []string{"0s-12s a 80 x2"}},
		{"begins before what is known", every(6, music{heard("a", 80, 8, 12, 8)}, music{heard("a", 80, 0, 12, 6)}), []string{"6s-18s a 80 x2"}},
		{"in a later minute of a segment", every(30, music{at("a", 80, 0)}, music{at("a", 80, 30_000)}, music{at("a", 80, 60_000)}, music{at("a", 80, 90_000), at("b", 90, 0)}), []string{"0s-102s a 80 x4, b"}},
		{"half of a run beside a segment is no part of it", every(12, music{at("a", 80, 0)}, music{at("a", 80, 12_000), from("b", 90, 6, 12)}, music{from("b", 90, 0, 6)}), []string{"0s-24s a 80 x2", "18s-30s b 90 x2"}},
		{"more than half is", every(12, music{at("a", 80, 0)}, music{at("a", 80, 12_000), from("b", 70, 5, 12)}, music{at("a", 80, 24_000), from("b", 70, 0, 6)}), []string{"0s-36s a 80 x3, b"}},
		{"in two segments, the one with more reason", every(12, music{at("a", 90, 0)}, music{from("c", 70, 4, 8), at("a", 90, 12_000), at("b", 80, 0)}, music{at("b", 80, 12_000)}), []string{"0s-24s a 90 x2, c", "12s-36s b 80 x2"}},
		{"others once, the longest first", every(12, music{at("a", 90, 0), at("b", 80, 0), at("c", 70, 0)}, music{at("a", 90, 12_000), at("c", 70, 12_000), at("b", 80, 60_000)}, music{at("a", 90, 24_000)}), []string{"0s-36s a 90 x3, c, b"}},
		{"an hour on, in other minutes", every(3600, music{at("a", 80, 0)}, music{at("a", 80, 0)}, music{at("b", 80, 0), at("a", 70, 0)}), []string{"0s-12s a 80 x1", "3600s-3612s a 80 x1", "7200s-7212s b 80 x1, a"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			segments, err := identify.Merge(tt.windows)
			require.NoError(t, err)
			assert.Equal(t, tt.want, described(segments))
		})
	}
}

func none() []acrcloud.Music { return []acrcloud.Music{} }

// A custom file is never the same as music, and goes on where its offsets say so.
func TestMergeCustomFiles(t *testing.T) {
	t.Parallel()
	music := func(m acrcloud.Music) *identify.Result { return &identify.Result{Music: []acrcloud.Music{m}} }
	custom := func(f acrcloud.CustomFile) *identify.Result {
		return &identify.Result{CustomFiles: []acrcloud.CustomFile{f}}
	}
	placed := func(ms int64) *identify.Result {
		return custom(acrcloud.CustomFile{ACRID: "x", PlayOffsetMS: &ms})
	}
	for _, tt := range []struct {
		name     string
		results  []*identify.Result
		segments int
	}{
		{"one id", []*identify.Result{music(acrcloud.Music{ACRID: "x"}), custom(acrcloud.CustomFile{ACRID: "x"})}, 2},
		{"one title", []*identify.Result{music(acrcloud.Music{Title: "x"}), custom(acrcloud.CustomFile{Title: "x"})}, 2},
		{"continues", []*identify.Result{placed(12_000), placed(24_000)}, 1},
		{"begins again", []*identify.Result{placed(12_000), placed(12_000)}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			segments, err := identify.Merge(func(yield func(*identify.Window, error) bool) {
				for i, result := range tt.results {
					start := time.Duration(i) * 12 * time.Second
					if !yield(&identify.Window{Start: start, End: start + 12*time.Second, Result: result}, nil) {
						return
					}
				}
			})
			require.NoError(t, err)
			assert.Len(t, segments, tt.segments)
		})
	}
}

func TestMergeCustomFilesByPlayOffset(t *testing.T) {
	t.Parallel()
	segments, err := identify.Merge(func(yield func(*identify.Window, error) bool) {
		for i := range 4 {
			start := time.Duration(i) * 20 * time.Second
			files := []acrcloud.CustomFile{{ACRID: "c", PlayOffsetMS: new(int64(12_000 + i/2*40_000 + i%2*20_000)), Score: new(float64(90 + i))}}
			result := &identify.Result{CustomFiles: files, Humming: []identify.HummingMatch{{ACRID: "h", Score: new(1.0)}}, Streams: []acrcloud.Stream{{ACRID: "s", Score: new(100.0)}}}
			if !yield(&identify.Window{Start: start, End: start + 12*time.Second, Result: result}, nil) {
				return
			}
		}
		yield(nil, acrcloud.ErrQuotaExceeded)
	})
	require.ErrorIs(t, err, acrcloud.ErrQuotaExceeded)
	require.Len(t, segments, 1)
	assert.Equal(t, 72*time.Second, segments[0].End)
	assert.Equal(t, 4, segments[0].Windows)
	assert.InDelta(t, 93.0, segments[0].Best.Score, 0)
	assert.Empty(t, segments[0].Others)
}

// A broadcast of two tracks, at the usual rate of a recording.
func TestMergeOfABroadcast(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	first := srv.AddTrack(mock.Track{Title: "First", Duration: 2 * time.Minute})
	second := srv.AddTrack(mock.Track{Title: "Second", Duration: 2 * time.Minute})
	mono := append(first.WAV(0, 40*time.Second), second.WAV(10*time.Second, time.Minute)[44:]...)
	wav := upsample(mono[44:], 6, 2)
	segments, err := identify.Merge(mockClient(t, srv).Windows(t.Context(), bytes.NewReader(wav), &identify.WindowsOptions{Every: 10 * time.Second, InFlight: 2}))
	require.NoError(t, err)
	require.Len(t, segments, 2)
	for i, want := range []struct {
		title      string
		start, end float64
	}{{"First", 0, 40}, {"Second", 40, 90}} {
		assert.Equal(t, want.title, segments[i].Best.Title)
		assert.InDelta(t, want.start, segments[i].Start.Seconds(), 2)
		assert.InDelta(t, want.end, segments[i].End.Seconds(), 2)
	}
}

// upsample makes WAV of a higher rate, and of several channels, out of 16-bit mono of 8 kHz, in straight lines.
//
//nolint:gosec // two's complement
func upsample(data []byte, factor, channels int) []byte {
	at := func(i int) int { return int(int16(uint16(data[2*i]) | uint16(data[2*i+1])<<8)) }
	n := len(data) / 2
	var out []byte
	for i := range n {
		a, b := at(i), at(min(i+1, n-1))
		for k := range factor {
			v := uint16(int16(a + (b-a)*k/factor))
			for range channels {
				out = append(out, byte(v), byte(v>>8))
			}
		}
	}
	return fixture.WAV{Format: fixture.WAVFormat(1, channels, 8000*factor, 16), Data: out}.Bytes()
}
