package mock

import (
	"fmt"
	"maps"
	"net/http"
	"time"
)

// A userReport is a play that the user reported.
type userReport struct {
	id          int
	title       string
	userDefined map[string]any
}

// item is the report in the results of its day. Its format is assumed: the official tool says only that it is inserted
// into the results.
func (r *userReport) item() row {
	item := row{"title": r.title, "acrid": "null", "bucket_id": "", "score": 100, "count": 0}
	maps.Copy(item, r.userDefined)
	return item
}

// createUserReport adds a list of plays, and returns the last one: one object is the documented response to a list.
func (s *Server) createUserReport(q *request) *response {
	sent := readBody(q.Request)
	items, _ := sent.members["data"].([]any)
	problems, reports := problems{}, make([]Play, 0, len(items))
	var shown row
	for i, item := range items {
		p, result := readUserReport(item, fmt.Sprintf("data.%d", i), problems)
		reports, shown = append(reports, p), result
	}
	if len(items) == 0 {
		problems.add("data", "The data field is required.")
	}
	return s.withStation(q, func(st *station) *response {
		if len(problems) > 0 {
			return invalid(q.Request, problems)
		}
		for i := range reports {
			reports[i].report.id = s.newID()
			s.keepPlay(st.id, reports[i])
		}
		return data(http.StatusOK, row{"id": reports[len(reports)-1].report.id, "result": shown})
	})
}

// readUserReport reads a play, and returns it with its form in the response. Its times are local: timeoffset is added
// to them to get UTC.
func readUserReport(item any, at string, problems problems) (p Play, shown row) {
	members, _ := item.(map[string]any)
	sent := &body{members: members, problems: map[string][]string{}}
	r, offset := &userReport{}, 0
	var start, end string
	sent.required("title", "start_timestamp", "end_timestamp")
	sent.text("title", &r.title)
	sent.text("start_timestamp", &start)
	sent.text("end_timestamp", &end)
	sent.number("timeoffset", &offset)
	sent.object("user_defined", &r.userDefined)
	begun, err1 := time.Parse(dateTime, start)
	ended, err2 := time.Parse(dateTime, end)
	switch {
	case start != "" && err1 != nil:
		sent.problems.add("start_timestamp", "The start_timestamp does not match the format Y-m-d H:i:s.")
	case end != "" && err2 != nil:
		sent.problems.add("end_timestamp", "The end_timestamp does not match the format Y-m-d H:i:s.")
	case end != "" && !ended.After(begun):
		sent.problems.add("end_timestamp", "The end_timestamp must be a date after start_timestamp.")
	}
	for field, texts := range sent.problems {
		problems[at+"."+field] = texts
	}
	shift := time.Duration(offset) * time.Minute
	p = Play{At: begun.Add(shift), Played: ended.Sub(begun), report: r}
	text := func(names ...string) string {
		for _, name := range names {
			if v, ok := r.userDefined[name].(string); ok {
				return v
			}
		}
		return ""
	}
	raw := row{"title": r.title}
	maps.Copy(raw, r.userDefined)
	return p, row{
		"start_timestamp_utc": p.At.Format(dateTime), "end_timestamp_utc": p.At.Add(p.Played).Format(dateTime), "record_timestamp": "", "title": r.title,
		"artists": text("artists", "artist"), "album": text("album"), "acrid": "null", "duration": int(p.Played.Seconds()), "played_duration": int(p.Played.Seconds()),
		"monitor_type": "", "result_type": "custom", "from": "api-report", "raw_metadata": raw,
		"start_timestamp_local": begun.Format(dateTime), "end_timestamp_local": ended.Format(dateTime),
	}
}
