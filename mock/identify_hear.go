package mock

import (
	"crypto/sha256"
	"maps"
	"math"
	"slices"
	"strconv"
)

// analysed is how many seconds of a sample the service analyses; probably the last ones.
const analysed = 12.0

// A hearing is what was heard in a sample.
type hearing struct {
	sample  *listener
	hash    [sha256.Size]byte // of the sample; matches nothing if there is none
	humming [sha256.Size]byte // of the humming fingerprint, likewise
	code    int               // the code if nothing is recognised
}

// hear analyses a request. It takes time, so it does not hold the lock.
func hear(f *identifyForm, dataType string) hearing {
	h := hearing{sample: &listener{}, code: codeNoResult}
	if f.hasSample {
		h.hash = sha256.Sum256(f.sample)
	}
	if f.hasHumming {
		h.humming = sha256.Sum256(f.humming)
	}
	if dataType == "audio" {
		_, _ = h.sample.Write(f.sample)
	}
	switch {
	case len(f.sample) == 0 && len(f.humming) == 0, f.hasSample && dataType == "audio" && silentOrGarbage(f.sample, h.sample):
		h.code = codeNoFingerprint
	}
	return h
}

// find recognises tracks, and returns them and the member "metadata". The lock must be held.
func (s *Server) find(h hearing, p *project) (metadata row, found []passage, code int) {
	found, seconds := s.recogniseEnd(h.sample, h.hash, p)
	metadata = recognised(found, seconds)
	if n, ok := s.hashes[h.humming]; ok {
		t := s.tracks[n-1]
		found = append(found, passage{track: t})
		metadata["humming"] = []row{hummingRow(t)}
	}
	if len(found) == 0 {
		return nil, nil, h.code
	}
	return metadata, found, codeSuccess
}

// recogniseEnd finds the tracks in the last seconds of a sample. Offsets are relative to the start of these.
func (s *Server) recogniseEnd(l *listener, hash [sha256.Size]byte, p *project) (found []passage, seconds float64) {
	if n, ok := s.hashes[hash]; ok { // a whole file or fingerprint of a track: use its end
		t := s.tracks[n-1]
		seconds := math.Min(t.Duration.Seconds(), analysed)
		end := stretch{number: n, start: t.Duration.Seconds() - seconds, length: seconds}
		if p.searches(t) {
			found = []passage{{track: t, start: end.start, length: end.length}}
		}
		return append(found, inBuckets(p.searched(), []stretch{end}, hash, seconds)...), seconds
	}
	skipped := math.Max(l.duration()-analysed, 0)
	var heard []sighting
	for _, h := range l.sightings() {
		if h.at -= skipped; h.at >= -0.05 { // a frame's length
			h.at = math.Max(h.at, 0)
			heard = append(heard, h)
		}
	}
	seconds = math.Min(l.duration(), analysed)
	joined := stretches(heard)
	found = slices.DeleteFunc(s.recognise(joined, hash, seconds), func(f passage) bool { return !p.searches(f.track) })
	return append(found, inBuckets(p.searched(), joined, hash, seconds)...), seconds
}

// recognised returns the member "metadata" with each track in its list. seconds is the analysed length.
func recognised(found []passage, seconds float64) row {
	music, custom := []row{}, []row{}
	for _, p := range found {
		at := offsets(p, p.offset, p.length, seconds)
		if p.track.BucketID != 0 {
			custom = append(custom, customResult(p.track, at))
			continue
		}
		item := recording(p.track)
		delete(item, "distributors") // seen in results of File Scanning only
		maps.Copy(item, at)
		item["result_from"], item["score"] = 3, 100
		music = append(music, item)
	}
	metadata := row{}
	if len(music) > 0 {
		metadata["music"] = music
	}
	if len(custom) > 0 {
		metadata["custom_files"] = custom
	}
	return metadata
}

// hummingRow has texts for numbers, and no offsets, as documented.
func hummingRow(t *Track) row {
	item := recording(t)
	for _, key := range []string{"distributors", "works", "contributors", "genres"} {
		delete(item, key)
	}
	item["external_ids"], item["score"], item["duration_ms"] = row{}, "0.95", strconv.FormatInt(t.Duration.Milliseconds(), 10)
	return item
}
