package main

import (
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

func (p *program) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man DIR", Short: "Write manual pages",
		Long:    "Write a manual page for each command into a folder, which is created if it does not exist.",
		Example: "  acrcloud man ~/.local/share/man/man1 && man acrcloud",
		Args:    arguments(1, 1, "the folder for the manual pages"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil { //nolint:gosec // manual pages are public
				return err
			}
			epoch := time.Unix(0, 0).UTC() // the same pages from the same binary
			root := c.Root()
			root.DisableAutoGenTag = true
			return doc.GenManTree(root, &doc.GenManHeader{Section: "1", Source: "acrcloud " + acrcloud.Version, Date: &epoch}, args[0])
		},
	}
}

// describeCompletion adds examples to cobra's own command, because all other commands have them.
func describeCompletion(c *cobra.Command) {
	c.Example = "  source <(acrcloud completion bash)\n  acrcloud completion fish | source"
	c.Args = group("", "", "", "").Args
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	for _, shell := range c.Commands() {
		shell.Example = "  acrcloud completion " + shell.Name()
	}
}
