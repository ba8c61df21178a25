package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/batch"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A scanJob is one file to scan.
type scanJob struct {
	name   string // in messages: the path or the URL
	upload string // in the container; empty: that of the source
	source acrcloud.Source
	remote *filescan.Remote // fetched by the service, in place of source
}

// scan uploads or imports, and waits.
func (j *scanJob) scan(ctx context.Context, files *filescan.Files, wait filescan.WaitOptions) (*filescan.File, error) {
	if j.remote == nil {
		return files.Scan(ctx, j.source, &filescan.ScanOptions{Upload: filescan.UploadOptions{Name: j.upload}, Wait: wait})
	}
	file, err := files.Import(ctx, *j.remote, &filescan.ImportOptions{Name: j.upload})
	if err != nil {
		return file, err
	}
	done, err := files.Wait(ctx, file.ID, &wait)
	if done == nil {
		done = file
	}
	return done, err
}

const standardInput = "-"

// jobs makes jobs of the arguments.
func (p *program) jobs(args []string, s scanSettings, service *service) ([]*scanJob, error) {
	if s.samples {
		if service.mock == nil {
			return nil, usagef("--sample is for the embedded mock, and the service would bill it and find nothing: add --mock, or name a file")
		}
		track := service.mock.AddTrack(mock.Track{Title: "Silver River", Artists: []string{"Ada Alder"}})
		return []*scanJob{{name: "sample.wav", source: acrcloud.FromBytes("sample.wav", track.WAV(30*time.Second, 70*time.Second))}}, nil
	}
	var jobs []*scanJob
	for _, arg := range args {
		more, err := p.jobsOf(arg, s)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, more...)
	}
	switch {
	case len(jobs) == 0:
		return nil, usagef("there is nothing to scan in %s: --all takes files that do not begin like audio or video, too", strings.Join(args, ", "))
	case s.name != "" && len(jobs) > 1:
		return nil, usagef("--name is for one file, and there are %d: leave it out", len(jobs))
	case s.name != "":
		jobs[0].upload = s.name
	}
	return jobs, nil
}

// jobsOf makes jobs of one argument.
func (p *program) jobsOf(arg string, s scanSettings) ([]*scanJob, error) {
	switch {
	case arg == standardInput && s.name == "":
		return nil, usagef("standard input has no name: give it one with --name, such as --name song.mp3")
	case arg == standardInput:
		return []*scanJob{{name: "standard input", source: acrcloud.FromReader(s.name, p.in, -1)}}, nil
	case isURL(arg):
		remote := filescan.AudioURL(arg)
		if s.platform {
			remote = filescan.Platform(arg)
		}
		return []*scanJob{{name: filescan.RemoteURL(arg).String(), remote: &remote}}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return p.folder(arg, s)
	case err == nil:
		return []*scanJob{{name: arg, source: acrcloud.FromFile(arg)}}, nil
	}
	found, badPattern := filepath.Glob(arg) // where no shell has done it
	if badPattern != nil || len(found) == 0 {
		return nil, &usageError{text: err.Error()}
	}
	var jobs []*scanJob
	for _, path := range found {
		more, err := p.jobsOf(path, s)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, more...)
	}
	return jobs, nil
}

// isURL reports whether an argument is an address: a file of such a name is given as ./http:…
func isURL(arg string) bool {
	scheme, _, ok := strings.Cut(arg, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "ftp"))
}

// folder makes jobs of what is in a folder.
func (p *program) folder(dir string, s scanSettings) ([]*scanJob, error) {
	var jobs []*scanJob
	skipped := 0
	opts := &batch.DirOptions{All: s.all, OnSkip: func(path string, reason error) {
		skipped++
		if p.flags.verbose {
			p.say("%s is left out: it %v", path, reason)
		}
	}}
	for item, err := range batch.Dir(dir, opts) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		job := &scanJob{name: item.Ref, upload: item.Key, source: item.Source}
		if job.source.IsZero() {
			job.source = acrcloud.FromFile(item.Ref)
		}
		if job.name == "" {
			job.name = filepath.Join(dir, filepath.FromSlash(item.Key))
		}
		jobs = append(jobs, job)
	}
	if skipped > 0 {
		p.note("%s left out of %s: they do not begin like audio or video; --all takes them, too.", count(skipped, "file"), dir)
	}
	return jobs, nil
}
