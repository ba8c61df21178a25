package mock

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// unknownScope is the group of scopes for unknown content.
const unknownScope = "ucf"

func unknownRoutes() []route {
	const all, one = "/api/ucf-projects", "/api/ucf-projects/{project}"
	return []route{
		{OpListUnknownProjects, http.MethodGet, all, unknownScope, false, (*Server).listUnknownProjects},
		{OpCreateUnknownProject, http.MethodPost, all, unknownScope, false, (*Server).createUnknownProject},
		{OpUpdateUnknownProject, http.MethodPut, one, unknownScope, false, (*Server).updateUnknownProject},
		{OpDeleteUnknownProject, http.MethodDelete, one, unknownScope, false, (*Server).deleteUnknownProject},
		{OpListUnknownStreams, http.MethodGet, one + "/streams", unknownScope, false, (*Server).listUnknownStreams},
		{OpImportUnknownStreams, http.MethodPost, one + "/streams", unknownScope, false, (*Server).importUnknownStreams},
		{OpDeleteUnknownStream, http.MethodDelete, one + "/streams/{streams}", unknownScope, false, (*Server).deleteUnknownStreams},
		{OpListUnknown, http.MethodGet, one + "/results", unknownScope, false, (*Server).listUnknown},
		{OpGetUnknown, http.MethodGet, one + "/results/{result}", unknownScope, false, (*Server).getUnknown},
		{OpDeleteUnknown, http.MethodDelete, one + "/results/{result}", unknownScope, false, (*Server).deleteUnknown},
		{OpUnknownDetails, http.MethodGet, one + "/results/{result}/details", unknownScope, false, (*Server).unknownDetails},
		{OpUnknownRecord, http.MethodGet, one + "/results/{result}/record", unknownScope, false, (*Server).unknownRecord},
		{OpResetUnknown, http.MethodPost, one + "/results/{result}/pending", unknownScope, false, (*Server).resetUnknown},
	}
}

// UnknownContent is content that streams of an unknown content project have played repeatedly.
type UnknownContent struct {
	ACRID      string         // 32 hexadecimal digits; invented if empty
	Status     int            // 0 pending, 2 edited, 6 reported, 10 bucketed, 14 reported and bucketed
	Label      int            // 0 unknown, 1 music, 2 speech, 3 music and speech, 4 advertisement
	Length     time.Duration  // of it
	Detections []time.Time    // when it was played, in order
	StreamID   string         // of Broadcast Monitoring, which played it
	Metadata   map[string]any // null if empty
}

// AddUnknownContent adds content to an unknown content project, which was created through the API. It returns the id of
// the result.
func (s *Server) AddUnknownContent(projectID int, c UnknownContent) (id int, err error) {
	s.lock()
	defer s.mu.Unlock()
	if len(c.Detections) == 0 {
		return 0, errors.New("mock: the content has no Detections: set them to when it was played")
	}
	for _, a := range s.accounts {
		p, ok := a.unknown.get(projectID)
		if !ok {
			continue
		}
		fill(&c.ACRID, func() string { return hexadecimal(s.random, 32) })
		c.Detections = slices.Clone(c.Detections)
		r := &unknownResult{UnknownContent: c, id: s.newID(), project: p, created: c.Detections[0], updated: c.Detections[len(c.Detections)-1]}
		p.results.add(r.id, r)
		s.changed()
		return r.id, nil
	}
	return 0, fmt.Errorf("mock: unknown content project %d does not exist: create it through the API first", projectID)
}

// An unknownProject collects unrecognised content that monitored streams play repeatedly.
type unknownProject struct {
	id      int
	account *account
	name    string
	region  string
	kind    string
	config  map[string]any
	streams shelf[*unknownStream]
	results shelf[*unknownResult]
	created time.Time
}

// json is the project in the format that the official tool reads. The config of a project without one is not known;
// these are the official tool's examples.
func (p *unknownProject) json() row {
	config := row{"days": 3, "min_ms": 5000, "max_ms": 300_000}
	maps.Copy(config, p.config)
	return row{"id": p.id, "name": p.name, "region": p.region, "type": p.kind, "config": config, "created_at": p.created.UTC().Format(dateTime)}
}

func (s *Server) withUnknownProject(q *request, do func(p *unknownProject) *response) *response {
	return withOwn(s, q, "project", func(a *account) *shelf[*unknownProject] { return &a.unknown }, do)
}

// listUnknownProjects is not paged.
func (s *Server) listUnknownProjects(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	region := q.URL.Query().Get("region")
	rows := []row{}
	for _, p := range q.account.unknown.newest(func(p *unknownProject) bool { return region == "" || p.region == region }) {
		rows = append(rows, p.json())
	}
	return data(http.StatusOK, rows)
}

func (s *Server) createUnknownProject(q *request) *response {
	sent := readBody(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &unknownProject{account: q.account, kind: "BM", created: s.now()}
	sent.required("name", "region")
	sent.text("name", &p.name)
	sent.region(q.place, &p.region)
	sent.text("type", &p.kind, "BM", "FILES")
	sent.object("config", &p.config)
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	p.id = s.newID()
	q.account.unknown.add(p.id, p)
	return data(http.StatusOK, p.json())
}

func (s *Server) updateUnknownProject(q *request) *response {
	sent := readBody(q.Request)
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		changed := *p
		sent.text("name", &changed.name)
		sent.object("config", &changed.config)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		*p = changed
		return data(http.StatusOK, p.json())
	})
}

func (s *Server) deleteUnknownProject(q *request) *response {
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		p.account.unknown.remove(p.id)
		return nothing()
	})
}

// An unknownStream is a monitored stream or channel whose unknown content is collected.
type unknownStream struct {
	id        int
	project   *unknownProject
	stream    string
	from      string
	monitor   int
	names     [2]string // of the stream, and of its project
	createdAt time.Time
}

// json is the stream. The id of its origin is text in lists, and in the response to the import a number if it is one.
func (u *unknownStream) json(asNumber bool) row {
	var stream any = u.stream
	if n, err := strconv.Atoi(u.stream); asNumber && err == nil {
		stream = n
	}
	at := u.createdAt.UTC().Format(timeLayout)
	return row{
		"id": u.id, "uid": u.project.account.id, "pid": u.project.id, "bm_stream_id": stream, "bm_project_id": u.monitor, "from": u.from, "state": 1,
		"bm_stream_name": u.names[0], "bm_project_name": u.names[1], "created_at": at, "updated_at": at,
	}
}

func (s *Server) listUnknownStreams(q *request) *response {
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		list := p.streams.newest(nil)
		return paged(q.Request, len(list), func(i int) any { return list[i].json(false) })
	})
}

// importUnknownStreams imports streams of a project of the account.
func (s *Server) importUnknownStreams(q *request) *response {
	sent := readBody(q.Request)
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		var ids []string
		var from string
		var monitorID int
		sent.required("bm_stream_ids", "from", "bm_project_id")
		sent.texts("bm_stream_ids", &ids)
		sent.text("from", &from, "BM-CUSTOM", "BM-DATABASE")
		sent.number("bm_project_id", &monitorID)
		m, ok := p.account.streamProjects.get(monitorID)
		if from == "BM-DATABASE" {
			m, ok = p.account.channelProjects.get(monitorID)
		}
		if sent.has("bm_project_id") && !ok {
			sent.invalid("bm_project_id")
		}
		rows := []row{}
		if len(sent.problems) == 0 {
			stations, ok := m.list(strings.Join(ids, ","))
			if !ok {
				sent.invalid("bm_stream_ids")
			}
			for _, st := range stations {
				u := &unknownStream{id: s.newID(), project: p, stream: st.id, from: from, monitor: m.id, names: [2]string{st.name, m.name}, createdAt: s.now()}
				p.streams.add(u.id, u)
				rows = append(rows, u.json(true))
			}
		}
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		return data(http.StatusOK, rows)
	})
}

func (s *Server) deleteUnknownStreams(q *request) *response {
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		ids, ok := idsOf(q.PathValue("streams"), func(id int) bool { return p.streams.byID[id] != nil })
		if !ok {
			return notFound()
		}
		for _, id := range ids {
			p.streams.remove(id)
		}
		return nothing()
	})
}

// An unknownResult is content that was collected.
type unknownResult struct {
	UnknownContent

	id               int
	project          *unknownProject
	operators        []row
	created, updated time.Time
}

func (r *unknownResult) json() row {
	var metadata any
	if len(r.Metadata) > 0 {
		metadata = r.Metadata
	}
	operators := r.operators
	if operators == nil {
		operators = []row{}
	}
	return row{
		"id": r.id, "acr_id": r.ACRID, "status": r.Status, "label": r.Label, "num": len(r.Detections), "duration_ms": r.Length.Milliseconds(), "metadata": metadata,
		"pid": r.project.id, "operators": operators, "created_at": r.created.UTC().Format(dateTime), "updated_at": r.updated.UTC().Format(dateTime),
	}
}

// put changes the status, as a person would.
func (r *unknownResult) put(status int) {
	r.Status, r.updated = status, r.project.account.now()
	r.operators = append(r.operators, row{"operator": "API", "updated_at": r.updated.UTC().Format(dateTime)})
}

// statusDeleted is the status of ignored content.
const statusDeleted = -1

// listUnknown has the documented filters. Dates are days or times in UTC. The official tool can also send label_value,
// supposedly the name of an advertisement; it is ignored.
func (s *Server) listUnknown(q *request) *response {
	query := q.URL.Query()
	from, until := instant(query, "begin_date", false), instant(query, "end_date", true)
	shortest, longest := limit(query, "min", 0), limit(query, "max", maxPlays)
	streams := split(query.Get("streams"))
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		list := p.results.all(func(r *unknownResult) bool {
			seconds := int(r.Length.Seconds())
			return (from.IsZero() || !r.created.Before(from)) && (until.IsZero() || r.created.Before(until)) && seconds >= shortest && seconds <= longest &&
				oneOf(query.Get("status"), r.Status) && oneOf(query.Get("label"), r.Label) && (len(streams) == 0 || slices.Contains(streams, r.StreamID)) &&
				(query.Get("ucf_id") == "" || r.is(query.Get("ucf_id")))
		})
		slices.SortStableFunc(list, func(x, y *unknownResult) int {
			switch query.Get("sortby") {
			case "num":
				return cmp.Compare(len(x.Detections), len(y.Detections))
			case "duration_ms":
				return cmp.Compare(x.Length, y.Length)
			}
			return cmp.Compare(x.id, y.id)
		})
		if query.Get("order") != "asc" {
			slices.Reverse(list)
		}
		return paged(q.Request, len(list), func(i int) any { return list[i].json() })
	})
}

// is reports whether the content has the given id or ACRID.
func (r *unknownResult) is(id string) bool { return strconv.Itoa(r.id) == id || r.ACRID == id }

// oneOf reports whether a number is in a comma-separated list; an empty list has all.
func oneOf(list string, n int) bool {
	return list == "" || slices.Contains(split(list), strconv.Itoa(n))
}

func limit(query url.Values, name string, otherwise int) int {
	if n, err := strconv.Atoi(query.Get(name)); err == nil {
		return n
	}
	return otherwise
}

// instant parses a time or a day; of a day, end selects its end.
func instant(query url.Values, name string, end bool) time.Time {
	if at, err := time.Parse(dateTime, query.Get(name)); err == nil {
		return at
	}
	at, err := time.Parse(time.DateOnly, query.Get(name))
	if err == nil && end {
		return at.AddDate(0, 0, 1)
	}
	return at
}

func (s *Server) withUnknown(q *request, do func(r *unknownResult) *response) *response {
	return s.withUnknownProject(q, func(p *unknownProject) *response {
		found := p.results.all(func(r *unknownResult) bool { return r.is(q.PathValue("result")) })
		if len(found) == 0 {
			return notFound()
		}
		return do(found[0])
	})
}

func (s *Server) getUnknown(q *request) *response {
	return s.withUnknown(q, func(r *unknownResult) *response { return data(http.StatusOK, r.json()) })
}

// unknownDetails returns the detections. Their format is not known.
func (s *Server) unknownDetails(q *request) *response {
	from, until := instant(q.URL.Query(), "begin_date", false), instant(q.URL.Query(), "end_date", true)
	return s.withUnknown(q, func(r *unknownResult) *response {
		list := slices.DeleteFunc(slices.Clone(r.Detections), func(at time.Time) bool {
			return (!from.IsZero() && at.Before(from)) || (!until.IsZero() && !at.Before(until))
		})
		return paged(q.Request, len(list), func(i int) any {
			return row{"bm_stream_id": r.StreamID, "timestamp_utc": list[i].UTC().Format(dateTime), "duration_ms": r.Length.Milliseconds()}
		})
	})
}

// unknownRecord returns the URL of the recording. The member's name is not known, and this URL serves nothing.
func (s *Server) unknownRecord(q *request) *response {
	return s.withUnknown(q, func(r *unknownResult) *response {
		return data(http.StatusOK, row{"url": "https://" + storageHost + "/ucf/" + r.ACRID + ".wav?extend=" + url.QueryEscape(q.URL.Query().Get("extend"))})
	})
}

// deleteUnknown deletes content, or ignores it from now on.
func (s *Server) deleteUnknown(q *request) *response {
	return s.withUnknown(q, func(r *unknownResult) *response {
		if q.URL.Query().Get("reserved") == "1" {
			r.put(statusDeleted)
		} else {
			r.project.results.remove(r.id)
		}
		return nothing()
	})
}

// resetUnknown makes content pending. The format of the response is not known; here it is the content.
func (s *Server) resetUnknown(q *request) *response {
	return s.withUnknown(q, func(r *unknownResult) *response {
		r.put(0)
		return data(http.StatusOK, r.json())
	})
}
