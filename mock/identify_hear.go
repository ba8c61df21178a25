package mock

import (
	"crypto/sha256"
	"math"
	"strings"
)

// analysed is how many seconds of a sample the service looks at: the last ones, by all evidence.
const analysed = 12.0

// A hearing is what was heard in a sample.
type hearing struct {
	listener *listener
	hash     [sha256.Size]byte
	code     int // what to answer if the content is not known as a whole
}

// hear listens to a sample. It takes time, and so no lock.
func hear(f *identifyForm, dataType string) hearing {
	content := f.sample
	if !f.hasSample {
		content = f.humming
	}
	h := hearing{listener: &listener{}, hash: sha256.Sum256(content), code: codeNoResult}
	if dataType == "audio" {
		_, _ = h.listener.Write(content)
	}
	if len(content) == 0 || dataType == "audio" && silentOrGarbage(content, h.listener) {
		h.code = codeNoFingerprint
	}
	return h
}

// find recognises what was heard. It returns how many seconds were analysed, and a code.
func (s *Server) find(h hearing) (found []passage, seconds float64, code int) {
	_, known := s.hashes[h.hash]
	if !known && h.code == codeNoFingerprint {
		return nil, 0, h.code
	}
	found, seconds = s.recogniseEnd(h.listener, h.hash)
	if len(found) == 0 {
		return nil, 0, codeNoResult
	}
	return found, seconds, codeSuccess
}

// recogniseEnd finds the tracks in the last seconds of a sample. Offsets count from where these begin.
func (s *Server) recogniseEnd(l *listener, hash [sha256.Size]byte) (found []passage, seconds float64) {
	if n, ok := s.hashes[hash]; ok { // a whole file or fingerprint of a track: its end
		t := s.tracks[n-1]
		seconds := math.Min(t.Duration.Seconds(), analysed)
		return []passage{{track: t, start: t.Duration.Seconds() - seconds, length: seconds}}, seconds
	}
	skipped := math.Max(l.duration()-analysed, 0)
	var heard []sighting
	for _, h := range l.sightings() {
		if h.at -= skipped; h.at >= -0.05 { // a frame's length
			h.at = math.Max(h.at, 0)
			heard = append(heard, h)
		}
	}
	return s.recognise(heard, hash, l.duration()), math.Min(l.duration(), analysed)
}

// recognised is the member "metadata" with the tracks, each in the list that it belongs to. seconds is how much was analysed.
func recognised(found []passage, seconds float64) row {
	metadata := row{}
	add := func(list string, item row) {
		rows, _ := metadata[list].([]row)
		metadata[list] = append(rows, item)
	}
	for _, p := range found {
		item, list := recording(p), "music"
		item["external_metadata"] = elsewhere(p.track)
		if p.track.BucketID != 0 {
			item, _ = customRow(p)["result"].(row)
			list = "custom_files"
		}
		// Where the track was when the sample ended.
		item["play_offset_ms"] = min(millis(p.start+seconds-p.offset), int(p.track.Duration.Milliseconds()))
		add(list, item)
	}
	return metadata
}

// elsewhere is what other services call a track: ids of the usual lengths, which lead nowhere.
func elsewhere(t Track) row {
	id := strings.Repeat(t.ACRID+"0", 22)
	return row{"spotify": row{"track": row{"id": id[:22]}, "artists": []row{{"id": id[1:23]}}, "album": row{"id": id[2:24]}}, "youtube": row{"vid": id[:11]}}
}
