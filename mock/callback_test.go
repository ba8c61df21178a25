package mock_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A receiver remembers the callbacks that it gets.
type receiver struct {
	mu     sync.Mutex
	bodies []string
	types  []string
	times  []time.Time
	took   []time.Duration
	status int
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	started := time.Now()
	body, err := io.ReadAll(req.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.bodies = append(r.bodies, string(body))
		r.types = append(r.types, req.Header.Get("Content-Type"))
		r.times = append(r.times, time.Now())
		r.took = append(r.took, time.Since(started))
	}
	if r.status != 0 {
		w.WriteHeader(r.status)
	}
}

func (r *receiver) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.bodies)
}

func (r *receiver) answerWith(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// ids are the files of the callbacks, in their order.
func (r *receiver) ids(t *testing.T) []string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make([]string, len(r.bodies))
	for i, body := range r.bodies {
		var v struct {
			FileID string `json:"file_id"`
		}
		require.NoError(t, json.Unmarshal([]byte(body), &v))
		ids[i] = v.FileID
	}
	return ids
}

// callingBack is a server whose container calls the receiver, and its files.
func callingBack(t *testing.T, opts ...mock.Option) (*mock.Server, *receiver, *filescan.Files) {
	t.Helper()
	r := &receiver{}
	srv := mock.New(append([]mock.Option{mock.WithSeed(1), mock.WithCallbackTransport(mock.HandlerTransport(r))}, opts...)...)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	client, err := filescan.New(srv.Config(), srv.Options()...)
	require.NoError(t, err)
	callback := acrcloud.NewSecret("https://hooks.example.com/acrcloud?key=very-secret")
	_, err = client.Containers().Update(t.Context(), srv.Config().ContainerID, &filescan.UpdateContainerRequest{CallbackURL: &callback})
	require.NoError(t, err)
	return srv, r, client.Files(srv.Config().ContainerID)
}

func upload(t *testing.T, files *filescan.Files, name string) string {
	t.Helper()
	file, err := files.Upload(t.Context(), acrcloud.FromBytes(name, []byte(name)), nil)
	require.NoError(t, err)
	return file.ID
}

func TestCallback(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t, mock.WithProcessingTime(5*time.Second))
		started := time.Now()
		id := upload(t, files, "a & <b>.wav")
		synctest.Wait()
		assert.Zero(t, r.count())
		time.Sleep(5 * time.Second) //nolint:forbidigo // time is fake here
		synctest.Wait()
		require.Equal(t, 1, r.count())
		assert.Equal(t, fmt.Sprintf(`{"file_id":%q,"state":-1,"cid":%d,"name":"a & <b>.wav","results":{"cover_songs":[],"custom_files":[],"music":[]}}`, id, srv.Config().ContainerID), r.bodies[0])
		assert.Equal(t, "application/json", r.types[0])
		assert.Equal(t, 5*time.Second, r.times[0].Sub(started))

		require.NoError(t, srv.Redeliver(id))
		r.answerWith(http.StatusServiceUnavailable)
		require.NoError(t, srv.Redeliver(id))
		list := srv.Deliveries()
		require.Len(t, list, 3)
		assert.Equal(t, []int{200, 200, 503}, []int{list[0].Status, list[1].Status, list[2].Status})
		assert.Equal(t, id, list[0].FileID)
		assert.Equal(t, r.bodies[0], string(list[2].Body))

		_, err := files.Rescan(t.Context(), id)
		require.NoError(t, err)
		require.Error(t, srv.Redeliver(id), "it is being processed again")
		time.Sleep(5 * time.Second) //nolint:forbidigo // time is fake here
		synctest.Wait()
		assert.Equal(t, 4, r.count())
		require.Error(t, srv.Redeliver("unknown"))
	})
}

func TestCallbackFaults(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		faults []mock.CallbackFault
		want   []int // which files' callbacks come, in this order
		last   time.Duration
	}{
		"none":                 {nil, []int{0, 1, 2, 3}, 4 * time.Second},
		"lost":                 {[]mock.CallbackFault{{Lose: true, Skip: 1, Times: 2}}, []int{0, 3}, 4 * time.Second},
		"doubled":              {[]mock.CallbackFault{{Copies: 1, Times: 1}}, []int{0, 0, 1, 2, 3}, 4 * time.Second},
		"delayed":              {[]mock.CallbackFault{{Delay: 90 * time.Second, Times: 1}}, []int{1, 2, 3, 0}, 91 * time.Second},
		"reordered":            {[]mock.CallbackFault{{Reorder: true, Skip: 1, Times: 1}}, []int{0, 2, 1, 3}, 4 * time.Second},
		"two reordered":        {[]mock.CallbackFault{{Reorder: true, Times: 2}}, []int{2, 0, 1, 3}, 4 * time.Second},
		"none comes after it":  {[]mock.CallbackFault{{Reorder: true, Skip: 3}}, []int{0, 1, 2, 3}, 14 * time.Second},
		"combined":             {[]mock.CallbackFault{{Reorder: true, Times: 1}, {Copies: 2, Times: 1}}, []int{1, 0, 0, 0, 2, 3}, 4 * time.Second},
		"delayed and held":     {[]mock.CallbackFault{{Delay: 2500 * time.Millisecond, Reorder: true, Times: 1}}, []int{1, 2, 3, 0}, 4 * time.Second},
		"before the upload is": {[]mock.CallbackFault{{Early: true}}, []int{0, 1, 2, 3}, 3 * time.Second},
		"slow":                 {[]mock.CallbackFault{{Slow: 20 * time.Second, Skip: 3}}, []int{0, 1, 2, 3}, 24 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				srv, r, files := callingBack(t, mock.WithProcessingTime(time.Second))
				for _, f := range tt.faults {
					srv.InjectCallback(f)
				}
				started := time.Now()
				var ids []string
				for i := range 4 {
					ids = append(ids, upload(t, files, fmt.Sprint(i, ".wav")))
					if name == "before the upload is" {
						assert.Equal(t, i+1, r.count(), "the callback was there first")
					}
					time.Sleep(time.Second) //nolint:forbidigo // time is fake here
					synctest.Wait()
				}
				time.Sleep(5 * time.Minute) //nolint:forbidigo // time is fake here
				synctest.Wait()
				var got []int
				for _, id := range r.ids(t) {
					got = append(got, slices.Index(ids, id))
				}
				assert.Equal(t, tt.want, got)
				assert.Equal(t, tt.last, r.times[len(r.times)-1].Sub(started))
				assert.Len(t, srv.Deliveries(), len(got))
				if name == "slow" {
					assert.Equal(t, 20*time.Second, r.took[3])
				}
				for _, id := range ids {
					file, err := files.Get(t.Context(), id)
					require.NoError(t, err)
					assert.Equal(t, filescan.StateNoResults, file.State)
				}
			})
		})
	}
}

func TestCallbackFaultRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t)
		remove := srv.InjectCallback(mock.CallbackFault{Rate: 0.3, Lose: true})
		for i := range 200 {
			upload(t, files, strconv.Itoa(i))
		}
		synctest.Wait()
		assert.InDelta(t, 140, r.count(), 25)
		before := r.count()
		remove()
		remove()
		for i := range 20 {
			upload(t, files, strconv.Itoa(i))
		}
		synctest.Wait()
		assert.Equal(t, before+20, r.count())
	})
}

func TestCallbackShapes(t *testing.T) {
	t.Parallel()
	const results = `{"music":[{"result":{"title":"A & B"}}]}`
	c := mock.Callback{FileID: "x", State: 1, ContainerID: 5, Name: "n", Results: json.RawMessage(results)}
	bare := `{"file_id":"x","state":1,"cid":5,"name":"n","results":` + results + `}`
	for name, tt := range map[string]struct {
		shape mock.CallbackShape
		want  string
	}{
		"bare":    {mock.CallbackShape{}, bare},
		"wrapped": {mock.CallbackShape{Wrapped: true}, `{"data":` + bare + `}`},
		"list":    {mock.CallbackShape{List: true}, `{"data":[` + bare + `]}`},
		"id":      {mock.CallbackShape{ID: true}, `{"id":"x","state":1,"cid":5,"name":"n","results":` + results + `}`},
		"text":    {mock.CallbackShape{TextResults: true}, `{"file_id":"x","state":1,"cid":5,"name":"n","results":"{\"music\":[{\"result\":{\"title\":\"A & B\"}}]}"}`},
		"form":    {mock.CallbackShape{Form: true}, url.Values{"file_id": {"x"}, "state": {"1"}, "cid": {"5"}, "name": {"n"}, "results": {results}}.Encode()},
		"form id": {mock.CallbackShape{Form: true, ID: true}, url.Values{"id": {"x"}, "state": {"1"}, "cid": {"5"}, "name": {"n"}, "results": {results}}.Encode()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := c
			c.Shape = tt.shape
			req, err := c.Request(t.Context(), "https://example.com/hook?key=secret")
			require.NoError(t, err)
			assert.Equal(t, http.MethodPost, req.Method)
			body, err := io.ReadAll(req.Body)
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(body))
			want := "application/json"
			if tt.shape.Form {
				want = "application/x-www-form-urlencoded"
			}
			assert.Equal(t, want, req.Header.Get("Content-Type"))
		})
	}
	_, err := c.Request(t.Context(), "https://exa mple.com/?key=very-secret")
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "very-secret")
	body, _ := mock.Callback{FileID: "x", State: -2}.Body()
	assert.JSONEq(t, `{"file_id":"x","state":-2,"cid":0,"name":"","results":null}`, string(body))
	body, _ = mock.Callback{FileID: "x", Results: json.RawMessage("{broken")}.Body()
	assert.Equal(t, "null", string(body))
}

// What is sent by a fault has its shape too.
func TestCallbackFaultShape(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t)
		srv.InjectCallback(mock.CallbackFault{Shape: mock.CallbackShape{Wrapped: true}})
		srv.InjectCallback(mock.CallbackFault{Shape: mock.CallbackShape{ID: true}})
		upload(t, files, "a.wav")
		synctest.Wait()
		require.Equal(t, 1, r.count())
		assert.Contains(t, r.bodies[0], `{"data":{"id":`)
	})
}

// A callback that fails says why, and not where it went.
func TestCallbackFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, _, files := callingBack(t, mock.WithCallbackTransport(refusing{}))
		id := upload(t, files, "a.wav")
		synctest.Wait()
		err := srv.Redeliver(id)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.NotContains(t, err.Error(), "very-secret")
		require.Len(t, srv.Deliveries(), 2)
		for _, d := range srv.Deliveries() {
			assert.Zero(t, d.Status)
			require.Error(t, d.Err)
		}
	})
}

// Closed, the server sends nothing any more.
func TestCallbackAfterClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t)
		srv.InjectCallback(mock.CallbackFault{Delay: time.Second, Times: 1})
		srv.InjectCallback(mock.CallbackFault{Reorder: true})
		upload(t, files, "a.wav")
		upload(t, files, "b.wav")
		synctest.Wait()
		require.NoError(t, srv.Close())
		time.Sleep(time.Minute) //nolint:forbidigo // time is fake here
		assert.Zero(t, r.count())
	})
}

type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, context.DeadlineExceeded
}

// Copies that have not been sent when the server is closed are dropped.
func TestCloseDropsCopies(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t, mock.WithProcessingTime(time.Second))
		srv.InjectCallback(mock.CallbackFault{Copies: 5, Slow: time.Second})
		upload(t, files, "a.wav")
		<-time.After(2500 * time.Millisecond) // of the bubble: the first copy is on its way
		require.NoError(t, srv.Close())
		<-time.After(time.Minute)
		assert.LessOrEqual(t, r.count(), 2)
		assert.GreaterOrEqual(t, r.count(), 1)
	})
}

// A callback of nothing says null, so that it is JSON.
func TestCallbackWithoutResults(t *testing.T) {
	t.Parallel()
	for shape, want := range map[mock.CallbackShape]string{
		{}:                  `{"file_id":"a","state":-3,"cid":7,"name":"b","results":null}`,
		{TextResults: true}: `{"file_id":"a","state":-3,"cid":7,"name":"b","results":"null"}`,
		{Form: true}:        `cid=7&file_id=a&name=b&results=null&state=-3`,
	} {
		body, _ := mock.Callback{FileID: "a", State: -3, ContainerID: 7, Name: "b", Shape: shape}.Body()
		assert.Equal(t, want, string(body))
	}
}

// A fault is for the scan that it was chosen for: a rescan has its own.
func TestCallbackFaultOfARescan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t)
		srv.InjectCallback(mock.CallbackFault{Copies: 2, Times: 1})
		id := upload(t, files, "a.wav")
		require.NoError(t, srv.Complete(id))
		synctest.Wait()
		assert.Equal(t, 3, r.count())
		_, err := files.Rescan(t.Context(), id)
		require.NoError(t, err)
		require.NoError(t, srv.Complete(id))
		synctest.Wait()
		assert.Equal(t, 4, r.count())
	})
}

// Callbacks that are held back go out each at its own time, and once.
func TestReorderedCallbacksGoOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv, r, files := callingBack(t)
		srv.InjectCallback(mock.CallbackFault{Reorder: true})
		var ids []string
		for i := range 3 {
			ids = append(ids, upload(t, files, strconv.Itoa(i)))
			require.NoError(t, srv.Complete(ids[i]))
			<-time.After(time.Second)
		}
		for i, want := range [][]string{ids[:1], ids[:2], ids} {
			<-time.After(map[bool]time.Duration{true: 7500 * time.Millisecond, false: time.Second}[i == 0])
			synctest.Wait()
			assert.Equal(t, want, r.ids(t))
		}
		<-time.After(time.Hour)
		assert.Equal(t, 3, r.count())
	})
}
