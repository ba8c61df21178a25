package mock

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// fileScanning is the group of scopes for containers and files.
const fileScanning = "filescanning"

func containerRoutes() []route {
	return []route{
		{OpCreateContainer, http.MethodPost, "/api/fs-containers", fileScanning, false, (*Server).createContainer},
		{OpListContainers, http.MethodGet, "/api/fs-containers", fileScanning, false, (*Server).listContainers},
		{OpGetContainer, http.MethodGet, "/api/fs-containers/{container}", fileScanning, false, (*Server).getContainer},
		{OpUpdateContainer, http.MethodPut, "/api/fs-containers/{container}", fileScanning, false, (*Server).updateContainer},
		{OpDeleteContainer, http.MethodDelete, "/api/fs-containers/{container}", fileScanning, false, (*Server).deleteContainer},
	}
}

// withContainer runs f with the container of a request, with the lock held. It refuses containers of other accounts,
// and those on the host of another region; that message has been seen, its status is assumed to be 400. Files on a main
// host are an old way that still works. Containers are known to be shown and listed on their region's host, too.
func (s *Server) withContainer(q *request, f func(c *container) *response) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, _ := strconv.Atoi(q.PathValue("container"))
	switch c := s.containers[id]; {
	case c == nil:
	case c.account == q.account && q.place.knows(c.Region):
		return f(c)
	case q.route.regional:
		return message(http.StatusBadRequest, "Invalid Container")
	}
	return message(http.StatusNotFound, "Not Found")
}

func (s *Server) createContainer(q *request) *response {
	if !q.place.main { // an assumption
		return message(http.StatusNotFound, "Not Found")
	}
	body := readJSON(q.Request)
	s.mu.Lock()
	defer s.mu.Unlock()
	made := &settings{AudioType: "linein", Policy: map[string]any{"type": "traverse", "interval": 0, "rec_length": 10}}
	problems := problems{}
	for _, field := range []string{"name", "region", "engine", "buckets"} {
		if _, ok := body[field]; !ok {
			if field == "buckets" && integer(body["engine"]) > 3 {
				continue
			}
			problems.add(field, "The "+field+" field is required.")
		}
	}
	made.apply(q.account, body, problems)
	if _, ok := body["region"]; ok && !slices.Contains(q.place.containerRegions(), made.Region) {
		problems.add("region", "The selected region is invalid.")
	}
	if q.account.named(made.Name) != nil {
		problems.add("name", "The name has already been taken.")
	}
	if len(problems) > 0 {
		return invalid(q.Request, problems)
	}
	return data(http.StatusCreated, s.addContainer(q.account, made).json())
}

func (s *Server) listContainers(q *request) *response {
	s.mu.Lock()
	defer s.mu.Unlock()
	query := q.URL.Query()
	var rows []*container
	for _, c := range slices.Backward(q.account.containers) {
		if q.place.knows(c.Region) && (query.Get("region") == "" || string(c.Region) == query.Get("region")) && strings.Contains(c.Name, query.Get("name")) {
			rows = append(rows, c)
		}
	}
	return paged(q.Request, len(rows), func(i int) any { return rows[i].json() })
}

func (s *Server) getContainer(q *request) *response {
	return s.withContainer(q, func(c *container) *response { return data(http.StatusOK, c.json()) })
}

func (s *Server) updateContainer(q *request) *response {
	body := readJSON(q.Request)
	return s.withContainer(q, func(c *container) *response {
		changed := *c.settings
		problems := problems{}
		delete(body, "region") // it cannot be changed
		changed.apply(c.account, body, problems)
		if other := c.account.named(changed.Name); other != nil && other != c {
			problems.add("name", "The name has already been taken.")
		}
		if len(problems) > 0 {
			return invalid(q.Request, problems)
		}
		s.keepSettings(c)
		c.settings, c.updated = &changed, s.now()
		return data(http.StatusOK, c.json())
	})
}

func (s *Server) deleteContainer(q *request) *response {
	return s.withContainer(q, func(c *container) *response {
		s.removeContainer(c)
		return nothing()
	})
}

// readJSON reads the body of a request. A body that is not an object counts as an empty one.
func readJSON(r *http.Request) map[string]any {
	var body map[string]any
	dec := json.NewDecoder(io.LimitReader(r.Body, 1<<20))
	dec.UseNumber()
	if dec.Decode(&body) != nil || body == nil {
		return map[string]any{}
	}
	return body
}

// problems are validation messages by field.
type problems map[string][]string

func (p problems) add(field, text string) { p[field] = append(p[field], text) }

// apply sets the members of the body. Unknown ones are ignored.
func (s *settings) apply(a *account, body map[string]any, p problems) {
	for field, value := range body {
		set, ok := settable[field]
		if ok && !set(a, s, value) {
			p.add(field, "The selected "+field+" is invalid.")
		}
	}
}

// regions are the regions of containers and projects, except China's.
var regions = []acrcloud.Region{acrcloud.EUWest1, acrcloud.USWest2, acrcloud.APSoutheast1}

// containerRegions returns the regions of new containers: China has only its own, and an address that stands for any
// host has all.
func (p place) containerRegions() []acrcloud.Region {
	switch {
	case p.region != "":
		return []acrcloud.Region{p.region}
	case p.public:
		return regions
	}
	return append(slices.Clone(regions), acrcloud.CNNorth1)
}

// settable has the members of a container that can be set; each function reports whether it accepts the value.
var settable = map[string]func(a *account, s *settings, v any) bool{
	"name": func(_ *account, s *settings, v any) (ok bool) {
		s.Name, ok = v.(string)
		return ok && s.Name != ""
	},
	"region": func(_ *account, s *settings, v any) bool { // which there are depends on the host
		region, _ := v.(string)
		s.Region = acrcloud.Region(region)
		return true
	},
	"audio_type": func(_ *account, s *settings, v any) bool {
		s.AudioType, _ = v.(string)
		return s.AudioType == "linein" || s.AudioType == "recorded"
	},
	"engine": func(_ *account, s *settings, v any) bool {
		s.Engine = integer(v)
		return s.Engine >= 1 && s.Engine <= 5
	},
	"policy": func(_ *account, s *settings, v any) (ok bool) {
		policy, ok := v.(map[string]any)
		if !ok || (policy["type"] != "traverse" && policy["type"] != "points") {
			return false
		}
		s.Policy = maps.Clone(policy)
		return true
	},
	"buckets": func(a *account, s *settings, v any) bool {
		list, ok := v.([]any)
		if !ok {
			return false
		}
		s.Buckets = []*bucket{}
		for _, item := range list {
			b, ok := a.bucket(item)
			if !ok {
				return false
			}
			s.Buckets = append(s.Buckets, b)
		}
		return true
	},
	"callback_url": func(_ *account, s *settings, v any) bool {
		text, _ := v.(string)
		u, err := url.Parse(text)
		s.CallbackURL = text
		return v == nil || (err == nil && (text == "" || u.Host != ""))
	},
	"deepright":       flag(func(s *settings) *bool { return &s.Deepright }),
	"music_detection": flag(func(s *settings) *bool { return &s.MusicDetection }),
	"ai_detection":    flag(func(s *settings) *bool { return &s.AIDetection }),
}

// flag accepts a bool, 0 and 1.
func flag(field func(*settings) *bool) func(*account, *settings, any) bool {
	return func(_ *account, s *settings, v any) bool {
		switch fmt.Sprint(v) {
		case "true", "1":
			*field(s) = true
		case "false", "0":
			*field(s) = false
		default:
			return false
		}
		return true
	}
}

// integer reads a JSON number; 0 for anything else.
func integer(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, err := n.Int64()
	if err != nil {
		return 0
	}
	return int(i)
}
