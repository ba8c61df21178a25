package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/filescan"
)

func TestTableOfWideAndHostileText(t *testing.T) {
	t.Parallel()
	score := 90.0
	match := func(title, artist string) filescan.Match {
		return filescan.Match{Score: &score, Result: acrcloud.Music{Title: title, Artists: []acrcloud.Artist{{Name: artist}}}}
	}
	file := &filescan.File{Name: "a\x1b[2J.wav", State: filescan.StateReady, Results: &filescan.Results{
		Music:       []filescan.Match{match("東京", "x"), match("e\u0301a\u202e", "y"), match("plain", "\x9bz")},
		CustomFiles: []filescan.CustomMatch{{Result: acrcloud.CustomFile{Title: "\tmine\n"}}},
	}}
	var out bytes.Buffer
	require.NoError(t, printTable(&out, file))
	assert.Equal(t, `a\x1b[2J.wav  (0:00, ready)

KIND    AT    LENGTH  SIMILARITY  TITLE     ARTISTS  ISRC
music   0:00  0:00    90 %        東京      x
music   0:00  0:00    90 %        `+"e\u0301"+`a\u202e  y
music   0:00  0:00    90 %        plain     \x9bz
custom  0:00  0:00    -           \tmine\n

AT and LENGTH: where the match begins in the file, and how long it lasts, in minutes:seconds
SIMILARITY: how much the audio resembles the recording, up to 100 %; covers have none
`, out.String())
}

//nolint:paralleltest // the environment belongs to the whole program
func TestScanOfAHostileName(t *testing.T) {
	environment(t, "", "", "")
	for _, args := range [][]string{{"none\x1b]0;x\x07.mp3"}, {"-rules", "none\u202e.json"}, {"-\x1b[2J"}} {
		var stdout, stderr bytes.Buffer
		assert.NotEqual(t, demo.ExitOK, run(t.Context(), args, &stdout, &stderr))
		assert.False(t, strings.ContainsAny(stdout.String()+stderr.String(), "\x1b\x07\u202e"), stderr.String())
	}
}
