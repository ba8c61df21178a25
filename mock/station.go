package mock

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// A monitor is a project of Broadcast Monitoring, with the user's own streams or with channels of the service's
// database.
type monitor struct {
	id          int
	account     *account
	database    bool
	name        string
	region      string
	kind        string // BM-ACRC, BM-LOCAL or BM-Database
	accessKey   string
	buckets     []*bucket
	externalIDs []string
	template    string // metadata_template
	stations    []*station

	callbackURL    string
	sendNoResult   bool
	resultType     int
	stateURL       string
	stateEmail     string
	stateFrequency int

	created, updated time.Time
}

// set sets the fields that can be changed.
func (m *monitor) set(sent *body) {
	sent.text("name", &m.name)
	sent.bucketList("buckets", m.account, &m.buckets)
	sent.texts("external_ids", &m.externalIDs)
	sent.text("metadata_template", &m.template)
	m.updated = m.account.now()
}

// bucketsJSON returns the project's buckets in full, and as a list of ids.
func (m *monitor) bucketsJSON() (list []row, ids string) {
	list = []row{}
	texts := make([]string, 0, len(m.buckets))
	for _, b := range m.buckets {
		list, texts = append(list, b.json()), append(texts, strconv.Itoa(b.id))
	}
	return list, strings.Join(texts, ",")
}

// A station is a monitored stream or channel.
type station struct {
	id          string // of a channel: its number
	monitor     *monitor
	name        string
	urls        []string
	userDefined any
	configID    int
	changes     []stationState // the oldest first; before the first, it was running

	created, updated time.Time
}

// A stationState is the state of a stream since a time.
type stationState struct {
	from time.Time
	word string
}

// running is the state of a stream that is being monitored.
const running = "Running"

// stationStates are the documented states.
var stationStates = []string{running, "Timeout", "Paused", "Invalid URL", "Mute", "Other"}

// state is the current state.
func (st *station) state() string {
	if n := len(st.changes); n > 0 {
		return st.changes[n-1].word
	}
	return running
}

// stateCode returns the number of a state. 0 is documented for a running stream. The only other one that has been seen
// is 12; its meaning, and other numbers, are not known.
func stateCode(state string) int {
	if state == running {
		return 0
	}
	return 12
}

func (st *station) change(word string) {
	if st.state() != word {
		st.changes, st.updated = append(st.changes, stationState{st.monitor.account.now(), word}), st.monitor.account.now()
	}
}

func (m *monitor) station(id string) *station {
	i := slices.IndexFunc(m.stations, func(st *station) bool { return st.id == strings.TrimSpace(id) })
	if i < 0 {
		return nil
	}
	return m.stations[i]
}

// list returns the stations of a comma-separated list, if all exist.
func (m *monitor) list(ids string) (list []*station, ok bool) {
	for id := range strings.SplitSeq(ids, ",") {
		st := m.station(id)
		if st == nil {
			return nil, false
		}
		list = append(list, st)
	}
	return list, true
}

// stations returns all stations with an id; a channel may be in several projects. The lock must be held.
func (s *Server) stations(id string) []*station {
	var list []*station
	for _, a := range s.accounts {
		for _, m := range slices.Concat(a.streamProjects.all(nil), a.channelProjects.all(nil)) {
			if st := m.station(id); st != nil {
				list = append(list, st)
			}
		}
	}
	return list
}

// withMonitor runs do for the project in a path.
func (s *Server) withMonitor(q *request, do func(m *monitor) *response) *response {
	of := func(a *account) *shelf[*monitor] { return &a.streamProjects }
	if strings.HasPrefix(q.path, "/api/bm-bd-projects/") {
		of = func(a *account) *shelf[*monitor] { return &a.channelProjects }
	}
	return withOwn(s, q, "project", of, do)
}

// withStation runs do for the stream or channel in a path.
func (s *Server) withStation(q *request, do func(st *station) *response) *response {
	return s.withMonitor(q, func(m *monitor) *response {
		st := m.station(q.PathValue("station"))
		if st == nil {
			return notFound()
		}
		return do(st)
	})
}
