package filescan_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func sequence(err error, files ...*filescan.File) iter.Seq2[*filescan.File, error] {
	return func(yield func(*filescan.File, error) bool) {
		for _, f := range files {
			if !yield(f, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func exported(t *testing.T) []*filescan.File {
	t.Helper()
	m := music(1.5, 40, 85)
	m.Result.Title, m.Result.Artists = `=HYPERLINK("x")`, []acrcloud.Artist{{Name: "-Ada"}, {Name: "Birch, J."}}
	m.Result.ExternalIDs.ISRC = []string{"A", "B"}
	m.Result.Extra = map[string]json.RawMessage{"new_thing": json.RawMessage(`{"a":[1,2]}`)}
	full := scanned(&filescan.Results{Music: []filescan.Match{m}, CoverSongs: []filescan.Match{unscored(-2, 50)}, CustomFiles: []filescan.CustomMatch{custom(nil)}})
	full.Name, full.CreatedAt, full.ContainerID = "@song\n\"1\".wav", testTime, 7
	empty := &filescan.File{ID: "two", Name: "+1", State: filescan.StateNoResults}
	return []*filescan.File{full, nil, empty}
}

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	broken := errors.New("the list broke off")
	require.ErrorIs(t, filescan.WriteCSV(&out, sequence(broken, exported(t)...), nil), broken)
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 5, "a header, three matches, and a file without any")
	assert.Equal(t, []string{
		"file_id", "name", "container_id", "state", "duration_s", "created_at", "risk", "match_type", "confidence", "matched_s",
		"kind", "offset_s", "played_s", "similarity", "title", "artists", "album", "label", "isrc", "upc", "acrid", "detail",
	}, rows[0])
	assert.Equal(t, []string{
		fileID, "'@song\n\"1\".wav", "7", "1", "200", "2026-01-02T03:04:05Z", "critical", "exact", "85", "48",
		"music", "1.5", "40", "85", `'=HYPERLINK("x")`, "'-Ada; Birch, J.", "", "", "A; B", "", "", "",
	}, rows[1])
	assert.Equal(t, []string{"cover", "-2", "50", ""}, rows[2][10:14], "numbers stay numbers")
	assert.Equal(t, "custom", rows[3][10])
	assert.Equal(t, []string{"two", "'+1", "0", "-1", "0", "", "none", "none", "0", "0", "", "", "", "", "", "", "", "", "", "", "", ""}, rows[4])
	require.Error(t, filescan.WriteCSV(failingWriter{}, sequence(nil, exported(t)...), nil))
}

func TestWriteCSVIsHarmless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain": "plain", "": "", "a=1": "a=1", "1-2": "1-2", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "\na": "'\na",
		"＝1+1": "'＝1+1", "＠a": "'＠a", " =1": "' =1", "\u00a0=1": "'\u00a0=1", "\x00=1": "'\x00=1", "\v=1": "'\v=1", "\uFEFF=1": "'\uFEFF=1", " a": " a", " ": " ",
	} {
		var out bytes.Buffer
		require.NoError(t, filescan.WriteCSV(&out, sequence(nil, &filescan.File{ID: "a", Name: text, State: 1}), nil))
		assert.Contains(t, strings.ReplaceAll(out.String(), `"`, ""), "\na,"+want+",0,", "%q", text)
	}
}

// Files that failed, and files that came with an error, have a row that says so, and none of them looks clean.
func TestExportOfFailures(t *testing.T) {
	t.Parallel()
	found := &filescan.Results{Music: []filescan.Match{music(0, 100, 100)}}
	said := &filescan.File{ID: "a", State: filescan.StateFailed, Detail: "=cannot decode\x1b[2J"}
	silent := &filescan.File{ID: "b", State: filescan.StateError}
	waiting := &filescan.File{ID: "c", State: filescan.StateProcessing}
	stale := &filescan.File{ID: "d", State: filescan.StateReady, Results: found}
	items := func(yield func(*filescan.File, error) bool) {
		_ = yield(said, nil) && yield(silent, fmt.Errorf("file b: %w", &filescan.ScanError{File: silent})) &&
			yield(waiting, &filescan.WaitError{Last: waiting, Err: errors.New("time is up")}) && yield(stale, errors.New("the rescan was not seen")) &&
			yield(scanned(found), nil)
	}
	var out bytes.Buffer
	require.NoError(t, filescan.WriteCSV(&out, items, nil))
	rows, err := csv.NewReader(&out).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 6)
	var lines bytes.Buffer
	require.NoError(t, filescan.WriteJSONL(&lines, items, nil))
	dec := json.NewDecoder(&lines)
	for i, want := range []struct{ id, state, risk, detail string }{
		{"a", "-2", "unknown", "cannot decode"},
		{"b", "-3", "unknown", "the scan failed"},
		{"c", "0", "unknown", "time is up"},
		{"d", "1", "unknown", "the rescan was not seen"},
		{fileID, "1", "critical", ""},
	} {
		row := rows[i+1]
		assert.Equal(t, []string{want.id, want.state, want.risk}, []string{row[0], row[3], row[6]})
		var line struct {
			File       filescan.File       `json:"file"`
			Assessment filescan.Assessment `json:"assessment"`
			Error      string              `json:"error"`
		}
		require.NoError(t, dec.Decode(&line))
		assert.Equal(t, []string{want.id, want.risk}, []string{line.File.ID, line.Assessment.Risk.String()})
		for _, problem := range []string{row[len(row)-1], line.Error} {
			assert.Contains(t, problem, want.detail)
			assert.Equal(t, want.detail == "", problem == "", problem)
		}
	}
	assert.Equal(t, `'=cannot decode\x1b[2J`, rows[1][len(rows[1])-1], "harmless like all text")
}

func TestFilesOf(t *testing.T) {
	t.Parallel()
	a, b := &filescan.File{ID: "a"}, &filescan.File{ID: "b"}
	var got []*filescan.File
	for file, err := range filescan.FilesOf(a, nil, b) {
		require.NoError(t, err)
		got = append(got, file)
	}
	assert.Equal(t, []*filescan.File{a, nil, b}, got)
	for file, err := range filescan.FilesOf(a, b) {
		require.NoError(t, err)
		assert.Same(t, a, file)
		break
	}
	var out bytes.Buffer
	require.NoError(t, filescan.WriteCSV(&out, filescan.FilesOf(), nil))
	assert.Equal(t, 1, strings.Count(out.String(), "\n"), "the header alone")
}

func TestExportNeedsAWriter(t *testing.T) {
	t.Parallel()
	for _, w := range []io.Writer{nil, (*bytes.Buffer)(nil)} {
		require.ErrorIs(t, filescan.WriteCSV(w, filescan.FilesOf(&filescan.File{}), nil), acrcloud.ErrInvalidArgument)
		require.ErrorIs(t, filescan.WriteJSONL(w, filescan.FilesOf(&filescan.File{}), nil), acrcloud.ErrInvalidArgument)
	}
}
