package nearest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/internal/nearest"
)

func TestKey(t *testing.T) {
	t.Parallel()
	known := []string{"scan", "files", "containers", "bearer_token", "access_key"}
	for given, want := range map[string]string{
		"scan":           "scan",
		"scna":           "scan", // two letters swapped
		"csan":           "scan",
		"san":            "scan",
		"scaan":          "scan",
		"scax":           "scan",
		"nacs":           "",
		"Containres":     "containers",
		"bearer-token":   "bearer_token",
		"token":          "bearer_token",
		"acrcloud_files": "files",
		"":               "",
		"xyz":            "",
	} {
		assert.Equal(t, want, nearest.Key(given, known), given)
	}
}
