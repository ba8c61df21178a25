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
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
)

// A journal is what the command keeps of the files that it has scanned in one container.
type journal struct {
	store batch.Store
	path  string // of the file; empty: it is in memory
	empty bool   // it was made just now
	close func() error
}

// A pile is a journal without its queue: what is scanned is for the arguments of the command to say, and not for what other calls have left.
type pile struct{ *sqlbatch.Store }

// Claim implements [batch.Queue].
func (pile) Claim(context.Context, int, time.Duration) ([]string, error) { return nil, nil }

// Later implements [batch.Queue].
func (pile) Later(context.Context, string, time.Time) error { return nil }

// Renew implements [batch.Renewer].
func (pile) Renew(context.Context, []string, time.Time) error { return nil }

// Backlog implements [batch.Backlog].
func (pile) Backlog(context.Context) (int64, error) { return 0, nil }

// inMemory is a journal that ends with the command.
func inMemory() *journal {
	return &journal{store: batch.NewMemory(), empty: true, close: func() error { return nil }}
}

// openJournal opens the journal that the user names, or else that of the container. Where the latter cannot be kept, such as on a system
// without a home, the command works without: files are looked for by their names before anything is billed.
func (p *program) openJournal(ctx context.Context, named string, s *service) (*journal, error) {
	switch {
	case s.mock != nil && named != "":
		return nil, usagef("--journal is of no use with the embedded mock, which forgets its files when the command ends: leave it out, or use 'acrcloud mock'")
	case s.mock != nil:
		return inMemory(), nil
	case strings.Contains(named, "://") || strings.Contains(named, "host=") || strings.Contains(named, "password="):
		return nil, usagef("--journal looks like the address of a database, and is the path of a file: give one, such as scans.db")
	case named != "":
		return openJournalFile(ctx, named, s)
	}
	path, err := journalPath(s)
	if err == nil {
		err = makeFile(path)
	}
	if err != nil {
		p.note("No journal can be kept: %v. The same command again will find what it has billed by name; to go on without sending it again, name a file with --journal.", err)
		return inMemory(), nil
	}
	return openJournalFile(ctx, path, s)
}

// makeFile makes a file that only the user can read, unless it is there.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // it is made of a folder for programs, a host and a number
	if err != nil {
		return err
	}
	return f.Close()
}

func openJournalFile(ctx context.Context, path string, s *service) (*journal, error) {
	info, err := os.Stat(path)
	made := errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0
	store, err := sqlbatch.Open(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("the journal: %w", err)
	}
	if err := store.Bind(ctx, s.config.ContainerID); err != nil {
		return nil, errors.Join(fmt.Errorf("the journal %s: %w", path, err), store.Close())
	}
	_, err = os.Stat(path)
	return &journal{store: pile{store}, path: path, empty: made && err == nil, close: store.Close}, nil
}

// journalPath is where the journal of a container is, unless the user names another file.
func journalPath(s *service) (string, error) {
	dir, err := stateFolder()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "acrcloud", "scans", fmt.Sprintf("%s-%d.db", s.place(), s.config.ContainerID)), nil
}

// place is the service as a part of a file's name.
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

// stateFolder is where programs keep what is to survive them and is no configuration.
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

// latest returns the key under which a file was last scanned, and how that stands; where it never was, the key to scan it under. next is
// the one to scan it under once more.
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

// revive has a job that has failed tried again.
func (j *journal) revive(ctx context.Context, key string) error {
	e, err := j.store.Load(ctx, key)
	if err != nil || e.Phase != batch.PhaseFailed {
		return err
	}
	_, err = batch.Retry(ctx, lone{j.store, e}, func(*batch.Outcome) bool { return true })
	return err
}

// A lone is a store that lists one entry only.
type lone struct {
	batch.Store
	entry batch.Entry
}

// Entries implements [batch.Lister].
func (l lone) Entries(context.Context, ...batch.Phase) iter.Seq2[batch.Entry, error] {
	return single(l.entry)
}

// outcome returns how a job has ended.
func (j *journal) outcome(ctx context.Context, key string) (*batch.Outcome, error) {
	e, err := j.store.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	return batch.OutcomeOf(e)
}
