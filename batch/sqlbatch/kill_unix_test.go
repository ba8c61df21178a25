//go:build unix

package sqlbatch_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

var (
	killRounds = flag.Int("kill.rounds", 1, "how many rounds with kills at random moments")
	killFiles  = flag.Int("kill.files", 400, "how many files each of them has")
	killAtOnce = flag.Int("kill.parallel", 4, "how many of these rounds run at the same time")
)

// The named points at which a process is killed: right before and right after each kind of save, the request that bills, and an outcome.
var killPoints = []string{
	"add", "save intent", "save waiting", "save done", "claim", "deliver", "post", "outcome",
}

// killOptions are those of every process. The patience is short, so that a round is, but longer than lists lag.
func killOptions(store batch.Store) *batch.Options {
	return &batch.Options{
		Store: store, Open: content, Uploads: 16, PostTimeout: 2 * time.Second, Grace: 5 * time.Second, Lease: time.Second,
		MinInterval: 200 * time.Millisecond, MaxInterval: time.Second,
	}
}

const (
	listLag      = 2 * time.Second
	requestDelay = 150 * time.Millisecond
)

// A killOrder is what the child is to do.
type killOrder struct {
	BaseURL   string
	Token     string
	Container int
	Database  string
	Outcomes  string // a file to add them to
	Files     int
	Point     string // where to die; empty: nowhere
	After     bool   // right after it
	Times     int64  // at this encounter
}

// An outcomeLine is one line of the file of outcomes.
type outcomeLine struct{ Key, ID, Name, Title, Err string }

// childScan is the process that is killed.
func childScan() int {
	var order killOrder
	err := json.Unmarshal([]byte(os.Args[1]), &order)
	if err == nil {
		err = order.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (o *killOrder) run() error {
	ctx := context.Background()
	deadly := &deadly{order: o}
	store, err := sqlbatch.Open(ctx, o.Database)
	if err != nil {
		return err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client, err := filescan.New(acrcloud.Config{BaseURL: o.BaseURL, BearerToken: acrcloud.NewSecret(o.Token), ContainerID: o.Container},
		acrcloud.WithHTTPClient(&http.Client{Transport: &deadlyTransport{deadly, transport}}))
	if err != nil {
		return err
	}
	out, err := os.OpenFile(o.Outcomes, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	for outcome, err := range batch.Scan(ctx, client.Files(o.Container), items(o.Files), killOptions(&deadlyStore{store, deadly})) {
		if err != nil {
			return err
		}
		err := deadly.at("outcome", func() error {
			line := outcomeLine{Key: outcome.Key}
			if outcome.Err != nil {
				line.Err = outcome.Err.Error()
			}
			if f := outcome.File; f != nil {
				line.ID, line.Name = f.ID, f.Name
				if f.Results != nil && len(f.Results.Music) > 0 {
					line.Title = f.Results.Music[0].Result.Title
				}
			}
			data, err := json.Marshal(line)
			if err == nil {
				_, err = out.Write(append(data, '\n'))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), store.Close())
}

// deadly kills the process at one point.
type deadly struct {
	order *killOrder
	met   atomic.Int64
}

func (d *deadly) at(point string, do func() error) error {
	hit := point == d.order.Point && d.met.Add(1) == d.order.Times
	if hit && !d.order.After {
		die()
	}
	err := do()
	if hit {
		die()
	}
	return err
}

func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

type deadlyTransport struct {
	deadly *deadly
	next   http.RoundTripper
}

func (t *deadlyTransport) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/files") {
		return t.next.RoundTrip(r)
	}
	err = t.deadly.at("post", func() error {
		resp, err = t.next.RoundTrip(r) //nolint:bodyclose // the caller's
		return err
	})
	return resp, err
}

type deadlyStore struct {
	*sqlbatch.Store
	deadly *deadly
}

func (s *deadlyStore) Add(ctx context.Context, entries []batch.Entry) (n int, err error) {
	err = s.deadly.at("add", func() error { n, err = s.Store.Add(ctx, entries); return err })
	return n, err
}

func (s *deadlyStore) Save(ctx context.Context, e batch.Entry) (saved batch.Entry, err error) {
	err = s.deadly.at("save "+string(e.Phase), func() error { saved, err = s.Store.Save(ctx, e); return err })
	return saved, err
}

func (s *deadlyStore) Claim(ctx context.Context, n int, lease time.Duration) (keys []string, err error) {
	err = s.deadly.at("claim", func() error { keys, err = s.Store.Claim(ctx, n, lease); return err })
	return keys, err
}

func (s *deadlyStore) Later(ctx context.Context, key string, at time.Time) error {
	return s.deadly.at("deliver", func() error { return s.Store.Later(ctx, key, at) })
}

// A killRound is one service and the processes that work with it.
type killRound struct {
	t        *testing.T
	order    killOrder
	srv      *mock.Server
	files    *filescan.Files
	random   *rand.Rand
	kills    int
	billable atomic.Int64 // files that the service has scanned

	mu      sync.Mutex
	store   *sqlbatch.Store
	stepper *batch.Stepper // of the process that gets the callbacks
	called  atomic.Int64
}

func newKillRound(t *testing.T, files, seed int) *killRound {
	t.Helper()
	r := &killRound{t: t, random: rand.New(rand.NewPCG(uint64(seed), 12))}                                                                                               //nolint:gosec // no secret
	r.srv = mock.New(mock.WithSeed(uint64(seed)), mock.WithProcessingTime(time.Second), mock.WithListLag(listLag), mock.WithCallbackTransport(mock.HandlerTransport(r))) //nolint:gosec // it is small and positive
	t.Cleanup(func() { assert.NoError(t, r.srv.Close()) })
	r.srv.OnScan(func(u mock.Upload) mock.Outcome {
		r.billable.Add(1)
		return mock.Outcome{Results: fmt.Appendf(nil, `{"music":[{"offset":0,"played_duration":9,"result":{"title":"%s"}}]}`, u.SHA256)}
	})
	r.srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Lose: true})
	r.srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Copies: 2})
	r.srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Early: true})
	r.srv.Inject(mock.Fault{Delay: requestDelay})
	base, err := r.srv.Start()
	require.NoError(t, err)
	folder := t.TempDir()
	r.order = killOrder{
		BaseURL: base, Token: r.srv.Config().BearerToken.Reveal(), Container: r.srv.Config().ContainerID, Files: files,
		Database: filepath.Join(folder, "jobs.db"), Outcomes: filepath.Join(folder, "outcomes"),
	}
	client, err := filescan.New(r.srv.Config(), r.srv.Options()...)
	require.NoError(t, err)
	callback := acrcloud.NewSecret("https://callbacks.test/")
	_, err = client.Containers().Update(t.Context(), r.order.Container, &filescan.UpdateContainerRequest{CallbackURL: &callback})
	require.NoError(t, err)
	r.files = client.Files(r.order.Container)
	r.open()
	t.Cleanup(func() { assert.NoError(t, r.store.Close()) })
	return r
}

// open opens the store in the process that gets the callbacks.
func (r *killRound) open() {
	r.t.Helper()
	var err error
	r.store, err = sqlbatch.Open(r.t.Context(), r.order.Database)
	require.NoError(r.t, err)
	r.stepper, err = batch.NewStepper(r.files, r.store, killOptions(nil))
	require.NoError(r.t, err)
}

// ServeHTTP gets the callbacks, in another process than that of the uploads.
func (r *killRound) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	event, err := webhook.ParseRequest(req)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	stepper := r.stepper
	r.mu.Unlock()
	if _, _, err := stepper.Called(req.Context(), event); err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	r.called.Add(1)
}

// process runs a process until it ends, or is killed after a while, and reports whether it was killed.
func (r *killRound) process(after time.Duration) (killed bool) {
	r.t.Helper()
	order, err := json.Marshal(r.order)
	require.NoError(r.t, err)
	program, err := os.Executable()
	require.NoError(r.t, err)
	var stderr bytes.Buffer
	cmd := exec.CommandContext(r.t.Context(), program, string(order)) //nolint:gosec // this test itself
	cmd.Env, cmd.Stderr = append(os.Environ(), childEnv+"=scan"), &stderr
	require.NoError(r.t, cmd.Start())
	if after > 0 {
		timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		defer timer.Stop()
	}
	err = cmd.Wait()
	if err == nil {
		return false
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	require.True(r.t, ok && status.Signaled() && status.Signal() == syscall.SIGKILL, "%v\n%s", err, &stderr)
	r.kills++
	return true
}

// deleteStore loses the journal. The next run begins when lists show what the last one has made.
func (r *killRound) deleteStore() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	require.NoError(r.t, r.store.Close())
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(r.order.Database + suffix); !errors.Is(err, os.ErrNotExist) {
			require.NoError(r.t, err)
		}
	}
	<-time.After(listLag + 5*requestDelay)
	r.open()
}

// judge runs to the end, and compares what the service has with what was asked for and what came out.
func (r *killRound) judge() {
	t := r.t
	t.Helper()
	r.order.Point = ""
	require.False(t, r.process(0))
	<-time.After(listLag + 5*requestDelay)
	made, ids := map[string]int{}, map[string]string{}
	for f, err := range r.files.All(t.Context(), &filescan.ListFilesOptions{PerPage: 100}) {
		require.NoError(t, err)
		made[f.Name]++
		ids[f.Name] = f.ID
	}
	data, err := os.ReadFile(r.order.Outcomes)
	require.NoError(t, err)
	outcomes := map[string]bool{}
	lost, doubled, wrong, lines := 0, 0, 0, 0
	for line := range bytes.Lines(data) {
		var o outcomeLine
		require.NoError(t, json.Unmarshal(line, &o))
		lines++
		outcomes[o.Key] = true
		name, err := batch.NameOf(o.Key)
		require.NoError(t, err)
		if hash := fmt.Sprintf("%x", sha256.Sum256([]byte("RIFF content of "+o.Key))); o.Err != "" || o.Name != name || o.ID != ids[name] || o.Title != hash {
			wrong++
			t.Errorf("%+v is not the outcome of %s, file %s, content %s", o, name, ids[name], hash)
		}
	}
	for item := range items(r.order.Files) {
		name, err := batch.NameOf(item.Key)
		require.NoError(t, err)
		if made[name] == 0 || !outcomes[item.Key] {
			lost++
		}
		if made[name] > 1 {
			doubled++
		}
	}
	t.Logf("%d files, %d kills, %d callbacks: lost %d, doubled %d, wrong %d; %d outcomes", r.order.Files, r.kills, r.called.Load(), lost, doubled, wrong, lines)
	assert.Zero(t, lost, "lost")
	assert.Zero(t, doubled, "doubled")
	assert.Zero(t, wrong, "wrong")
	assert.Len(t, made, r.order.Files)
}

// TestKillAtPoints kills a process at each named point, before it and after it, and has another one go on.
func TestKillAtPoints(t *testing.T) {
	t.Parallel()
	const files = 32
	for i, point := range killPoints {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, after: %v", point, after), func(t *testing.T) {
				t.Parallel()
				r := newKillRound(t, files, i+1)
				r.order.Point, r.order.After = point, after
				r.order.Times = 1
				if point != "add" && point != "claim" {
					r.order.Times = 1 + r.random.Int64N(files/2)
				}
				require.True(t, r.process(0), "the point was not met")
				r.judge()
			})
		}
	}
	t.Run("a store that is deleted", func(t *testing.T) {
		t.Parallel()
		r := newKillRound(t, files, 99)
		r.order.Point, r.order.After, r.order.Times = "post", true, files/2
		require.True(t, r.process(0))
		r.deleteStore()
		r.judge()
	})
}

// TestKill kills processes at random moments until one gets to the end. The long form takes about 25 minutes of two cores, mostly waiting:
//
//	go test -run 'TestKill$' -kill.rounds 200 -kill.parallel 8 -timeout 5h -v
func TestKill(t *testing.T) {
	t.Parallel()
	turns := make(chan struct{}, *killAtOnce)
	for round := range *killRounds {
		t.Run(strconv.Itoa(round), func(t *testing.T) {
			t.Parallel()
			turns <- struct{}{}
			defer func() { <-turns }()
			r := newKillRound(t, *killFiles, 1000+round)
			for range 4 {
				if !r.process(time.Duration(200+r.random.IntN(8000)) * time.Millisecond) {
					break
				}
			}
			if round%5 == 4 {
				r.deleteStore()
			}
			r.judge()
		})
	}
}
