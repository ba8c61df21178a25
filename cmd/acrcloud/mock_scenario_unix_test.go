//go:build unix

package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const scenarioYAML = `# what becomes of files
tracks:
  - title: &river Silver River
    artists: Ada Alder
    release_date: 2020-01-31
  - title: From a file
    file: songs/own.mp3
files:
  - name: "*remix*"
    verdict: high
    track: *river
  - name: "*.broken"
    state: failed
    detail: cannot decode
  - name: "By night.mp3" # scan does not call it so
    state: failed
  - name: "By~20night.*.mp3"
    verdict: medium
    track: *river
faults:
  - {op: containers.list, times: 1, status: 400, body: {message: not today}}
`

func TestMockScenario(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := write(t, filepath.Join(dir, "songs", "own.mp3"), mp3("own"))
	path := write(t, filepath.Join(dir, "scenario.yaml"), []byte(scenarioYAML))
	m := startMock(t, clean(t), "--scenario", path)
	env := clean(t, m.env...)
	remix, broken := write(t, filepath.Join(dir, "a remix.mp3"), mp3("r")), write(t, filepath.Join(dir, "b.broken"), mp3("b"))
	code, stdout, stderr := call(t, env, "scan", remix, "-o", "jsonl", "--fail-on", "high")
	assert.Equal(t, exitRisk, code, stderr)
	assert.Contains(t, stdout, `"risk":"high"`)
	assert.Contains(t, stdout, "Silver River")
	code, stdout, stderr = call(t, env, "scan", broken, "-o", "jsonl")
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout+stderr, "cannot decode")
	night := write(t, filepath.Join(dir, "By night.mp3"), mp3("n"))
	code, stdout, stderr = call(t, env, "scan", night, "-o", "jsonl")
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, `"risk":"medium"`)
	code, stdout, stderr = call(t, env, "scan", own, "-o", "jsonl")
	assert.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "From a file")
	code, _, stderr = call(t, env, "containers", "list")
	assert.NotEqual(t, exitOK, code)
	assert.Contains(t, stderr, "not today")
	assert.Equal(t, exitOK, m.stop(t))
}

func TestMockScenarioMistakes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, tt := range map[string]struct {
		text string
		want []string
	}{
		"keys.yaml":     {"files:\n  - name: x\n    stat: ready\n", []string{"1 mistake", `keys.yaml:3:5: files[0].stat: unknown field: did you mean "state"?`}},
		"values.yaml":   {"files:\n  - verdict: hgh\n    nth: 0\n", []string{"2 mistakes", "values.yaml:2:5: files[0].verdict", "values.yaml:3:5: files[0].nth"}},
		"number.yaml":   {"tracks:\n- upc: 0123\n", []string{"number.yaml:2:3: tracks[0].upc: this is a number, not a string"}},
		"twice.yaml":    {"files: []\nfiles: []\n", []string{`twice.yaml:2:1: field "files" appears twice`}},
		"merge.yaml":    {"a: &a {name: x}\nfiles:\n- {<<: *a}\n", []string{"merge.yaml:3:4: <<"}},
		"bomb.yaml":     {"a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\n", []string{"too large"}},
		"text.yaml":     {"files:\n- name: &a \"" + strings.Repeat("x", 100_000) + "\"\n" + strings.Repeat("- name: *a\n", 10_000), []string{"text.yaml:2:9", "too large"}},
		"names.yaml":    {"files:\n- &a {" + strings.Repeat("x", 1_000) + ": 1}\n" + strings.Repeat("- *a\n", 40_000), []string{"names.yaml:2:", "too large"}},
		"names.json":    {`{"` + strings.Repeat("x", 1_000_000) + `": [1` + strings.Repeat(",1", 100) + "]}", []string{"names.json:1:", "too large"}},
		"latin.yaml":    {"files:\n- name: caf\xe9\n", []string{"line 2 is not UTF-8"}},
		"bom.yaml":      {"\ufefffiles: 1\n", []string{"bom.yaml:1:1: files"}},
		"bom.json":      {"\ufeff{\"files\": 1}", []string{"bom.json:1:2: files"}},
		"infinite.yaml": {"files: [{duration: .inf}]", []string{"no JSON form"}},
		"tab.yaml":      {"files:\n\t- name: x\n", []string{"is not valid YAML", "line 2 is indented with a tab: use spaces"}},
		"none.yaml":     {"", []string{"is empty"}},
		"two.yaml":      {"files: []\n---\nfiles: []\n", []string{"several documents"}},
		"no file.yaml":  {"tracks:\n  - file: none.mp3\n", []string{"no file.yaml:2:5: tracks[0].file", "none.mp3"}},
		"no track.yaml": {"files:\n  - verdict: high\n    track: none\n", []string{`no track.yaml:3:5: files[0].track: there is no track "none"`}},
		"keys.json":     {"{\"files\": [\n\t{\"name\": \"x\",\n\t \"stat\": 1}\n]}", []string{`keys.json:3:3: files[0].stat`}},
		"syntax.json":   {"{\"files\": [\n  {,}\n]}", []string{"syntax.json:2:4: this is not valid JSON"}},
		"cut.json":      {"{\"files\": [\n", []string{"cut.json:2:1: this is not valid JSON"}},
		"more.json":     {"{}\n{}", []string{"more.json:2:", "unexpected text after the end"}},
		"twice.json":    {"{\"files\": [],\n\"files\": []}", []string{`field "files" appears twice`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := write(t, filepath.Join(dir, name), []byte(tt.text))
			code, stdout, stderr := call(t, clean(t), "mock", "--listen", "127.0.0.1:0", "--scenario", path)
			assert.Equal(t, exitUsage, code, stderr)
			assert.Empty(t, stdout)
			for _, want := range tt.want {
				assert.Contains(t, stderr, want)
			}
		})
	}
	code, _, stderr := call(t, clean(t), "mock", "--scenario", filepath.Join(dir, "none"))
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--scenario")
}

func TestMockState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "mock.state")
	songs := filepath.Join(dir, "songs")
	song := write(t, filepath.Join(songs, "Ada Alder - Silver River.mp3"), mp3("x"))
	m := startMock(t, clean(t), "--state", path, "--tracks", songs)
	code, _, stderr := call(t, clean(t, m.env...), "scan", song)
	require.Equal(t, exitOK, code, stderr)
	code, stdout, stderr := call(t, clean(t), "mock", "--listen", "127.0.0.1:0", "--state", path)
	assert.Equal(t, exitUsage, code, stdout)
	assert.Contains(t, stderr, "another server uses it")
	require.NoError(t, m.cmd.Process.Kill())
	_ = m.cmd.Wait()

	again := startMock(t, clean(t), "--state", path, "--tracks", songs)
	assert.Equal(t, m.env[3:], again.env[3:], "the credentials are the same")
	code, stdout, stderr = call(t, clean(t, again.env...), "export", "-o", "jsonl")
	require.Equal(t, exitOK, code, stderr)
	assert.Regexp(t, `"name":"Ada~20Alder~20-~20Silver~20River\.[0-9a-f]{20}\.mp3"`, stdout)
	assert.Contains(t, stdout, `"Silver River"`)
	status, _ := get(t, again.base+"/_mock/health")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, exitOK, again.stop(t))

	content, err := os.ReadFile(path)
	require.NoError(t, err)
	newer := write(t, filepath.Join(dir, "newer.state"), []byte(strings.Replace(string(content), `"acrcloud_mock_state":1`, `"acrcloud_mock_state":9`, 1)))
	code, _, stderr = call(t, clean(t), "mock", "--listen", "127.0.0.1:0", "--state", newer)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "version 9")
	code, _, stderr = call(t, clean(t), "mock", "--listen", "127.0.0.1:0", "--state", filepath.Join(song, "state"))
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, song)
}
