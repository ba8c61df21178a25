package mock

import (
	"net/http"
	"slices"
	"strconv"
)

// streamScope is the group of scopes for projects with the user's own streams.
const streamScope = "bm-cs-projects"

func streamProjectRoutes() []route {
	const all, one = "/api/bm-cs-projects", "/api/bm-cs-projects/{project}"
	return []route{
		{OpListStreamProjects, http.MethodGet, all, streamScope, false, (*Server).listStreamProjects},
		{OpCreateStreamProject, http.MethodPost, all, streamScope, false, (*Server).createStreamProject},
		{OpGetStreamProject, http.MethodGet, one, streamScope, false, (*Server).getStreamProject},
		{OpUpdateStreamProject, http.MethodPut, one, streamScope, false, (*Server).updateMonitor},
		{OpDeleteStreamProject, http.MethodDelete, one, streamScope, false, (*Server).deleteMonitor},
		{OpSetStreamCallback, http.MethodPost, one + "/result-callback", streamScope, false, (*Server).setResultCallback},
		{OpSetStreamNotification, http.MethodPost, one + "/state-notification", streamScope, false, (*Server).setStateNotification},
		{OpStreamAnalytics, http.MethodGet, one + "/analytics/results", streamScope, false, (*Server).analytics},
	}
}

// json is the project in the service's format. Several numbers have been seen as text.
func (m *monitor) json() row {
	if m.database {
		return m.databaseJSON()
	}
	buckets, ids := m.bucketsJSON()
	external := m.externalIDs
	if external == nil {
		external = []string{}
	}
	return row{
		"id": m.id, "uid": m.account.id, "name": m.name, "type": m.kind, "region": m.region, "state": 1, "status_check": 2, "access_key": m.accessKey,
		"bucket_group": ids, "buckets": buckets, "external_id": "", "external_ids": external, "metadata_template": m.template, "monitoring_num": len(m.stations),
		"noise": 1, "iswc": 0, "config": row{"record": row{}},
		"result_callback_url": m.callbackURL, "result_callback_send_type": "2", "result_callback_send_noresult": strconv.Itoa(bit(m.sendNoResult)),
		"result_callback_retry": 0, "state_notification_url": m.stateURL, "state_notification_email": m.stateEmail,
		"state_notification_email_frequency": strconv.Itoa(m.stateFrequency), "state_notification_email_custom_interval": 0,
		"created_at": m.created.UTC().Format(dateTime), "updated_at": m.updated.UTC().Format(dateTime),
	}
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (s *Server) listStreamProjects(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	region, kinds := q.URL.Query().Get("region"), split(q.URL.Query().Get("types"))
	list := q.account.streamProjects.newest(func(m *monitor) bool {
		return (region == "" || m.region == region) && (len(kinds) == 0 || slices.Contains(kinds, m.kind))
	})
	return paged(q.Request, len(list), func(i int) any { return list[i].json() })
}

func (s *Server) getStreamProject(q *request) *response {
	return s.withMonitor(q, func(m *monitor) *response { return data(http.StatusOK, m.json()) })
}

func (s *Server) createStreamProject(q *request) *response {
	sent := readBody(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &monitor{kind: "BM-ACRC", stateFrequency: 2}
	sent.text("type", &m.kind, "BM-ACRC", "BM-LOCAL")
	return s.createMonitor(q, sent, m, &q.account.streamProjects)
}

// createMonitor creates a project of either kind. The lock must be held.
func (s *Server) createMonitor(q *request, sent *body, m *monitor, shelf *shelf[*monitor]) *response {
	m.account, m.created = q.account, s.now()
	sent.required("name", "region", "buckets")
	sent.region(q.place, &m.region)
	m.set(sent)
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	m.id, m.accessKey, m.updated = s.newID(), hexadecimal(s.random, 32), m.created
	shelf.add(m.id, m)
	return data(http.StatusOK, m.json())
}

func (s *Server) updateMonitor(q *request) *response {
	sent := readBody(q.Request)
	return s.withMonitor(q, func(m *monitor) *response {
		changed := *m
		changed.set(sent)
		return m.become(q, sent, changed)
	})
}

// become applies changes if they are valid. The format of the response to callback settings is not known; here it is
// the project.
func (m *monitor) become(q *request, sent *body, changed monitor) *response {
	if len(sent.problems) > 0 {
		return invalid(q.Request, sent.problems)
	}
	*m = changed
	return data(http.StatusOK, m.json())
}

func (s *Server) deleteMonitor(q *request) *response {
	return s.withMonitor(q, func(m *monitor) *response {
		m.account.streamProjects.remove(m.id)
		m.account.channelProjects.remove(m.id)
		return nothing()
	})
}

// setResultCallback sets the URL that plays are posted to.
func (s *Server) setResultCallback(q *request) *response {
	sent := readBody(q.Request)
	return s.withMonitor(q, func(m *monitor) *response {
		changed := *m
		noResult := bit(m.sendNoResult)
		sent.text("result_callback_url", &changed.callbackURL)
		sent.number("result_callback_send_noresult", &noResult, 0, 1)
		sent.number("result_callback_result_type", &changed.resultType, 0, 1)
		changed.sendNoResult = noResult == 1
		return m.become(q, sent, changed)
	})
}

// setStateNotification stores where to send state changes. The server sends none, since their format is not known.
func (s *Server) setStateNotification(q *request) *response {
	sent := readBody(q.Request)
	return s.withMonitor(q, func(m *monitor) *response {
		changed := *m
		sent.text("state_notification_url", &changed.stateURL)
		sent.text("state_callback_url", &changed.stateURL)
		sent.text("state_notification_email", &changed.stateEmail)
		sent.number("state_notification_email_frequency", &changed.stateFrequency, 0, 1, 2)
		return m.become(q, sent, changed)
	})
}
