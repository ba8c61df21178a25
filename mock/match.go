package mock

import (
	"crypto/sha256"
	"slices"
)

// A passage is a stretch of a track, found in a file.
type passage struct {
	track  Track
	offset float64 // seconds into the file
	start  float64 // seconds into the track
	length float64 // seconds
}

// recognise finds the tracks in what was uploaded. It is called with the lock held.
func (s *Server) recognise(heard []sighting, hash [sha256.Size]byte, duration float64) []passage {
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
		if h.number < 1 || h.number > len(s.tracks) {
			continue // of another server
		}
		start := float64(h.second)
		if n := len(found); n > 0 {
			last := &found[n-1]
			goesOn := h.at - last.offset - (start - last.start)
			if last.track.number == h.number && goesOn > -0.5 && goesOn < 0.5 && h.at-last.offset-last.length < 3 {
				last.length = h.at + 1 - last.offset
				continue
			}
		}
		found = append(found, passage{track: s.tracks[h.number-1], offset: h.at, start: start, length: 1})
	}
	return slices.DeleteFunc(found, func(p passage) bool { return p.length < 2 })
}
