package main

import (
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// asked counts the requests of a kind.
func asked(srv *mock.Server, op mock.Op) int {
	n := 0
	for _, r := range srv.Requests() {
		if r.Op == op {
			n++
		}
	}
	return n
}

// records reads CSV, by the names of the columns.
func records(t *testing.T, data string) []map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(data)).ReadAll()
	require.NoError(t, err, data)
	require.NotEmpty(t, rows)
	var all []map[string]string
	for _, row := range rows[1:] {
		record := map[string]string{}
		for i, cell := range row {
			record[rows[0][i]] = cell
		}
		all = append(all, record)
	}
	return all
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	track := srv.AddTrack(mock.Track{Title: "Silver\x1b[2J River", Artists: []string{"Ada Alder", "=Ben"}, Label: "Quay", ISRC: "XX0000000001", ReleaseDate: "2024-05-17"})
	for _, args := range [][]string{
		{"isrc", "XX-000-00-00001"}, {"acrid", track.ACRID}, {"search", "--title", track.Title, "--artist", "Ada Alder"}, {"search", "Ada Alder - " + track.Title},
	} {
		code, stdout, stderr := call(t, env, append([]string{"metadata", "-o", "csv", "--works", "--platform", "spotify,youtube"}, args...)...)
		require.Equal(t, exitOK, code, stderr)
		assert.Empty(t, stderr)
		assert.NotContains(t, stdout, "\x1b")
		rows := records(t, stdout)
		require.Len(t, rows, 1, args)
		row := rows[0]
		assert.Equal(t, `Silver\x1b[2J River`, row["title"])
		assert.Equal(t, "Ada Alder;' =Ben", row["artists"])
		assert.Equal(t, "XX0000000001", row["isrc"])
		assert.Equal(t, "180", row["duration_s"])
		assert.Regexp(t, `^T\d{10}$`, row["iswc"])
		assert.Contains(t, row["links"], "https://open.spotify.com/track/")
		assert.NotContains(t, row["links"], "deezer")
	}
	code, stdout, stderr := call(t, env, "metadata", "isrc", "XX0000000001")
	require.Equal(t, exitOK, code, stderr)
	assert.Contains(t, stdout, "RELEASE DATE")
	assert.Contains(t, stdout, `Silver\x1b[2J River`)
}

func TestMetadataOfMany(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	srv.AddTrack(mock.Track{Title: "One", ISRC: "XX0000000001"})
	srv.AddTrack(mock.Track{Title: "Two", ISRC: "XX0000000002"})
	c := command(t, env, "metadata", "isrc", "-", "-o", "jsonl")
	c.Stdin = strings.NewReader("\uFEFFXX0000000001\r\n\n XX0000000002 \nXX0000000001\nXX0000000003\n")
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	require.NoError(t, err, stderr.String())
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, 2)
	second := decode[struct {
		Query string `json:"query"`
		Track struct {
			Name string `json:"name"`
		} `json:"track"`
	}](t, lines[1])
	assert.Equal(t, "XX0000000002", second.Query)
	assert.Equal(t, "Two", second.Track.Name)
	assert.Contains(t, stderr.String(), `"XX0000000003" was not found`)
	assert.Equal(t, 3, asked(srv, mock.OpFindTracks), "each is asked for once")

	code, stdout, errs := call(t, env, "metadata", "isrc", "XX0000000001", "XX0000000002", "--max", "1")
	assert.Equal(t, exitUsage, code, "whether it is billed is not known")
	assert.Empty(t, stdout)
	assert.Contains(t, errs, "2 recordings")
	assert.Contains(t, errs, "--yes")
	code, _, errs = call(t, env, "metadata", "isrc", "XX0000000001", "XX0000000002", "--max", "1", "--yes")
	assert.Equal(t, exitOK, code, errs)
	assert.Equal(t, 5, asked(srv, mock.OpFindTracks))

	code, stdout, errs = call(t, env, "metadata", "isrc", "XX0000000001", "nonsense", "-o", "csv")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, errs, `"nonsense"`)
	assert.Len(t, records(t, stdout), 1, "what came before is written")
}

func TestMetadataRefused(t *testing.T) {
	t.Parallel()
	srv, env := listening(t)
	token := srv.IssueToken(mock.Token{Scopes: []string{"read-filescanning"}})
	code, stdout, stderr := call(t, append(env, "ACRCLOUD_BEARER_TOKEN="+token.Reveal()), "metadata", "isrc", "XX0000000001")
	assert.Equal(t, exitCredentials, code)
	assert.NotContains(t, stdout, "\n\n")
	assert.Contains(t, stderr, "read-metadata")
	assert.NotContains(t, stderr, token.Reveal())
}
