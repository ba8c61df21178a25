package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch/sqlitebatch"
)

// A journal records the files that the command has scanned in one container.
type journal struct {
	store batch.Store
	path  string // of the file; empty: in memory
	empty bool   // newly created
	close func() error
}

// An unqueued is a journal without its queue: the arguments of the command determine what is scanned, not what other
// runs have left.
type unqueued struct{ sqlitebatch.Store }

// Claim implements [batch.Queue].
func (unqueued) Claim(context.Context, int, time.Duration) ([]string, error) { return nil, nil }

// Later implements [batch.Queue].
func (unqueued) Later(context.Context, string, time.Time) error { return nil }

// Renew implements [batch.Renewer].
func (unqueued) Renew(context.Context, []string, time.Time) error { return nil }

// Backlog implements [batch.Backlog].
func (unqueued) Backlog(context.Context) (int64, error) { return 0, nil }

// inMemory returns a journal that ends with the command.
func inMemory() *journal {
	return &journal{store: batch.NewMemory(), empty: true, close: func() error { return nil }}
}

// openJournal opens the journal that the user names, or the container's own. If the latter cannot be kept, such as on a
// system without a home folder, the command works without it: it looks files up by name before anything is billed.
func (p *program) openJournal(ctx context.Context, named string, s *service) (*journal, error) {
	switch {
	case s.mock != nil && named != "":
		return nil, usagef("--journal does not work with the embedded mock, which loses its files when the command ends: leave it out, or use 'acrcloud mock'")
	case s.mock != nil:
		return inMemory(), nil
	case strings.Contains(named, "://") || strings.Contains(named, "host=") || strings.Contains(named, "password="):
		return nil, usagef("--journal takes the path of a file, not the address of a database: give a path such as scans.db")
	case named != "":
		return openJournalFile(ctx, named, s)
	}
	path, err := journalPath(s)
	if err == nil {
		err = makeFile(path)
	}
	if err != nil {
		p.note("Cannot keep a journal: %v. If you repeat the command, it finds billed files by name; to resume without sending them again, name a file with --journal.", err)
		return inMemory(), nil
	}
	return openJournalFile(ctx, path, s)
}

// makeFile creates a file that only the user can read, unless it exists.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // built from a folder for programs, a host and a number
	if err != nil {
		return err
	}
	return f.Close()
}

func openJournalFile(ctx context.Context, path string, s *service) (*journal, error) {
	info, err := os.Stat(path)
	made := errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
	store, err := sqlitebatch.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	if err := store.Bind(ctx, s.config.ContainerID); err != nil {
		return nil, errors.Join(fmt.Errorf("the journal %s: %w", path, err), store.Close())
	}
	_, err = os.Stat(path)
	return &journal{store: unqueued{store}, path: path, empty: made && err == nil, close: store.Close}, nil
}

// journalPath returns the path of a container's own journal.
func journalPath(s *service) (string, error) {
	dir, err := stateFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "acrcloud", "scans", fmt.Sprintf("%s-%d.db", s.place(), s.config.ContainerID)), nil
}

// place returns the service as a part of a file name.
func (s *service) place() string {
	base := strings.TrimRight(s.config.BaseURL, "/")
	u, err := url.Parse(base)
	if err != nil || base == "" {
		return "acrcloud"
	}
	host := strings.ToLower(u.Hostname())
	if host == "acrcloud.com" || strings.HasSuffix(host, ".acrcloud.com") {
		return "acrcloud" // all its hosts have the same containers
	}
	plain := strings.Map(func(r rune) rune {
		if r == '.' || r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
			return r
		}
		return '_'
	}, host)
	sum := sha256.Sum256([]byte(base))
	return plain + "-" + short(sum[:])
}

// stateFolder returns the folder in which programs keep state that outlives them and is not configuration.
func stateFolder() (string, error) {
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	switch runtime.GOOS {
	case "windows":
		return os.UserCacheDir() // the local part of the profile
	case "darwin":
		return os.UserConfigDir() // Application Support
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "state"), nil
}

// latest returns the key under which a file was last scanned, and the state of that job. If it was never scanned, key
// is the one to use. next is the key for scanning it again.
func (j *journal) latest(ctx context.Context, id identity) (key, next string, e batch.Entry, known bool, err error) {
	key, next = id.key(1), id.key(1)
	if j.empty {
		return key, next, e, false, nil
	}
	for time := 1; ; time++ {
		next = id.key(time)
		there, err := j.store.Load(ctx, next)
		switch {
		case errors.Is(err, batch.ErrNoEntry):
			return key, next, e, known, nil
		case err != nil:
			return "", "", e, false, err
		}
		key, e, known = next, there, true
	}
}

// revive makes a failed job run again, unless that could bill it twice: only --fresh sends a page of a platform again whose response was lost.
func (j *journal) revive(ctx context.Context, key string) error {
	e, err := j.store.Load(ctx, key)
	if err != nil || e.Phase != batch.PhaseFailed {
		return err
	}
	_, err = batch.Retry(ctx, singleEntry{j.store, e}, func(o *batch.Outcome) bool {
		f, ok := errors.AsType[*batch.Failure](o.Err)
		return !ok || f.Kind != batch.FailureHeld
	})
	return err
}

// A singleEntry is a store that lists one entry only.
type singleEntry struct {
	batch.Store
	entry batch.Entry
}

// Entries implements [batch.Lister].
func (l singleEntry) Entries(context.Context, ...batch.Phase) iter.Seq2[batch.Entry, error] {
	return single(l.entry)
}

// outcome returns the outcome of a job.
func (j *journal) outcome(ctx context.Context, key string) (*batch.Outcome, error) {
	e, err := j.store.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	return batch.OutcomeOf(e)
}
