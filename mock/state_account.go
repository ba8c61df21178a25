package mock

import (
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

type savedBucket struct {
	ID               int
	Name, Kind       string
	Region           string
	NetType          int
	Labels           []string `json:",omitempty"`
	Template         string   `json:",omitempty"`
	Created, Updated time.Time
	Files            []savedOwnFile     `json:",omitempty"`
	Channels         []savedLiveChannel `json:",omitempty"`
	Dedup            []savedDedupFile   `json:",omitempty"`
}

type savedOwnFile struct {
	ID               int
	Content          savedContent
	ACRID, Title     string
	DataType         string
	URL              string         `json:",omitempty"`
	UserDefined      map[string]any `json:",omitempty"`
	Created, Updated time.Time
	ReadyAt          time.Time
	Failed           bool           `json:",omitempty"`
	Sounds           []savedStretch `json:",omitempty"`
}

type savedLiveChannel struct {
	ID                int
	ACRID, Title, URL string
	UserDefined       map[string]any `json:",omitempty"`
	Timeshift         int            `json:",omitempty"`
	Created, Updated  time.Time
}

type savedDedupFile struct {
	Content          savedContent
	ACRID            string
	IDs              []string
	Created, Updated time.Time
}

type savedProject struct {
	ID                      int
	Name                    string
	Region                  acrcloud.Region
	AccessKey, AccessSecret string
	ServiceType, AudioType  string
	ExternalIDs             []string          `json:",omitempty"`
	All                     bool              `json:",omitempty"` // searches all buckets
	Buckets                 []savedRef        `json:",omitempty"`
	Usage                   map[string][3]int `json:",omitempty"`
	Created, Updated        time.Time
}

type savedMonitor struct {
	ID                   int
	Database             bool `json:",omitempty"`
	Name, Region, Kind   string
	AccessKey            string
	Buckets              []savedRef     `json:",omitempty"`
	ExternalIDs          []string       `json:",omitempty"`
	Template             string         `json:",omitempty"`
	Stations             []savedStation `json:",omitempty"`
	CallbackURL          string         `json:",omitempty"`
	SendNoResult         bool           `json:",omitempty"`
	ResultType           int
	StateURL, StateEmail string `json:",omitempty"`
	StateFrequency       int
	Created, Updated     time.Time
}

type savedStation struct {
	ID, Name         string
	URLs             []string `json:",omitempty"`
	UserDefined      any      `json:",omitempty"`
	ConfigID         int
	Changes          []savedChange `json:",omitempty"`
	Created, Updated time.Time
}

type savedChange struct {
	From time.Time
	Word string
}

type savedHistorical struct {
	ID                 int
	Name, Region, Kind string
	AccessKey          string
	Stations           []int
	Created            time.Time
}

type savedUnknownProject struct {
	ID                 int
	Name, Region, Kind string
	Config             map[string]any       `json:",omitempty"`
	Streams            []savedUnknownStream `json:",omitempty"`
	Results            []savedUnknownResult `json:",omitempty"`
	Created            time.Time
}

type savedUnknownStream struct {
	ID           int
	Stream, From string
	Monitor      int
	Names        [2]string
	Created      time.Time
}

type savedUnknownResult struct {
	ID               int
	Content          UnknownContent
	Operators        []row `json:",omitempty"`
	Created, Updated time.Time
}

// saveAccount returns an account in its saved form, without the files of its containers.
func saveAccount(a *account) savedAccount {
	v := savedAccount{ID: a.id}
	for _, c := range a.containers {
		v.Containers = append(v.Containers, savedContainer{c.ID, c.created, c.updated, c.next, saveSettings(c.settings)})
	}
	for _, b := range a.buckets.all(nil) {
		v.Buckets = append(v.Buckets, saveBucket(b))
	}
	for _, p := range a.projects.all(nil) {
		saved := savedProject{p.id, p.name, p.region, p.accessKey, p.accessSecret, p.serviceType, p.audioType, p.externalIDs, p.buckets == nil, saveRefs(p.buckets), map[string][3]int{}, p.created, p.updated}
		for day, u := range p.usage {
			saved.Usage[day] = [3]int{u.result, u.noResult, u.failed}
		}
		v.Projects = append(v.Projects, saved)
	}
	for _, m := range a.streamProjects.all(nil) {
		v.StreamProjects = append(v.StreamProjects, saveMonitor(m))
	}
	for _, m := range a.channelProjects.all(nil) {
		v.ChannelProjects = append(v.ChannelProjects, saveMonitor(m))
	}
	for _, p := range a.historical.all(nil) {
		v.Historical = append(v.Historical, savedHistorical{p.id, p.name, p.region, p.kind, p.accessKey, p.stations, p.created})
	}
	for _, p := range a.unknown.all(nil) {
		saved := savedUnknownProject{ID: p.id, Name: p.name, Region: p.region, Kind: p.kind, Config: p.config, Created: p.created}
		for _, u := range p.streams.all(nil) {
			saved.Streams = append(saved.Streams, savedUnknownStream{u.id, u.stream, u.from, u.monitor, u.names, u.createdAt})
		}
		for _, r := range p.results.all(nil) {
			saved.Results = append(saved.Results, savedUnknownResult{r.id, r.UnknownContent, r.operators, r.created, r.updated})
		}
		v.Unknown = append(v.Unknown, saved)
	}
	return v
}

func saveBucket(b *bucket) savedBucket {
	v := savedBucket{ID: b.id, Name: b.name, Kind: b.kind, Region: b.region, NetType: b.netType, Labels: b.labels, Template: b.template, Created: b.created, Updated: b.updated}
	for _, f := range b.files {
		v.Files = append(v.Files, savedOwnFile{f.id, saveContent(f.content), f.acrID, f.title, f.dataType, f.url, f.userDefined, f.created, f.updated, f.readyAt, f.failed, saveStretches(f.sounds)})
	}
	for _, c := range b.channels.all(nil) {
		v.Channels = append(v.Channels, savedLiveChannel{c.id, c.acrID, c.title, c.url, c.userDefined, c.timeshift, c.created, c.updated})
	}
	for _, f := range b.dedup {
		v.Dedup = append(v.Dedup, savedDedupFile{saveContent(f.content), f.acrID, f.ids, f.created, f.updated})
	}
	return v
}

func saveMonitor(m *monitor) savedMonitor {
	v := savedMonitor{
		m.id, m.database, m.name, m.region, m.kind, m.accessKey, saveRefs(m.buckets), m.externalIDs, m.template, nil,
		m.callbackURL, m.sendNoResult, m.resultType, m.stateURL, m.stateEmail, m.stateFrequency, m.created, m.updated,
	}
	for _, st := range m.stations {
		saved := savedStation{ID: st.id, Name: st.name, URLs: st.urls, UserDefined: st.userDefined, ConfigID: st.configID, Created: st.created, Updated: st.updated}
		for _, c := range st.changes {
			saved.Changes = append(saved.Changes, savedChange{c.from, c.word})
		}
		v.Stations = append(v.Stations, saved)
	}
	return v
}

// restoreAccount restores a saved account. Its buckets come first, because everything else may refer to them.
func (s *Server) restoreAccount(v *savedAccount) error {
	a := s.accountOf(v.ID)
	for i := range v.Buckets {
		if err := a.restoreBucket(&v.Buckets[i]); err != nil {
			return err
		}
	}
	for i := range v.Containers {
		saved := &v.Containers[i]
		c := &container{
			settings: s.restoreSettings(a, &saved.Settings), ID: saved.ID, account: a, created: saved.Created, updated: saved.Updated, next: saved.Next,
			byID: map[string]*file{}, byState: map[int]*fileList{},
		}
		s.containers[c.ID] = c
		a.containers = append(a.containers, c)
	}
	for _, saved := range v.Projects {
		p := &project{
			id: saved.ID, account: a, name: saved.Name, region: saved.Region, accessKey: saved.AccessKey, accessSecret: saved.AccessSecret, serviceType: saved.ServiceType,
			audioType: saved.AudioType, externalIDs: saved.ExternalIDs, usage: map[string]*projectUsage{}, created: saved.Created, updated: saved.Updated,
		}
		if !saved.All {
			p.buckets = s.buckets(a, saved.Buckets)
		}
		for day, u := range saved.Usage {
			p.usage[day] = &projectUsage{u[0], u[1], u[2]}
		}
		a.projects.add(p.id, p)
		s.projects = append(s.projects, p)
	}
	for _, saved := range v.StreamProjects {
		a.streamProjects.add(saved.ID, s.restoreMonitor(a, &saved))
	}
	for _, saved := range v.ChannelProjects {
		a.channelProjects.add(saved.ID, s.restoreMonitor(a, &saved))
	}
	for _, p := range v.Historical {
		a.historical.add(p.ID, &historicalProject{p.ID, a, p.Name, p.Region, p.Kind, p.AccessKey, p.Stations, p.Created})
	}
	for _, saved := range v.Unknown {
		p := &unknownProject{id: saved.ID, account: a, name: saved.Name, region: saved.Region, kind: saved.Kind, config: saved.Config, created: saved.Created}
		for _, u := range saved.Streams {
			p.streams.add(u.ID, &unknownStream{u.ID, p, u.Stream, u.From, u.Monitor, u.Names, u.Created})
		}
		for _, r := range saved.Results {
			p.results.add(r.ID, &unknownResult{UnknownContent: r.Content, id: r.ID, project: p, operators: r.Operators, created: r.Created, updated: r.Updated})
		}
		a.unknown.add(p.id, p)
	}
	return nil
}

func (a *account) restoreBucket(v *savedBucket) error {
	b := &bucket{id: v.ID, account: a, name: v.Name, kind: v.Kind, region: v.Region, netType: v.NetType, labels: v.Labels, template: v.Template, created: v.Created, updated: v.Updated}
	for i := range v.Files {
		f := &v.Files[i]
		c, err := f.Content.restore()
		if err != nil {
			return err
		}
		b.insert(&ownFile{
			content: c, id: f.ID, acrID: f.ACRID, title: f.Title, dataType: f.DataType, url: f.URL, userDefined: f.UserDefined, created: f.Created, updated: f.Updated,
			readyAt: f.ReadyAt, failed: f.Failed, sounds: restoreStretches(f.Sounds),
		})
	}
	for _, c := range v.Channels {
		b.channels.add(c.ID, &liveChannel{c.ID, b, c.ACRID, c.Title, c.URL, c.UserDefined, c.Timeshift, c.Created, c.Updated})
	}
	for i := range v.Dedup {
		f := &v.Dedup[i]
		c, err := f.Content.restore()
		if err != nil {
			return err
		}
		b.dedup = append(b.dedup, &dedupFile{c, f.ACRID, f.IDs, f.Created, f.Updated})
	}
	a.buckets.add(b.id, b)
	return nil
}

func (s *Server) restoreMonitor(a *account, v *savedMonitor) *monitor {
	m := &monitor{
		v.ID, a, v.Database, v.Name, v.Region, v.Kind, v.AccessKey, s.buckets(a, v.Buckets), v.ExternalIDs, v.Template, nil,
		v.CallbackURL, v.SendNoResult, v.ResultType, v.StateURL, v.StateEmail, v.StateFrequency, v.Created, v.Updated,
	}
	for _, saved := range v.Stations {
		st := &station{id: saved.ID, monitor: m, name: saved.Name, urls: saved.URLs, userDefined: saved.UserDefined, configID: saved.ConfigID, created: saved.Created, updated: saved.Updated}
		for _, c := range saved.Changes {
			st.changes = append(st.changes, stationState{c.From, c.Word})
		}
		m.stations = append(m.stations, st)
	}
	return m
}
