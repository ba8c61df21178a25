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

// WithStateFile keeps the server's state in a file, so that another server with the same file continues with it:
// containers, files with their results, buckets, projects, streams, plays, tracks, stored content, and the credentials.
// The effects of a request are in the file before its response is sent; the effects of methods are in the file before
// the next response, or after [Server.Close]. So nothing is lost if the program is killed, except counts of
// identifications. The file does not contain requests, deliveries, faults, rules, scripts, and the content of uploads.
//
// If the file does not exist, it is created. Only its owner can read it, because it contains credentials. A file that
// cannot be read, is of another version, or is used by another server is an error, and is not changed. [WithToken] and
// [WithProject] take precedence over the file; if [WithContainerID] differs from the file, that is an error. The server
// leaves the sync to disk to the system: a power failure may lose the last moments.
func WithStateFile(path string) Option {
	return optionFunc(func(o *options) error {
		o.statePath = path
		if path == "" {
			return errors.New("mock: WithStateFile: the path is empty; give the path of a file")
		}
		return nil
	})
}

// A stateFile writes the state. The lock must be held when its methods are called.
type stateFile struct {
	path   string
	unlock func()
	f      *os.File
	size   int64 // of the complete lines
	base   int64 // after the last compaction

	starts uint64
	rest   bool               // savedRest has changed
	files  map[*file]struct{} // changed files
	gone   []string           // ids of deleted files
	stored []string           // keys of new stored content
	tracks int                // the number of saved tracks
	failed error              // why it can no longer be written
}

// minCompaction is how many bytes are appended before the file is written anew.
const minCompaction = 4 << 20

// openState continues with the state in a file, or creates the file. The server must otherwise be ready.
func (s *Server) openState(path string) error {
	s.mu.Lock() // timers of files that are being processed wait for it
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

// restore reads a state file, and replaces the server's state with it. If any of it cannot be read, the server does not
// change.
func (s *Server) restore(r io.Reader, st *stateFile) error {
	records, err := readState(r)
	if err != nil {
		return err
	}
	rest := records.rest
	if s.containerID > 0 && s.containerID != rest.Container {
		return fmt.Errorf("its ready-made container is %d, not %d: use that id, or another file", rest.Container, s.containerID)
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

// stateRecords are the contents of a state file.
type stateRecords struct {
	rest   *savedRest
	tracks []*savedTrack
	stored []*savedStored
	files  map[string]*savedFile
}

// maxStateLine is the longest line. One line contains everything except files, tracks and stored content.
const maxStateLine = 1 << 30

// readState reads a state file. It ignores an incomplete last line: the response that depends on it was never sent.
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
			return nil, fmt.Errorf("line %d cannot be read: %w: move the file away, or restore it from a backup", n, err)
		}
		switch {
		case n == 1 && rec.Version == 0:
			return nil, errors.New("the file is not the state of a mock: use another path")
		case n == 1 && rec.Version != stateVersion:
			return nil, fmt.Errorf("its format has version %d, but this program supports version %d: use the program that wrote it, or another path", rec.Version, stateVersion)
		}
		v.add(&rec)
	}
	if v.rest == nil {
		return nil, errors.New("it is incomplete: move the file away, or restore it from a backup")
	}
	return v, nil
}

// readLine returns a complete line, or io.EOF.
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
			return nil, errors.New("one of its lines is too long: move the file away, or restore it from a backup")
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

// touch records that a file has changed. The lock must be held, as for all functions below.
func (s *Server) touch(f *file) {
	if s.state != nil {
		s.state.files[f] = struct{}{}
	}
}

// keepSettings records that the files of a container no longer have its settings, which are about to change.
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

// forgotten records that a file was deleted.
func (s *Server) forgotten(f *file) {
	if s.state != nil {
		delete(s.state.files, f)
		s.state.gone = append(s.state.gone, f.id)
	}
}

// changed records and saves the effects of a method. If saving fails, the next request reports that.
func (s *Server) changed() {
	if s.state != nil {
		s.state.rest = true
		_ = s.flush()
	}
}

// keepNoted saves recorded changes of tracks and files.
func (s *Server) keepNoted() {
	if s.state != nil {
		_ = s.flush()
	}
}

// changes reports whether a request may have changed anything else than files and tracks.
func (q *request) changes() bool {
	switch q.op {
	case "", OpCreateFile, OpStore, OpRescanFile, OpDeleteFile, OpIdentify:
		return false
	}
	return q.Method != http.MethodGet && q.Method != http.MethodHead
}

// kept saves the effects of a request before its response is sent. It returns an error if that fails.
func (s *Server) kept(q *request) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.state == nil {
		return nil
	}
	s.state.rest = s.state.rest || q.changes()
	return s.flush()
}

// saveRest returns everything except files, tracks and stored content.
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

// flush appends the changes to the file.
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
		if failed := errors.Join(st.f.Truncate(st.size), seek(st.f, st.size)); failed != nil { // an incomplete line would corrupt the next one
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

// clean records that everything is saved.
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

// compact writes the file anew, next to the old one, which it then replaces.
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

// closeState saves the remaining changes, and closes the file.
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

// expect makes the processing of a file end on time, even if nothing requests the file. Timers are never stopped,
// because they may belong to another testing/synctest bubble; a timer that is no longer needed does nothing.
func (s *Server) expect(f *file) {
	if f.settings.CallbackURL == "" && f.container.CallbackURL == "" {
		return
	}
	time.AfterFunc(time.Duration(f.readyAt-s.now().UnixNano()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !s.closed {
			s.settle(f)
			_ = s.flush() // the next response reports an error
		}
	})
}
