package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// timeLayout is how the service writes times.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// A container as the service keeps it.
type container struct {
	ID             int
	AccountID      int
	Name           string
	Region         acrcloud.Region
	AudioType      string
	Engine         int
	Policy         map[string]any
	Buckets        []bucket
	CallbackURL    string
	Deepright      bool
	MusicDetection bool
	AIDetection    bool

	created, updated time.Time

	files   fileList
	byState map[int]*fileList
	byID    map[string]*file
	size    int64   // of all files
	next    uint32  // the number of the next file
	pending pending // files
	index   *searchIndex
}

type bucket struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// musicBucket is the service's own music.
func musicBucket() bucket { return bucket{ID: musicBucketID, Name: "ACRCloud Music"} }

const musicBucketID = 23

func (c *container) file(id string) *file { return c.byID[id] }

func (c *container) add(f *file) {
	if c.byID == nil {
		c.byID, c.byState = map[string]*file{}, map[int]*fileList{}
	}
	f.container, f.number, f.slot = c, c.next, -1
	c.next++
	c.byID[f.id] = f
	c.files.insert(f)
	c.inState(f.state).insert(f)
	c.size += f.size
}

func (c *container) remove(f *file) {
	delete(c.byID, f.id)
	c.files.remove(f)
	c.inState(f.state).remove(f)
	c.pending.remove(f)
	c.size -= f.size
	if c.index != nil && f.number < c.index.next {
		c.index.dead++
	}
	f.container = nil
}

// inState is the files that are in a state.
func (c *container) inState(state int) *fileList {
	list := c.byState[state]
	if list == nil {
		list = &fileList{}
		c.byState[state] = list
	}
	return list
}

// move puts a file into a state.
func (c *container) move(f *file, state int) {
	if f.state != state {
		c.inState(f.state).remove(f)
		f.state = state
		c.inState(state).insert(f)
	}
}

// drop ends everything about a container that is deleted.
func (c *container) drop() {
	for _, f := range c.files {
		f.container = nil
	}
	c.files, c.byID, c.byState, c.pending, c.index, c.size = nil, nil, nil, nil, nil, 0
}

// matching returns the files that a list shows, the oldest first. The state is the text of the query.
func (c *container) matching(state, text string, until int64) fileList {
	if state == "" && text == "" {
		return c.files.until(until)
	}
	n, err := strconv.Atoi(state)
	if text == "" {
		if list := c.byState[n]; err == nil && list != nil {
			return list.until(until)
		}
		return nil
	}
	found := c.search(text).until(until)
	if state != "" {
		found = slices.DeleteFunc(found, func(f *file) bool { return err != nil || f.state != n })
	}
	return found
}

func (c *container) json() any {
	var callback any
	if c.CallbackURL != "" {
		callback = c.CallbackURL
	}
	return map[string]any{
		"id": c.ID, "uid": c.AccountID, "name": c.Name, "region": c.Region, "audio_type": c.AudioType, "engine": c.Engine, "policy": c.Policy,
		"buckets": c.Buckets, "callback_url": callback, "deepright": c.Deepright, "music_detection": c.MusicDetection, "ai_detection": c.AIDetection,
		"num": len(c.files), "size": c.size, "created_at": c.created.UTC().Format(timeLayout), "updated_at": c.updated.UTC().Format(timeLayout),
	}
}

func (s *Server) createContainer(r *http.Request, _ []string) *answer {
	body := readJSON(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &container{AccountID: accountOf(r), AudioType: "linein", Policy: map[string]any{"type": "traverse", "interval": 0, "rec_length": 10}}
	problems := problems{}
	for _, field := range []string{"name", "region", "engine", "buckets"} {
		if _, ok := body[field]; !ok {
			if field == "buckets" && integer(body["engine"]) > 3 {
				continue
			}
			problems.add(field, "The "+field+" field is required.")
		}
	}
	s.apply(c, body, problems)
	if len(problems) > 0 {
		return invalid(r, problems)
	}
	s.addContainer(c)
	return data(http.StatusCreated, c.json())
}

func (s *Server) listContainers(r *http.Request, _ []string) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := r.URL.Query()
	var rows []*container
	for _, c := range slices.Backward(s.containers) {
		only := hostRegion(r)
		if c.AccountID == accountOf(r) && (only == "" || c.Region == only) && (q.Get("region") == "" || string(c.Region) == q.Get("region")) && strings.Contains(c.Name, q.Get("name")) {
			rows = append(rows, c)
		}
	}
	return paged(r, len(rows), func(i int) any { return rows[i].json() })
}

// withContainer runs f with the lock held.
func (s *Server) withContainer(id string, f func(c *container) *answer) *answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.container(id)
	if c == nil {
		return message(http.StatusNotFound, "Not Found")
	}
	return f(c)
}

func (s *Server) getContainer(_ *http.Request, args []string) *answer {
	return s.withContainer(args[0], func(c *container) *answer { return data(http.StatusOK, c.json()) })
}

func (s *Server) updateContainer(r *http.Request, args []string) *answer {
	body := readJSON(r)
	return s.withContainer(args[0], func(c *container) *answer {
		changed := *c
		problems := problems{}
		delete(body, "region") // it cannot be changed
		s.apply(&changed, body, problems)
		if len(problems) > 0 {
			return invalid(r, problems)
		}
		changed.updated = time.Now()
		*c = changed
		return data(http.StatusOK, c.json())
	})
}

func (s *Server) deleteContainer(_ *http.Request, args []string) *answer {
	return s.withContainer(args[0], func(c *container) *answer {
		c.drop()
		s.containers = slices.DeleteFunc(s.containers, func(other *container) bool { return other == c })
		return nothing()
	})
}

// problems are validation messages by field.
type problems map[string][]string

func (p problems) add(field, text string) { p[field] = append(p[field], text) }

// apply sets what the body has. Unknown members are ignored.
func (s *Server) apply(c *container, body map[string]any, p problems) {
	for field, value := range body {
		set, ok := settings[field]
		if ok && !set(s, c, value) {
			p.add(field, "The selected "+field+" is invalid.")
		}
	}
	if name, ok := body["name"].(string); ok {
		for _, other := range s.containers {
			if other.Name == name && other.ID != c.ID && other.AccountID == c.AccountID {
				p.add("name", "The name has already been taken.")
			}
		}
	}
}

// containerRegions are those that containers and projects can be in.
var containerRegions = []acrcloud.Region{acrcloud.EUWest1, acrcloud.USWest2, acrcloud.APSoutheast1}

// settings are the members of a container that can be set; each reports whether it accepts the value.
var settings = map[string]func(s *Server, c *container, v any) bool{
	"name": func(_ *Server, c *container, v any) (ok bool) {
		c.Name, ok = v.(string)
		return ok && c.Name != ""
	},
	"region": func(_ *Server, c *container, v any) bool {
		region, _ := v.(string)
		c.Region = acrcloud.Region(region)
		return slices.Contains(containerRegions, c.Region)
	},
	"audio_type": func(_ *Server, c *container, v any) bool {
		c.AudioType, _ = v.(string)
		return c.AudioType == "linein" || c.AudioType == "recorded"
	},
	"engine": func(_ *Server, c *container, v any) bool {
		c.Engine = integer(v)
		return c.Engine >= 1 && c.Engine <= 5
	},
	"policy": func(_ *Server, c *container, v any) (ok bool) {
		policy, ok := v.(map[string]any)
		if !ok || (policy["type"] != "traverse" && policy["type"] != "points") {
			return false
		}
		c.Policy = maps.Clone(policy)
		return true
	},
	"buckets": func(s *Server, c *container, v any) bool {
		list, ok := v.([]any)
		if !ok {
			return false
		}
		c.Buckets = nil
		for _, item := range list {
			b, ok := s.bucket(item)
			if !ok {
				return false
			}
			c.Buckets = append(c.Buckets, b)
		}
		return true
	},
	"callback_url": func(_ *Server, c *container, v any) bool {
		text, _ := v.(string)
		u, err := url.Parse(text)
		c.CallbackURL = text
		return v == nil || (err == nil && (text == "" || u.Host != ""))
	},
	"deepright":       flag(func(c *container) *bool { return &c.Deepright }),
	"music_detection": flag(func(c *container) *bool { return &c.MusicDetection }),
	"ai_detection":    flag(func(c *container) *bool { return &c.AIDetection }),
}

// flag accepts a bool, 0 and 1.
func flag(field func(*container) *bool) func(*Server, *container, any) bool {
	return func(_ *Server, c *container, v any) bool {
		switch fmt.Sprint(v) {
		case "true", "1":
			*field(c) = true
		case "false", "0":
			*field(c) = false
		default:
			return false
		}
		return true
	}
}

// bucket takes a bucket's id or name. Bucket 23 exists; any other is taken for one of the account's own. What the service says to a
// bucket that does not exist is not known. It is called with the lock held.
func (s *Server) bucket(v any) (bucket, bool) {
	id, isID := v.(json.Number)
	name, _ := v.(string)
	for _, b := range append([]bucket{musicBucket()}, s.buckets...) {
		if b.Name == name || (isID && integer(id) == b.ID) {
			return b, true
		}
	}
	b := bucket{ID: 100_000, Name: name} // or the next that is free
	for slices.ContainsFunc(s.buckets, func(other bucket) bool { return other.ID == b.ID }) {
		b.ID++
	}
	if isID {
		b = bucket{ID: integer(id), Name: "bucket " + id.String()}
	}
	if b.ID <= 0 || b.Name == "" {
		return bucket{}, false
	}
	s.buckets = append(s.buckets, b)
	return b, true
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
