package mock

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func streamRoutes() []route {
	const all, one = "/api/bm-cs-projects/{project}/streams", "/api/bm-cs-projects/{project}/streams/{station}"
	return []route{
		{OpListStreams, http.MethodGet, all, streamScope, false, (*Server).listStreams},
		{OpCreateStream, http.MethodPost, all, streamScope, false, (*Server).createStream},
		{OpUpdateStream, http.MethodPut, one, streamScope, false, (*Server).updateStream},
		{OpDeleteStream, http.MethodDelete, one, streamScope, false, (*Server).deleteStations},
		{OpPauseStream, http.MethodPut, one + "/pause", streamScope, false, (*Server).pauseStreams},
		{OpRestartStream, http.MethodPut, one + "/restart", streamScope, false, (*Server).restartStreams},
		{OpStreamResults, http.MethodGet, one + "/results", streamScope, false, (*Server).stationResults},
		{OpStreamUnknownResults, http.MethodGet, one + "/unknown_results", streamScope, false, (*Server).unknownResults},
		{OpStreamState, http.MethodGet, one + "/state", streamScope, false, (*Server).stationState},
		{OpStreamRecording, http.MethodGet, one + "/recordings", streamScope, false, (*Server).stationRecording},
		{OpReportStreamPlay, http.MethodPost, one + "/user-reports", streamScope, false, (*Server).createUserReport},
	}
}

// stream is a station in the format of the user's own streams. Timemap can be set in the console only; recordings exist
// regardless of it.
func (st *station) stream() row {
	url := ""
	if len(st.urls) > 0 {
		url = st.urls[0]
	}
	name := fmt.Sprintf("config %d", st.configID)
	if st.configID == 1 {
		name = "non-realtime for music"
	}
	config := row{
		"id": st.configID, "name": name, "uid": 0, "rec_length": 10, "interval": 0, "rec_timeout": 5, "monitor_timeout": 25, "noise": 1, "delay": 1,
		"record": row{"record": 0, "record_after": 8, "record_before": 5}, "created_at": "2018-01-01T00:00:00.000000Z",
	}
	return row{
		"stream_id": st.id, "uid": st.monitor.account.id, "mcp_id": st.monitor.id, "stream_type": "Audio", "name": st.name, "state": st.state(), "code": stateCode(st.state()),
		"stream_urls": st.urls, "current_url": url, "region": st.monitor.region, "user_defined": st.userDefined, "pitch_shift": 0, "check_pitch_shift": 0,
		"remark": "", "record_video": 0, "stream_rec_type": 0, "epg": "", "config": config, "timemap": 0, "ucf": 0,
		"created_at": st.created.UTC().Format(dateTime), "updated_at": st.updated.UTC().Format(dateTime),
	}
}

func (s *Server) listStreams(q *request) *response {
	query := q.URL.Query()
	state, text, timemap := query.Get("state"), query.Get("search_value"), query.Get("timemap")
	return s.withMonitor(q, func(m *monitor) *response {
		list := slices.DeleteFunc(slices.Clone(m.stations), func(st *station) bool {
			return (state != "" && state != "All" && st.state() != state) || (timemap != "" && timemap != "0") ||
				!strings.Contains(fmt.Sprint(st.name, "\n", st.id, "\n", st.urls, "\n", st.userDefined), text)
		})
		switch query.Get("sort") {
		case "stream_id":
			slices.SortStableFunc(list, func(x, y *station) int { return cmp.Compare(x.id, y.id) })
		case "name":
			slices.SortStableFunc(list, func(x, y *station) int { return cmp.Compare(x.name, y.name) })
		}
		if query.Get("order") != "asc" {
			slices.Reverse(list)
		}
		return paged(q.Request, len(list), func(i int) any { return list[i].stream() })
	})
}

// set sets the fields of the body. According to the newest documentation the config is optional; the default is the
// first one.
func (st *station) set(sent *body) {
	sent.text("name", &st.name)
	sent.texts("stream_urls", &st.urls)
	sent.number("config_id", &st.configID)
	if sent.has("user_defined") {
		st.userDefined = sent.members["user_defined"]
	}
	st.updated = st.monitor.account.now()
}

func (s *Server) createStream(q *request) *response {
	sent := readBody(q.Request)
	return s.withMonitor(q, func(m *monitor) *response {
		st := &station{monitor: m, configID: 1, created: s.now()}
		sent.required("name", "stream_urls")
		st.set(sent)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		st.id, st.updated = "s-"+letters(s.random, 8), st.created
		m.stations = append(m.stations, st)
		return data(http.StatusCreated, st.stream())
	})
}

func (s *Server) updateStream(q *request) *response {
	sent := readBody(q.Request)
	return s.withStation(q, func(st *station) *response {
		changed := *st
		changed.set(sent)
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		*st = changed
		return data(http.StatusOK, st.stream())
	})
}

// deleteStations removes streams or channels from their project.
func (s *Server) deleteStations(q *request) *response {
	return s.withMonitor(q, func(m *monitor) *response {
		list, ok := m.list(q.PathValue("station"))
		if !ok {
			return notFound()
		}
		m.stations = slices.DeleteFunc(m.stations, func(st *station) bool { return slices.Contains(list, st) })
		return nothing()
	})
}

func (s *Server) pauseStreams(q *request) *response { return s.changeStreams(q, "Paused") }

func (s *Server) restartStreams(q *request) *response { return s.changeStreams(q, running) }

// changeStreams puts streams into a state. The format of the response is not known; here it is the list of streams.
func (s *Server) changeStreams(q *request, state string) *response {
	return s.withMonitor(q, func(m *monitor) *response {
		list, ok := m.list(q.PathValue("station"))
		if !ok {
			return notFound()
		}
		rows := make([]row, 0, len(list))
		for _, st := range list {
			st.change(state)
			rows = append(rows, st.stream())
		}
		return data(http.StatusOK, rows)
	})
}

// SetStreamState sets the state of a stream, by its id, or of a channel, by its number as text: "Running", "Timeout",
// "Paused", "Invalid URL", "Mute" or "Other".
func (s *Server) SetStreamState(streamID, state string) error {
	s.lock()
	defer s.mu.Unlock()
	list := s.stations(streamID)
	switch {
	case len(list) == 0:
		return fmt.Errorf("mock: stream or channel %q does not exist: add it through the API first", streamID)
	case !slices.Contains(stationStates, state):
		return fmt.Errorf("mock: %q is not the state of a stream: use one of %q", state, stationStates)
	}
	for _, st := range list {
		st.change(state)
	}
	s.changed()
	return nil
}
