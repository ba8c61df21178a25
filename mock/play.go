package mock

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// A Play is one play on a monitored stream or channel.
type Play struct {
	Track  Track         // a track from [Server.AddTrack]; a zero Track: unrecognised music
	At     time.Time     // when it began
	Played time.Duration // its length, at least a second

	FalsePositive bool            // returned only if requested
	Data          json.RawMessage // the whole record, with any content, in place of the fields above

	report *userReport
}

// maxPlays is the most plays of a second in a day.
const maxPlays = 24 * 60 * 60

// AddPlay adds a play of a stream, by its id, or of a channel, by its number as text. The play is in the results of its
// day if the project has the track's bucket, and is posted to the project's callback URL, if there is one.
func (s *Server) AddPlay(streamID string, p Play) error {
	s.lock()
	defer s.mu.Unlock()
	stations := s.stations(streamID)
	switch {
	case len(stations) == 0:
		return fmt.Errorf("mock: stream or channel %q does not exist: add it through the API first", streamID)
	case p.At.IsZero():
		return errors.New("mock: the play has no At: set it to when the play began")
	case p.Played < time.Second && p.Data == nil:
		return fmt.Errorf("mock: the play lasts %v: use a second or more", p.Played)
	case p.Data != nil && !json.Valid(p.Data):
		return errors.New("mock: the play's Data is not JSON")
	}
	p.Track = p.Track.clone()
	s.keepPlay(streamID, p)
	s.changed()
	for _, st := range stations {
		s.postPlay(st, &p)
	}
	return nil
}

// keepPlay adds a play to its day. The lock must be held.
func (s *Server) keepPlay(streamID string, p Play) {
	days := s.plays[streamID]
	if days == nil {
		days = map[string][]Play{}
		s.plays[streamID] = days
	}
	date := p.At.UTC().Format(time.DateOnly)
	days[date] = append(days[date], p)
}

// postPlay sends a play to the callback URL of its project. The lock must be held.
func (s *Server) postPlay(st *station, p *Play) {
	m := st.monitor
	record := s.record(m, p)
	if m.callbackURL == "" || (record == nil && p.Data == nil && !m.sendNoResult) {
		return
	}
	c := MonitoringCallback{StreamID: st.id, StreamName: st.name, Database: m.database}
	if len(st.urls) > 0 {
		c.StreamURL = st.urls[0]
	}
	switch {
	case p.Data != nil:
		c.Data = p.Data
	case record != nil:
		c.Data = encode(record)
	}
	posting := posting{streamID: st.id, url: m.callbackURL}
	posting.body, posting.contentType = c.Body()
	s.dispatch(posting, false)
}

// OnPlays makes f return the plays of a stream or channel on a day, which begins at midnight UTC; nil returns to
// [WithPlays]. Plays from [Server.AddPlay] are added. f is called by one goroutine at a time, whenever the day is
// requested, and must not call the server. If f panics, the day has no plays.
func (s *Server) OnPlays(f func(streamID string, day time.Time) []Play) {
	s.lock()
	defer s.mu.Unlock()
	s.onPlays = f
}

// playsOn returns the plays that began on a day, in order. The lock must be held.
func (s *Server) playsOn(streamID string, day time.Time) []Play {
	day = day.UTC().Truncate(24 * time.Hour)
	var list []Play
	if s.onPlays != nil {
		list = append(list, askPlays(s.onPlays, streamID, day)...)
	} else {
		list = s.generated(streamID, day)
	}
	list = append(list, s.plays[streamID][day.Format(time.DateOnly)]...)
	slices.SortStableFunc(list, func(x, y Play) int { return x.At.Compare(y.At) })
	return list
}

func askPlays(script func(string, time.Time) []Play, streamID string, day time.Time) (list []Play) {
	defer func() {
		if recover() != nil {
			list = nil
		}
	}()
	return script(streamID, day)
}

// generated returns the invented plays of a stream. The day has a slot for each, and each begins early in its slot.
func (s *Server) generated(streamID string, day time.Time) []Play {
	if s.playsPerDay == 0 {
		return nil
	}
	playlist := s.playlist()
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, streamID, day.Unix())
	r := rand.New(rand.NewPCG(s.seeded, h.Sum64())) //nolint:gosec // it must be repeatable
	slot := 24 * time.Hour / time.Duration(s.playsPerDay)
	now := s.now()
	list := make([]Play, 0, s.playsPerDay)
	for i := range s.playsPerDay {
		t, early, part := playlist[r.IntN(len(playlist))], r.Float64(), 0.5+r.Float64()/2
		at := day.Add(time.Duration(i)*slot + time.Duration(early*0.1*float64(slot))).Truncate(time.Second)
		played := min(time.Duration(part*float64(t.Duration)), slot*85/100).Truncate(time.Second)
		p := Play{Track: *t, At: at, Played: max(played, time.Second)}
		if p.At.Add(p.Played).After(now) {
			break
		}
		list = append(list, p)
	}
	return list
}

// inventedTracks is how many tracks are invented if the server has none.
const inventedTracks = 40

// playlist returns the tracks that streams play.
func (s *Server) playlist() []*Track {
	known := func() []*Track {
		return slices.DeleteFunc(slices.Clone(s.tracks), func(t *Track) bool { return t.BucketID == NoBucket })
	}
	list := known()
	if len(list) == 0 {
		r := rand.New(rand.NewPCG(s.seeded, inventedTracks)) //nolint:gosec // it must be repeatable
		for range inventedTracks {
			s.addTrack(Track{}, r)
		}
		list = known()
	}
	return list
}

// record is a play in the results of a project; nil if the project's buckets recognise nothing in it.
func (s *Server) record(m *monitor, p *Play) row {
	if p.Data != nil {
		var record row
		dec := json.NewDecoder(bytes.NewReader(p.Data))
		dec.UseNumber()
		_ = dec.Decode(&record) // other values than objects are returned unchanged
		return record
	}
	if p.report != nil {
		return playRecord(p.At, p.Played, nil, []row{p.report.item()})
	}
	const window = 10.0
	t := &p.Track
	where := offsets(passage{track: t}, 0, min(window, p.Played.Seconds()), window)
	var music, custom []row
	if has := (&settings{Buckets: m.buckets}).searches(t); t.ACRID != "" && has {
		if t.BucketID == 0 {
			music = append(music, musicItem(t, where, m.database))
		} else {
			custom = append(custom, customResult(t, where))
		}
	}
	if t.number > 0 {
		heard := []stretch{{number: t.number, length: p.Played.Seconds()}}
		for _, found := range inBuckets(m.buckets, heard, [sha256.Size]byte{}, 0) {
			custom = append(custom, customResult(found.track, offsets(found, found.offset, min(window, found.length), window)))
		}
	}
	if len(music)+len(custom) == 0 {
		return nil
	}
	return playRecord(p.At, p.Played, music, custom)
}

// isrcCountry returns the country code of the ISRC of a play's track.
func (p *Play) isrcCountry() string {
	if len(p.Track.ISRC) < 2 {
		return ""
	}
	return strings.ToUpper(p.Track.ISRC[:2])
}

// latest returns the newest play.
func latest(list []Play) []Play {
	if len(list) == 0 {
		return nil
	}
	return []Play{slices.MaxFunc(list, func(x, y Play) int { return cmp.Compare(x.At.UnixNano(), y.At.UnixNano()) })}
}
