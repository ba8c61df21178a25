package mock

import "crypto/sha256"

// A stretch is a part of a track, heard in content.
type stretch struct {
	number int     // of the track
	offset float64 // seconds into the content
	start  float64 // seconds into the track
	length float64 // seconds
}

// stretches joins consecutive seconds of a track.
func stretches(heard []sighting) []stretch {
	var found []stretch
	for _, h := range heard {
		start := float64(h.second)
		if n := len(found); n > 0 {
			last := &found[n-1]
			goesOn := h.at - last.offset - (start - last.start)
			if last.number == h.number && goesOn > -0.5 && goesOn < 0.5 && h.at-last.offset-last.length < 3 {
				last.length = h.at + 1 - last.offset
				continue
			}
		}
		found = append(found, stretch{number: h.number, offset: h.at, start: start, length: 1})
	}
	return found
}

// A passage is a stretch of a known track.
type passage struct {
	track  *Track
	offset float64 // seconds into the content
	start  float64 // seconds into the track
	length float64 // seconds
}

// minPassage is the shortest recognised stretch in seconds: two whole seconds, the last of which may seem to begin some
// frames early.
const minPassage = 1.9

// recognise finds the tracks in what was uploaded. The lock must be held.
func (s *Server) recognise(heard []stretch, hash [sha256.Size]byte, duration float64) []passage {
	if n, ok := s.hashes[hash]; ok {
		t := s.tracks[n-1]
		length := t.Duration.Seconds()
		if duration > 0 {
			length = min(length, duration)
		}
		return []passage{{track: t, length: length}}
	}
	var found []passage
	for _, h := range heard {
		if h.length >= minPassage && h.number >= 1 && h.number <= len(s.tracks) { // else it is another server's
			found = append(found, passage{track: s.tracks[h.number-1], offset: h.offset, start: h.start, length: h.length})
		}
	}
	return found
}
