package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/doctor"
	"github.com/musicchartsai/acrcloud-go/internal/text"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func (p *program) doctorCommand() *cobra.Command {
	var upload, all bool
	c := &cobra.Command{
		Use: "doctor", Short: "Find out what is wrong with the credentials",
		Long: "Check the credentials: what kind they are, whether the service accepts them, and whether the container exists and can find anything.\n" +
			"Nothing is billed except with --upload, which scans a file of three seconds and deletes it.",
		Example: "  acrcloud doctor\n  acrcloud doctor --all -o json\n  acrcloud doctor --mock",
		RunE: func(c *cobra.Command, _ []string) error {
			format, err := p.format(formatTable, formatJSON)
			if err != nil {
				return err
			}
			services, err := p.diagnosed(c, all)
			if err != nil {
				return err
			}
			var reports []*doctor.Report
			healthy := true
			for _, s := range services {
				opts := doctor.Options{Options: s.options, OnMock: s.mock != nil, Log: p.err}
				if upload {
					tones := mock.New().AddTrack(mock.Track{}).WAV(0, 3*time.Second) // any sound will do
					opts.Upload = acrcloud.FromBytes("acrcloud-go-doctor.wav", tones)
				}
				r := doctor.Examine(c.Context(), s.config, opts)
				if err := c.Context().Err(); err != nil {
					return err
				}
				if r.Name == "" {
					r.Name = s.origin
				}
				reports = append(reports, r)
				healthy = healthy && r.Healthy()
			}
			if format == formatJSON {
				err = writeJSON(p.out, reports)
			} else {
				err = doctor.Print(text.Writer(p.out), reports)
			}
			if err == nil && !healthy {
				err = errReported
			}
			return err
		},
	}
	c.Flags().BoolVar(&upload, "upload", false, "also scan a tiny file and delete it; this is billed")
	c.Flags().BoolVar(&all, "all", false, "check every configuration in the file")
	return c
}

// diagnosed returns the services to check.
func (p *program) diagnosed(c *cobra.Command, all bool) ([]*service, error) {
	if !all {
		s, err := p.service(c.Context())
		if err == nil && !doctor.Has(s.config) {
			err = &credentialsError{"no credentials: set ACRCLOUD_BEARER_TOKEN and ACRCLOUD_CONTAINER_ID for File Scanning, ACRCLOUD_IDENTIFY_HOST, " +
				"ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET for identification, write a configuration (see 'acrcloud config --help'), or use --mock"}
		}
		return []*service{s}, err
	}
	entries, path, err := p.entries()
	if err != nil {
		return nil, err
	}
	var services []*service
	for i := range entries {
		s, err := entries[i].service(c.Context(), path)
		if err != nil {
			return nil, err
		}
		s.options = p.options()
		services = append(services, s)
	}
	return services, nil
}
