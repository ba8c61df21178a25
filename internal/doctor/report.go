// Package doctor finds out what is wrong with a configuration, for the programs of this repository.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
)

// A Report is what was found out about one configuration.
type Report struct {
	Name     string              `json:"name"`
	Scanning *acrcloud.Diagnosis `json:"file_scanning,omitempty"`
	Identify *acrcloud.Diagnosis `json:"identification,omitempty"`
}

// Options say how to examine a configuration.
type Options struct {
	Options []acrcloud.Option // of the clients
	OnMock  bool              // nothing is billed
	Upload  acrcloud.Source   // a sound to scan, and to delete again, which is billed; zero: nothing
	Log     io.Writer         // what is done meanwhile
}

// Has reports whether a configuration has anything to examine.
func Has(cfg acrcloud.Config) bool { return hasConsole(cfg) || hasIdentify(cfg) }

func hasConsole(cfg acrcloud.Config) bool { return !cfg.BearerToken.IsZero() || cfg.ContainerID != 0 }

func hasIdentify(cfg acrcloud.Config) bool {
	return cfg.IdentifyHost != "" || !cfg.IdentifyAccessKey.IsZero() || !cfg.IdentifyAccessSecret.IsZero()
}

// Examine checks both credentials of a configuration, as far as it has them.
func Examine(ctx context.Context, cfg acrcloud.Config, opts Options) *Report {
	r := &Report{Name: cfg.Name}
	if hasConsole(cfg) {
		client, err := filescan.New(cfg, opts.Options...)
		r.Scanning = diagnose(ctx, client, err)
		if !opts.Upload.IsZero() && err == nil && r.Scanning.Err() == nil {
			tryUpload(ctx, client, cfg.ContainerID, opts, r.Scanning)
		}
	}
	if hasIdentify(cfg) {
		client, err := identify.New(cfg, opts.Options...)
		r.Identify = diagnose(ctx, client, err)
	}
	if r.Scanning == nil && r.Identify == nil {
		r.Scanning = failed("credentials", "none", "set bearer_token and container_id, or identify_host, identify_access_key and identify_access_secret", nil)
	}
	return r
}

// diagnose runs a client's Check. What kept the client from being made is a finding too.
func diagnose(ctx context.Context, client interface {
	Check(ctx context.Context) (*acrcloud.Diagnosis, error)
}, err error,
) *acrcloud.Diagnosis {
	if refused, ok := errors.AsType[*acrcloud.ArgumentError](err); ok {
		return failed(refused.Field, refused.Problem, refused.Remedy, err)
	}
	if err != nil {
		return failed("configuration", err.Error(), "", err)
	}
	d, err := client.Check(ctx)
	if err != nil {
		return failed("check", err.Error(), "", err)
	}
	return d
}

func failed(name, seen, remedy string, err error) *acrcloud.Diagnosis {
	return &acrcloud.Diagnosis{Checks: []acrcloud.Check{{Name: name, Outcome: acrcloud.Failed, Seen: seen, Remedy: remedy, Err: err}}}
}

const (
	uploadTimeout = 10 * time.Minute // of the processing of a file of three seconds
	deleteTimeout = 30 * time.Second // of what is done at the end, also after Ctrl-C
)

// tryUpload scans a tiny file and deletes it again, whatever came of it.
func tryUpload(ctx context.Context, client *filescan.Client, container int, opts Options, d *acrcloud.Diagnosis) {
	add := func(name string, outcome acrcloud.Outcome, seen, remedy string, err error) {
		d.Checks = append(d.Checks, acrcloud.Check{Name: name, Outcome: outcome, Seen: seen, Remedy: remedy, Err: err})
	}
	if container == 0 {
		add("upload", acrcloud.Skipped, "no container is configured", "", nil)
		return
	}
	cost := "this is billed"
	if opts.OnMock {
		cost = "in the mock, where nothing is billed"
	}
	_, _ = fmt.Fprintf(opts.Log, "Scanning a file of three seconds in container %d: %s.\n", container, cost)
	started := time.Now()
	file, err := client.Files(container).Scan(ctx, opts.Upload, &filescan.ScanOptions{
		Wait: filescan.WaitOptions{Timeout: uploadTimeout},
	})
	if err != nil {
		add("upload", acrcloud.Failed, err.Error(), "", err)
	} else {
		add("upload", acrcloud.Passed, fmt.Sprintf("scanned in %v: %v", time.Since(started).Round(time.Second), file.State), "", nil)
	}
	if file == nil {
		return
	}
	tidying, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
	defer cancel()
	if err := client.Files(container).Delete(tidying, file.ID); err != nil {
		_, _ = fmt.Fprintf(opts.Log, "File %s is still there: delete it in the console.\n", file.ID)
		add("delete", acrcloud.Warned, err.Error(), "delete file "+file.ID+" in the console", err)
		return
	}
	add("delete", acrcloud.Passed, "the file is gone again", "", nil)
}

// Healthy reports whether nothing has failed.
func (r *Report) Healthy() bool { return r.Scanning.Err() == nil && r.Identify.Err() == nil }
