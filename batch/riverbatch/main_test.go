//go:build unix

package riverbatch_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/riverbatch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/pgtest"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// childEnv says what the test binary does when a test starts it by itself.
const childEnv = "RIVERBATCH_TEST_CHILD"

var (
	theCluster = sync.OnceValues(func() (*pgtest.Cluster, error) {
		clusterBegun.Store(true)
		return pgtest.Start()
	})
	clusterBegun atomic.Bool
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child())
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil { // these tests wait more than they compute
		panic(err)
	}
	code := m.Run()
	if clusterBegun.Load() {
		if c, err := theCluster(); err == nil {
			_ = c.Stop()
		}
	}
	os.Exit(code)
}

// each runs a test with a database of its own of each kind.
func each(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	for name, open := range map[string]func(t *testing.T) (dsn string){"SQLite": sqlite, "PostgreSQL": postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

func sqlite(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "jobs.db")
}

func postgres(t *testing.T) string {
	t.Helper()
	c, err := theCluster()
	require.NoError(t, err)
	dsn, err := c.Create()
	require.NoError(t, err)
	return dsn
}

// A site is a service, a database, and what a process has of them.
type site struct {
	srv     *mock.Server
	files   *filescan.Files
	store   *sqlbatch.Store
	stepper *batch.Stepper
	client  *riverbatch.Client[*sql.Tx]
	log     *logged

	mu       sync.Mutex
	outcomes map[string][]*batch.Outcome // that Config.Done has got
}

// options are those of every stepper: impatient.
func options(o *batch.Options) *batch.Options {
	var out batch.Options
	if o != nil {
		out = *o
	}
	if out.Open == nil {
		out.Open = content
	}
	out.MinInterval, out.MaxInterval = 100*time.Millisecond, time.Second
	return &out
}

func content(ref string) acrcloud.Source {
	return acrcloud.FromBytes(ref, []byte("RIFF content of "+ref))
}

func newSite(t *testing.T, dsn string, opts *batch.Options, config *riverbatch.Config, service ...mock.Option) *site {
	t.Helper()
	srv := mock.New(service...)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	return newSiteOf(t, srv, dsn, opts, config)
}

// newSiteOf is a process of a service that is there.
func newSiteOf(t *testing.T, srv *mock.Server, dsn string, opts *batch.Options, config *riverbatch.Config) *site {
	t.Helper()
	s := &site{srv: srv, outcomes: map[string][]*batch.Outcome{}, log: &logged{t: t}}
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	s.files = client.Files(srv.Config().ContainerID)
	s.store, err = riverbatch.Open(t.Context(), dsn)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.store.Close()) })
	s.stepper, err = batch.NewStepper(s.files, s.store, options(opts))
	require.NoError(t, err)
	var c riverbatch.Config
	if config != nil {
		c = *config
	}
	done := c.Done
	c.Done = func(ctx context.Context, o *batch.Outcome) error {
		if done != nil {
			if err := done(ctx, o); err != nil {
				return err
			}
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.outcomes[o.Key] = append(s.outcomes[o.Key], o)
		return nil
	}
	c.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s.client, err = riverbatch.New(riverbatch.Driver(s.store), s.stepper, &c)
	require.NoError(t, err)
	return s
}

// start takes steps until the test ends.
func (s *site) start(t *testing.T) {
	t.Helper()
	require.NoError(t, s.client.Start(context.WithoutCancel(t.Context())))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second) //nolint:usetesting // the test's own has ended
		defer cancel()
		assert.NoError(t, s.client.Stop(ctx))
	})
}

// ended waits for so many outcomes and returns those that there are, by key.
func (s *site) ended(t *testing.T, n int) map[string]*batch.Outcome {
	t.Helper()
	found := map[string]*batch.Outcome{}
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		for key, all := range s.outcomes {
			found[key] = all[0]
		}
		return len(found) >= n
	}, 30*time.Second, 10*time.Millisecond, "%d outcomes", n)
	return found
}

func items(n int) []batch.Item {
	all := make([]batch.Item, n)
	for i := range all {
		key := fmt.Sprintf("upload/%04d", i)
		all[i] = batch.Item{Key: key, Ref: key + ".wav"}
	}
	return all
}

// created is how many files the service was asked to make.
func created(srv *mock.Server) (n int) {
	for _, r := range srv.Requests() {
		if r.Op == mock.OpCreateFile {
			n++
		}
	}
	return n
}

// query returns the one value of a statement.
func query[T any](t *testing.T, s *site, statement string) (value T) {
	t.Helper()
	require.NoError(t, s.store.DB().QueryRowContext(t.Context(), statement).Scan(&value), statement)
	return value
}

func run(t *testing.T, s *site, statement string) {
	t.Helper()
	_, err := s.store.DB().ExecContext(t.Context(), statement)
	require.NoError(t, err, statement)
}

// logged keeps what was logged.
type logged struct {
	t    *testing.T
	mu   sync.Mutex
	text []byte
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
