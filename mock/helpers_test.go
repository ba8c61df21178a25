package mock_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

const (
	mainHost   = "https://api-v2.acrcloud.com"
	regionHost = "https://api-eu-west-1.acrcloud.com"
)

// wire speaks to a server as a client in any language would.
type wire struct {
	t     *testing.T
	srv   *mock.Server
	token string
	http  *http.Client
}

func newWire(t *testing.T, opts ...mock.Option) *wire {
	t.Helper()
	srv := mock.New(opts...)
	t.Cleanup(func() { assert.NoError(t, srv.Close()) })
	client := *srv.HTTPClient()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &wire{t: t, srv: srv, token: srv.Config().BearerToken.Reveal(), http: &client}
}

// reply is an answer.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// send sends a request; header is pairs. A header of "-" is left out although it usually is there.
func (w *wire) send(method, url string, body any, header ...string) reply {
	w.t.Helper()
	require.Zero(w.t, len(header)%2)
	var r io.Reader
	switch body := body.(type) {
	case nil:
	case io.Reader:
		r = body
	case string:
		r = strings.NewReader(body)
	case []byte:
		r = bytes.NewReader(body)
	default:
		b, err := json.Marshal(body)
		require.NoError(w.t, err)
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, r)
	require.NoError(w.t, err)
	if !strings.Contains(url, "/storage/") { // what the official tool sends with every call, body or not
		req.Header.Set("Authorization", "Bearer "+w.token)
		req.Header.Set("Accept", "application/json")
		req.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(header, 2) {
		name, value := pair[0], pair[1]
		if value == "-" {
			req.Header.Del(name)
			continue
		}
		req.Header.Set(name, value)
	}
	resp, err := w.http.Do(req)
	require.NoError(w.t, err)
	b, err := io.ReadAll(resp.Body)
	require.NoError(w.t, err)
	require.NoError(w.t, resp.Body.Close())
	return reply{resp.StatusCode, resp.Header, b}
}

// json decodes the answer.
func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(r.body, &v), "%s", r.body)
	return v
}

// data is the member of that name as an object.
func (r reply) data(t *testing.T) map[string]any {
	t.Helper()
	v, ok := r.json(t)["data"].(map[string]any)
	require.True(t, ok, "%s", r.body)
	return v
}

// rows is the member data as a list of objects.
func (r reply) rows(t *testing.T) []map[string]any {
	t.Helper()
	list, ok := r.json(t)["data"].([]any)
	require.True(t, ok, "%s", r.body)
	rows := make([]map[string]any, 0, len(list))
	for _, item := range list {
		rows = append(rows, item.(map[string]any))
	}
	return rows
}

// cid is the path of the ready-made container.
func (w *wire) cid() string { return fmt.Sprintf("/api/fs-containers/%d", w.srv.Config().ContainerID) }

// container makes one in eu-west-1 and returns its path.
func (w *wire) container(settings map[string]any) string {
	w.t.Helper()
	body := map[string]any{"name": fmt.Sprintf("c%d", time.Now().UnixNano()), "region": "eu-west-1", "audio_type": "linein", "buckets": []any{23}, "engine": 1}
	maps.Copy(body, settings)
	r := w.send("POST", mainHost+"/api/fs-containers", body)
	require.Equal(w.t, 201, r.status, "%s", r.body)
	return fmt.Sprintf("/api/fs-containers/%.0f", r.data(w.t)["id"])
}

// form makes a multipart body of a file and fields; file "" leaves the part out.
func form(t *testing.T, field, file string, content []byte, fields ...string) (body *bytes.Buffer, contentType string) {
	t.Helper()
	body = &bytes.Buffer{}
	w := multipart.NewWriter(body)
	for pair := range slices.Chunk(fields, 2) {
		require.NoError(t, w.WriteField(pair[0], pair[1]))
	}
	if file != "" {
		part, err := w.CreateFormFile(field, file)
		require.NoError(t, err)
		_, err = part.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return body, w.FormDataContentType()
}

// upload sends content by form and returns the file's id.
func (w *wire) upload(container string, content []byte) string {
	w.t.Helper()
	body, contentType := form(w.t, "file", "a.wav", content, "data_type", "audio")
	r := w.send("POST", regionHost+container+"/files", body, "Content-Type", contentType)
	require.Equal(w.t, 201, r.status, "%s", r.body)
	return r.data(w.t)["id"].(string)
}

// results uploads content and returns the finished file.
func (w *wire) results(container string, content []byte) map[string]any {
	w.t.Helper()
	id := w.upload(container, content)
	rows := w.send("GET", regionHost+container+"/files/"+id, nil).rows(w.t)
	require.Len(w.t, rows, 1)
	return rows[0]
}
