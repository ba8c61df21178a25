package mock

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func projectRoutes() []route {
	const group = "base-projects" // of scopes
	const one = "/api/base-projects/{project}"
	return []route{
		{OpListProjects, http.MethodGet, "/api/base-projects", group, false, (*Server).listProjects},
		{OpCreateProject, http.MethodPost, "/api/base-projects", group, false, (*Server).createProject},
		{OpGetProject, http.MethodGet, one, group, false, (*Server).getProject},
		{OpUpdateProject, http.MethodPut, one, group, false, (*Server).updateProject},
		{OpDeleteProject, http.MethodDelete, one, group, false, (*Server).deleteProject},
		{OpProjectBucketStatus, http.MethodGet, one + "/bucket-status", group, false, (*Server).projectBucketStatus},
		{OpProjectStatistics, http.MethodGet, one + "/statistics", group, false, (*Server).projectStatistics},
		{OpProjectUsage, http.MethodGet, one + "/day-stat", group, false, (*Server).projectUsageByDay},
	}
}

// projectUsage counts the results of identifications of a day.
type projectUsage struct{ result, noResult, failed int }

// count counts an identification. It requires the server's lock.
func (p *project) count(code int) {
	day := p.account.now().UTC().Format(time.DateOnly)
	u := p.usage[day]
	if u == nil {
		u = &projectUsage{}
		p.usage[day] = u
	}
	switch code {
	case codeSuccess:
		u.result++
	case codeNoResult, codeNoFingerprint:
		u.noResult++
	default:
		u.failed++
	}
}

// json is the project in the service's format, with its secret.
func (p *project) json() row {
	buckets := []row{}
	for _, b := range p.searched() {
		buckets = append(buckets, b.brief())
	}
	external := p.externalIDs
	if external == nil {
		external = []string{}
	}
	return row{
		"id": p.id, "uid": p.account.id, "name": p.name, "region": p.region, "service_type": p.serviceType, "access_key": p.accessKey,
		"access_secret": p.accessSecret, "state": 1, "day_limit": 0, "total_limit": 0, "audio_type": p.audioType, "version": 1, "external_id": "",
		"external_ids": external, "status_check": 2, "buckets": buckets,
		"created_at": p.created.UTC().Format(timeLayout), "updated_at": p.updated.UTC().Format(timeLayout),
	}
}

func (s *Server) withProject(q *request, do func(p *project) *response) *response {
	return withOwn(s, q, "project", func(a *account) *shelf[*project] { return &a.projects }, do)
}

func (s *Server) listProjects(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	region, kind := q.URL.Query().Get("region"), q.URL.Query().Get("type")
	list := q.account.projects.newest(func(p *project) bool {
		return (region == "" || string(p.region) == region) && (kind == "" || p.serviceType == kind)
	})
	return paged(q.Request, len(list), func(i int) any { return list[i].json() })
}

func (s *Server) getProject(q *request) *response {
	return s.withProject(q, func(p *project) *response { return data(http.StatusOK, p.json()) })
}

func (s *Server) createProject(q *request) *response {
	sent := readBody(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &project{audioType: "linein", buckets: []*bucket{}}
	sent.required("name", "region", "type", "buckets")
	var region string
	sent.region(q.place, &region)
	p.region = acrcloud.Region(region)
	sent.text("type", &p.serviceType, "AVR", "LCD", "HR")
	sent.texts("external_ids", &p.externalIDs)
	p.set(sent, q.account)
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	return data(http.StatusOK, s.addProject(q.account, p).json())
}

// set sets the fields that can be changed.
func (p *project) set(sent *body, a *account) {
	sent.text("name", &p.name)
	sent.text("audio_type", &p.audioType, "linein", "recorded")
	sent.bucketList("buckets", a, &p.buckets)
	p.updated = p.account.now()
}

func (s *Server) updateProject(q *request) *response {
	sent := readBody(q.Request)
	return s.withProject(q, func(p *project) *response {
		changed := *p
		changed.set(sent, p.account)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		*p = changed
		return data(http.StatusOK, p.json())
	})
}

// deleteProject deletes a project. Its access key becomes unknown.
func (s *Server) deleteProject(q *request) *response {
	return s.withProject(q, func(p *project) *response {
		p.account.projects.remove(p.id)
		s.projects = slices.DeleteFunc(s.projects, func(other *project) bool { return other == p })
		return nothing()
	})
}

// projectBucketStatus is a call of the official tool. The format of the response is not known; here it is the buckets
// with their state.
func (s *Server) projectBucketStatus(q *request) *response {
	return s.withProject(q, func(p *project) *response {
		rows := []row{}
		for _, b := range p.searched() {
			rows = append(rows, row{"id": b.id, "name": b.name, "type": b.kind, "state": 1})
		}
		return data(http.StatusOK, rows)
	})
}

// projectStatistics is a call of the official tool. The format of the response is not known; here it is that of
// day-stat.
func (s *Server) projectStatistics(q *request) *response {
	return s.usageOf(q, "start_date", "end_date")
}

// projectUsageByDay is not documented, but used by programs. It is assumed that days without requests are left out, and
// how invalid requests are refused.
func (s *Server) projectUsageByDay(q *request) *response { return s.usageOf(q, "start", "end") }

// usageOf returns the identifications of each day, within the given days or of all.
func (s *Server) usageOf(q *request, from, until string) *response {
	query, problems := q.URL.Query(), problems{}
	first, last := day(query, from, problems), day(query, until, problems)
	if len(problems) > 0 {
		return invalid(q.Request, problems)
	}
	return s.withProject(q, func(p *project) *response {
		rows := []row{}
		for _, date := range slices.Sorted(maps.Keys(p.usage)) {
			if u := p.usage[date]; date >= first && (last == "" || date <= last) {
				rows = append(rows, row{"date": date, "result": u.result, "noresult": u.noResult, "error": u.failed})
			}
		}
		return data(http.StatusOK, rows)
	})
}

// day returns a date of a query, YYYY-MM-DD.
func day(query url.Values, name string, problems problems) string {
	text := query.Get(name)
	if _, err := time.Parse(time.DateOnly, text); text != "" && err != nil {
		problems.add(name, "The "+name+" does not match the format Y-m-d.")
	}
	return text
}
