package batch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// added returns a journal with one entry.
func added(t *testing.T, e batch.Entry) *batch.Memory {
	t.Helper()
	journal := batch.NewMemory()
	n, err := journal.Add(t.Context(), []batch.Entry{e})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	return journal
}

func TestNewStepperRefuses(t *testing.T) {
	t.Parallel()
	_, files := service(t)
	for field, build := range map[string]func() (*batch.Stepper, error){
		"files":   func() (*batch.Stepper, error) { return batch.NewStepper(nil, batch.NewMemory(), nil) },
		"journal": func() (*batch.Stepper, error) { return batch.NewStepper(files, nil, nil) },
		"Options.Grace": func() (*batch.Stepper, error) {
			return batch.NewStepper(files, batch.NewMemory(), &batch.Options{Grace: -1})
		},
	} {
		s, err := build()
		var refused *acrcloud.ArgumentError
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, field, refused.Field)
		assert.Nil(t, s)
	}
	for _, s := range []*batch.Stepper{nil, {}} {
		_, err := s.Step(t.Context(), "a")
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	}
}

// What an error of the service means for the job whose request got it: some end it, some are for the job to be tried again, and some concern
// all jobs.
func TestStepErrors(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault  mock.Fault
		kind   batch.FailureKind // of the job that has ended; "": it goes on
		is     error             // of the step
		after  time.Duration
		billed bool // the billed request may have been processed
	}{
		"refused before it is sent":   {mock.Fault{Op: mock.OpPresign, Status: 422, Body: `{"message":"no"}`}, batch.FailureRefused, nil, 0, false},
		"refused":                     {mock.Fault{Op: mock.OpCreateFile, Status: 422, Body: `{"message":"no"}`}, batch.FailureRefused, nil, 0, false},
		"too large":                   {mock.Fault{Op: mock.OpStore, Status: 413}, batch.FailureRefused, nil, 0, false},
		"the storage refuses":         {mock.Fault{Op: mock.OpStore, Status: 403}, "", acrcloud.ErrForbidden, 0, false},
		"the token":                   {mock.Fault{Op: mock.OpCreateFile, Status: 401}, "", acrcloud.ErrUnauthorized, 0, false},
		"the account":                 {mock.Fault{Op: mock.OpCreateFile, Status: 403}, "", acrcloud.ErrForbidden, 0, false},
		"the container":               {mock.Fault{Op: mock.OpCreateFile, Status: 404}, "", acrcloud.ErrNotFound, 0, false},
		"too many":                    {mock.Fault{Op: mock.OpPresign, Status: 429, RetryAfter: 7 * time.Minute}, "", acrcloud.ErrRateLimited, 7 * time.Minute, false},
		"the service":                 {mock.Fault{Op: mock.OpPresign, Status: 500}, "", acrcloud.ErrServer, 0, false},
		"the network, before":         {mock.Fault{Op: mock.OpPresign, Lose: true}, "", io.EOF, 0, false},
		"the network, at the request": {mock.Fault{Op: mock.OpCreateFile, Lose: true}, "", nil, postTimeout + grace, true},
		"the service, at the request": {mock.Fault{Op: mock.OpCreateFile, Status: 500}, "", nil, postTimeout + grace, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				_, err := files.List(t.Context(), nil) // the container's region is known
				require.NoError(t, err)
				srv.Inject(tt.fault)
				start := time.Now()
				saved, next, err := step(t, files, entry("one.wav"))
				if tt.kind != "" {
					require.NoError(t, err)
					require.True(t, next.Done)
					assert.Equal(t, tt.kind, kindOf(t, next.Outcome))
					assert.Equal(t, batch.PhaseFailed, saved.Phase)
					return
				}
				assert.False(t, next.Done)
				if tt.is != nil {
					require.ErrorIs(t, err, tt.is)
					assert.Equal(t, tt.after, next.After)
				} else {
					require.NoError(t, err)
					assert.Equal(t, tt.after, next.After+time.Since(start).Truncate(time.Second))
				}
				assert.Equal(t, tt.billed, !saved.IntentAt.IsZero())
				if tt.fault.Op != mock.OpCreateFile {
					assert.EqualValues(t, 1, saved.Rev, "there is nothing to be saved")
				}
			})
		})
	}
}

// A look that fails does not say that there is no file: nothing is sent again.
func TestLookThatFails(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]mock.Fault{
		"lost":        {Op: mock.OpListFiles, Lose: true},
		"not found":   {Op: mock.OpListFiles, Status: http.StatusNotFound},
		"not JSON":    {Op: mock.OpListFiles, Body: "<html>"},
		"unavailable": {Op: mock.OpListFiles, Status: http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				srv.Inject(fault)
				before := intent(files, time.Now().Add(-time.Hour), "fs/1/key")
				saved, next, err := step(t, files, before)
				require.Error(t, err)
				assert.False(t, next.Done)
				assert.Equal(t, batch.PhaseIntent, saved.Phase)
				assert.Equal(t, before.IntentAt.Unix(), saved.IntentAt.Unix())
				assert.Zero(t, created(srv))
			})
		})
	}
}

// The storage does not keep content forever: then it is sent again, if nothing was made of it.
func TestStoredContentIsGone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		e := intent(files, time.Now().Add(-time.Hour), fmt.Sprintf("fs/%d/gone/one.wav", files.ContainerID()))
		journal := added(t, e)
		s := stepper(t, files, journal)
		next, err := s.Step(t.Context(), "one.wav")
		require.NoError(t, err)
		assert.Equal(t, batch.Next{Moved: true}, next)
		again, err := journal.Load(t.Context(), "one.wav")
		require.NoError(t, err)
		assert.Equal(t, batch.PhaseNew, again.Phase)
		assert.Zero(t, again.Ticket)
		drive(t, s, "one.wav")
		assert.Equal(t, 2, created(srv), "the first was refused")
		assert.Len(t, truth(t, files), 1)
	})
}

// A source that breaks because the program ends, or because it ran out of time, is no reason to give the job up.
func TestSourceThatIsCutOff(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fails error
		stop  bool  // the context ends
		limit int64 // of the bandwidth: then the source is opened before the upload
		is    error
		kind  batch.FailureKind
	}{
		"the program ends":             {errors.New("the file is closed"), true, 0, context.Canceled, ""},
		"the program ends, limited":    {errors.New("the file is closed"), true, 1, context.Canceled, ""},
		"it ran out of time":           {fmt.Errorf("reading: %w", context.DeadlineExceeded), false, 0, context.DeadlineExceeded, ""},
		"the file is damaged":          {errors.New("a bad sector"), false, 0, nil, batch.FailureSource},
		"the file is damaged, limited": {errors.New("a bad sector"), false, 1, nil, batch.FailureSource},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, files := service(t)
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				journal := added(t, entry("one.wav"))
				s, err := batch.NewStepper(files, journal, &batch.Options{MaxBytesPerSecond: tt.limit, Open: func(ref string) acrcloud.Source {
					return acrcloud.NewSource(ref, 4, func(context.Context) (io.ReadCloser, error) {
						if tt.stop {
							stop()
						}
						return nil, tt.fails
					})
				}})
				require.NoError(t, err)
				next, err := s.Step(ctx, "one.wav")
				if tt.kind != "" {
					require.NoError(t, err)
					assert.Equal(t, tt.kind, kindOf(t, next.Outcome))
					return
				}
				require.ErrorIs(t, err, tt.is)
				e, err := journal.Load(t.Context(), "one.wav")
				require.NoError(t, err)
				assert.Equal(t, batch.PhaseNew, e.Phase)
			})
		})
	}
}

// The end of the program ends a transfer at once; the billed request gets a moment to be answered.
func TestStopDuringAnUpload(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		op    mock.Op
		lasts time.Duration // how long the step goes on
		phase batch.Phase
	}{
		"a transfer":         {mock.OpStore, 0, batch.PhaseNew},
		"the billed request": {mock.OpCreateFile, 5 * time.Second, batch.PhaseIntent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				srv.Inject(mock.Fault{Op: tt.op, Delay: 20 * time.Second})
				journal := added(t, entry("one.wav"))
				ctx, stop := context.WithCancel(t.Context())
				time.AfterFunc(10*time.Second, stop)
				start := time.Now()
				next, err := stepper(t, files, journal).Step(ctx, "one.wav")
				if tt.phase == batch.PhaseNew {
					require.ErrorIs(t, err, context.Canceled)
				}
				assert.False(t, next.Done)
				assert.Equal(t, 10*time.Second+tt.lasts, time.Since(start).Truncate(time.Second))
				e, err := journal.Load(t.Context(), "one.wav")
				require.NoError(t, err)
				assert.Equal(t, tt.phase, e.Phase)
			})
		})
	}
}

// overtaken is a journal in which another process saves the entry right before this one does.
type overtaken struct{ *batch.Memory }

func (j overtaken) Save(ctx context.Context, e batch.Entry) (batch.Entry, error) {
	there, err := j.Load(ctx, e.Key)
	if err != nil {
		return e, err
	}
	if _, err := j.Memory.Save(ctx, there); err != nil {
		return e, err
	}
	return j.Memory.Save(ctx, e)
}

// A job that another process has moved on is looked at again at once, and this step has no effect.
func TestOvertakenSteps(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(t *testing.T, files *filescan.Files) batch.Entry{
		"an upload":         func(*testing.T, *filescan.Files) batch.Entry { return entry("one.wav") },
		"a lost request":    func(_ *testing.T, f *filescan.Files) batch.Entry { return intent(f, time.Now().Add(-time.Hour), "key") },
		"sent as a form":    func(_ *testing.T, f *filescan.Files) batch.Entry { return intent(f, time.Time{}, "") },
		"a file that ended": func(t *testing.T, f *filescan.Files) batch.Entry { t.Helper(); return waiting(t, f) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, files := service(t)
				e := of(t, files)
				before, posts := e.Phase, created(srv)
				journal := added(t, e)
				next, err := stepper(t, files, overtaken{journal}).Step(t.Context(), "one.wav")
				require.NoError(t, err)
				assert.Equal(t, batch.Next{}, next)
				after, err := journal.Load(t.Context(), "one.wav")
				require.NoError(t, err)
				assert.Equal(t, before, after.Phase)
				assert.Equal(t, posts, created(srv))
			})
		})
	}
}

// waiting is a job whose file was processed for a while, and is done.
func waiting(t *testing.T, files *filescan.Files) batch.Entry {
	t.Helper()
	file, err := files.Upload(t.Context(), acrcloud.FromBytes("one.wav", []byte("content")), nil)
	require.NoError(t, err)
	e := entry("one.wav")
	e.Phase, e.FileID, e.IntentAt, e.Called = batch.PhaseWaiting, file.ID, time.Now().Add(-time.Hour), true
	return e
}

// A new file may not be there yet; one that is gone ends its job.
func TestFileThatIsNotThere(t *testing.T) {
	t.Parallel()
	for age, kind := range map[time.Duration]batch.FailureKind{59 * time.Second: "", time.Minute: batch.FailureMissing} {
		synctest.Test(t, func(t *testing.T) {
			_, files := service(t)
			e := entry("one.wav")
			e.Phase, e.FileID, e.IntentAt, e.Called = batch.PhaseWaiting, "5a1e0000-0000-4000-8000-00000000c0de", time.Now().Add(-age), true
			_, next, err := step(t, files, e)
			require.NoError(t, err)
			if kind == "" {
				assert.Equal(t, batch.Next{After: age / 8}, next)
				return
			}
			assert.Equal(t, kind, kindOf(t, next.Outcome))
		})
	}
}

// A failure is told from another one after a restart, too.
func TestFailuresAreRestored(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, files := service(t)
		store := batch.NewMemory()
		srv.Inject(mock.Fault{Op: mock.OpCreateFile, Skip: 1, Times: 1, Status: 422, Body: `{"message":"no","errors":{"name":["is odd"]}}`})
		srv.OnScan(func(u mock.Upload) (o mock.Outcome) {
			if u.Name == "scan" {
				o.State = new(-2)
			}
			return o
		})
		short := acrcloud.NewSource("short", 10, func(context.Context) (io.ReadCloser, error) { return io.NopCloser(nothing{}), nil })
		items := list(item("scan", ""), item("refused", ""), batch.Item{Key: "short", Source: short}, item("done", ""))
		for o, err := range batch.Scan(t.Context(), files, items, &batch.Options{Store: store, Uploads: 1}) {
			require.NoError(t, err)
			require.Equal(t, o.Key != "done", o.Err != nil)
		}
		again := map[string]error{}
		for o, err := range batch.Failures(t.Context(), store) {
			require.NoError(t, err)
			again[o.Key] = o.Err
		}
		require.Len(t, again, 3)

		refused, ok := errors.AsType[*acrcloud.APIError](again["refused"])
		require.True(t, ok)
		assert.Equal(t, &acrcloud.APIError{
			Op: "files.create", Method: "POST", Path: refused.Path, StatusCode: 422, Message: "no", Fields: map[string][]string{"name": {"is odd"}},
		}, refused)
		require.ErrorIs(t, again["refused"], acrcloud.ErrInvalid)

		source, ok := errors.AsType[*acrcloud.SourceError](again["short"])
		require.True(t, ok)
		assert.Equal(t, "short", source.Name)
		assert.EqualValues(t, 10, source.Want)
		assert.Zero(t, source.Got)

		failed, ok := errors.AsType[*filescan.ScanError](again["scan"])
		require.True(t, ok)
		assert.Equal(t, filescan.State(-2), failed.File.State)
	})
}

// nothing is an empty reader.
type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, io.EOF }
