package mock

import (
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// stationState returns when a stream was running, on days of a time zone, up to now. Without dates it returns today;
// what the service does is not known, nor whether its times are local.
func (s *Server) stationState(q *request) *response {
	query := q.URL.Query()
	offset, _ := strconv.Atoi(query.Get("timeoffset")) // in minutes, as in browsers: it is added to get UTC
	shift := time.Duration(offset) * time.Minute
	now := s.now()
	today := now.Add(-shift).UTC().Truncate(24 * time.Hour)
	from, ok1 := localDay(query, "start_date", today)
	until, ok2 := localDay(query, "end_date", later(from, today))
	return s.withStation(q, func(st *station) *response {
		if !ok1 || !ok2 {
			return serverError()
		}
		begin, end := from.Add(shift), until.AddDate(0, 0, 1).Add(shift)
		if end.After(now) {
			end = now
		}
		rows, total, valid := []row{}, 0, 0
		for _, p := range st.periods(begin, end) {
			seconds := int(p.until.Sub(p.from).Seconds())
			total += seconds
			if stateCode(p.word) == 0 {
				valid += seconds
			}
			rows = append(rows, row{
				"code": stateCode(p.word), "start": p.from.Add(-shift).UTC().Format(dateTime), "end": p.until.Add(-shift).UTC().Format(dateTime), "duration": seconds,
			})
		}
		return data(http.StatusOK, row{"total_time": total, "valid_time": valid, "timeoffset": offset, "state_list": rows})
	})
}

func later(x, y time.Time) time.Time {
	if x.After(y) {
		return x
	}
	return y
}

// localDay returns a date of a query, or otherwise if it is missing.
func localDay(query url.Values, name string, otherwise time.Time) (time.Time, bool) {
	if query.Get(name) == "" {
		return otherwise, true
	}
	day, err := time.Parse(aDay, query.Get(name))
	return day, err == nil
}

// A period is a period in which a stream was in one state.
type period struct {
	from, until time.Time
	word        string
}

// periods returns the periods between two times.
func (st *station) periods(from, until time.Time) []period {
	var list []period
	last := period{from: from, word: running}
	for _, change := range st.changes {
		if !change.from.Before(until) {
			break
		}
		if change.from.After(last.from) {
			last.until = change.from
			list = append(list, last)
			last.from = change.from
		}
		last.word = change.word
	}
	last.until = until
	if last.until.After(last.from) {
		list = append(list, last)
	}
	return list
}
