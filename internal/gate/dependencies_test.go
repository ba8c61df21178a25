package gate_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func osRoot(t *testing.T) fs.FS {
	t.Helper()
	return os.DirFS("testdata")
}

// The direct requirements of each public module. A new line needs a reason.
func TestDependencies(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, dir := range modules(t) {
		var mod struct {
			Module  struct{ Path string }
			Go      string
			Require []struct {
				Path     string
				Indirect bool
			}
		}
		require.NoError(t, json.Unmarshal([]byte(run(t, dir, "mod", "edit", "-json")), &mod))
		var direct []string
		for _, r := range mod.Require {
			if !r.Indirect {
				direct = append(direct, r.Path)
			}
		}
		slices.Sort(direct)
		b.WriteString(mod.Module.Path + " go " + mod.Go + "\n")
		for _, path := range direct {
			b.WriteString("\t" + path + "\n")
		}
	}
	golden(t, "dependencies.txt", b.String())
}
