package mock

import (
	"slices"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// timeLayout is the service's format of times.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// settings are the settings of a container. They are replaced, not modified, so that scans keep those that they began
// with.
type settings struct {
	Name           string
	Region         acrcloud.Region
	AudioType      string
	Engine         int
	Policy         map[string]any
	Buckets        []*bucket
	CallbackURL    string
	Deepright      bool
	MusicDetection bool
	AIDetection    bool
}

// searches reports whether files are compared with the bucket of a track.
func (s *settings) searches(t *Track) bool {
	id := t.BucketID
	if id == 0 {
		id = musicBucketID
	}
	return slices.ContainsFunc(s.Buckets, func(b *bucket) bool { return b.id == id })
}

// A container is a File Scanning container. The server's lock must be held when its methods are called.
type container struct {
	*settings

	ID               int
	account          *account
	created, updated time.Time

	files   fileList
	byState map[int]*fileList
	byID    map[string]*file
	size    int64   // of all files
	next    uint32  // the number of the next file
	pending pending // files
	index   *searchIndex
}

// addContainer requires the lock.
func (s *Server) addContainer(a *account, made *settings) *container {
	id := s.nextID
	s.nextID++
	return s.addContainerAs(id, a, made)
}

func (s *Server) addContainerAs(id int, a *account, made *settings) *container {
	now := s.now()
	c := &container{settings: made, ID: id, account: a, created: now, updated: now, byID: map[string]*file{}, byState: map[int]*fileList{}}
	s.containers[c.ID] = c
	a.containers = append(a.containers, c)
	return c
}

// removeContainer requires the lock.
func (s *Server) removeContainer(c *container) {
	for _, f := range c.files {
		delete(s.files, f.id)
		f.container = nil
	}
	delete(s.containers, c.ID)
	c.account.remove(c)
}

// add adds a new file.
func (c *container) add(f *file) {
	f.container, f.number, f.slot = c, c.next, -1
	c.next++
	c.byID[f.id] = f
	c.files.insert(f)
	c.inState(f.state).insert(f)
	c.size += f.size
}

// remove forgets a file.
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

// inState returns the files in a state.
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

// matching returns the files that a list shows, the oldest first. state is the text from the query.
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
	found := c.search(text)
	found = found.until(until)
	if state != "" {
		found = slices.DeleteFunc(found, func(f *file) bool { return err != nil || f.state != n })
	}
	return found
}

// json is the container in the service's format.
func (c *container) json() any {
	var callback any
	if c.CallbackURL != "" {
		callback = c.CallbackURL
	}
	return map[string]any{
		"id": c.ID, "uid": c.account.id, "name": c.Name, "region": c.Region, "audio_type": c.AudioType, "engine": c.Engine, "policy": c.Policy,
		"buckets": bucketNames(c.Buckets), "callback_url": callback, "deepright": c.Deepright, "music_detection": c.MusicDetection, "ai_detection": c.AIDetection,
		"num": len(c.files), "size": c.size, "created_at": c.created.UTC().Format(timeLayout), "updated_at": c.updated.UTC().Format(timeLayout),
	}
}
