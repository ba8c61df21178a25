package mock

import (
	"encoding/json"
	"maps"
	"math"
	"strconv"
)

type row = map[string]any

// detectsAI reports whether files are checked for AI-generated music.
func (s *settings) detectsAI() bool { return s.Engine == 5 || s.AIDetection }

// recLength is the length of an analysed window in seconds, assumed to be the policy's rec_length.
func (s *settings) recLength() float64 {
	length := 0.0
	switch v := s.Policy["rec_length"].(type) {
	case int:
		length = float64(v)
	case json.Number:
		length, _ = v.Float64()
	}
	if length <= 0 {
		return 10
	}
	return length
}

// empty reports whether the results have no matches.
func empty(results row) bool {
	for key, rows := range results {
		if list, ok := rows.([]row); ok && len(list) > 0 && key != "music_speech" {
			return false
		}
	}
	return true
}

// resultsOf returns the results of a file according to the container's settings.
func resultsOf(f *file) row {
	c, results := f.settings, row{}
	if c.Engine >= 1 && c.Engine <= 3 {
		music, covers, custom := []row{}, []row{}, []row{}
		for _, p := range f.found {
			switch {
			case !c.searches(p.track):
				continue
			case p.track.BucketID != 0:
				custom = append(custom, customRow(p, f))
				continue
			case c.Deepright:
				music = append(music, derivativeRow(p, f))
			default:
				music = append(music, traverseRow(p, f))
			}
			covers = append(covers, coverRow(p, c.Deepright))
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
	if c.detectsAI() {
		results["ai_detection"] = []row{aiRow(f)}
	}
	if c.MusicDetection {
		results["music_speech"] = segments(f)
	}
	return results
}

func round(seconds float64) float64 { return math.Round(seconds*10) / 10 }

func millis(seconds float64) int { return int(math.Round(seconds * 1000)) }

// matchRow is a row of any list: its position in the file, and the result.
func matchRow(p passage, result row) row {
	return row{"offset": round(p.offset), "played_duration": round(p.length), "type": "traverse", "result": result}
}

// offsets returns the positions in the track and in the sample, and the position of the track at the end of the window.
// at is where the passage begins in the window.
func offsets(p passage, at, length, window float64) row {
	play := min(p.start+window-at, p.track.Duration.Seconds())
	return row{
		"db_begin_time_offset_ms": millis(p.start), "db_end_time_offset_ms": millis(p.start + length),
		"sample_begin_time_offset_ms": millis(at), "sample_end_time_offset_ms": millis(at + length), "play_offset_ms": millis(play),
	}
}

// inWindow returns the offsets in the window in which a passage begins. According to the one documented sample, a row
// that spans several windows shows the first. How intervals and points place the windows is not known; here they are
// contiguous.
func inWindow(p passage, f *file) row {
	window := f.settings.recLength()
	from := math.Floor(p.offset/window) * window
	at := p.offset - from
	until := f.ends(from+window) - from
	return offsets(p, at, max(min(p.length, until-at), 0), until)
}

// ends limits a second to the length of the file.
func (f *file) ends(second float64) float64 {
	if f.seconds > 0 {
		return min(second, f.seconds)
	}
	return second
}

// traverseRow is a row of "music".
func traverseRow(p passage, f *file) row {
	result := recording(p.track)
	maps.Copy(result, inWindow(p, f))
	result["result_from"], result["score"] = 3, 100
	return matchRow(p, result)
}

// derivativeRow has the scores of derivative works detection as observed: the match's score is the relevant one, and
// that of the recording is low or missing. Its offsets are relative to the start of the file, except the position of
// the track after one window. Empty objects are sometimes sent as empty lists. Which rows have which form is not known;
// here it depends on the track's number.
func derivativeRow(p passage, f *file) row {
	n, result := p.track.number, recording(p.track)
	maps.Copy(result, offsets(p, p.offset, p.length, f.ends(p.offset+f.settings.recLength())))
	m := matchRow(p, result)
	m["file_duration"] = int(math.Round(f.seconds))
	if n%2 == 0 {
		delete(result, "play_offset_ms")
		m["engine_type"], m["score"], m["time_skew"], m["frequency_skew"] = "3", 87, -0.012, 0.004
	} else {
		result["result_from"], result["score"] = 1, 15
		m["engine_type"], m["score"], m["time_skew"], m["frequency_skew"] = "1", 99, 0, 0
	}
	if n%4 == 3 { // with another tempo, and an end between two milliseconds
		m["time_skew"] = -0.006
		result["sample_end_time_offset_ms"] = (p.offset+p.length)*1000 - 0.35737013817
	}
	if n%9 == 8 {
		result["external_ids"] = []row{}
	}
	if n%9 == 4 {
		result["external_metadata"] = []row{}
	}
	return m
}

// coverRow has no score and no offsets, and with derivative works detection no acrid.
func coverRow(p passage, derivative bool) row {
	result := recording(p.track)
	m := matchRow(p, result)
	if derivative {
		delete(result, "acrid")
		result["album"], m["engine_type"] = row{"name": nil}, "2"
	}
	return m
}

// customRow includes the user's keys.
func customRow(p passage, f *file) row {
	return matchRow(p, customResult(p.track, inWindow(p, f)))
}

// customResult is one of the user's own tracks, with its offsets.
func customResult(t *Track, at row) row {
	result := row{
		"title": t.Title, "acrid": t.ACRID, "duration_ms": t.Duration.Milliseconds(), "score": 100, "count": 0,
		"audio_id": t.audioID, "bucket_id": strconv.Itoa(t.BucketID),
	}
	if t.audioID == "" {
		result["audio_id"] = strconv.Itoa(t.number)
	}
	maps.Copy(result, at)
	maps.Copy(result, t.keys)
	for key, value := range t.UserDefined {
		result[key] = value
	}
	return result
}

// aiRow is the single entry for the whole file. Unknown audio is predicted as human.
func aiRow(f *file) row {
	return row{
		"start": 0, "end": round(f.seconds), "duration": round(f.seconds), "stem": "original", "prediction": "human", "likely_source": "Human",
		"ai_probability": 3.2, "source_probabilities": []row{{"source": "human", "probability": 96.8}},
	}
}

// minGap is how many seconds without music make a segment.
const minGap = 0.5

// segments separates music from everything else.
func segments(f *file) []row {
	rows := []row{}
	if f.seconds == 0 {
		return rows
	}
	at := 0.0
	other := func(until float64) {
		if until-at >= minGap {
			rows = append(rows, row{"start": round(at), "end": round(until), "label": "o"})
		}
	}
	for _, p := range f.found {
		if p.offset >= f.seconds { // a script made the file shorter
			break
		}
		if at > 0 && p.offset+p.length <= at { // found in a bucket, too
			continue
		}
		other(p.offset)
		at = math.Min(p.offset+p.length, f.seconds)
		rows = append(rows, row{"start": round(p.offset), "end": round(at), "label": "m"})
	}
	other(f.seconds)
	return rows
}

// musicDetected sums up the segments: 1 is music, 2 is something else, 0 is unknown.
func (f *file) musicDetected() int {
	switch {
	case !f.settled || !f.settings.MusicDetection || f.seconds == 0:
		return 0
	case len(f.found) > 0:
		return 1
	}
	return 2
}
