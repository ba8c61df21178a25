package mock_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// A recording is taken in once, whatever it is uploaded as.
func TestDedupFiles(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	track := w.srv.AddTrack(mock.Track{Duration: 20 * time.Second})
	path := w.bucket("dedup") + "/dedup-files"
	send := func(id string, content []byte, fields ...string) map[string]any {
		body, contentType := form(t, "file", "a.wav.db.lo", content, append([]string{"id", id}, fields...)...)
		r := w.send("POST", mainHost+path, body, "Content-Type", contentType)
		require.Equal(t, 200, r.status, "%s", r.body)
		return r.data(t)
	}
	asked := send("x0", track.Audio(), "db_if_nodup", "0")
	assert.Equal(t, []any{[]any{}, false}, []any{asked["dup_files"], asked["do_db"]})
	assert.Empty(t, w.send("GET", mainHost+path, nil).rows(t), "it was asked for only")
	first := send("a1", track.Audio())
	assert.Equal(t, []any{[]any{}, true}, []any{first["dup_files"], first["do_db"]})
	second := send("b2", track.WAV(5*time.Second, 10*time.Second))
	assert.Equal(t, []any{[]any{"a1"}, false, first["acr_id"]}, []any{second["dup_files"], second["do_db"], second["acr_id"]})
	other := send("c3", []byte("something else"))
	assert.Equal(t, true, other["do_db"])

	rows := w.send("GET", mainHost+path+"?page=1&per_page=1", nil).rows(t)
	require.Len(t, rows, 1)
	assert.Equal(t, []any{"c3"}, rows[0]["dup_files"])
	rows = w.send("GET", mainHost+path+"?page=2&per_page=1", nil).rows(t)
	require.Len(t, rows, 1)
	assert.Equal(t, []any{"a1", "b2"}, rows[0]["dup_files"])
	for _, id := range []string{"b2", first["acr_id"].(string)} {
		assert.Equal(t, first["acr_id"], w.send("GET", mainHost+path+"/"+id, nil).data(t)["acr_id"])
	}
	acrIDs := first["acr_id"].(string) + "," + other["acr_id"].(string)
	assert.Equal(t, 404, w.send("DELETE", mainHost+path+"/"+acrIDs+",none", nil).status)
	assert.Equal(t, 204, w.send("DELETE", mainHost+path+"/"+acrIDs, nil).status)
	assert.Empty(t, w.send("GET", mainHost+path, nil).rows(t))
	r := w.send("POST", mainHost+path, `{}`)
	assert.Equal(t, 422, r.status)
	assert.JSONEq(t, `{"message":"The given data was invalid.","errors":{"id":["The id field is required."],"file":["The file field is required."]}}`, string(r.body))
}
