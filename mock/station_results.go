package mock

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// aDay is the format of dates in monitoring.
const aDay = "20060102"

// serverError is the response to a date with hyphens, among others.
func serverError() *response { return message(http.StatusInternalServerError, "Server Error") }

// dayOf returns the date of a query; without one, today in UTC. Formats other than YYYYMMDD are known to get status
// 500.
func dayOf(query url.Values) (time.Time, bool) {
	if query.Get("date") == "" {
		return time.Now().UTC().Truncate(24 * time.Hour), true
	}
	day, err := time.Parse(aDay, query.Get("date"))
	return day, err == nil
}

// durations returns the limits of a query in seconds, with the documented defaults.
func durations(query url.Values) (shortest, longest int) {
	shortest, longest = 0, 3600
	if n, err := strconv.Atoi(query.Get("min_duration")); err == nil {
		shortest = n
	}
	if n, err := strconv.Atoi(query.Get("max_duration")); err == nil {
		longest = n
	}
	return shortest, longest
}

// stationResults returns all plays of a day in one response. Other parameters are ignored.
func (s *Server) stationResults(q *request) *response {
	query := q.URL.Query()
	day, ok := dayOf(query)
	shortest, longest := durations(query)
	country := strings.ToUpper(query.Get("isrc_country"))
	return s.withStation(q, func(st *station) *response {
		if !ok {
			return serverError()
		}
		list := s.playsOn(st.id, day)
		rows := make([]any, 0, len(list))
		for i := range list {
			p := &list[i]
			length := int(p.Played.Seconds())
			if p.Data != nil {
				rows = append(rows, p.Data)
				continue
			}
			if (p.FalsePositive && query.Get("with_false_positive") != "1") || (country != "" && p.isrcCountry() != country) ||
				length < shortest || length > longest {
				continue
			}
			if record := s.record(st.monitor, p); record != nil {
				rows = append(rows, record)
			}
		}
		if query.Get("type") == "last" && len(rows) > 0 {
			rows = rows[len(rows)-1:]
		}
		return data(http.StatusOK, rows)
	})
}

// unknownResults returns the plays of unrecognised music. Their format is not known; here they have the times of
// results, and no music.
func (s *Server) unknownResults(q *request) *response {
	query := q.URL.Query()
	day, ok := dayOf(query)
	shortest, longest := durations(query)
	return s.withStation(q, func(st *station) *response {
		switch {
		case query.Get("date") == "":
			return invalid(q.Request, problems{"date": {"The date field is required."}})
		case !ok:
			return serverError()
		}
		list := s.playsOn(st.id, day)
		rows := []row{}
		for i := range list {
			p := &list[i]
			length := int(p.Played.Seconds())
			if p.Data == nil && length >= shortest && length <= longest && s.record(st.monitor, p) == nil {
				rows = append(rows, playRecord(p.At, p.Played, nil, nil))
			}
		}
		return data(http.StatusOK, rows)
	})
}

// realtimeResults returns the most recent plays. Their format is not known; here they are results of the type
// "realtime" here.
func (s *Server) realtimeResults(q *request) *response {
	return s.withStation(q, func(st *station) *response {
		today := s.now()
		rows := []row{}
		for _, p := range latest(append(s.playsOn(st.id, today.AddDate(0, 0, -1)), s.playsOn(st.id, today)...)) {
			record := s.record(st.monitor, &p)
			if metadata, ok := record["metadata"].(row); ok {
				metadata["type"] = "realtime"
				rows = append(rows, record)
			}
		}
		return data(http.StatusOK, rows)
	})
}
