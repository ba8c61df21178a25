package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// An addSettings holds what to add to a bucket, and how.
type addSettings struct {
	title                    string
	pairs                    []string
	fingerprint, acrid, once bool
	wait, yes                bool
	most, atOnce             int
	timeout                  time.Duration
	values                   map[string]any
	bucket                   int
}

func (p *program) addBucketFiles() *cobra.Command {
	var s addSettings
	c := &cobra.Command{
		Use: "add BUCKET FILE|URL|-...", Short: "Add audio, fingerprints, URLs or recordings of ACRCloud's music to a bucket",
		Long: "Add files to a bucket: audio, with --fingerprint fingerprints that another ACRCloud tool has made, URLs that the service fetches, or with --acrid\n" +
			"recordings of ACRCloud's music. - is standard input, and needs --title. Storing files is billed: before, the command says how many and where,\n" +
			"and with more than --max it asks.\n\n" +
			"Each file is sent once. Where it is not known whether the service has it, the command says so, and ends with exit code 5. --unique promises\n" +
			"that each title is one content's alone in the bucket: then a file of that title is taken, not made again, and the same command can be\n" +
			"repeated after any failure. Titles are the files' names, unless --title gives one; at a URL, the end of its path; with --acrid, the ACRID.",
		Example: "  acrcloud buckets files add 5001 master-4711.wav --unique --set artist=\"Ada Alder\" --set isrc=XX0000000001 --wait\n" +
			"  acrcloud buckets files add 5001 https://cdn.example.com/a.mp3 --title a\n  acrcloud buckets files add 5001 --acrid 6049f11da7095e8bb8266871d4a70873\n" +
			"  acrcloud buckets files add 5001 --fingerprint a.mp3.db b.mp3.db",
		Args: arguments(2, -1, "the bucket, and what to add to it"),
		RunE: func(c *cobra.Command, args []string) error { return p.addToBucket(c.Context(), args, &s) },
	}
	f := c.Flags()
	f.StringVar(&s.title, "title", "", "`title` of the file in the bucket; required for standard input")
	f.StringArrayVar(&s.pairs, "set", nil, "metadata to include in results, as `key=value`; may be repeated")
	f.BoolVar(&s.fingerprint, "fingerprint", false, "the files are fingerprints")
	f.BoolVar(&s.acrid, "acrid", false, "the arguments are ACRIDs of ACRCloud's music")
	f.BoolVar(&s.once, "unique", false, "titles are unique in the bucket: if a file has the title already, use it and do not add it again")
	f.BoolVar(&s.wait, "wait", false, "wait until the files can be recognised")
	f.DurationVar(&s.timeout, "timeout", time.Hour, "how long to wait for each file")
	f.BoolVarP(&s.yes, "yes", "y", false, "do not ask for confirmation")
	f.IntVar(&s.most, "max", maxUnasked, "ask before more than this many are billed")
	f.IntVar(&s.atOnce, "uploads", 2, "how many files are added at the same time")
	return c
}

// check refuses wrong settings before anything is read.
func (s *addSettings) check() (err error) {
	switch {
	case s.fingerprint && s.acrid:
		return usagef("--fingerprint is for files, --acrid for recordings that the service has: use only one of them")
	case s.atOnce < 1 || s.atOnce > 100:
		return usagef("--uploads is %d: give a number from 1 to 100", s.atOnce)
	case s.most < 0:
		return usagef("--max is %d: give a positive number, or 0 to always be asked", s.most)
	case s.timeout <= 0:
		return usagef("--timeout is %v: give a positive duration, such as 10m", s.timeout)
	}
	s.values, err = userDefined(s.pairs)
	return err
}

// An addition is one file to add to a bucket.
type addition struct {
	name   string // in messages
	title  string // empty: the service chooses
	source acrcloud.Source
	remote *console.Remote // instead of source
	size   int64
	sent   atomic.Int64 // of size
}

// id identifies an addition: the same content has the same id. arg is the argument that names it.
func (a *addition) id(arg string) string {
	if a.remote != nil || arg == standardInput { // messages show URLs without their queries
		return arg
	}
	full, err := filepath.Abs(a.name)
	if err != nil {
		return a.name
	}
	return full
}

// additions returns what the arguments name.
func (p *program) additions(args []string, s *addSettings) ([]*addition, error) {
	var all []*addition
	taken := map[string]bool{} // an argument that is repeated is sent once
	for _, arg := range args {
		more, err := p.additionsOf(arg, s)
		if err != nil {
			return nil, err
		}
		for _, a := range more {
			if id := a.id(arg); !taken[id] {
				taken[id] = true
				all = append(all, a)
			}
		}
	}
	if s.title != "" {
		if len(all) > 1 {
			return nil, usagef("--title applies to a single file, and there are %d: leave it out", len(all))
		}
		all[0].title = s.title
	}
	if !s.once {
		return all, nil
	}
	seen := map[string]string{}
	for _, a := range all {
		plain := strings.ReplaceAll(strings.TrimSpace(a.title), " ", "_") // as the SDK compares them
		if other, ok := seen[plain]; ok {
			return nil, usagef("%s and %s have the same title, %q, but --unique requires different titles: rename one, or add it separately with --title", other, a.name, a.title)
		}
		seen[plain] = a.name
	}
	return all, nil
}

func (p *program) additionsOf(arg string, s *addSettings) ([]*addition, error) {
	switch {
	case s.acrid:
		remote := console.CatalogueACRID(arg)
		a := &addition{name: arg, remote: &remote}
		if s.once {
			a.title = arg
		}
		return []*addition{a}, nil
	case isURL(arg):
		if s.fingerprint {
			return nil, usagef("%s: the service fetches audio and video files, but not fingerprints: download it first", filescan.RemoteURL(arg))
		}
		remote := console.AudioURL(arg)
		a := &addition{name: filescan.RemoteURL(arg).String(), remote: &remote}
		if u, err := url.Parse(arg); err == nil && s.once {
			a.title = path.Base("/" + u.Path)
		}
		if s.once && s.title == "" && strings.Trim(a.title, "/.") == "" {
			return nil, usagef("%s: the URL contains no name to use as the title: give one with --title", a.name)
		}
		return []*addition{a}, nil
	case arg == standardInput && s.title == "":
		return nil, usagef("standard input has no name: give it one with --title")
	case arg == standardInput:
		return []*addition{{name: "standard input", source: acrcloud.FromReader(s.title, p.in, -1)}}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return nil, usagef("%s is a folder: name the files in it, such as %s", arg, filepath.Join(arg, "*.wav"))
	case err == nil:
		return []*addition{{name: arg, title: filepath.Base(arg), source: acrcloud.FromFile(arg), size: info.Size()}}, nil
	}
	found, badPattern := filepath.Glob(arg) // where the shell has not expanded it
	if badPattern != nil || len(found) == 0 {
		return nil, &usageError{text: err.Error()}
	}
	var all []*addition
	for _, path := range found {
		more, err := p.additionsOf(path, s)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

func (p *program) addToBucket(ctx context.Context, args []string, s *addSettings) error {
	format, err := p.format(listFormats...)
	if err != nil {
		return err
	}
	if err := s.check(); err != nil {
		return err
	}
	if _, err := bucketID(args[0]); err != nil {
		return err
	}
	all, err := p.additions(args[1:], s)
	if err != nil {
		return err
	}
	service, files, id, err := p.bucketFiles(ctx, args[0])
	if err != nil {
		return err
	}
	s.bucket = id
	if err := p.storing(ctx, service, len(all), s); err != nil {
		return err
	}
	run := &bucketRun{program: p, files: files, settings: s, waiting: service.bucketWaiting(s.timeout)}
	if !p.flags.quiet {
		p.progress.startBytes(max(run.bytes(all), 1), "adding")
	}
	err = writeList(p, format, bucketFileColumns, run.add(ctx, all))
	p.progress.stop()
	switch {
	case p.out.err != nil:
		return p.out.err
	case ctx.Err() != nil:
		return errors.Join(ctx.Err(), err)
	case err == nil && run.failed > 0:
		return run.verdict(len(all))
	case err == nil && run.unready > 0:
		return fmt.Errorf("%d of %s cannot be found by recognition", run.unready, count(len(all), "file"))
	}
	return err
}

// storing says what is about to be stored, and asks for confirmation if it is a lot.
func (p *program) storing(ctx context.Context, s *service, n int, settings *addSettings) error {
	doing := fmt.Sprintf("Adding %s to bucket %d", count(n, "file"), settings.bucket)
	if s.mock != nil {
		p.note("%s in the embedded mock: no network, nothing is billed.", doing)
		return nil
	}
	what := fmt.Sprintf("%s at %s, with the token of %s: storing files is billed.", doing, s.name(), s.origin)
	if n <= settings.most || settings.yes {
		p.note("%s", what)
		return nil
	}
	return p.confirm(ctx, false, "%s That is more than %d. Continue?", what, settings.most)
}

// A bucketRun adds files to a bucket and records the outcomes.
type bucketRun struct {
	program  *program
	files    *console.BucketFiles
	settings *addSettings
	waiting  console.WaitOptions

	failed, unready int
	unknown, denied bool
}

// hopeless reports whether the credentials or the bucket caused an error, so that every other file would fail, too.
func hopeless(err error) bool {
	return errors.Is(err, acrcloud.ErrCredentials) || errors.Is(err, acrcloud.ErrNotFound)
}

// bytes returns how many bytes will be sent.
func (r *bucketRun) bytes(all []*addition) (n int64) {
	for _, a := range all {
		n += a.size
	}
	return n
}

// An added is the outcome of an addition.
type added struct {
	addition *addition
	file     *console.BucketFile
	err      error
}

// add yields files as they are created, or with --wait as they become ready.
func (r *bucketRun) add(ctx context.Context, all []*addition) iter.Seq2[*console.BucketFile, error] {
	return func(yield func(*console.BucketFile, error) bool) {
		var made []int
		open := true
		for a := range r.made(ctx, all) {
			switch {
			case a.err != nil:
				r.note(ctx, a)
			case r.settings.wait:
				made = append(made, a.file.ID)
			case open:
				open = yield(a.file, nil)
			}
			if !open {
				break
			}
		}
		if !open || len(made) == 0 {
			return
		}
		w := &bucketWait{program: r.program, files: r.files, options: r.waiting}
		left := made
		for file, err := range w.all(ctx, made) {
			if err != nil {
				r.program.say("these files are added; to wait for them: acrcloud buckets files wait %d %s", r.settings.bucket, joinedIDs(left))
			}
			left = left[1:]
			if !yield(file, err) || err != nil {
				return
			}
		}
		r.unready = w.failed
	}
}

func joinedIDs(ids []int) string { return strings.Trim(fmt.Sprint(ids), "[]") }

// made adds the files, several at the same time. If the caller stops the iteration, no more are started, but those in
// progress continue and are reported: otherwise nobody would know whether they were created.
func (r *bucketRun) made(ctx context.Context, all []*addition) iter.Seq[added] {
	return func(yield func(added) bool) {
		feeding, stop := context.WithCancel(ctx)
		queue, done := make(chan *addition), make(chan added)
		var workers sync.WaitGroup
		for range min(r.settings.atOnce, len(all)) {
			workers.Go(func() {
				for a := range queue {
					if feeding.Err() != nil {
						continue
					}
					file, err := r.send(ctx, a)
					if hopeless(err) {
						stop()
					}
					done <- added{a, file, err}
				}
			})
		}
		go func() {
			defer close(queue)
			for _, a := range all {
				select {
				case queue <- a:
				case <-feeding.Done():
					return
				}
			}
		}()
		go func() {
			workers.Wait()
			close(done)
		}()
		defer func() {
			stop()
			for a := range done {
				if a.err != nil {
					r.note(ctx, a)
				} else {
					r.program.say("%s: the file is added, its id is %d", a.addition.name, a.file.ID)
				}
			}
		}()
		for a := range done {
			if !yield(a) {
				return
			}
		}
	}
}

// send adds one file.
func (r *bucketRun) send(ctx context.Context, a *addition) (*console.BucketFile, error) {
	if a.remote != nil {
		return r.files.Import(ctx, *a.remote, &console.ImportOptions{Title: a.title, UserDefined: r.settings.values, UniqueName: r.settings.once})
	}
	opts := &console.UploadOptions{Title: a.title, UserDefined: r.settings.values, UniqueName: r.settings.once, OnProgress: func(progress console.Progress) {
		r.program.progress.add(int(progress.Sent - a.sent.Swap(progress.Sent)))
	}}
	if r.settings.fingerprint {
		opts.DataType = console.Fingerprint
	}
	file, err := r.files.Upload(ctx, a.source, opts)
	r.program.progress.add(int(a.size - a.sent.Swap(a.size))) // including bytes that were not sent because the file exists or failed
	return file, err
}

// note reports a failure.
func (r *bucketRun) note(ctx context.Context, a added) {
	unknown := errors.Is(a.err, acrcloud.ErrOutcomeUnknown)
	if ctx.Err() != nil && errors.Is(a.err, ctx.Err()) && !unknown {
		return // it was not started, or was cancelled before it had an effect
	}
	r.failed++
	r.unknown = r.unknown || unknown
	r.denied = r.denied || errors.Is(a.err, acrcloud.ErrCredentials)
	title := a.addition.title
	if upload, ok := errors.AsType[*console.UploadError](a.err); ok {
		title = upload.Title
	}
	switch {
	case unknown && r.settings.once:
		r.program.say("%s: %v\nRepeat the command: with --unique it uses the file if it was created", a.addition.name, a.err)
	case unknown && title != "":
		r.program.say("%s: %v\nBefore you add it again, check: acrcloud buckets files list %d --search %q", a.addition.name, a.err, r.settings.bucket, title)
	case unknown:
		r.program.say("%s: %v\nBefore you add it again, check: acrcloud buckets files list %d", a.addition.name, a.err, r.settings.bucket)
	default:
		r.program.say("%s: %v", a.addition.name, a.err)
	}
}

// verdict returns the error of a run in which files failed. Each failure has already been reported.
func (r *bucketRun) verdict(all int) error {
	text := fmt.Sprintf("%d of %s could not be added to bucket %d", r.failed, count(all, "file"), r.settings.bucket)
	switch {
	case r.unknown:
		return &failure{text, acrcloud.ErrOutcomeUnknown}
	case r.denied:
		return &failure{text, acrcloud.ErrCredentials}
	}
	return errors.New(text)
}
