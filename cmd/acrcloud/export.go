package main

import (
	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

func (p *program) exportCommand() *cobra.Command {
	var rules, search string
	c := &cobra.Command{
		Use: "export", Short: "Write all files of a container with results and verdicts",
		Long: "Write the files of a container with their matches and verdicts: as CSV (a row for each match), an array or lines of JSON, a page, or text.\n" +
			"It only reads; nothing is billed. The service never lists the results of channels and playlists.",
		Example: "  acrcloud export > catalogue.csv\n  acrcloud export --container 10005 -o html > report.html",
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := p.format(formatCSV, formatJSON, formatJSONL, formatHTML, formatTable)
			if err != nil {
				return err
			}
			verdicts, err := readRules(rules)
			if err != nil {
				return err
			}
			_, files, err := p.container(c.Context())
			if err != nil {
				return err
			}
			return p.writeResults(format, files.All(c.Context(), &filescan.ListFilesOptions{WithResults: true, Search: search}), verdicts)
		},
	}
	c.Flags().StringVar(&rules, "rules", "", "JSON `file` with the rules of the verdict")
	c.Flags().StringVar(&search, "search", "", "only files with this `text` in their name or URI")
	return c
}
