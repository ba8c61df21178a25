package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A site is a service, a database, a Redis, and processes with all of them.
type site struct {
	t       *testing.T
	redis   *redis
	service *mock.Server
	dsn     string
	files   int
	client  *filescan.Client
}

func newSite(t *testing.T, files int, persistence []string) *site {
	t.Helper()
	var receiver receiver
	s := &site{t: t, files: files, redis: startRedis(t, persistence), dsn: filepath.Join(t.TempDir(), "jobs.db")}
	s.service = mock.New(mock.WithProcessingTime(time.Second), mock.WithCallbackTransport(mock.HandlerTransport(&receiver)))
	t.Cleanup(func() { assert.NoError(t, s.service.Close()) })
	s.service.Inject(mock.Fault{Delay: 50 * time.Millisecond})
	s.service.InjectCallback(mock.CallbackFault{Rate: 0.2, Lose: true})
	s.service.InjectCallback(mock.CallbackFault{Rate: 0.2, Copies: 1})
	s.service.InjectCallback(mock.CallbackFault{Rate: 0.2, Early: true})
	s.service.OnScan(func(u mock.Upload) mock.Outcome {
		return mock.Outcome{Results: fmt.Appendf(nil, `{"music":[{"offset":0,"played_duration":9,"result":{"title":"%s"}}]}`, u.SHA256)}
	})
	client, err := filescan.New(s.service.Config(), s.service.Options()...)
	require.NoError(t, err)
	s.client = client
	require.NoError(t, receiver.begin(t.Context(), &demo.Service{Config: s.service.Config()}, client, s.process()))
	return s
}

func content(key string) acrcloud.Source {
	return acrcloud.FromBytes(key, []byte("RIFF content of "+key))
}

// process returns the driver of a process of its own, as it were.
func (s *site) process() *driver {
	s.t.Helper()
	store, err := sqlbatch.Open(s.t.Context(), s.dsn)
	require.NoError(s.t, err)
	s.t.Cleanup(func() { assert.NoError(s.t, store.Close()) })
	stepper, err := batch.NewStepper(s.client.Files(s.service.Config().ContainerID), store, &batch.Options{
		Open: content, PostTimeout: 2 * time.Second, Grace: 2 * time.Second, MinInterval: 300 * time.Millisecond, MaxInterval: time.Second,
	})
	require.NoError(s.t, err)
	d := &driver{journal: store, stepper: stepper, client: asynq.NewClient(s.redis.options()), inspector: asynq.NewInspector(s.redis.options())}
	s.t.Cleanup(func() { assert.NoError(s.t, errors.Join(d.client.Close(), d.inspector.Close())) })
	return d
}

// work starts a worker process.
func (s *site) work(workers int) {
	s.t.Helper()
	d := s.process()
	config := d.config(workers)
	config.Logger, config.TaskCheckInterval = logger{slog.New(slog.DiscardHandler)}, 200*time.Millisecond
	server := asynq.NewServer(s.redis.options(), config)
	require.NoError(s.t, server.Start(d))
	s.t.Cleanup(server.Shutdown)
}

// produce makes the jobs, or what of them there is not yet.
func (s *site) produce() error {
	d := s.process()
	for i := range s.files {
		key := fmt.Sprintf("song %03d.wav", i)
		if err := d.enqueue(s.t.Context(), batch.Item{Key: key, Ref: key}); err != nil {
			return err
		}
	}
	return d.restore(s.t.Context())
}

// ended returns how many jobs have ended.
func (s *site) ended() (n int) {
	s.t.Helper()
	for _, err := range s.process().journal.Entries(s.t.Context(), batch.PhaseDone, batch.PhaseFailed) {
		require.NoError(s.t, err)
		n++
	}
	return n
}

// judge waits for the end, and compares what the service has with what was asked for and what came out.
func (s *site) judge() {
	t := s.t
	t.Helper()
	d := s.process()
	done := func() bool {
		for _, err := range d.journal.Entries(t.Context(), batch.PhaseNew, batch.PhaseIntent, batch.PhaseWaiting) {
			require.NoError(t, err)
			return false
		}
		return true
	}
	require.Eventually(t, done, 5*time.Minute, 100*time.Millisecond)
	outcomes := 0
	for e, err := range d.journal.Entries(t.Context()) {
		require.NoError(t, err)
		o, err := batch.OutcomeOf(e)
		require.NoError(t, err)
		require.NoError(t, o.Err)
		outcomes++
		require.Len(t, o.File.Results.Music, 1)
		assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256([]byte("RIFF content of "+e.Key))), o.File.Results.Music[0].Result.Title, "it is the result of another file")
	}
	made := map[string]int{}
	for f, err := range d.files(s).All(t.Context(), &filescan.ListFilesOptions{PerPage: 100}) {
		require.NoError(t, err)
		made[f.Name]++
	}
	doubled := 0
	for _, n := range made {
		doubled += n - 1
	}
	t.Logf("%d files: lost %d, billed twice %d", s.files, s.files-outcomes, doubled)
	assert.Equal(t, s.files, outcomes, "lost")
	assert.Len(t, made, s.files)
	assert.Zero(t, doubled, "billed twice")
}

func (*driver) files(s *site) *filescan.Files { return s.client.Files(s.service.Config().ContainerID) }

var patient = flag.Bool("patient", false, "wait for asynq's own recovery after Redis was killed, which takes some minutes")

// Two workers, callbacks that are lost, doubled and early; Redis is killed three times meanwhile. Then steps that were being taken are stuck
// until asynq recovers them, or until Redis is wiped and the producer run again, which is quicker.
func TestRedisIsKilled(t *testing.T) {
	t.Parallel()
	s := newSite(t, 120, appendOnly)
	require.NoError(t, s.produce())
	s.work(8)
	s.work(8)
	for range 3 {
		pause(t.Context(), 700*time.Millisecond)
		s.redis.kill()
		pause(t.Context(), 300*time.Millisecond)
		s.redis.start()
	}
	if !*patient {
		s.redis.wipe()
		require.NoError(t, s.produce())
	}
	s.judge()
}

// The append-only file has every job that was enqueued when Redis is killed. Debian's default has none of them, until it saves: the producer
// is run again, and nothing is billed twice.
func TestWhatRedisLoses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		persistence []string
		loses       bool
	}{"append-only file": {appendOnly, false}, "Debian's default": {asDebian, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const files = 40
			s := newSite(t, files, tt.persistence)
			require.NoError(t, s.produce())
			require.Equal(t, files, s.redis.tasks())
			s.redis.kill()
			s.redis.start()
			if !tt.loses {
				require.Equal(t, files, s.redis.tasks())
				s.work(8)
				s.judge()
				return
			}
			require.Zero(t, s.redis.tasks(), "everything is lost")
			require.NoError(t, s.produce())
			require.Equal(t, files, s.redis.tasks(), "the journal knows them")
			s.work(8)
			require.Eventually(t, func() bool { return s.ended() >= files/4 }, time.Minute, 50*time.Millisecond)
			s.redis.kill() // in the middle
			s.redis.start()
			require.NoError(t, s.produce())
			s.judge()
		})
	}
}

// A producer that finds no Redis has the jobs in the journal, and is run again.
func TestProducerWithoutRedis(t *testing.T) {
	t.Parallel()
	s := newSite(t, 3, appendOnly)
	s.redis.kill()
	require.Error(t, s.produce())
	s.redis.start()
	require.NoError(t, s.produce())
	require.Equal(t, 3, s.redis.tasks())
	s.work(2)
	s.judge()
}

// A job whose steps kill their workers is given up, and nobody waits for it. It can be retried.
func TestPoison(t *testing.T) {
	t.Parallel()
	s := newSite(t, 2, appendOnly)
	require.NoError(t, s.produce())
	d := s.process()
	config := d.config(4)
	config.Logger, config.TaskCheckInterval = logger{slog.New(slog.DiscardHandler)}, 200*time.Millisecond
	config.DelayedTaskCheckInterval = 20 * time.Millisecond
	delay := config.RetryDelayFunc
	config.RetryDelayFunc = func(n int, err error, task *asynq.Task) time.Duration {
		if asynq.IsPanicError(err) {
			return 0
		}
		return delay(n, err, task)
	}
	const poison = "song 000.wav"
	var deaths atomic.Int64
	var mended atomic.Bool
	server := asynq.NewServer(s.redis.options(), config)
	require.NoError(t, server.Start(asynq.HandlerFunc(func(ctx context.Context, task *asynq.Task) error {
		if string(task.Payload()) == poison && !mended.Load() {
			deaths.Add(1)
			panic(errPoison)
		}
		return d.ProcessTask(ctx, task)
	})))
	t.Cleanup(server.Shutdown)
	id, err := batch.NameOf(poison)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		info, err := d.inspector.GetTaskInfo(stepQueue, id)
		return err == nil && info.State == asynq.TaskStateArchived
	}, time.Minute, 50*time.Millisecond)
	require.Equal(t, int64(maxDeaths+1), deaths.Load())
	require.NoError(t, d.untilDone(t.Context()))
	e, err := d.journal.Load(t.Context(), poison)
	require.NoError(t, err)
	o, err := batch.OutcomeOf(e)
	require.NoError(t, err)
	var f *batch.Failure
	require.ErrorAs(t, o.Err, &f)
	assert.Equal(t, batch.FailureCrash, f.Kind)
	require.ErrorContains(t, o.Err, errPoison.Error())

	mended.Store(true)
	store, ok := d.journal.(*sqlbatch.Store)
	require.True(t, ok)
	_, err = batch.Retry(t.Context(), store, nil)
	require.NoError(t, err)
	require.NoError(t, s.produce())
	s.judge()
}

var errPoison = errors.New("a decoder that panics")

// A row that somebody has deleted from the journal is given up at once.
func TestDeletedRow(t *testing.T) {
	t.Parallel()
	s := newSite(t, 1, appendOnly)
	require.NoError(t, s.process().put(t.Context(), "deleted"))
	require.NoError(t, s.produce())
	s.work(2)
	s.judge()
	inspector := asynq.NewInspector(s.redis.options())
	defer func() { assert.NoError(t, inspector.Close()) }()
	info, err := inspector.GetTaskInfo(stepQueue, "deleted")
	require.NoError(t, err)
	assert.Equal(t, asynq.TaskStateArchived, info.State)
	assert.Contains(t, info.LastErr, "deleted")
}

func TestProgram(t *testing.T) {
	t.Parallel()
	r := startRedis(t, appendOnly)
	var stdout, stderr bytes.Buffer
	require.Equal(t, demo.ExitOK, run(t.Context(), []string{"-mock", "-redis", r.address()}, &stdout, &stderr), stderr.String())
	assert.Contains(t, stderr.String(), "embedded mock")
	assert.Regexp(t, `known-5.wav\s+\w+\s+Silver River`, stdout.String())
	assert.Regexp(t, `unknown-5.wav\s+none\s*\n`, stdout.String())

	stderr.Reset()
	r.kill()
	require.Equal(t, demo.ExitFailed, run(t.Context(), []string{"-mock", "-redis", r.address()}, io.Discard, &stderr))
	assert.Contains(t, stderr.String(), "redis-server --appendonly yes")
	for _, args := range [][]string{{"-x"}, {"a", "b"}, {"-workers", "0"}} {
		assert.Equal(t, demo.ExitUsage, run(t.Context(), args, io.Discard, io.Discard))
	}
	assert.Equal(t, demo.ExitFailed, run(t.Context(), []string{"-mock", "-store", "jobs.db"}, io.Discard, io.Discard))
}

// The driver in docs/engines.md is the one here.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/engines.md")
	require.NoError(t, err)
	driver, err := os.ReadFile("driver.go")
	require.NoError(t, err)
	_, body, _ := strings.Cut(string(driver), "\n)\n")
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	require.Len(t, blocks, 1)
	assert.Equal(t, strings.TrimSpace(body), strings.TrimSpace(blocks[0][1]))
}
