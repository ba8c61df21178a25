//go:build unix

package main

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// postJSON sends JSON to the control API.
func postJSON(t *testing.T, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Timeout: testTimeout}).Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // it was only read from
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}

func TestMockControl(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	songs := filepath.Join(dir, "songs")
	song := write(t, filepath.Join(songs, "Ada Alder - Silver River.mp3"), mp3("x"))
	scenario := write(t, filepath.Join(dir, "scenario.yaml"), []byte("files:\n  - name: bad.mp3\n    state: failed\n"))
	m := startMock(t, clean(t), "--tracks", songs, "--scenario", scenario)
	env := clean(t, m.env...)
	status, page := get(t, m.base+"/_mock/")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, "ACRCloud mock")
	status, _ = postJSON(t, m.base+"/_mock/outcomes", `{"name": "*.mp3", "verdict": "critical"}`)
	assert.Equal(t, http.StatusCreated, status)
	other := write(t, filepath.Join(dir, "other.mp3"), mp3("other"))
	code, stdout, stderr := call(t, env, "scan", other, "-o", "jsonl", "--fail-on", "critical")
	assert.Equal(t, exitRisk, code, stdout+stderr)
	_, list := get(t, m.base+"/_mock/files?search=other")
	files := decode[struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}](t, list)
	require.Len(t, files.Items, 1)
	status, page = get(t, m.base+"/_mock/files/"+files.Items[0].ID+"/report")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, page, `class="tl"`, "the results are on a timeline")
	_, page = get(t, m.base+"/_mock/requests?limit=1000")
	assert.Contains(t, page, "files.create")

	status, text := postJSON(t, m.base+"/_mock/reset", "")
	assert.Equal(t, http.StatusNoContent, status, text)
	code, stdout, stderr = call(t, env, "scan", song, "-o", "jsonl")
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "Silver River", "the folder's tracks are known again")
	_, text = get(t, m.base+"/_mock/outcomes")
	assert.Contains(t, text, "bad.mp3", "and the scenario applies again")
	assert.NotContains(t, text, "critical")
	assert.Equal(t, exitOK, m.stop(t))
	assert.Contains(t, m.stderr.String(), m.base+"/_mock/")
	assert.NotContains(t, m.stderr.String(), "path=/_mock", "what steers it is not logged")
}

func TestMockControlOff(t *testing.T) {
	t.Parallel()
	m := startMock(t, clean(t), "--control", "off")
	status, _ := get(t, m.base+"/_mock/health")
	assert.Equal(t, http.StatusOK, status)
	for _, path := range []string{"/_mock/", "/_mock/status"} {
		status, _ = get(t, m.base+path)
		assert.Equal(t, http.StatusNotFound, status)
	}
	status, _ = postJSON(t, m.base+"/_mock/reset", "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, exitOK, m.stop(t))
	code, _, stderr := call(t, clean(t), "mock", "--control", "locl")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `did you mean "local"?`)
}
