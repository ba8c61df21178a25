package mock

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// stateVersion is the version of the format of state files. It changes if an older or newer program would misread a
// file.
const stateVersion = 1

// A stateRecord is a line of a state file. The first line has the version; each line has one of the other fields. A
// later record of the same object replaces an earlier one.
type stateRecord struct {
	Version int          `json:"acrcloud_mock_state,omitempty"`
	Rest    *savedRest   `json:"rest,omitempty"`
	Track   *savedTrack  `json:"track,omitempty"`
	Stored  *savedStored `json:"stored,omitempty"`
	File    *savedFile   `json:"file,omitempty"`
	Gone    string       `json:"gone,omitempty"` // the id of a file that was deleted
}

// savedRest is everything except files, tracks and stored content.
type savedRest struct {
	Seed       uint64
	Starts     uint64 // how many servers have used this state, so that each one generates different values
	Account    int
	Container  int // the id of the ready-made container
	NextID     int
	Project    int // the id of the first project
	Token      string
	Tokens     map[string]Token
	StorageKey string
	Suspended  bool                              `json:",omitempty"`
	Accounts   []savedAccount                    `json:",omitempty"`
	Plays      map[string]map[string][]savedPlay `json:",omitempty"`
}

type savedAccount struct {
	ID                              int
	Containers                      []savedContainer      `json:",omitempty"`
	Buckets                         []savedBucket         `json:",omitempty"`
	Projects                        []savedProject        `json:",omitempty"`
	StreamProjects, ChannelProjects []savedMonitor        `json:",omitempty"`
	Historical                      []savedHistorical     `json:",omitempty"`
	Unknown                         []savedUnknownProject `json:",omitempty"`
}

// A savedRef refers to a bucket, which may have been deleted.
type savedRef struct {
	ID   int
	Name string
}

type savedSettings struct {
	Name           string
	Region         acrcloud.Region
	AudioType      string
	Engine         int
	Policy         map[string]any
	Buckets        []savedRef
	CallbackURL    string `json:",omitempty"`
	Deepright      bool   `json:",omitempty"`
	MusicDetection bool   `json:",omitempty"`
	AIDetection    bool   `json:",omitempty"`
}

type savedContainer struct {
	ID               int
	Created, Updated time.Time
	Next             uint32 // the number of the next file
	Settings         savedSettings
}

type savedStretch struct {
	Track  int
	Offset float64 `json:",omitempty"`
	Start  float64 `json:",omitempty"`
	Length float64
}

type savedContent struct {
	Hash     string
	Size     int64          `json:",omitempty"`
	Heard    []savedStretch `json:",omitempty"`
	Duration float64        `json:",omitempty"`
	Readable bool           `json:",omitempty"`
}

type savedStored struct {
	Key     string
	Content savedContent
}

// A savedTrack is a track with the hash of its Data.
type savedTrack struct {
	Track    Track
	DataHash string         `json:",omitempty"`
	AudioID  string         `json:",omitempty"`
	Keys     map[string]any `json:",omitempty"`
}

// A savedTrackRef refers to a track of the server by its number, or contains a track that was derived from a bucket's
// file.
type savedTrackRef struct {
	Number int         `json:",omitempty"`
	Track  *savedTrack `json:",omitempty"`
}

type savedPassage struct {
	savedTrackRef

	Offset, Start, Length float64
}

type savedFile struct {
	ID               string
	Container        int
	Number           uint32
	Name             string
	URI              string `json:",omitempty"`
	URL              string `json:",omitempty"`
	DataType         string
	Created, Updated int64
	ReadyAt          int64
	State            int            `json:",omitempty"`
	Settled          bool           `json:",omitempty"`
	Seconds          float64        `json:",omitempty"`
	Content          savedContent   `json:",omitzero"`
	Found            []savedPassage `json:",omitempty"`
	Outcome          *Outcome       `json:",omitempty"`
	Settings         *savedSettings `json:",omitempty"` // of its scan, if they differ from the container's
	Plan             *CallbackFault `json:",omitempty"`
	Rule             *Rule          `json:",omitempty"`
	RuleTracks       []int          `json:",omitempty"` // the numbers of the tracks in Rule.Matches
}

type savedPlay struct {
	savedTrackRef

	At            time.Time
	Played        time.Duration
	FalsePositive bool            `json:",omitempty"`
	Data          json.RawMessage `json:",omitempty"`
	Report        *savedReport    `json:",omitempty"`
}

type savedReport struct {
	ID          int
	Title       string
	UserDefined map[string]any `json:",omitempty"`
}

// saveContent returns content in its saved form.
func saveContent(c *content) savedContent {
	v := savedContent{Hash: c.sha256(), Size: c.size, Duration: c.duration, Readable: c.readable, Heard: saveStretches(c.heard)}
	return v
}

func saveStretches(list []stretch) (saved []savedStretch) {
	for _, h := range list {
		saved = append(saved, savedStretch{h.number, h.offset, h.start, h.length})
	}
	return saved
}

func restoreStretches(saved []savedStretch) (list []stretch) {
	for _, h := range saved {
		list = append(list, stretch{h.Track, h.Offset, h.Start, h.Length})
	}
	return list
}

func (v *savedContent) restore() (*content, error) {
	c := &content{size: v.Size, duration: v.Duration, readable: v.Readable, heard: restoreStretches(v.Heard)}
	b, err := hex.DecodeString(v.Hash)
	copy(c.hash[:], b)
	return c, err
}

func saveSettings(c *settings) savedSettings {
	return savedSettings{c.Name, c.Region, c.AudioType, c.Engine, c.Policy, saveRefs(c.Buckets), c.CallbackURL, c.Deepright, c.MusicDetection, c.AIDetection}
}

func saveRefs(list []*bucket) []savedRef {
	refs := make([]savedRef, 0, len(list))
	for _, b := range list {
		refs = append(refs, savedRef{b.id, b.name})
	}
	return refs
}

// saveTrack returns a track of the server or of a bucket's file in its saved form.
func saveTrack(t *Track) *savedTrack {
	v := &savedTrack{Track: *t, AudioID: t.audioID, Keys: t.keys, DataHash: t.hash}
	v.Track.Data = nil
	return v
}

func refTrack(t *Track) savedTrackRef {
	switch {
	case t.number > 0:
		return savedTrackRef{Number: t.number}
	case t.ACRID == "" && t.Title == "":
		return savedTrackRef{}
	}
	return savedTrackRef{Track: saveTrack(t)}
}

// track returns the track of a reference, or a zero track for an unknown number.
func (s *Server) track(ref savedTrackRef) *Track {
	if ref.Number > 0 && ref.Number <= len(s.tracks) {
		return s.tracks[ref.Number-1]
	}
	if ref.Track != nil {
		return ref.Track.restore()
	}
	return &Track{}
}

func (v *savedTrack) restore() *Track {
	t := v.Track.clone()
	t.audioID, t.keys, t.hash = v.AudioID, v.Keys, v.DataHash
	return &t
}

// saveFile returns a file in its saved form.
func saveFile(f *file) *savedFile {
	v := &savedFile{
		ID: f.id, Container: f.container.ID, Number: f.number, Name: f.name, URI: f.uri, URL: f.url, DataType: f.dataType, Created: f.created, Updated: f.updated,
		ReadyAt: f.readyAt, State: f.state, Settled: f.settled, Seconds: f.seconds, Content: saveContent(f.content), Outcome: f.scripted,
	}
	for _, p := range f.found {
		v.Found = append(v.Found, savedPassage{refTrack(p.track), p.offset, p.start, p.length})
	}
	if f.settings != f.container.settings {
		v.Settings = new(saveSettings(f.settings))
	}
	if !f.settled {
		v.Plan, v.Rule = f.plan, f.rule
		if f.rule != nil {
			for i := range f.rule.Matches {
				v.RuleTracks = append(v.RuleTracks, f.rule.Matches[i].Track.number)
			}
		}
	}
	return v
}

// restoreFile adds a file to its container, if the container still exists.
func (s *Server) restoreFile(v *savedFile) error {
	c := s.containers[v.Container]
	if c == nil {
		return nil
	}
	inner, err := v.Content.restore()
	if err != nil {
		return err
	}
	f := &file{
		content: inner, id: v.ID, name: v.Name, uri: v.URI, url: v.URL, dataType: v.DataType, created: v.Created, updated: v.Updated, readyAt: v.ReadyAt,
		plan: v.Plan, rule: v.Rule, settings: c.settings, state: v.State, settled: v.Settled, seconds: v.Seconds, scripted: v.Outcome,
	}
	for _, p := range v.Found {
		f.found = append(f.found, passage{s.track(p.savedTrackRef), p.Offset, p.Start, p.Length})
	}
	if v.Settings != nil {
		f.settings = s.restoreSettings(c.account, v.Settings)
	}
	for i, number := range v.RuleTracks {
		if f.rule != nil && i < len(f.rule.Matches) {
			f.rule.Matches[i].Track.number = number
		}
	}
	c.restore(f, v.Number)
	s.files[f.id] = f
	if !f.settled {
		c.pending.add(f)
		s.expect(f)
	}
	return nil
}

// restore adds a file with the number that it had.
func (c *container) restore(f *file, number uint32) {
	next := max(c.next, number+1)
	c.next = number
	c.add(f)
	c.next = next
}

func (s *Server) restoreSettings(a *account, v *savedSettings) *settings {
	return &settings{v.Name, v.Region, v.AudioType, v.Engine, v.Policy, s.buckets(a, v.Buckets), v.CallbackURL, v.Deepright, v.MusicDetection, v.AIDetection}
}

// buckets returns the buckets of references. A deleted one becomes an empty bucket.
func (s *Server) buckets(a *account, refs []savedRef) []*bucket {
	list := make([]*bucket, 0, len(refs))
	for _, ref := range refs {
		b, ok := a.buckets.get(ref.ID)
		switch {
		case ref.ID == musicBucketID:
			b = s.music
		case !ok:
			b = &bucket{id: ref.ID, account: a, name: ref.Name, kind: bucketFile}
		}
		list = append(list, b)
	}
	return list
}

func (s *Server) savePlays() map[string]map[string][]savedPlay {
	all := map[string]map[string][]savedPlay{}
	for stream, days := range s.plays {
		all[stream] = map[string][]savedPlay{}
		for day, plays := range days {
			for i := range plays {
				p := &plays[i]
				v := savedPlay{savedTrackRef: refTrack(&p.Track), At: p.At, Played: p.Played, FalsePositive: p.FalsePositive, Data: p.Data}
				if p.report != nil {
					v.Report = &savedReport{p.report.id, p.report.title, p.report.userDefined}
				}
				all[stream][day] = append(all[stream][day], v)
			}
		}
	}
	return all
}

func (s *Server) restorePlays(saved map[string]map[string][]savedPlay) {
	s.plays = map[string]map[string][]Play{}
	for stream, days := range saved {
		s.plays[stream] = map[string][]Play{}
		for day, plays := range days {
			for _, v := range plays {
				p := Play{Track: s.track(v.savedTrackRef).clone(), At: v.At, Played: v.Played, FalsePositive: v.FalsePositive, Data: v.Data}
				if v.Report != nil {
					p.report = &userReport{v.Report.ID, v.Report.Title, v.Report.UserDefined}
				}
				s.plays[stream][day] = append(s.plays[stream][day], p)
			}
		}
	}
}

// restoreTrack adds a saved track to the server.
func (s *Server) restoreTrack(v *savedTrack) error {
	t := v.restore()
	t.number = len(s.tracks) + 1
	if v.DataHash != "" {
		b, err := hex.DecodeString(v.DataHash)
		if err != nil {
			return err
		}
		var hash [sha256.Size]byte
		copy(hash[:], b)
		s.hashes[hash] = t.number
	}
	s.tracks = append(s.tracks, t)
	return nil
}
