package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// revision is the commit of a build that has no repository: -ldflags '-X main.revision=…'.
var revision string //nolint:gochecknoglobals // the linker sets it

// A version describes this binary.
type version struct {
	Version  string `json:"version"` // of the SDK and the command
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
	System   string `json:"system"`
}

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version",
		Long:    "Print the versions of the command and of Go, and the system for which the command was built.",
		Example: "  acrcloud version\n  acrcloud version -o json",
		RunE: func(*cobra.Command, []string) error {
			format, err := p.format(formatTable, formatJSON)
			if err != nil {
				return err
			}
			v := version{Version: acrcloud.Version, Revision: revision, Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" && v.Revision == "" {
						v.Revision = s.Value
					}
				}
			}
			if format == formatJSON {
				return json.NewEncoder(p.out).Encode(v)
			}
			_, err = fmt.Fprintf(p.out, "acrcloud %s (%s, %s)\n", v.Version, v.Go, v.System)
			return err
		},
	}
}
