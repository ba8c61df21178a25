package console

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
)

// A Play is one play on a monitored stream or channel: what was recognised, when, and for how long. Callbacks of
// monitoring carry the same: webhook's Monitoring.Play returns one.
//
// Decoding is as tolerant as that of [acrcloud.Music]. In JSON, Start to CustomFiles are members of "metadata", as the
// service sends them.
//
//nolint:recvcheck // encoding leaves it alone, and the other methods take a nil Play for an empty one
type Play struct {
	// StreamID is the id of the stream, or that of the channel in digits. The service's results do not have it; the SDK
	// adds it.
	StreamID string

	Start           time.Time // when it began, in UTC; zero if that cannot be read
	PlayedDuration  float64   // in seconds; see PlayingTime
	Type            string    // "delay" in results of a day, "historical" in those of historical projects
	RecordTimestamp string    // the time of its recording, as "20060102150405", or empty; see [Streams.Recording]

	Music       []acrcloud.Music      // matches in the service's music; several if it cannot decide
	CustomFiles []acrcloud.CustomFile // matches in your own buckets

	Status      PlayStatus
	ResultType  int    // undocumented; 0 as a rule
	ServiceType string // undocumented

	// MetadataExtra has the members of "metadata" that are not listed above, and those whose value could not be read.
	MetadataExtra map[string]json.RawMessage

	// Extra has the top-level members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage
}

// A PlayStatus is the status of a result, as in identifications.
type PlayStatus struct {
	Code    int    `json:"code"` // 0 if something was recognised
	Msg     string `json:"msg,omitzero"`
	Version string `json:"version,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// PlayingTime is PlayedDuration as a time.Duration.
func (p *Play) PlayingTime() time.Duration {
	if p == nil {
		return 0
	}
	return seconds(p.PlayedDuration)
}

// End is Start plus PlayingTime.
func (p *Play) End() time.Time {
	if p == nil {
		return time.Time{}
	}
	return p.Start.Add(p.PlayingTime())
}

// PlayKind is the kind of match.
type PlayKind string

// The kinds of matches.
const (
	PlayMusic  PlayKind = "music"  // of the service's music
	PlayCustom PlayKind = "custom" // of a bucket of your own
)

// A PlayItem is what was played, with the fields that reports need.
type PlayItem struct {
	Kind    PlayKind
	ACRID   string
	Title   string
	Artists []string
	Album   string
	Label   string
	ISRC    []string // without hyphens, blanks and a leading "ISRC"
	Score   *float64 // 0 to 100, or nil
}

// Top returns the best match: the music with the highest score, the first of several; without music, the custom file
// with the highest score. Artists, album, label and ISRC of a custom file come from its user-defined metadata with
// these names, in upper or lower case, such as "Artist" or "artists". It returns false if nothing was recognised.
func (p *Play) Top() (PlayItem, bool) {
	switch {
	case p == nil:
	case len(p.Music) > 0:
		best := &p.Music[0]
		for i := range p.Music {
			if m := &p.Music[i]; scoreOf(m.Score) > scoreOf(best.Score) {
				best = m
			}
		}
		return musicItem(best), true
	case len(p.CustomFiles) > 0:
		best := &p.CustomFiles[0]
		for i := range p.CustomFiles {
			if f := &p.CustomFiles[i]; scoreOf(f.Score) > scoreOf(best.Score) {
				best = f
			}
		}
		return customItem(best), true
	}
	return PlayItem{}, false
}

func scoreOf(score *float64) float64 {
	if score == nil {
		return -1
	}
	return *score
}

func musicItem(m *acrcloud.Music) PlayItem {
	item := PlayItem{Kind: PlayMusic, ACRID: m.ACRID, Title: m.Title, Album: m.Album.Name, Label: m.Label, Score: m.Score}
	for _, a := range m.Artists {
		if a.Name != "" {
			item.Artists = append(item.Artists, a.Name)
		}
	}
	for _, isrc := range m.ExternalIDs.ISRC {
		item.ISRC = append(item.ISRC, plainISRC(isrc))
	}
	return item
}

func customItem(f *acrcloud.CustomFile) PlayItem {
	item := PlayItem{Kind: PlayCustom, ACRID: f.ACRID, Title: f.Title, Score: f.Score}
	for name, raw := range f.Extra {
		texts := textsOf(raw)
		if len(texts) == 0 {
			continue
		}
		switch strings.ToLower(name) {
		case "artist", "artists":
			if len(item.Artists) == 0 || strings.EqualFold(name, "artists") {
				item.Artists = texts
			}
		case "album":
			item.Album = texts[0]
		case "label":
			item.Label = texts[0]
		case "isrc":
			for i := range texts {
				texts[i] = plainISRC(texts[i])
			}
			item.ISRC = texts
		}
	}
	return item
}

// textsOf decodes a text or a list of texts.
func textsOf(raw json.RawMessage) []string {
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		return []string{one}
	}
	var many []string
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	return nil
}

// A wirePlay is a Play as the service sends it.
type wirePlay struct {
	StreamID    string       `json:"stream_id,omitzero"` // of what this SDK writes
	Status      PlayStatus   `json:"status,omitzero"`
	Metadata    wireMetadata `json:"metadata"`
	ResultType  int          `json:"result_type,omitzero"`
	ServiceType string       `json:"service_type,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

type wireMetadata struct {
	Type            string                `json:"type,omitzero"`
	TimestampUTC    time.Time             `json:"timestamp_utc,omitzero"`
	PlayedDuration  float64               `json:"played_duration"`
	RecordTimestamp string                `json:"record_timestamp,omitzero"`
	Music           []acrcloud.Music      `json:"music,omitzero"`
	CustomFiles     []acrcloud.CustomFile `json:"custom_files,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"`
}

func (w *wirePlay) play() Play {
	m := &w.Metadata
	return Play{
		StreamID: w.StreamID, Start: m.TimestampUTC, PlayedDuration: m.PlayedDuration, Type: m.Type, RecordTimestamp: m.RecordTimestamp,
		Music: m.Music, CustomFiles: m.CustomFiles, Status: w.Status, ResultType: w.ResultType, ServiceType: w.ServiceType,
		MetadataExtra: m.Extra, Extra: w.Extra,
	}
}

// UnmarshalJSON reads a Play tolerantly.
func (p *Play) UnmarshalJSON(data []byte) error {
	var w wirePlay
	if err := lenient.UnmarshalJSON(data, &w); err != nil {
		return err
	}
	*p = w.play()
	return nil
}

// MarshalJSON writes the Play in the service's format, with its StreamID and both Extras.
func (p Play) MarshalJSON() ([]byte, error) {
	return lenient.MarshalJSON(&wirePlay{
		StreamID: p.StreamID, Status: p.Status, ResultType: p.ResultType, ServiceType: p.ServiceType, Extra: p.Extra,
		Metadata: wireMetadata{
			Type: p.Type, TimestampUTC: p.Start, PlayedDuration: p.PlayedDuration, RecordTimestamp: p.RecordTimestamp,
			Music: p.Music, CustomFiles: p.CustomFiles, Extra: p.MetadataExtra,
		},
	})
}

// seconds converts seconds to a Duration, limited to the longest one.
func seconds(s float64) time.Duration {
	const most = float64(1<<63-1) / float64(time.Second)
	return time.Duration(min(max(s, -most), most-1) * float64(time.Second))
}
