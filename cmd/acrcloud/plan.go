package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A plan is what a scan command is going to do. It is made before anything is billed and then carried out exactly:
// files that are added to a folder later are not scanned.
type plan struct {
	journal *journal
	files   *spool[planned] // on the disk
	others  []planned       // whose content or path only this process knows, and URLs

	all     int       // files, those of URLs among them
	done    int       // files whose results are in the journal
	begun   int       // files that the service is processing
	unsure  int       // files that may have been created, which is not known yet
	settled time.Time // when that is known for all of them
	seen    map[string]bool
	remove  []func() error
}

// A planned is a file to scan.
type planned struct {
	Path    string // as the user wrote it
	Key     string
	Version string
	Size    int64
	Problem string // why it could not be read when the scan was planned
	Done    bool   // its results are in the journal
	Failed  bool   // an earlier command could not scan it
	Anew    bool   // scan it again

	source acrcloud.Source // for content that is not on the disk
	remote filescan.Remote // for what the service fetches
}

// billed returns how many files may be billed.
func (l *plan) billed() int { return l.all - l.done - l.begun }

func (l *plan) close() error {
	var errs []error
	for _, remove := range l.remove {
		errs = append(errs, remove())
	}
	return errors.Join(errs...)
}

// plan compares all targets with the journal.
func (p *program) plan(ctx context.Context, targets []target, s scanSettings, service *service, j *journal) (l *plan, err error) {
	files, remove, err := newSpool[planned]()
	if err != nil {
		return nil, err
	}
	l = &plan{journal: j, files: files, remove: []func() error{remove}}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if s.samples {
		track := service.mock.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
		l.other("sample.wav", acrcloud.FromBytes("sample.wav", track.WAV(30*time.Second, 70*time.Second)), "sample")
		return l, nil
	}
	if len(targets) > 1 {
		l.seen = map[string]bool{}
	}
	for _, t := range targets {
		switch {
		case ctx.Err() != nil:
			err = ctx.Err()
		case t.url != "":
			err = l.url(ctx, t, s)
		case t.stdin:
			err = p.input(ctx, l, s)
		case t.folder:
			err = p.folder(ctx, l, t.path, s)
		default:
			err = l.file(ctx, t.path, s)
		}
		if err != nil {
			return l, err
		}
	}
	if l.all == 0 {
		names := make([]string, len(targets))
		for i, t := range targets {
			names[i] = t.name
		}
		return l, usagef("there is nothing to scan in %s: no audio or video files by their first bytes; --all includes other files", strings.Join(names, ", "))
	}
	return l, nil
}

// file plans one file on the disk, even if it cannot be read: its outcome will report that.
func (l *plan) file(ctx context.Context, path string, s scanSettings) error {
	id, info, err := identityOf(path)
	f := planned{Path: path}
	if err == nil {
		f.Version, f.Size = versionOf(info), info.Size()
	} else {
		f.Problem = err.Error()
	}
	if s.name != "" {
		id.name = s.name
	}
	if err := l.look(ctx, &f, id, s); err != nil || f.Key == "" {
		return err
	}
	if !utf8.ValidString(path) { // the list cannot hold it
		l.others = append(l.others, f)
		return nil
	}
	return l.files.add(f)
}

// url plans what the service fetches.
func (l *plan) url(ctx context.Context, t target, s scanSettings) error {
	id := identityOfURL(t.url, s.platform)
	f := planned{Path: t.name, remote: filescan.AudioURL(t.url)}
	if s.platform {
		f.remote = filescan.Platform(t.url)
	}
	if s.name != "" {
		id.name, f.Path = s.name, s.name
	}
	if err := l.look(ctx, &f, id, s); err != nil || f.Key == "" {
		return err
	}
	l.others = append(l.others, f)
	return nil
}

// other plans content that is not on the disk.
func (l *plan) other(path string, source acrcloud.Source, hash string) {
	l.all++
	l.others = append(l.others, planned{Path: path, Key: identity{name: path, hash: hash}.key(1), source: source})
}

// look looks a file up in the journal. The key stays empty if the file was named before.
func (l *plan) look(ctx context.Context, f *planned, id identity, s scanSettings) error {
	if l.seen[id.hash] {
		return nil
	}
	if l.seen != nil {
		l.seen[id.hash] = true
	}
	key, next, e, known, err := l.journal.latest(ctx, id)
	if err != nil {
		return err
	}
	f.Key = key
	l.all++
	switch {
	case !known:
	case s.fresh && e.Phase.Finished():
		f.Key, f.Anew = next, true
	case e.Phase == batch.PhaseDone:
		f.Done = true
		l.done++
	case e.Phase == batch.PhaseFailed && s.platform && isMissing(e): // another try would be billed, and find nothing again
		f.Done = true
		l.done++
	case e.Phase == batch.PhaseFailed:
		f.Failed = true
	case e.Phase == batch.PhaseWaiting:
		l.begun++
	case e.Phase == batch.PhaseIntent && !e.IntentAt.IsZero():
		l.unsure++
		if at := e.IntentAt.Add(s.postTimeout() + s.grace); at.After(l.settled) {
			l.settled = at
		}
	}
	return nil
}

// isMissing reports whether the file of a failed job was created but cannot be fetched, as the service does with playlists.
func isMissing(e batch.Entry) bool {
	o, err := batch.OutcomeOf(e)
	if err != nil {
		return false
	}
	f, ok := errors.AsType[*batch.Failure](o.Err)
	return ok && f.Kind == batch.FailureMissing
}

// folder plans the files in a folder.
func (p *program) folder(ctx context.Context, l *plan, dir string, s scanSettings) error {
	skipped := 0
	opts := &batch.DirOptions{All: s.all, OnSkip: func(path string, reason error) {
		skipped++
		if p.flags.verbose {
			p.say("Skipped %s: it %v", path, reason)
		}
	}}
	for item, err := range batch.Dir(dir, opts) {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		}
		path := item.Ref
		if path == "" { // it is not valid UTF-8; the key has as much of it as a name can hold
			path = filepath.Join(dir, filepath.FromSlash(item.Key))
			if _, err := os.Lstat(path); err != nil {
				if err := l.unnamed(ctx, path, item, s); err != nil {
					return err
				}
				continue
			}
		}
		if err := l.file(ctx, path, s); err != nil {
			return err
		}
	}
	if skipped > 0 {
		p.note("%s skipped in %s: not audio or video by their first bytes; --all includes them.", count(skipped, "file"), dir)
	}
	return nil
}

// unnamed plans a file whose path only package batch knows.
func (l *plan) unnamed(ctx context.Context, path string, item batch.Item, s scanSettings) error {
	sum := sha256.Sum256([]byte(path + "\x00" + item.Version))
	f := planned{Path: path, source: item.Source}
	if err := l.look(ctx, &f, identity{name: item.Source.Name(), hash: short(sum[:])}, s); err != nil || f.Key == "" {
		return err
	}
	l.others = append(l.others, f)
	return nil
}

// input plans standard input, which is one file. A hash of all of its content identifies it.
func (p *program) input(ctx context.Context, l *plan, s scanSettings) error {
	file, remove, err := temporary()
	if err != nil {
		return err
	}
	l.remove = append(l.remove, remove)
	h := sha256.New()
	read := make(chan error, 1)
	var size int64
	go func() { // a read from a terminal or a pipe cannot be stopped
		n, err := io.Copy(io.MultiWriter(file, h), p.in)
		size = n
		read <- err
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-read:
		if err != nil {
			return fmt.Errorf("standard input: %w", err)
		}
	}
	f := planned{Path: s.name, Size: size, source: acrcloud.FromReaderAt(s.name, file, size)}
	if err := l.look(ctx, &f, identity{name: s.name, hash: short(h.Sum(nil))}, s); err != nil {
		return err
	}
	l.others = append(l.others, f)
	return nil
}

// each yields the planned files that are done already, or the others.
func (l *plan) each(done bool) iter.Seq2[planned, error] {
	return func(yield func(planned, error) bool) {
		for _, f := range l.others {
			if f.Done == done && !yield(f, nil) {
				return
			}
		}
		for f, err := range l.files.all() {
			if (err != nil || f.Done == done) && !yield(f, err) {
				return
			}
		}
	}
}

// item returns the file for package batch. A URL may contain a secret, so the journal does not get it.
func (f planned) item() batch.Item {
	if !f.remote.IsZero() {
		return batch.Item{Key: f.Key, Remote: f.remote}
	}
	return batch.Item{Key: f.Key, Ref: f.Path, Source: f.content()}
}

// content returns the content of the file as it was planned. If it has changed, reading it fails: otherwise the journal
// would have its result under a wrong key.
func (f planned) content() acrcloud.Source {
	switch {
	case !f.source.IsZero():
		return f.source
	case f.Problem != "": // even if it can be read by now: the key depends on the path alone, so other content could get its result
		return acrcloud.NewSource(filepath.Base(f.Path), -1, func(context.Context) (io.ReadCloser, error) { return nil, errors.New(f.Problem) })
	}
	return acrcloud.NewSource(filepath.Base(f.Path), f.Size, func(context.Context) (io.ReadCloser, error) {
		file, err := os.Open(f.Path)
		if err != nil {
			return nil, err
		}
		c := &unchanged{file, f.Version}
		if err := c.check(); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return c, nil
	})
}

// An unchanged is a file that returns an error if it has changed.
type unchanged struct {
	*os.File
	version string
}

var errChanged = errors.New("has changed since the command started: run the command again")

func (c *unchanged) check() error {
	info, err := c.Stat()
	if err != nil {
		return err
	}
	if versionOf(info) != c.version {
		return errChanged
	}
	return nil
}

// Read implements [io.Reader].
func (c *unchanged) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	if errors.Is(err, io.EOF) {
		if changed := c.check(); changed != nil {
			return n, changed
		}
	}
	return n, err
}
