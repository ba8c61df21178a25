//go:build unix

package riverbatch_test

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"context"

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

var (
	killFiles = flag.Int("kill.files", 40, "how many files the test with kills has")
	kills     = flag.Int("kill.kills", 5, "how many processes it kills")
)

const (
	listLag      = time.Second
	requestDelay = 50 * time.Millisecond
)

// A fleet is a service, a database, and the processes that work with them.
type fleet struct {
	t         *testing.T
	order     order
	srv       *mock.Server
	files     *filescan.Files
	store     *sqlbatch.Store
	queue     *riverbatch.Client[*sql.Tx] // that takes no steps
	processes map[string]*process
	called    atomic.Int64 // callbacks that got a response of 200
	lost      atomic.Int64 // and those that found nobody
	turn      atomic.Int64 // of the receivers
	sockets   []string
	memory    []string // what processes say of theirs at their end
}

type process struct {
	cmd    *exec.Cmd
	ended  chan error
	stdout bytes.Buffer
	stderr bytes.Buffer
}

func newFleet(t *testing.T, dsn string, files int, service ...mock.Option) *fleet {
	t.Helper()
	f := &fleet{t: t, processes: map[string]*process{}}
	folder := t.TempDir()
	f.sockets = []string{filepath.Join(folder, "a"), filepath.Join(folder, "b")}
	f.srv = mock.New(append(service, mock.WithCallbackTransport(mock.HandlerTransport(f)))...)
	t.Cleanup(func() { assert.NoError(t, f.srv.Close()) })
	f.srv.OnScan(func(u mock.Upload) mock.Outcome {
		return mock.Outcome{Results: fmt.Appendf(nil, `{"music":[{"result":{"title":"%s"}}]}`, u.SHA256)}
	})
	base, err := f.srv.Start()
	require.NoError(t, err)
	f.order = order{BaseURL: base, Token: f.srv.Config().BearerToken.Reveal(), Container: f.srv.Config().ContainerID, DSN: dsn, Files: files, Workers: 8}
	client, err := filescan.New(f.srv.Config(), f.srv.Options()...)
	require.NoError(t, err)
	callback := acrcloud.NewSecret("https://callbacks.test/")
	_, err = client.Containers().Update(t.Context(), f.order.Container, &filescan.UpdateContainerRequest{CallbackURL: &callback})
	require.NoError(t, err)
	f.files = client.Files(f.order.Container)
	f.open()
	t.Cleanup(func() {
		for _, p := range f.processes {
			_ = p.cmd.Process.Kill()
		}
		assert.NoError(t, f.store.Close())
	})
	return f
}

// open opens the database in this process, to look at it.
func (f *fleet) open() {
	f.t.Helper()
	var err error
	f.store, err = riverbatch.Open(f.t.Context(), f.order.DSN)
	require.NoError(f.t, err)
	_, err = f.store.DB().ExecContext(f.t.Context(), `CREATE TABLE IF NOT EXISTS verdicts (key TEXT PRIMARY KEY, title TEXT NOT NULL)`)
	require.NoError(f.t, err)
	stepper, err := batch.NewStepper(f.files, f.store, nil)
	require.NoError(f.t, err)
	f.queue, err = riverbatch.New(riverbatch.Driver(f.store), stepper, nil)
	require.NoError(f.t, err)
}

// ServeHTTP hands callbacks to the receivers in turn, as a load balancer would. One that is down does not get it, and nobody else does.
func (f *fleet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	socket := f.sockets[f.turn.Add(1)%int64(len(f.sockets))]
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	request := r.Clone(r.Context())
	request.URL.Scheme, request.URL.Host, request.RequestURI = "http", "receiver", ""
	resp, err := transport.RoundTrip(request)
	if err != nil {
		f.lost.Add(1)
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	_, _ = io.Copy(io.Discard, resp.Body)
	if resp.StatusCode == http.StatusOK {
		f.called.Add(1)
	} else {
		f.lost.Add(1)
	}
	w.WriteHeader(resp.StatusCode)
}

// start starts a process.
func (f *fleet) start(name string) {
	f.t.Helper()
	o := f.order
	o.Role, _, _ = strings.Cut(name, " ")
	if strings.HasSuffix(name, "b") {
		o.Socket = f.sockets[len(f.sockets)-1]
	} else {
		o.Socket = f.sockets[0]
	}
	text, err := json.Marshal(o)
	require.NoError(f.t, err)
	program, err := os.Executable()
	require.NoError(f.t, err)
	p := &process{cmd: exec.Command(program, string(text)), ended: make(chan error, 1)} //nolint:gosec,noctx // this test itself, which ends it
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = append(os.Environ(), childEnv+"=1"), &p.stdout, &p.stderr
	require.NoError(f.t, p.cmd.Start())
	go func() { p.ended <- p.cmd.Wait() }()
	f.processes[name] = p
}

// kill ends a process at once.
func (f *fleet) kill(name string) {
	f.t.Helper()
	p := f.processes[name]
	_ = p.cmd.Process.Kill()
	<-p.ended
	delete(f.processes, name)
}

// stop ends a process in peace.
func (f *fleet) stop(name string) {
	f.t.Helper()
	p := f.processes[name]
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	err := <-p.ended
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() { // by the poison, or before it listened to signals
		require.NoError(f.t, err, &p.stderr)
	}
	if p.stdout.Len() > 0 {
		f.memory = append(f.memory, name+" "+p.stdout.String())
	}
	delete(f.processes, name)
}

// revive starts again what has ended by itself: the producer that is not through, and a worker that was poisoned.
func (f *fleet) revive() {
	f.t.Helper()
	for name, p := range f.processes {
		select {
		case err := <-p.ended:
			delete(f.processes, name)
			if err == nil {
				continue // the producer
			}
			status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
			require.True(f.t, ok && status.Signaled() && status.Signal() == syscall.SIGKILL, "%s: %v\n%s", name, err, &p.stderr)
			f.start(name)
		default:
		}
	}
}

// count asks the database, also while it restarts.
func (f *fleet) count(statement string) (n int) {
	f.t.Helper()
	_, err := retried(f.t.Context(), func() (int, error) {
		return 0, f.store.DB().QueryRowContext(f.t.Context(), statement).Scan(&n)
	})
	require.NoError(f.t, err)
	return n
}

// poisoned is the number of files from which on one more is poison, which takes a while.
const poisoned = 1000

const open = `SELECT count(*) FROM acrcloud_jobs WHERE phase NOT IN ('done', 'failed')`

// Web, worker and receiver processes are killed at random, callbacks get lost, come twice or too early, lists lag, and PostgreSQL crashes
// three times. The long form:
//
//	go test -run TestKill -kill.files 2000 -kill.kills 40 -timeout 1h -v
func TestKill(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		testKill(t, filepath.Join(t.TempDir(), "jobs.db"), func() error { return nil })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		c, err := pgtest.Start() // one of its own, since it crashes
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, c.Stop()) })
		dsn, err := c.Create()
		require.NoError(t, err)
		testKill(t, dsn, c.Restart)
	})
}

func testKill(t *testing.T, dsn string, crash func() error) {
	t.Helper()
	random := rand.New(rand.NewPCG(15, uint64(len(dsn)))) //nolint:gosec // no secret
	f := newFleet(t, dsn, *killFiles, mock.WithSeed(15), mock.WithProcessingTime(500*time.Millisecond), mock.WithListLag(listLag))
	f.order.Poison = *killFiles >= poisoned
	f.srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Lose: true})
	f.srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Copies: 2})
	f.srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Early: true})
	f.srv.Inject(mock.Fault{Delay: requestDelay})
	for _, name := range []string{"web", "worker a", "worker b", "receiver a", "receiver b"} {
		f.start(name)
	}
	for i := range *kills {
		<-time.After(time.Duration(200+random.IntN(1000)) * time.Millisecond)
		f.revive()
		name := []string{"web", "worker a", "worker b", "receiver a", "receiver b"}[random.IntN(5)]
		if f.processes[name] != nil {
			f.kill(name)
		}
		f.start(name)
		if i%max(*kills/3, 1) == 1 {
			require.NoError(t, crash())
		}
	}
	for begun := time.Now(); ; {
		f.revive()
		if f.processes["web"] == nil && f.count(open) == 0 && f.count(`SELECT count(*) FROM verdicts`) >= len(f.order.items()) {
			break
		}
		require.Less(t, time.Since(begun), 30*time.Minute, "%d of %d jobs have not ended", f.count(open), f.order.Files)
		if f.order.Poison { // River would wait for 16 minutes between the first and the fifth crash
			_, err := retried(t.Context(), func() (int, error) { return 0, f.queue.Wake(t.Context(), poison) })
			require.NoError(t, err)
		}
		// New releases, too, are a time at which nothing may get lost. And River looks for dead jobs when it has a new leader.
		<-time.After(3 * time.Second)
		for _, name := range []string{"worker a", "worker b"} {
			f.revive()
			f.stop(name)
			f.start(name)
		}
	}
	for name := range f.processes {
		f.stop(name)
	}
	f.judge()

	// The producer once more, without the database: each file is found by its name.
	if dsn == f.order.DSN && strings.HasSuffix(dsn, "jobs.db") {
		require.NoError(t, f.store.Close())
		for _, suffix := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(dsn + suffix); !errors.Is(err, os.ErrNotExist) {
				require.NoError(t, err)
			}
		}
		f.open()
		if !f.order.Poison {
			f.start("web")
			f.start("worker a")
			require.Eventually(t, func() bool {
				f.revive()
				return f.processes["web"] == nil && f.count(`SELECT count(*) FROM verdicts`) == len(f.order.items())
			}, time.Minute, 100*time.Millisecond)
			f.stop("worker a")
			f.judge()
		}
	}
}

// judge compares what the service has made with what was asked for and what came out.
func (f *fleet) judge() {
	t := f.t
	t.Helper()
	<-time.After(listLag + 5*requestDelay)
	made, ids := map[string]int{}, map[string]string{}
	for file, err := range f.files.All(t.Context(), &filescan.ListFilesOptions{PerPage: 100}) {
		require.NoError(t, err)
		made[file.Name]++
		ids[file.Name] = file.ID
	}
	lost, doubled, wrong := 0, 0, 0
	for _, item := range f.order.items() {
		name, err := batch.NameOf(item.Key)
		require.NoError(t, err)
		e, err := f.store.Load(t.Context(), item.Key)
		require.NoError(t, err)
		o, err := batch.OutcomeOf(e)
		require.NoError(t, err)
		if item.Key == poison {
			failure, ok := errors.AsType[*batch.Failure](o.Err)
			assert.True(t, ok && failure.Kind == batch.FailureCrash, "%v", o.Err)
			assert.Zero(t, made[name])
			continue
		}
		if made[name] > 1 {
			doubled++
		}
		var title string
		require.NoError(t, f.store.DB().QueryRowContext(t.Context(), `SELECT title FROM verdicts WHERE key = $1`, item.Key).Scan(&title))
		switch {
		case made[name] == 0:
			lost++
		case o.Err != nil || o.File.ID != ids[name] || title != fmt.Sprintf("%x", sha256.Sum256([]byte("RIFF content of "+item.Ref))):
			wrong++
			t.Errorf("%s: %v, file %v, title %q", item.Key, o.Err, o.File, title)
		}
	}
	t.Logf("%d files, %d callbacks received, %d not: lost %d, doubled %d, wrong %d", f.order.Files, f.called.Load(), f.lost.Load(), lost, doubled, wrong)
	assert.Zero(t, lost, "lost")
	assert.Zero(t, doubled, "doubled")
	assert.Zero(t, wrong, "wrong")
	assert.Len(t, made, f.order.Files)
}
