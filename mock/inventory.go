package mock

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A Container describes a container, for [Server.Containers].
type Container struct {
	ID          int             `json:"id"`
	Account     int             `json:"account"`
	Name        string          `json:"name"`
	Region      acrcloud.Region `json:"region"`
	Engine      int             `json:"engine"`
	Files       int             `json:"files"`
	States      map[int]int     `json:"states"` // how many files are in each state
	Bytes       int64           `json:"bytes"`  // of all files
	HasCallback bool            `json:"has_callback"`
	Created     time.Time       `json:"created"`
}

// Containers returns all containers, the oldest first.
func (s *Server) Containers() []Container {
	s.lock()
	defer s.mu.Unlock()
	list := make([]Container, 0, len(s.containers))
	for _, id := range slices.Sorted(maps.Keys(s.containers)) {
		c := s.containers[id]
		s.settleDue(c)
		v := Container{
			ID: c.ID, Account: c.account.id, Name: c.Name, Region: c.Region, Engine: c.Engine, Files: len(c.files), States: map[int]int{}, Bytes: c.size, HasCallback: c.CallbackURL != "", Created: c.created,
		}
		for state, files := range c.byState {
			if len(*files) > 0 {
				v.States[state] = len(*files)
			}
		}
		list = append(list, v)
	}
	s.keepNoted()
	return list
}

// A File describes a file, for [Server.Files].
type File struct {
	ID          string        `json:"id"`
	ContainerID int           `json:"container_id"`
	Name        string        `json:"name"`
	DataType    string        `json:"data_type"`
	State       int           `json:"state"`
	Bytes       int64         `json:"bytes"`
	Duration    time.Duration `json:"-"` // 0: not known
	Created     time.Time     `json:"created"`
	Ready       time.Time     `json:"ready"` // when its processing ends or ended
}

// MarshalJSON implements [json.Marshaler]. The duration is in seconds.
func (f File) MarshalJSON() ([]byte, error) {
	type plain File
	return json.Marshal(struct {
		plain

		Seconds float64 `json:"duration"`
	}{plain(f), f.Duration.Seconds()})
}

// A FileQuery selects files. The zero FileQuery selects all.
type FileQuery struct {
	ContainerID int    // files of this container; 0: of all
	State       *int   // files in this state; nil: in any
	Search      string // files whose name or URI contains it; empty: all

	Offset int // how many to skip
	Limit  int // the maximum number of files; 0: no limit
}

// Files returns the selected files, the newest first, and their total number.
func (s *Server) Files(q FileQuery) (files []File, total int) {
	s.lock()
	defer s.mu.Unlock()
	state := ""
	if q.State != nil {
		state = strconv.Itoa(*q.State)
	}
	var lists []fileList
	for _, id := range slices.Sorted(maps.Keys(s.containers)) {
		if c := s.containers[id]; q.ContainerID == 0 || q.ContainerID == id {
			s.settleDue(c)
			found := c.matching(state, q.Search, s.now().UnixNano())
			lists = append(lists, found)
			total += len(found)
		}
	}
	s.keepNoted()
	limit := q.Limit
	if limit <= 0 {
		limit = total
	}
	files = []File{}
	for skip := max(q.Offset, 0); len(files) < limit; skip-- {
		f := newest(lists)
		if f == nil {
			break
		}
		if skip <= 0 {
			files = append(files, f.listed())
		}
	}
	return files, total
}

// newest removes the newest file from the lists, each of which has the oldest first.
func newest(lists []fileList) *file {
	best := -1
	for i, list := range lists {
		if n := len(list); n > 0 && (best < 0 || list[n-1].created > lists[best][len(lists[best])-1].created) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	list := lists[best]
	f := list[len(list)-1]
	lists[best] = list[:len(list)-1]
	return f
}

func (f *file) listed() File {
	return File{
		ID: f.id, ContainerID: f.container.ID, Name: f.name, DataType: f.dataType, State: f.state, Bytes: f.size, Duration: seconds(f.seconds),
		Created: time.Unix(0, f.created).UTC(), Ready: time.Unix(0, f.readyAt).UTC(),
	}
}

// FileJSON returns a file with its results, as the service returns it.
func (s *Server) FileJSON(fileID string) (json.RawMessage, error) {
	s.lock()
	defer s.mu.Unlock()
	f := s.files[fileID]
	if f == nil {
		return nil, fmt.Errorf("mock: file %q does not exist", fileID)
	}
	s.settle(f)
	s.keepNoted()
	return encode(f.json(true)), nil
}

// Reset restores the state after the start. It removes files, containers, buckets, projects, streams, plays, tracks,
// tokens, rules, scripts, faults, requests and deliveries. The ready-made container and the token of [Server.Config]
// are as they were. Credentials and the clock do not change, and ids are not used again. Callbacks that have not been
// sent yet are dropped.
func (s *Server) Reset() {
	s.lock()
	defer s.mu.Unlock()
	for _, c := range s.containers {
		s.removeContainer(c)
	}
	first, token, own := s.first, s.tokens[s.token], s.own.id
	s.accounts, s.projects, s.plays = map[int]*account{}, []*project{first}, map[string]map[string][]Play{}
	s.own = s.accountOf(own)
	s.tokens, s.suspended = map[string]Token{s.token: token}, false
	if token.ExpiresAt.IsZero() { // it was revoked
		s.issue(Token{}, s.token)
	}
	first.account, first.buckets, first.usage = s.own, nil, map[string]*projectUsage{}
	s.own.projects.add(first.id, first)
	s.tracks, s.restored = nil, 0
	clear(s.hashes)
	clear(s.stored)
	s.storedKeys, s.rules, s.faults, s.callbackFaults, s.held = nil, nil, nil, nil, nil
	s.onScan, s.onIdentify, s.onPlays = nil, nil, nil
	s.requests, s.deliveries, s.bodyBytes = nil, nil, 0
	s.addReadyMade(s.defaultID)
	if s.state != nil {
		if err := s.compact(); err != nil { // otherwise the removed data would reappear
			s.state.failed = fmt.Errorf("mock: the state file %s cannot be written: %w", s.state.path, err)
		}
	}
}
