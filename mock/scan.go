package mock

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
)

// An Upload is a file whose processing ends, as [Server.OnScan] sees it.
type Upload struct {
	FileID      string
	ContainerID int
	Name        string
	DataType    string // "audio", "fingerprint", "audio_url" or "platforms"
	URL         string // of the latter two
	Engine      int    // of its container when the scan began
	Size        int64  // in bytes; 0 for content that the service fetches
	SHA256      string // of the content, in hexadecimal digits; of nothing, for content that the service fetches
	Recognised  []Track
}

// An Outcome is how a scan ends. What is empty is as it would be without a script.
type Outcome struct {
	State    *int            // 1, -1, -2, -3 or any other; nil: 1 with results, else -1
	Results  json.RawMessage // the member "results", whatever it holds
	Duration time.Duration   // of the file
	Detail   string          // a word on what went wrong
}

// scan decides what a file's scan has found.
func (s *Server) scan(c *container, f *file) {
	passages := s.recognise(f.heard, f.hash, f.duration)
	f.seconds = f.duration
	if f.seconds == 0 && len(passages) > 0 {
		f.seconds = passages[0].length
	}
	results, musicDetected := resultsOf(c, f, passages)
	f.musicDetected = musicDetected
	state := stateNoResults
	if !empty(results) {
		state = stateReady
	}
	defer func() { c.move(f, state) }()
	f.results, _ = json.Marshal(results) //nolint:errchkjson // plain values
	if s.onScan == nil {
		return
	}
	u := Upload{
		FileID: f.id, ContainerID: c.ID, Name: f.name, DataType: f.dataType, URL: f.url, Engine: f.engine, Size: f.size, SHA256: hex.EncodeToString(f.hash[:]),
	}
	for _, p := range passages {
		if !slices.ContainsFunc(u.Recognised, func(t Track) bool { return t.number == p.track.number }) {
			u.Recognised = append(u.Recognised, p.track.clone())
		}
	}
	o := follow(s.onScan, u)
	if o.Results != nil {
		f.results = o.Results
		state = stateReady
	}
	if o.State != nil {
		state = *o.State
		if state < stateNoResults && o.Results == nil {
			f.results = nil
		}
	}
	if o.Duration > 0 {
		f.seconds = o.Duration.Seconds()
	}
	f.detail = o.Detail
}

// follow asks a script. One that panics does not take the server with it: the file says so.
func follow(script func(Upload) Outcome, u Upload) (o Outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = Outcome{State: new(stateError), Detail: fmt.Sprintf("mock: the function given to OnScan panicked: %v", p)}
		}
	}()
	return script(u)
}

type row = map[string]any

func empty(results row) bool {
	for key, rows := range results {
		if list, ok := rows.([]row); ok && len(list) > 0 && key != "music_speech" {
			return false
		}
	}
	return true
}

// resultsOf is what the container's settings make of what was recognised.
func resultsOf(c *container, f *file, passages []passage) (results row, musicDetected int) {
	results = row{}
	if c.Engine >= 1 && c.Engine <= 3 {
		music, covers, custom := []row{}, []row{}, []row{}
		for _, p := range passages {
			if !c.searches(p.track) {
				continue
			}
			switch {
			case p.track.BucketID != 0:
				custom = append(custom, customRow(p))
			case c.Deepright:
				music = append(music, derivativeRow(p, f))
			default:
				music = append(music, musicRow(p))
			}
			if p.track.BucketID == 0 {
				covers = append(covers, coverRow(p, c.Deepright))
			}
		}
		if c.Engine != 2 {
			results["music"], results["custom_files"] = music, custom
		}
		if c.Engine != 1 {
			results["cover_songs"] = covers
		}
	}
	if c.Engine == 4 {
		results["speech"] = []row{}
	}
	if c.Engine == 5 || c.AIDetection {
		results["ai_detection"] = []row{aiRow(f)}
	}
	if c.MusicDetection {
		results["music_speech"], musicDetected = segments(f, passages)
	}
	return results, musicDetected
}

// searches reports whether the container compares files with the bucket that the track is in.
func (c *container) searches(t Track) bool {
	id := t.BucketID
	if id == 0 {
		id = musicBucketID
	}
	return slices.ContainsFunc(c.Buckets, func(b bucket) bool { return b.ID == id })
}

func round(seconds float64) float64 { return math.Round(seconds*10) / 10 }

func millis(seconds float64) int { return int(math.Round(seconds * 1000)) }

// recording is what a result says about a track.
func recording(p passage) row {
	artists := make([]row, 0, len(p.track.Artists))
	for _, name := range p.track.Artists {
		artists = append(artists, row{"name": name})
	}
	return row{
		"title": p.track.Title, "acrid": p.track.ACRID, "artists": artists, "album": row{"name": p.track.Album}, "label": p.track.Label,
		"release_date": p.track.ReleaseDate, "duration_ms": p.track.Duration.Milliseconds(),
		"external_ids": row{"isrc": p.track.ISRC, "upc": p.track.UPC}, "external_metadata": row{},
		"db_begin_time_offset_ms": millis(p.start), "db_end_time_offset_ms": millis(p.start + p.length),
		"sample_begin_time_offset_ms": millis(p.offset), "sample_end_time_offset_ms": millis(p.offset + p.length),
		"play_offset_ms": millis(p.start + p.length), "result_from": 3, "score": 100,
	}
}

func matchRow(p passage, result row) row {
	return row{"offset": round(p.offset), "played_duration": round(p.length), "type": "traverse", "result": result}
}

func musicRow(p passage) row { return matchRow(p, recording(p)) }

// derivativeRow has the scores of derivative works detection, as they have been seen: that of the match is the one that counts, and
// that of the recording is low, or not there. So are empty objects in the guise of empty lists. Which rows have what is not known;
// here every second track is of the other kind.
func derivativeRow(p passage, f *file) row {
	result := recording(p)
	result["score"], result["external_metadata"] = 15, []row{}
	m := matchRow(p, result)
	m["engine_type"], m["score"], m["time_skew"], m["frequency_skew"], m["file_duration"] = "1", 99, 0, 0, int(math.Round(f.seconds))
	if p.track.number%2 == 0 {
		delete(result, "score")
		result["external_ids"] = []row{}
		m["engine_type"], m["score"], m["time_skew"], m["frequency_skew"] = "3", 87, -0.012, 0.004
	}
	return m
}

// coverRow has no score, and with derivative works detection no acrid.
func coverRow(p passage, derivative bool) row {
	result := recording(p)
	for _, key := range []string{
		"score", "play_offset_ms", "db_begin_time_offset_ms", "db_end_time_offset_ms", "sample_begin_time_offset_ms", "sample_end_time_offset_ms", "result_from",
	} {
		delete(result, key)
	}
	m := matchRow(p, result)
	if derivative {
		delete(result, "acrid")
		result["album"], m["engine_type"] = row{"name": nil}, "2"
	}
	return m
}

// customRow has the user's keys among its own.
func customRow(p passage) row {
	result := recording(p)
	for _, key := range []string{"artists", "album", "label", "release_date", "external_ids", "external_metadata", "result_from"} {
		delete(result, key)
	}
	result["audio_id"], result["bucket_id"], result["count"] = strconv.Itoa(p.track.number), strconv.Itoa(p.track.BucketID), 0
	for key, value := range p.track.UserDefined {
		result[key] = value
	}
	return matchRow(p, result)
}

// aiRow is the one entry about the whole file. Audio that the server knows nothing of is said to be human.
func aiRow(f *file) row {
	return row{
		"start": 0, "end": round(f.seconds), "duration": round(f.seconds), "stem": "original", "prediction": "human", "likely_source": "Human",
		"ai_probability": 3.2, "source_probabilities": []row{{"source": "human", "probability": 96.8}},
	}
}

// segments tells music from everything else, and sums it up: 1 is music, 2 is something else, 0 is not known.
func segments(f *file, passages []passage) (rows []row, musicDetected int) {
	rows = []row{}
	if f.seconds == 0 {
		return rows, 0
	}
	at := 0.0
	other := func(until float64) {
		if until-at >= 0.5 {
			rows = append(rows, row{"start": round(at), "end": round(until), "label": "o"})
		}
	}
	for _, p := range passages {
		other(p.offset)
		at = math.Min(p.offset+p.length, f.seconds)
		rows = append(rows, row{"start": round(p.offset), "end": round(at), "label": "m"})
	}
	other(f.seconds)
	if len(passages) > 0 {
		return rows, 1
	}
	return rows, 2
}
