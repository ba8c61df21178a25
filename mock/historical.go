package mock

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// historicalRoutes accept any scope, since theirs is not known. More calls exist than are known.
func historicalRoutes() []route {
	const all = "/api/bm-hist-projects"
	return []route{
		{OpListHistoricalProjects, http.MethodGet, all, "", false, (*Server).listHistorical},
		{OpCreateHistoricalProject, http.MethodPost, all, "", false, (*Server).createHistorical},
		{OpHistoricalResults, http.MethodGet, all + "/{project}/channels/{station}/results", "", false, (*Server).historicalResults},
	}
}

// A historicalProject has past plays that were bought.
type historicalProject struct {
	id        int
	account   *account
	name      string
	region    string
	kind      string
	accessKey string
	stations  []int
	created   time.Time
}

// json is the project in the service's format, with its own spelling of total_results.
func (p *historicalProject) json() row {
	at := p.created.UTC().Format(dateTime)
	return row{
		"id": p.id, "uid": p.account.id, "name": p.name, "region": p.region, "access_key": p.accessKey, "state": 1, "months": []string{}, "total_price": 0,
		"total_months": 0, "unit_price": 50, "payment_status": 0, "paid_amount": 0, "paid_at": "", "report_id": 0, "total_channels": len(p.stations),
		"total_resutls": 0, "total_durations": 0, "monthly_details": row{}, "project_type": p.kind, "created_at": at, "updated_at": at,
	}
}

func (s *Server) listHistorical(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := q.account.historical.newest(nil)
	return paged(q.Request, len(list), func(i int) any { return list[i].json() })
}

func (s *Server) createHistorical(q *request) *response {
	sent := readBody(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &historicalProject{account: q.account, created: s.now()}
	sent.required("name", "region", "stations", "project_type")
	sent.text("name", &p.name)
	sent.region(q.place, &p.region)
	sent.numbers("stations", &p.stations)
	sent.text("project_type", &p.kind, "radio", "tv")
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	p.id, p.accessKey = s.newID(), hexadecimal(s.random, 32)
	q.account.historical.add(p.id, p)
	return data(http.StatusOK, p.json())
}

// historicalResults returns the plays of a station of the project on a day: those of its channel elsewhere, with fewer
// members.
func (s *Server) historicalResults(q *request) *response {
	day, ok := dayOf(q.URL.Query())
	return withOwn(s, q, "project", func(a *account) *shelf[*historicalProject] { return &a.historical }, func(p *historicalProject) *response {
		id, err := strconv.Atoi(q.PathValue("station"))
		switch {
		case err != nil || !slices.Contains(p.stations, id):
			return notFound()
		case !ok:
			return serverError()
		}
		m := &monitor{account: p.account, database: true, buckets: []*bucket{s.music}}
		rows := []row{}
		for _, play := range s.playsOn(strconv.Itoa(id), day) {
			record := s.record(m, &play)
			for _, item := range items(record, false) {
				item["external_ids"] = row{"isrc": []string{play.Track.ISRC}, "upc": []string{play.Track.UPC}}
				slim := row{}
				for _, name := range []string{"title", "artists", "album", "release_date", "duration_ms", "score", "acrid", "external_ids"} {
					slim[name] = item[name]
				}
				historical := playRecord(play.At, play.Played, []row{slim}, nil)
				historical["metadata"].(row)["type"] = "historical" //nolint:errcheck // it was just made
				rows = append(rows, historical)
			}
		}
		return data(http.StatusOK, rows)
	})
}
