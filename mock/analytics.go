package mock

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// analyticsDays is how many days analytics cover. Whether today is one of them is not known; here it is.
const analyticsDays = 7

// A tally counts how often and how long something was played.
type tally struct {
	about   row
	seconds int
	plays   int
}

// analytics sums up the plays of the last days. Only rows by date are documented. They are ranked by date, as has been
// observed; others are ranked by their number of plays.
func (s *Server) analytics(q *request) *response {
	query, problems := q.URL.Query(), problems{}
	kind, result := query.Get("stats_type"), query.Get("result_type")
	return s.withMonitor(q, func(m *monitor) *response {
		kinds := []string{"date", "track", "artists", "label", "stream"}
		if m.database {
			kinds[4] = "channel"
		}
		if result == "custom" {
			kinds = []string{"date", "track", kinds[4]}
		}
		for name, check := range map[string]bool{"stats_type": slices.Contains(kinds, kind), "result_type": result == "music" || result == "custom"} {
			switch {
			case query.Get(name) == "":
				problems.add(name, "The "+name+" field is required.")
			case !check:
				problems.add(name, "The selected "+name+" is invalid.")
			}
		}
		if len(problems) > 0 {
			return invalid(q.Request, problems)
		}
		today := s.now().UTC().Truncate(24 * time.Hour)
		first := today.AddDate(0, 0, 1-analyticsDays)
		return data(http.StatusOK, row{
			"id": hexadecimal(s.random, 32), "project_id": m.id, "stats_type": kind, "result_type": result,
			"start_timestamp_utc": first.Format(dateTime), "end_timestamp_utc": today.Format(time.DateOnly) + " 23:59:59",
			"results": s.tallies(m, kind, result == "custom", first),
		})
	})
}

// tallies returns the rows of analytics.
func (s *Server) tallies(m *monitor, kind string, custom bool, first time.Time) []row {
	found := map[string]*tally{}
	var order []*tally
	add := func(key string, about row, seconds, plays int) {
		t := found[key]
		if t == nil {
			t = &tally{about: about}
			found[key] = t
			order = append(order, t)
		}
		t.seconds, t.plays = t.seconds+seconds, t.plays+plays
	}
	for i := range analyticsDays {
		day := first.AddDate(0, 0, i)
		if date := day.Format(time.DateOnly); kind == "date" {
			add(date, row{"date": date}, 0, 0)
		}
		for _, st := range m.stations {
			for _, p := range s.playsOn(st.id, day) {
				for _, item := range items(s.record(m, &p), custom) {
					key, about := aboutPlay(kind, day, st, item, &p)
					add(key, about, int(p.Played.Seconds()), 1)
				}
			}
		}
	}
	if kind != "date" {
		slices.SortStableFunc(order, func(x, y *tally) int { return cmp.Compare(y.plays, x.plays) })
	}
	rows := make([]row, 0, len(order))
	for i, t := range order {
		t.about["play_time"], t.about["plays"], t.about["rank"] = t.seconds, t.plays, i+1
		rows = append(rows, t.about)
	}
	return rows
}

// items returns the recordings of a record, of one kind.
func items(record row, custom bool) []row {
	metadata, _ := record["metadata"].(row)
	list, _ := metadata["music"].([]row)
	if custom {
		list, _ = metadata["custom_files"].([]row)
	}
	return list
}

// aboutPlay returns the key that a play is counted under, and the members that describe it.
func aboutPlay(kind string, day time.Time, st *station, item row, p *Play) (key string, about row) {
	artists := strings.Join(p.Track.Artists, ", ")
	switch kind {
	case "date":
		return day.Format(time.DateOnly), nil // it is there
	case "artists":
		return artists, row{"artists": artists}
	case "label":
		return p.Track.Label, row{"label": p.Track.Label}
	case "stream":
		return st.id, row{"stream_id": st.id, "name": st.name}
	case "channel":
		return st.id, row{"channel_id": number(st.id), "name": st.name}
	}
	return fmt.Sprint(item["acrid"], item["title"]), row{"acrid": item["acrid"], "title": item["title"], "artists": artists}
}
