package mock

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// A Track is a recording that the server recognises. [Server.AddTrack] fills empty fields with invented values.
//
// It is recognised in two ways: in WAV files with any stretch of its audio ([Track.WAV]), and by the bytes of Data.
// Only the audio of the first 65,535 tracks of a server is recognised.
type Track struct {
	ACRID       string // 32 hexadecimal digits
	Title       string
	Artists     []string
	Album       string
	Label       string
	ISRC        string
	UPC         string
	ReleaseDate string        // "2006-01-02"
	Duration    time.Duration // at most 68 minutes and 15 seconds; 3 minutes if empty

	// Data is a whole file or fingerprint of this track, in any format.
	Data []byte

	// BucketID makes it a track of your own bucket, which is reported in custom_files with the keys of UserDefined.
	// With [NoBucket], it is not recognised.
	BucketID    int
	UserDefined map[string]string

	number  int
	hash    string         // of Data, if there is any
	audioID string         // of a bucket's file; else it follows from the number
	keys    map[string]any // like UserDefined, of any type
}

// NoBucket is the BucketID of a track that is not recognised, such as one that you will upload to your own bucket.
const NoBucket = -1

// maxDuration is the longest track whose tones can be numbered.
const maxDuration = maxSecond * time.Second

// AddTrack adds a track to the server, and returns it with all fields set. Scans find the tracks in the buckets of
// their container. Tracks without a BucketID are in bucket 23, "ACRCloud Music".
func (s *Server) AddTrack(t Track) Track {
	s.lock()
	defer s.mu.Unlock()
	return s.addTrack(t, s.random)
}

// addTrack requires the lock.
func (s *Server) addTrack(t Track, r *rand.Rand) Track {
	if known := s.again(&t); known != nil {
		return *known
	}
	t.number = len(s.tracks) + 1
	fill(&t.ACRID, func() string { return hexadecimal(r, 32) })
	fill(&t.Title, func() string { return pick(r, titleAdjectives) + " " + pick(r, titleNouns) })
	fill(&t.Album, func() string { return t.Title })
	fill(&t.Label, func() string { return pick(r, titleNouns) + " Records" })
	fill(&t.ISRC, func() string {
		return fmt.Sprintf("QZ%s26%05d", pick(r, []string{"ABC", "DEF", "GHJ"}), r.IntN(100_000))
	})
	fill(&t.UPC, func() string { return fmt.Sprintf("%013d", r.Int64N(1e13)) })
	fill(&t.ReleaseDate, func() string { return fmt.Sprintf("20%02d-%02d-%02d", r.IntN(26), 1+r.IntN(12), 1+r.IntN(28)) })
	if len(t.Artists) == 0 {
		t.Artists = []string{pick(r, artistNames)}
	}
	if t.Duration <= 0 {
		t.Duration = 3 * time.Minute
	}
	t.Duration = min(t.Duration, maxDuration)
	if len(t.Data) > 0 {
		hash := sha256.Sum256(t.Data)
		s.hashes[hash], t.hash = t.number, hex.EncodeToString(hash[:])
	}
	kept := t.clone()
	s.tracks = append(s.tracks, &kept)
	s.keepNoted()
	return t
}

// again finds a track that was restored from a state file, so that a program that adds it at each start adds it once.
func (s *Server) again(t *Track) *Track {
	for _, known := range s.tracks[:s.restored] {
		if known.Title == "" || known.Title != t.Title || (t.ACRID != "" && t.ACRID != known.ACRID) || (len(t.Artists) > 0 && !slices.Equal(t.Artists, known.Artists)) {
			continue
		}
		number, has := s.hashes[sha256.Sum256(t.Data)]
		if len(t.Data) == 0 || (has && number == known.number) {
			found := known.clone()
			found.Data = t.Data
			return &found
		}
	}
	return nil
}

// Tracks returns the server's tracks, in the order in which they were added.
func (s *Server) Tracks() []Track {
	s.lock()
	defer s.mu.Unlock()
	list := make([]Track, 0, len(s.tracks))
	for _, t := range s.tracks {
		list = append(list, t.clone())
	}
	return list
}

// clone returns a copy that shares no mutable data with the track, except Data, which the server does not read again.
func (t Track) clone() Track {
	t.Artists, t.UserDefined = slices.Clone(t.Artists), maps.Clone(t.UserDefined)
	return t
}

func fill(field *string, invent func() string) {
	made := invent() // always, so that the empty fields of one track do not affect the next
	if *field == "" {
		*field = made
	}
}

// WAV returns a stretch of the track as a WAV file: 8 kHz, mono, 16 bits. The stretch is limited to the track's length.
// The track must be from AddTrack.
func (t Track) WAV(from, to time.Duration) []byte {
	to = max(min(to, t.Duration, maxDuration), 0)
	from = min(max(from, 0), to)
	first, last := samplesIn(from), samplesIn(to)
	out := slices.Grow(wavHeader(toneRate, last-first), 2*(last-first))
	frequency := 0.0
	for i := first; i < last; i++ {
		if i == first || i%samplesPerSymbol == 0 {
			frequency = toneAt(t.number, i)
		}
		v := 0.5 * math.Sin(2*math.Pi*frequency*float64(i)/toneRate)
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(v*math.MaxInt16))) //nolint:gosec // two's complement
	}
	return out
}

// Audio returns the whole track as a WAV file.
func (t Track) Audio() []byte { return t.WAV(0, t.Duration) }

func samplesIn(d time.Duration) int { return int(d * toneRate / time.Second) }

func hexadecimal(r *rand.Rand, digits int) string {
	b := make([]byte, (digits+1)/2)
	for i := range b {
		b[i] = byte(r.Uint32()) //nolint:gosec // the low byte is wanted
	}
	return hex.EncodeToString(b)[:digits]
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

var (
	titleAdjectives = []string{"Silver", "Midnight", "Paper", "Distant", "Golden", "Quiet", "Electric", "Northern"}
	titleNouns      = []string{"River", "Harbour", "Lantern", "Garden", "Signal", "Meadow", "Comet", "Station"}
	artistNames     = []string{"The Inventors", "Ada Alder", "Birch & Juniper", "Hugo Hazel", "Ines Ivy", "The Placeholders"}
)
