package webhook_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

var _ webhook.FileSource = (*filescan.Client)(nil)

// scanned is a mock with one file that is done, and a client for it.
func scanned(t *testing.T) (*mock.Server, *filescan.Client, *filescan.File) {
	t.Helper()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{Title: "Silver River", Duration: 30 * time.Second})
	client, err := filescan.New(srv.Config(), append(srv.Options(), acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1}))...)
	require.NoError(t, err)
	file, err := client.Files(srv.Config().ContainerID).Upload(t.Context(), acrcloud.FromBytes("a.wav", track.WAV(0, 10*time.Second)), nil)
	require.NoError(t, err)
	return srv, client, file
}

// The posted body is forged; what the function sees is the truth.
func TestRefetch(t *testing.T) {
	t.Parallel()
	srv, client, file := scanned(t)
	own := strconv.Itoa(srv.Config().ContainerID)
	for name, tt := range map[string]struct {
		body string
		opts []webhook.Option
	}{
		"its container":  {`{"file_id":"` + file.ID + `","state":-1,"cid":` + own + `,"name":"forged.mp3"}`, nil},
		"forged results": {`{"file_id":"` + file.ID + `","state":-1,"cid":` + own + `,"results":{"music":[{"result":{"title":"Forged"}}]}}`, nil},
		"declared": {
			`{"file_id":"` + file.ID + `","state":-1,"cid":` + own + `}`,
			[]webhook.Option{webhook.WithContainers(srv.Config().ContainerID)},
		},
		"declared, none posted": {
			`{"file_id":"` + file.ID + `","state":-1}`,
			[]webhook.Option{webhook.WithContainers(srv.Config().ContainerID+1, srv.Config().ContainerID)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got *webhook.Event
			h, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
				got = e
				return nil
			}, append(tt.opts, webhook.WithoutAuthentication(), webhook.WithRefetch(client))...)
			require.Equal(t, 200, answer(h, post(t, strings.NewReader(tt.body), "")))
			require.NotNil(t, got, "%v", log.last(t).Err)
			assert.True(t, got.Refetched)
			assert.Equal(t, filescan.StateReady, got.State)
			assert.Equal(t, "a.wav", got.Name)
			assert.Equal(t, srv.Config().ContainerID, got.ContainerID)
			require.NotNil(t, got.Results)
			assert.Equal(t, "Silver River", got.Results.Music[0].Result.Title)
			assert.Nil(t, got.Raw)
			assert.Nil(t, got.Header)
			assert.InDelta(t, 10, got.File().Duration, 0.5, "File has what no callback has")
			assert.EqualValues(t, 1, log.last(t).State)
		})
	}
}

func TestRefetchFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		fault  mock.Fault
		status int
		reason webhook.Reason
	}{
		"401":               {mock.Fault{Status: 401, Body: `{"message":"Unauthenticated."}`}, 503, webhook.ReasonRefetch},
		"403":               {mock.Fault{Status: 403}, 503, webhook.ReasonRefetch},
		"500":               {mock.Fault{Status: 500}, 503, webhook.ReasonRefetch},
		"503":               {mock.Fault{Status: 503}, 503, webhook.ReasonRefetch},
		"429":               {mock.Fault{Status: 429, RetryAfter: time.Hour}, 503, webhook.ReasonRefetch},
		"no response":       {mock.Fault{Lose: true}, 503, webhook.ReasonRefetch},
		"HTML":              {mock.Fault{Body: "<html>"}, 503, webhook.ReasonRefetch},
		"404":               {mock.Fault{Status: 404}, 200, webhook.ReasonNotFound},
		"an empty response": {mock.Fault{Body: `{"data":[]}`}, 200, webhook.ReasonNotFound},
		"still processing":  {mock.Fault{Body: `{"data":[{"id":"FILE","state":0}]}`}, 503, webhook.ReasonRefetch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv, client, file := scanned(t)
			calls := 0
			h, log := newHandler(t, func(context.Context, *webhook.Event) error { calls++; return nil }, webhook.WithoutAuthentication(), webhook.WithRefetch(client))
			body := `{"file_id":"` + file.ID + `","state":1,"cid":` + strconv.Itoa(srv.Config().ContainerID) + `}`
			tt.fault.Method, tt.fault.Path = http.MethodGet, "/api/fs-containers/*/files/*"
			tt.fault.Body = strings.Replace(tt.fault.Body, "FILE", file.ID, 1)
			remove := srv.Inject(tt.fault)
			assert.Equal(t, tt.status, answer(h, post(t, strings.NewReader(body), "")))
			assert.Equal(t, tt.reason, log.last(t).Reason)
			require.Error(t, log.last(t).Err)
			assert.NotContains(t, log.last(t).Err.Error(), srv.Config().BearerToken.Reveal())
			assert.Zero(t, calls)
			remove()
			assert.Equal(t, 200, answer(h, post(t, strings.NewReader(body), "")), "it was released")
			assert.Equal(t, 1, calls)
		})
	}
}

// The container is the event's: without one there is nowhere to look, and in a wrong one there is nothing to find.
func TestRefetchContainer(t *testing.T) {
	t.Parallel()
	srv, client, file := scanned(t)
	h, log := newHandler(t, func(context.Context, *webhook.Event) error { t.Error("called"); return nil }, webhook.WithoutAuthentication(), webhook.WithRefetch(client))
	other := strconv.Itoa(srv.Config().ContainerID + 1)
	assert.Equal(t, 200, answer(h, post(t, strings.NewReader(`{"file_id":"`+file.ID+`","state":1,"cid":`+other+`}`), "")))
	assert.Equal(t, webhook.ReasonNotFound, log.last(t).Reason)
	before := len(srv.Requests())
	assert.Equal(t, 400, answer(h, post(t, strings.NewReader(`{"file_id":"`+file.ID+`","state":1}`), "")))
	require.ErrorContains(t, log.last(t).Err, "WithContainers")
	assert.Len(t, srv.Requests(), before, "nothing was asked")
}

func TestRefetchOtherKinds(t *testing.T) {
	t.Parallel()
	_, client, _ := scanned(t)
	var got *webhook.Event
	h, _ := newHandler(t, func(_ context.Context, e *webhook.Event) error {
		got = e
		return nil
	}, webhook.WithoutAuthentication(), webhook.WithRefetch(client))
	require.Equal(t, 200, answer(h, post(t, strings.NewReader(`{"stream_id":"s-1","status":1,"data":{}}`), "")))
	assert.Equal(t, webhook.BroadcastMonitoring, got.Kind)
	assert.False(t, got.Refetched)
}

// A hanging API does not hold the sender for longer than half a minute.
func TestRefetchIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, client, file := scanned(t)
		srv.Inject(mock.Fault{Method: http.MethodGet, Path: "/api/fs-containers/*/files/*", Delay: time.Hour})
		h, log := newHandler(t, nothing, webhook.WithoutAuthentication(), webhook.WithRefetch(client))
		started := time.Now()
		assert.Equal(t, 503, answer(h, post(t, strings.NewReader(`{"file_id":"`+file.ID+`","state":1,"cid":`+strconv.Itoa(srv.Config().ContainerID)+`}`), "")))
		assert.LessOrEqual(t, time.Since(started), 30*time.Second)
		assert.Equal(t, webhook.ReasonRefetch, log.last(t).Reason)
	})
}
