package mock

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func channelRoutes() []route {
	const all, one = "/api/bm-bd-projects/{project}/channels", "/api/bm-bd-projects/{project}/channels/{station}"
	return []route{
		{OpListChannels, http.MethodGet, all, channelScope, false, (*Server).listChannels},
		{OpAddChannels, http.MethodPost, all, channelScope, false, (*Server).addChannels},
		{OpDeleteChannel, http.MethodDelete, one, channelScope, false, (*Server).deleteStations},
		{OpSetChannelCustomID, http.MethodPost, one + "/user-defined", channelScope, false, (*Server).setCustomID},
		{OpChannelResults, http.MethodGet, one + "/results", channelScope, false, (*Server).stationResults},
		{OpChannelRealtimeResults, http.MethodGet, one + "/realtime_results", channelScope, false, (*Server).realtimeResults},
		{OpChannelUnknownResults, http.MethodGet, one + "/unknown_results", channelScope, false, (*Server).unknownResults},
		{OpChannelState, http.MethodGet, one + "/state", channelScope, false, (*Server).stationState},
		{OpChannelRecording, http.MethodGet, one + "/recordings", channelScope, false, (*Server).stationRecording},
		{OpReportChannelPlay, http.MethodPost, one + "/user-reports", channelScope, false, (*Server).createUserReport},
	}
}

// number is a channel's id.
func number(id string) int {
	n, _ := strconv.Atoi(id)
	return n
}

// city returns the place of a channel, which follows from its number, like its name.
func (st *station) city() (city, country string) {
	i := number(st.id) % len(channelCities)
	return channelCities[i][0], channelCities[i][1]
}

// channelCities are the places of channels.
var channelCities = [][2]string{{"Bern", "Switzerland"}, {"Porto", "Portugal"}, {"Graz", "Austria"}, {"Leeds", "United Kingdom"}, {"Lyon", "France"}}

// channel is a station in the format of a channel of the service's database. An empty object is sent as a list.
func (st *station) channel() row {
	city, country := st.city()
	defined := st.userDefined
	if defined == nil {
		defined = []string{}
	}
	return row{
		"uid": st.monitor.account.id, "project_id": st.monitor.id, "id": number(st.id), "type": "Radio", "name": st.name, "sub_title": city + " - 98.8 FM",
		"language": "English", "city": city, "province": nil, "country": country, "continent": "Europe", "website": "", "twitter": "", "mytuner": "",
		"urls": []string{}, "status_code": stateCode(st.state()), "monitor_at": st.created.UTC().Format(dateTime), "timemap": 0, "user_defined": defined,
		"add_at": st.created.UTC().Format(dateTime),
	}
}

// channelsPerPage is fixed, and sent as a number.
const channelsPerPage = 50

func (s *Server) listChannels(q *request) *response {
	query := q.URL.Query()
	state, timemap, field, text := query.Get("state"), query.Get("timemap"), query.Get("search_type"), query.Get("search_value")
	return s.withMonitor(q, func(m *monitor) *response {
		list := slices.DeleteFunc(slices.Clone(m.stations), func(st *station) bool {
			return (state != "" && state != "All" && st.state() != state) || (timemap != "" && timemap != "0") || !st.matches(field, text)
		})
		return pagedBy(q.Request, len(list), query.Get("page"), channelsPerPage, channelsPerPage, func(i int) any { return list[i].channel() })
	})
}

// matches reports whether a search finds the channel.
func (st *station) matches(field, text string) bool {
	city, _ := st.city()
	switch field {
	case "channel_id":
		return st.id == text
	case "city":
		return strings.Contains(city, text)
	case "custom_id":
		defined, _ := st.userDefined.(row)
		return defined["custom_id"] == text
	case "mytuner_id":
		return false // no channel has one
	}
	return strings.Contains(st.name, text)
}

// addChannels accepts any number, since the service's channels are not known. The format of the response is not known
// either; here it is a list of the channels.
func (s *Server) addChannels(q *request) *response {
	sent := readBody(q.Request)
	return s.withMonitor(q, func(m *monitor) *response {
		var ids []int
		sent.required("channels")
		sent.numbers("channels", &ids)
		if slices.ContainsFunc(ids, func(id int) bool { return id <= 0 }) {
			sent.invalid("channels")
		}
		if len(sent.problems) > 0 {
			return invalid(q.Request, sent.problems)
		}
		rows := make([]row, 0, len(ids))
		for _, id := range ids {
			st := m.station(strconv.Itoa(id))
			if st == nil {
				r := rand.New(rand.NewPCG(uint64(id), 0)) //nolint:gosec // it must be repeatable
				name := fmt.Sprintf("%s %s Radio", pick(r, titleAdjectives), pick(r, titleNouns))
				st = &station{id: strconv.Itoa(id), monitor: m, name: name, created: s.now(), updated: s.now()}
				m.stations = append(m.stations, st)
			}
			rows = append(rows, st.channel())
		}
		return data(http.StatusOK, rows)
	})
}

// setCustomID gives a channel the user's id, which is in the query. The format of the response is not known; here it is
// the channel.
func (s *Server) setCustomID(q *request) *response {
	return s.withStation(q, func(st *station) *response {
		id := q.URL.Query().Get("custom_id")
		if id == "" {
			return invalid(q.Request, problems{"custom_id": {"The custom_id field is required."}})
		}
		st.userDefined, st.updated = row{"custom_id": id}, s.now()
		return data(http.StatusOK, st.channel())
	})
}
