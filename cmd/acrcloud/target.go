package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/musicchartsai/acrcloud-go/filescan"
)

const standardInput = "-"

// A target is what an argument of scan names.
type target struct {
	path   string // of a file or folder
	folder bool
	stdin  bool
	url    string // instead of a path; it may contain a secret
	name   string // for messages: a URL without its secrets
}

// targets finds out what the arguments name, without opening anything.
func (s *scanSettings) targets(args []string) ([]target, error) {
	var targets []target
	inputs := 0
	for _, arg := range args {
		more, err := s.targetsOf(arg)
		if err != nil {
			return nil, err
		}
		if arg == standardInput {
			inputs++
		}
		targets = append(targets, more...)
	}
	switch {
	case inputs > 1:
		return nil, usagef("standard input is named twice: use - only once")
	case s.name != "" && (len(targets) > 1 || targets[0].folder):
		return nil, usagef("--name applies to a single file: leave it out")
	}
	return targets, nil
}

func (s *scanSettings) targetsOf(arg string) ([]target, error) {
	switch {
	case arg == standardInput && s.name == "":
		return nil, usagef("standard input has no name: give it one with --name, such as --name song.mp3")
	case arg == standardInput:
		return []target{{stdin: true, name: "standard input"}}, nil
	case isURL(arg):
		if u, err := url.Parse(arg); err != nil || u.Host == "" || s.platform && strings.EqualFold(u.Scheme, "ftp") {
			return nil, usagef("%s is not a URL that the service can fetch: give http or https with a host, or ftp without --platform", filescan.RemoteURL(arg))
		}
		return []target{{url: arg, name: filescan.RemoteURL(arg).String()}}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && !info.IsDir() && !info.Mode().IsRegular():
		return nil, usagef("%s is not a regular file: pipe its content to standard input, with - and --name", arg)
	case err == nil:
		return []target{{path: arg, folder: info.IsDir(), name: arg}}, nil
	}
	found, badPattern := filepath.Glob(arg) // where the shell has not expanded it
	if badPattern != nil || len(found) == 0 {
		return nil, &usageError{text: err.Error()}
	}
	var targets []target
	for _, path := range found {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() && !info.Mode().IsRegular() {
			continue // a pattern may match devices and pipes
		}
		targets = append(targets, target{path: path, folder: err == nil && info.IsDir(), name: path})
	}
	return targets, nil
}

// isURL reports whether an argument is a URL. A file with such a name is given as ./http:…
func isURL(arg string) bool {
	scheme, _, ok := strings.Cut(arg, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "ftp"))
}
