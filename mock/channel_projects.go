package mock

import (
	"net/http"
)

// channelScope is the group of scopes for projects with channels of the service's database.
const channelScope = "bm-bd-projects"

func channelProjectRoutes() []route {
	const all, one = "/api/bm-bd-projects", "/api/bm-bd-projects/{project}"
	return []route{ // no call gets a single one
		{OpListChannelProjects, http.MethodGet, all, channelScope, false, (*Server).listChannelProjects},
		{OpCreateChannelProject, http.MethodPost, all, channelScope, false, (*Server).createChannelProject},
		{OpUpdateChannelProject, http.MethodPut, one, channelScope, false, (*Server).updateMonitor},
		{OpDeleteChannelProject, http.MethodDelete, one, channelScope, false, (*Server).deleteMonitor},
		{OpSetChannelCallback, http.MethodPost, one + "/result-callback", channelScope, false, (*Server).setResultCallback},
		{OpSetChannelNotification, http.MethodPost, one + "/state-notification", channelScope, false, (*Server).setStateNotification},
		{OpChannelAnalytics, http.MethodGet, one + "/analytics/results", channelScope, false, (*Server).analytics},
	}
}

// databaseJSON is a channel project in the service's format.
func (m *monitor) databaseJSON() row {
	buckets, ids := m.bucketsJSON()
	return row{
		"id": m.id, "name": m.name, "uid": m.account.id, "region": m.region, "bucket_ids": ids, "access_key": m.accessKey, "buckets": buckets,
		"type": m.kind, "status_check": 2, "monitoring_num": len(m.stations),
		"config": row{
			"record": row{}, "ucf": row{},
			"callback_result": row{
				"enabled": bit(m.callbackURL != ""), "type_name": "diy", "diy_url": m.callbackURL, "diy_send_type": 2, "diy_send_noresult": bit(m.sendNoResult),
				"diy_result_type": m.resultType, "r3d_source": "", "r3d_url": "", "r3d_key1": "", "r3d_key2": "", "r3d_result_type": "0",
			},
			"callback_state":    row{"enabled": bit(m.stateURL != ""), "url": m.stateURL, "send_type": 2},
			"email_state":       row{"email": m.stateEmail, "type": 2},
			"access_permission": row{"add_tv": 0, "edit_url": 0, "can_modify": 1},
		},
		"created_at": m.created.UTC().Format(dateTime), "updated_at": m.updated.UTC().Format(dateTime),
	}
}

// listChannelProjects is not paged.
func (s *Server) listChannelProjects(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	region := q.URL.Query().Get("region")
	rows := []row{}
	for _, m := range q.account.channelProjects.newest(func(m *monitor) bool { return region == "" || m.region == region }) {
		rows = append(rows, m.json())
	}
	return data(http.StatusOK, rows)
}

func (s *Server) createChannelProject(q *request) *response {
	sent := readBody(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.createMonitor(q, sent, &monitor{database: true, kind: "BM-Database", resultType: -1, stateFrequency: 2}, &q.account.channelProjects)
}
