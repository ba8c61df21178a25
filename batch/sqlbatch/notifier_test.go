package sqlbatch_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch/sqlbatch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

var (
	_ webhook.NotifyTarget = (*sqlbatch.Notifier)(nil)
	_ filescan.Notifier    = (*sqlbatch.Notifier)(nil)
)

const patience = 30 * time.Second

// comes waits for a notification.
func comes(t *testing.T, called <-chan struct{}) {
	t.Helper()
	select {
	case <-called:
	case <-time.After(patience):
		require.Fail(t, "nothing came")
	}
}

func silent(t *testing.T, called <-chan struct{}, during time.Duration) {
	t.Helper()
	select {
	case <-called:
		require.Fail(t, "something came")
	case <-time.After(during):
	}
}

// quiet is a Notifier that has no trouble.
func quiet(t *testing.T, s *sqlbatch.Store) *sqlbatch.Notifier {
	t.Helper()
	return s.Notifier(func(err error) { assert.NoError(t, err) })
}

func written(t *testing.T, s *sqlbatch.Store, where string, n int) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := s.Count(t.Context(), "SELECT count(*) FROM acrcloud_callbacks WHERE "+where)
		require.NoError(t, err)
		return got == n
	}, patience, 5*time.Millisecond)
}

func TestNotifier(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		here, there := quiet(t, open(t, dsn)), quiet(t, open(t, dsn))
		a, endA := here.Subscribe(7, "File-A")
		b, endB := here.Subscribe(7, "file-b")
		other, endOther := here.Subscribe(8, "file-a")
		both, endBoth := there.Subscribe(7, "FILE-A")
		defer endA()
		defer endB()
		defer endOther()
		defer endBoth()
		there.Notify(7, "file-a")
		comes(t, both)
		comes(t, a)
		silent(t, a, 300*time.Millisecond)
		silent(t, b, 0)
		silent(t, both, 0)
		silent(t, other, 0)
		there.Notify(7, "file-a")
		comes(t, a) // each time
		comes(t, both)
		there.Notify(0, "file-B")
		comes(t, b) // of a container that nobody knows
		there.Notify(7, strings.Repeat("x", 10_000)+"\x00\xff")
		odd, endOdd := here.Subscribe(7, strings.Repeat("x", 10_000)+"\x00\xff")
		comes(t, odd)
		endOdd()
		endOdd()
	})
}

// A callback counts that came before its wait began, in whatever process.
func TestNotifierEarly(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		quiet(t, s).Notify(7, "early")
		written(t, s, "file_id = 'early' AND container = 7", 1)
		later := quiet(t, open(t, dsn))
		for range 2 {
			called, end := later.Subscribe(7, "early")
			comes(t, called)
			end()
		}
		require.NoError(t, s.Exec(t.Context(), "UPDATE acrcloud_callbacks SET called_at = called_at - 900000000"))
		called, end := quiet(t, open(t, dsn)).Subscribe(7, "early")
		silent(t, called, 300*time.Millisecond)
		end()
		quiet(t, s).Notify(7, "another")
		written(t, s, "file_id = 'another'", 1)
		written(t, s, "file_id = 'early'", 0) // it has gone as the other one came
	})
}

func TestNotifierMany(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		const files = 700 // more than are written at once
		here, there := quiet(t, open(t, dsn)), quiet(t, open(t, dsn))
		var all []<-chan struct{}
		for i := range files {
			if i%2 == 0 {
				there.Notify(7, fmt.Sprint("file-", i))
			}
			called, end := here.Subscribe(7, fmt.Sprint("file-", i))
			t.Cleanup(end)
			all = append(all, called)
		}
		for i := range files {
			if i%2 == 1 {
				there.Notify(7, fmt.Sprint("file-", i))
			}
		}
		for _, called := range all {
			comes(t, called)
		}
	})
}

// Callbacks that came while the database could not be written are passed on later, and the trouble is reported.
func TestNotifierTrouble(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		require.NoError(t, s.Exec(t.Context(), "ALTER TABLE acrcloud_callbacks RENAME TO away"))
		troubles := make(chan error, 1000)
		report := func(err error) { troubles <- err }
		here, there := open(t, dsn).Notifier(report), open(t, dsn).Notifier(report)
		called, end := here.Subscribe(7, "a")
		defer end()
		require.ErrorContains(t, <-troubles, "passing on callbacks")
		there.Notify(7, "a")
		for range 3 {
			<-troubles
		}
		silent(t, called, 0)
		require.NoError(t, s.Exec(t.Context(), "ALTER TABLE away RENAME TO acrcloud_callbacks"))
		comes(t, called)
	})
}

// A wait that begins while the database cannot be read looks again soon, not when the listener does so next.
func TestNotifierLateCheck(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		s := open(t, dsn)
		quiet(t, s).Notify(7, "a")
		written(t, s, "file_id = 'a'", 1)
		troubles := make(chan error, 1000)
		n := open(t, dsn).Notifier(func(err error) { troubles <- err })
		b, endB := n.Subscribe(7, "b")
		defer endB()
		quiet(t, s).Notify(7, "b")
		comes(t, b)
		quiet(t, s).Notify(7, "b") // so that it listens for sure, when this comes
		comes(t, b)
		require.NoError(t, s.Exec(t.Context(), "ALTER TABLE acrcloud_callbacks RENAME TO away"))
		a, endA := n.Subscribe(7, "a")
		defer endA()
		require.ErrorContains(t, <-troubles, "passing on callbacks")
		require.NoError(t, s.Exec(t.Context(), "ALTER TABLE away RENAME TO acrcloud_callbacks"))
		began := time.Now()
		comes(t, a)
		assert.Less(t, time.Since(began), 15*time.Second)
	})
}

// The connection that listens is lost, and nobody can connect while a callback comes: it is read when the connection is there again.
func TestListenerReconnects(t *testing.T) {
	t.Parallel()
	dsn := postgresDSN(t)
	here, there := open(t, dsn).Notifier(nil), open(t, dsn).Notifier(nil)
	a, endA := here.Subscribe(7, "a")
	b, endB := here.Subscribe(7, "b")
	defer endA()
	defer endB()
	there.Notify(7, "b")
	comes(t, b)
	there.Notify(7, "b") // so that it listens for sure, when this comes
	comes(t, b)
	admin, name := open(t, postgresDSN(t)), databaseOf(dsn)
	other, err := pgx.Connect(t.Context(), dsn)
	require.NoError(t, err)
	defer func() { _ = other.Close(context.WithoutCancel(t.Context())) }()
	require.NoError(t, admin.Exec(t.Context(), "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false"))
	n, err := admin.Count(t.Context(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '"+name+"' AND application_name = 'acrcloud-go listener'")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = other.Exec(t.Context(), "INSERT INTO acrcloud_callbacks VALUES ('a', 7, (extract(epoch FROM now()) * 1000000)::bigint)")
	require.NoError(t, err)
	_, err = other.Exec(t.Context(), "SELECT pg_notify('acrcloud_callbacks', 'somebody 7 1 a')") // which nobody hears
	require.NoError(t, err)
	silent(t, a, 500*time.Millisecond)
	require.NoError(t, admin.Exec(t.Context(), "ALTER DATABASE "+name+" ALLOW_CONNECTIONS true"))
	comes(t, a)
	silent(t, b, 0)
	there.Notify(7, "b")
	comes(t, b)
}

// With SQLite nobody looks while nobody waits.
func TestNotifierIdle(t *testing.T) {
	t.Parallel()
	n := quiet(t, open(t, dsns["SQLite"](t)))
	for range 2 {
		_, end := n.Subscribe(7, "a")
		require.True(t, n.Listening())
		end()
		require.Eventually(t, func() bool { return !n.Listening() }, patience, 10*time.Millisecond)
	}
}

func TestNotifierOfNothing(t *testing.T) {
	t.Parallel()
	s, err := sqlbatch.Open(t.Context(), dsns["SQLite"](t))
	require.NoError(t, err)
	closed := s.Notifier(nil)
	_, end := closed.Subscribe(7, "a")
	require.NoError(t, s.Close())
	end()
	var none *sqlbatch.Store
	for _, n := range []*sqlbatch.Notifier{nil, {}, none.Notifier(nil), closed} {
		n.Notify(7, "a")
		_, end := n.Subscribe(7, "b")
		end()
	}
}

// A callback that one machine receives ends the wait on another, once, whichever of two receivers gets it, or both.
func TestTwoMachines(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, dsn string) {
		t.Helper()
		srv := mock.New(mock.WithProcessingTime(time.Hour))
		defer func() { _ = srv.Close() }()
		client, err := filescan.New(srv.Config(), srv.Options()...)
		require.NoError(t, err)
		files := client.Files(srv.Config().ContainerID)
		file, err := files.Upload(t.Context(), acrcloud.FromBytes("a.wav", []byte("RIFF a")), nil)
		require.NoError(t, err)
		events := make(chan string, 10)
		var receivers []http.Handler
		for range 2 {
			s := open(t, dsn)
			h, err := webhook.NewHandler(func(_ context.Context, e *webhook.Event) error { events <- e.FileID; return nil }, webhook.WithoutAuthentication(),
				webhook.WithContainers(srv.Config().ContainerID), webhook.WithRefetch(client), webhook.WithDeduplicator(s.Deduplicator(0)), webhook.WithNotifyTarget(quiet(t, s)))
			require.NoError(t, err)
			receivers = append(receivers, h)
		}
		done := make(chan error, 1)
		polled := make(chan struct{}, 100)
		notifier := quiet(t, open(t, dsn))
		go func() {
			_, err := files.Wait(t.Context(), file.ID, &filescan.WaitOptions{
				MinInterval: time.Hour, MaxInterval: time.Hour, Timeout: 2 * time.Hour, Notifier: notifier, OnPoll: func(*filescan.File) { polled <- struct{}{} },
			})
			done <- err
		}()
		<-polled
		require.NoError(t, srv.Complete(file.ID))
		statuses := make(chan int, 2)
		for _, h := range receivers {
			go func() {
				w := httptest.NewRecorder()
				body := fmt.Sprintf(`{"file_id":%q,"cid":%d,"state":1}`, file.ID, srv.Config().ContainerID)
				h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body)))
				statuses <- w.Code
			}()
		}
		assert.Equal(t, http.StatusOK, <-statuses)
		assert.Equal(t, http.StatusOK, <-statuses)
		select {
		case err := <-done:
			require.NoError(t, err)
		case <-time.After(patience):
			require.Fail(t, "the wait goes on")
		}
		assert.Equal(t, file.ID, <-events)
		assert.Empty(t, events, "it was handled once")
	})
}

// databaseOf returns the name of the database of a PostgreSQL DSN.
func databaseOf(dsn string) string { return dsn[strings.LastIndex(dsn, "=")+1:] }
