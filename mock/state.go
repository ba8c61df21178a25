package mock

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// WithStateFile keeps the server's state in a file, so that another server with the same file goes on with it: containers, files with their
// results, buckets, projects, streams, plays, tracks, stored content, and the credentials. A response is sent when what its request has changed
// is in the file; what was changed by methods is when the next response is sent, or by [Server.Close]. So nothing is lost if the program is
// killed, but for counts of identifications. Requests, deliveries, faults, rules and scripts are not kept, and of uploads no content.
//
// The file is made if it is not there, for its owner to read only: it holds credentials. One that cannot be read, or is of another version, is
// an error, and is left as it is; so is one that another server uses. [WithToken] and [WithProject] come before what is in the file; a
// [WithContainerID] that is not what is in the file is an error. The sync to disk is the system's: a power failure may lose the last moments.
func WithStateFile(path string) Option {
	return optionFunc(func(o *options) error {
		o.statePath = path
		if path == "" {
			return errors.New("mock: WithStateFile: the path is empty; give the path of a file")
		}
		return nil
	})
}

// A stateFile is where state is kept. It is used with the server's lock held.
type stateFile struct {
	path   string
	unlock func()
	f      *os.File
	size   int64 // of what is in it and whole
	base   int64 // of what was written last as a whole

	starts uint64
	rest   bool               // it has changed
	files  map[*file]struct{} // that have changed
	gone   []string           // files that were deleted
	stored []string           // keys of content that was stored
	tracks int                // how many are in it
	failed error              // it can no longer be written
}

// minCompaction is how many bytes are appended before the file is written anew.
const minCompaction = 4 << 20

// openState goes on with what a file has, or makes it. It is called when the server is otherwise ready.
func (s *Server) openState(path string) error {
	s.mu.Lock() // timers of files that are in process wait
	defer s.mu.Unlock()
	wrap := func(err error) error { return fmt.Errorf("mock: the state file %s: %w", path, err) }
	unlock, err := lockState(path + ".lock")
	if err != nil {
		return wrap(err)
	}
	st := &stateFile{path: path, unlock: unlock, files: map[*file]struct{}{}}
	f, err := os.Open(path) //nolint:gosec // a file that the program names
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	case err == nil:
		err = errors.Join(s.restore(f, st), f.Close())
	}
	if err == nil {
		s.state = st
		st.starts++
		s.random = rand.New(rand.NewPCG(s.seeded, st.starts)) //nolint:gosec // it must be repeatable
		err = s.compact()
	}
	if err != nil {
		s.state = nil
		unlock()
		return wrap(err)
	}
	return nil
}

// restore reads a state file, and puts what it has in place of what the server has. Only if all of it can be read the server is changed.
func (s *Server) restore(r io.Reader, st *stateFile) error {
	records, err := readState(r)
	if err != nil {
		return err
	}
	rest := records.rest
	if s.containerID > 0 && s.containerID != rest.Container {
		return fmt.Errorf("its ready-made container is %d, and not %d: use that id, or another file", rest.Container, s.containerID)
	}
	token, key, secret := s.token, s.first.accessKey, s.first.accessSecret
	s.accounts, s.containers, s.files, s.projects = map[int]*account{}, map[int]*container{}, map[string]*file{}, nil
	s.seeded, st.starts = rest.Seed, rest.Starts
	s.own, s.defaultID, s.nextID, s.suspended, s.storageKey = s.accountOf(rest.Account), rest.Container, rest.NextID, rest.Suspended, []byte(rest.StorageKey)
	s.token, s.tokens = rest.Token, maps.Clone(rest.Tokens)
	for _, t := range records.tracks {
		if err := s.restoreTrack(t); err != nil {
			return err
		}
	}
	s.restored = len(s.tracks)
	for i := range rest.Accounts {
		if err := s.restoreAccount(&rest.Accounts[i]); err != nil {
			return err
		}
	}
	slices.SortFunc(s.projects, func(x, y *project) int { return x.id - y.id })
	s.restorePlays(rest.Plays)
	for _, c := range records.stored {
		inner, err := c.Content.restore()
		if err != nil {
			return err
		}
		s.storeContent(c.Key, inner)
	}
	for _, f := range slices.SortedFunc(maps.Values(records.files), func(x, y *savedFile) int { return int(x.Number) - int(y.Number) }) {
		if err := s.restoreFile(f); err != nil {
			return err
		}
	}
	if s.first, _ = s.own.projects.get(rest.Project); s.first == nil { // it was deleted
		s.first = &project{id: rest.Project, account: s.own, region: "eu-west-1"}
	}
	if !s.options.token.IsZero() {
		delete(s.tokens, s.token)
		s.token = s.issue(Token{}, token)
	}
	if !s.accessKey.IsZero() {
		s.first.accessKey, s.first.accessSecret = key, secret
	}
	return nil
}

// stateRecords are what is in a state file.
type stateRecords struct {
	rest   *savedRest
	tracks []*savedTrack
	stored []*savedStored
	files  map[string]*savedFile
}

// maxStateLine bounds a line: all that there are few of is in one.
const maxStateLine = 1 << 30

// readState reads a state file. A last line that does not end was not written whole, which nobody has been told: it is left out.
func readState(r io.Reader) (*stateRecords, error) {
	v := &stateRecords{files: map[string]*savedFile{}}
	lines := bufio.NewReaderSize(r, 1<<16)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		var rec stateRecord
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.UseNumber()
		if err := dec.Decode(&rec); err != nil {
			return nil, fmt.Errorf("line %d cannot be read: %w: move the file away, or take it from a backup", n, err)
		}
		switch {
		case n == 1 && rec.Version == 0:
			return nil, errors.New("this is no state of a mock: use another path")
		case n == 1 && rec.Version != stateVersion:
			return nil, fmt.Errorf("it is of version %d of the format, and this program knows version %d: use the program that has written it, or another path", rec.Version, stateVersion)
		}
		v.add(&rec)
	}
	if v.rest == nil {
		return nil, errors.New("it is not complete: move the file away, or take it from a backup")
	}
	return v, nil
}

// readLine returns a line that ends, or io.EOF.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		case len(line) > maxStateLine:
			return nil, errors.New("a line of it is too long: move the file away, or take it from a backup")
		}
	}
}

func (v *stateRecords) add(rec *stateRecord) {
	if rec.Rest != nil {
		v.rest = rec.Rest
	}
	if rec.Track != nil {
		v.tracks = append(v.tracks, rec.Track)
	}
	if rec.Stored != nil {
		v.stored = append(v.stored, rec.Stored)
	}
	if rec.File != nil {
		v.files[rec.File.ID] = rec.File
	}
	delete(v.files, rec.Gone)
}

// touch notes that a file has changed. It is called with the lock held, as is all that follows.
func (s *Server) touch(f *file) {
	if s.state != nil {
		s.state.files[f] = struct{}{}
	}
}

// keepSettings notes that the files of a container no longer have its settings, which are about to change.
func (s *Server) keepSettings(c *container) {
	if s.state == nil {
		return
	}
	for _, f := range c.files {
		if f.settings == c.settings {
			s.touch(f)
		}
	}
}

// forgotten notes that a file was deleted.
func (s *Server) forgotten(f *file) {
	if s.state != nil {
		delete(s.state.files, f)
		s.state.gone = append(s.state.gone, f.id)
	}
}

// changed notes that a method has changed something, and keeps it. Who is told if that fails is the next request.
func (s *Server) changed() {
	if s.state != nil {
		s.state.rest = true
		_ = s.flush()
	}
}

// keepNoted keeps what is noted already: tracks and files.
func (s *Server) keepNoted() {
	if s.state != nil {
		_ = s.flush()
	}
}

// changes reports whether a request may have changed what there are few of.
func (q *request) changes() bool {
	switch q.op {
	case "", OpCreateFile, OpStore, OpRescanFile, OpDeleteFile, OpIdentify:
		return false
	}
	return q.Method != http.MethodGet && q.Method != http.MethodHead
}

// kept writes what has changed, before a response tells anybody. The error says that it could not.
func (s *Server) kept(q *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return nil
	}
	s.state.rest = s.state.rest || q.changes()
	return s.flush()
}

// saveRest is all that there are few of.
func (s *Server) saveRest() *savedRest {
	v := &savedRest{
		Seed: s.seeded, Starts: s.state.starts, Account: s.own.id, Container: s.defaultID, NextID: s.nextID, Project: s.first.id, Token: s.token, Tokens: s.tokens,
		StorageKey: string(s.storageKey), Suspended: s.suspended, Plays: s.savePlays(),
	}
	for _, id := range slices.Sorted(maps.Keys(s.accounts)) {
		v.Accounts = append(v.Accounts, saveAccount(s.accounts[id]))
	}
	return v
}

// flush appends what has changed.
func (s *Server) flush() error {
	st := s.state
	if st == nil {
		return nil
	}
	if st.failed != nil {
		return st.failed
	}
	if !st.rest && len(st.files) == 0 && len(st.gone) == 0 && len(st.stored) == 0 && st.tracks == len(s.tracks) {
		return nil
	}
	if st.size > 2*st.base+minCompaction {
		return s.compact()
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	err := s.writeChanges(enc)
	if err == nil {
		_, err = st.f.Write(buf.Bytes())
	}
	if err != nil {
		if failed := errors.Join(st.f.Truncate(st.size), seek(st.f, st.size)); failed != nil { // a half line would break what follows
			st.failed = fmt.Errorf("mock: the state file %s cannot be written: %w", st.path, err)
		}
		return fmt.Errorf("mock: the state file %s cannot be written: %w", st.path, err)
	}
	st.size += int64(buf.Len())
	st.clean(len(s.tracks))
	return nil
}

func seek(f *os.File, at int64) error {
	_, err := f.Seek(at, io.SeekStart)
	return err
}

// clean notes that everything is written.
func (st *stateFile) clean(tracks int) {
	st.rest, st.gone, st.stored, st.tracks = false, nil, nil, tracks
	clear(st.files)
}

func (s *Server) writeChanges(enc *json.Encoder) error {
	st := s.state
	for _, t := range s.tracks[st.tracks:] {
		if err := enc.Encode(stateRecord{Track: saveTrack(t)}); err != nil {
			return err
		}
	}
	if st.rest {
		if err := enc.Encode(stateRecord{Rest: s.saveRest()}); err != nil {
			return err
		}
	}
	for _, key := range st.stored {
		if c := s.stored[key]; c != nil {
			if err := enc.Encode(stateRecord{Stored: &savedStored{key, saveContent(c)}}); err != nil {
				return err
			}
		}
	}
	for f := range st.files {
		if f.container != nil {
			if err := enc.Encode(stateRecord{File: saveFile(f)}); err != nil {
				return err
			}
		}
	}
	for _, id := range st.gone {
		if err := enc.Encode(stateRecord{Gone: id}); err != nil {
			return err
		}
	}
	return nil
}

// compact writes the file anew: beside the old one, which it then replaces.
func (s *Server) compact() error {
	st := s.state
	f, err := os.CreateTemp(filepath.Dir(st.path), filepath.Base(st.path)+".*")
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = errors.Join(s.writeAll(json.NewEncoder(w)), w.Flush(), f.Chmod(0o600), f.Sync())
	var size int64
	if err == nil {
		size, err = f.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		err = os.Rename(f.Name(), st.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	if st.f != nil {
		_ = st.f.Close() // it has been replaced
	}
	st.f, st.size, st.base = f, size, size
	st.clean(len(s.tracks))
	return nil
}

func (s *Server) writeAll(enc *json.Encoder) error {
	if err := enc.Encode(stateRecord{Version: stateVersion, Rest: s.saveRest()}); err != nil {
		return err
	}
	for _, t := range s.tracks {
		if err := enc.Encode(stateRecord{Track: saveTrack(t)}); err != nil {
			return err
		}
	}
	for _, key := range s.storedKeys {
		if err := enc.Encode(stateRecord{Stored: &savedStored{key, saveContent(s.stored[key])}}); err != nil {
			return err
		}
	}
	for _, c := range s.containers {
		for _, f := range c.files {
			if err := enc.Encode(stateRecord{File: saveFile(f)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// closeState writes what is left, and gives the file up.
func (s *Server) closeState() error {
	st := s.state
	if st == nil {
		return nil
	}
	st.rest = true
	err := s.flush()
	s.state = nil
	err = errors.Join(err, st.f.Sync(), st.f.Close())
	st.unlock()
	return err
}

// expect has the processing of a file end when its time comes, also if nobody looks. A timer is never stopped: it may belong to another
// testing/synctest bubble. One that is no longer wanted finds nothing to do.
func (s *Server) expect(f *file) {
	if f.settings.CallbackURL == "" && f.container.CallbackURL == "" {
		return
	}
	time.AfterFunc(time.Duration(f.readyAt-s.now().UnixNano()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			s.settle(f)
			_ = s.flush() // the next response tells
		}
	})
}
