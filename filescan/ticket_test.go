package filescan_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

// throughJSON stores a ticket and loads it.
func throughJSON(t *testing.T, ticket filescan.Ticket) (loaded filescan.Ticket) {
	t.Helper()
	data, err := json.Marshal(ticket)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, &loaded))
	return loaded
}

// The JSON of a ticket is stored by programs: its members keep their names, and those of later versions are ignored.
func TestTicketJSON(t *testing.T) {
	t.Parallel()
	ticket := filescan.Ticket{
		ContainerID: 7, Filename: "song.mp3", Name: "My song", DataType: filescan.Fingerprint, Key: "k", Time: testTime, UniqueName: true,
	}
	const text = `{"container_id":7,"filename":"song.mp3","name":"My song","data_type":"fingerprint","key":"k","time":"2026-01-02T03:04:05Z","unique_name":true}`
	data, err := json.Marshal(ticket)
	require.NoError(t, err)
	assert.Equal(t, text, string(data))
	var loaded filescan.Ticket
	require.NoError(t, json.Unmarshal([]byte(`{"later":{"a":1},`+text[1:]), &loaded))
	assert.Equal(t, ticket, loaded)
	assert.Equal(t, ticket, throughJSON(t, ticket))
}

func TestOnTicket(t *testing.T) {
	t.Parallel()
	for _, method := range []filescan.Method{filescan.Presigned, filescan.Multipart} {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			full := errors.New("the disk is full")
			s := newTruth(truthBase)
			var tickets []filescan.Ticket
			opts := &filescan.UploadOptions{Method: method, Name: "Mine", DataType: filescan.Fingerprint, OnTicket: func(_ context.Context, ticket filescan.Ticket) error {
				tickets = append(tickets, ticket)
				assert.Equal(t, opList, s.seen[len(s.seen)-1], "right before the request that is billed")
				if len(tickets) == 1 {
					return full
				}
				return nil
			}}
			_, err := s.client(t).Files(7).Upload(t.Context(), song(), opts)
			require.ErrorIs(t, err, full)
			require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
			e, ok := errors.AsType[*filescan.UploadError](err)
			require.True(t, ok)
			assert.Equal(t, filescan.StepRecord, e.Step)
			assert.Equal(t, tickets[0], e.Ticket)
			assert.Zero(t, s.count(opCreate))

			_, err = s.client(t).Files(7).Upload(t.Context(), song(), opts)
			require.NoError(t, err)
			require.Len(t, tickets, 2)
			want := filescan.Ticket{ContainerID: 7, Filename: "song.wav", Name: "Mine", DataType: filescan.Fingerprint, Key: tickets[1].Key, Time: tickets[1].Time}
			assert.Equal(t, want, tickets[1])
			assert.Equal(t, method == filescan.Presigned, tickets[1].Key != "")
			assert.WithinDuration(t, time.Now(), tickets[1].Time, time.Minute)
		})
	}
}

// A ticket settles the upload, in any process, whatever became of the first request.
func TestResume(t *testing.T) {
	t.Parallel()
	content := []byte(content)
	before := func(s *truth) { s.hook = s.onCreate(1, lost) }
	after := func(s *truth) { s.hook = s.after(lost) }
	refused := func(s *truth) { s.hook = s.onCreate(1, fails(422, `{"message":"not yet"}`)) }
	tests := map[string]struct {
		first  func(s *truth)
		unique bool
		method filescan.Method
		posts  int
		err    error
	}{
		"refused":                             {refused, false, filescan.Presigned, 2, nil},
		"lost before, unique name":            {before, true, filescan.Presigned, 2, nil},
		"lost before":                         {before, false, filescan.Presigned, 2, nil},
		"made, unique name":                   {after, true, filescan.Presigned, 1, nil},
		"made":                                {after, false, filescan.Presigned, 1, acrcloud.ErrOutcomeUnknown},
		"lost before, unique name, as a form": {before, true, filescan.Multipart, 1, acrcloud.ErrNotFound},
		"made, unique name, as a form":        {after, true, filescan.Multipart, 1, nil},
		"lost before, as a form":              {before, false, filescan.Multipart, 1, acrcloud.ErrInvalidArgument},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(t *testing.T, s *truth) {
				t.Helper()
				tt.first(s)
				opts := &filescan.UploadOptions{Name: "id-4711", DataType: filescan.Fingerprint, Method: tt.method, UniqueName: tt.unique}
				ctx, cancel := context.WithCancel(t.Context())
				opts.OnTicket = func(context.Context, filescan.Ticket) error {
					time.AfterFunc(time.Millisecond, cancel) // the caller does not wait for what becomes of it
					return nil
				}
				_, err := s.client(t).Files(7).Upload(ctx, acrcloud.FromBytes("song.wav", content), opts)
				e, ok := errors.AsType[*filescan.UploadError](err)
				require.True(t, ok, "%v", err)
				s.hook = nil
				file, err := s.client(t).Files(7).Resume(t.Context(), throughJSON(t, e.Ticket))
				assert.Equal(t, tt.posts, s.count(opCreate))
				if tt.err != nil {
					require.ErrorIs(t, err, tt.err)
					return
				}
				require.NoError(t, err)
				assert.Equal(t, []string{file.ID}, s.made(content))
				if len(s.bodies) == 2 {
					assert.Equal(t, s.bodies[0], s.bodies[1], "exactly as the first time")
				}
				assert.LessOrEqual(t, s.count(opStore), 1)
			})
		})
	}
}

// A file of the name that was there before the ticket does not keep a resumed upload from being made; one that came since does, wherever
// in the list it stands.
func TestResumeLooksAtWhatIsNew(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *truth) {
		t.Helper()
		for range 150 {
			s.add("song.wav", "audio", "another").visible = time.Now()
		}
		<-time.After(time.Hour)
		s.hook = s.onCreate(1, lost)
		_, err := s.client(t).Files(7).Upload(t.Context(), song(), nil)
		e, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok, "%v", err)
		assert.Empty(t, e.Candidates)
		file, err := s.client(t).Files(7).Resume(t.Context(), e.Ticket)
		require.NoError(t, err)
		assert.Equal(t, hashOf([]byte(content)), titleOf(t, file))

		<-time.After(time.Minute)
		_, err = s.client(t).Files(7).Resume(t.Context(), e.Ticket)
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		again, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok)
		require.Len(t, again.Candidates, 1)
		assert.Equal(t, file.ID, again.Candidates[0].ID)
		assert.Equal(t, e.Ticket, again.Ticket)
	})
}

// The times of files may be behind the time of a ticket, which comes from another machine of the service.
func TestResumeByAClockThatIsBehind(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *truth) {
		t.Helper()
		ticket := filescan.Ticket{ContainerID: 7, Filename: "song.wav", DataType: filescan.Audio, Key: "k", Time: time.Now().Add(time.Minute)}
		made := s.add("song.wav", "audio", hashOf([]byte(content)))
		_, err := s.client(t).Files(7).Resume(t.Context(), ticket)
		require.ErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		e, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok)
		require.Len(t, e.Candidates, 1)
		assert.Equal(t, made.id, e.Candidates[0].ID)
		assert.Zero(t, s.count(opCreate))
	})
}

func TestResumeRefuses(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	good := filescan.Ticket{ContainerID: 7, Filename: "a.mp3", DataType: filescan.Audio, Key: "k"}
	change := func(f func(*filescan.Ticket)) filescan.Ticket {
		ticket := good
		f(&ticket)
		return ticket
	}
	tests := map[string]struct {
		ticket filescan.Ticket
		field  string
	}{
		"empty":             {filescan.Ticket{}, "Ticket"},
		"another container": {change(func(t *filescan.Ticket) { t.ContainerID = 8 }), "Ticket.ContainerID"},
		"no name":           {change(func(t *filescan.Ticket) { t.Filename = "" }), "Ticket.Filename"},
		"no type":           {change(func(t *filescan.Ticket) { t.DataType = "" }), "Ticket.DataType"},
		"no key":            {change(func(t *filescan.Ticket) { t.Key = "" }), "Ticket.Key"},
		"a line break":      {change(func(t *filescan.Ticket) { t.Name = "a\nb" }), "Ticket.Name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.client(t).Files(7).Resume(t.Context(), tt.ticket)
			e, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.field, e.Field)
			assert.NotEmpty(t, e.Remedy)
			assert.Zero(t, s.count(opList))
		})
	}
}

// An upload that stopped before anything was stored has no ticket.
func TestNoTicketBeforeStorage(t *testing.T) {
	t.Parallel()
	s := newTruth(truthBase)
	s.hook = func(op string, w http.ResponseWriter, r *http.Request) bool {
		if op != opStore {
			return false
		}
		_, _ = io.Copy(io.Discard, r.Body)
		fails(403, "")(w, r)
		return true
	}
	_, err := s.client(t).Files(7).Upload(t.Context(), song(), nil)
	e, ok := errors.AsType[*filescan.UploadError](err)
	require.True(t, ok, "%v", err)
	assert.Equal(t, filescan.StepStore, e.Step)
	assert.Zero(t, e.Ticket)
}

// A ticket keeps its time over all attempts: what the first of them has made is younger than that.
func TestResumeKeepsTheTime(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, s *truth) {
		t.Helper()
		s.hook = func(op string, w http.ResponseWriter, r *http.Request) bool {
			if op == opCreate {
				lost(w, r)
			}
			return false
		}
		_, err := s.client(t).Files(7).Upload(t.Context(), song(), nil)
		first, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok, "%v", err)
		require.False(t, first.Ticket.Time.IsZero())
		<-time.After(time.Hour)
		_, err = s.client(t).Files(7).Resume(t.Context(), first.Ticket)
		again, ok := errors.AsType[*filescan.UploadError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 2, s.count(opCreate))
		assert.Equal(t, first.Ticket, again.Ticket)
	})
}
