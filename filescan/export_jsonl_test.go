package filescan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteJSONL(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	files := exported(t)
	broken := errors.New("the list broke off")
	require.ErrorIs(t, filescan.WriteJSONL(&out, sequence(broken, files...), nil), broken)
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	require.Len(t, lines, 2)
	for i, want := range []*filescan.File{files[0], files[2]} {
		var line struct {
			File       *filescan.File `json:"file"`
			Assessment struct {
				Risk string `json:"risk"`
			} `json:"assessment"`
		}
		require.NoError(t, json.Unmarshal([]byte(lines[i]), &line))
		if line.File.Results != nil {
			line.File.Results.Raw = nil
		}
		assert.Equal(t, want, line.File)
		assert.Equal(t, filescan.Assess(want, nil).Risk.String(), line.Assessment.Risk)
	}
	require.Error(t, filescan.WriteJSONL(failingWriter{}, sequence(nil, files...), nil))
}
