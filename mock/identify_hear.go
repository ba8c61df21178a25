package mock

import (
	"crypto/sha256"
	"math"
)

// analysed is how many seconds of a sample the service looks at: the last ones, by all evidence.
const analysed = 12.0

// hear recognises a sample. It returns how many seconds were analysed, and a code.
func (s *Server) hear(f *identifyForm, dataType string) (found []passage, seconds float64, code int) {
	content := f.sample
	if !f.hasSample {
		content = f.humming
	}
	if len(content) == 0 {
		return nil, 0, codeNoFingerprint
	}
	hash := sha256.Sum256(content)
	l := &listener{}
	if dataType == "audio" {
		_, _ = l.Write(content)
		if _, known := s.hashes[hash]; !known && silentOrGarbage(content, l) {
			return nil, 0, codeNoFingerprint
		}
	}
	found, seconds = s.recogniseEnd(l, hash)
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
