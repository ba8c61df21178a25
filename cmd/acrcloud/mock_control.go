package main

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"

	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/internal/nearest"
	"github.com/musicchartsai/acrcloud-go/mock"
	"github.com/musicchartsai/acrcloud-go/mock/control"
	"github.com/musicchartsai/acrcloud-go/report"
)

// Who may use the control API.
const (
	controlLocal = "local"
	controlAll   = "all"
	controlOff   = "off"
)

// healthPath is the path of the health check.
const healthPath = control.Path + "health"

// maxBodies limits how much is kept of request and response bodies.
const maxBodies = 16 << 20

// steering applies the flags to the mock, and serves the control API and the dashboard, or only the health check.
func (p *program) steering(srv *mock.Server, s *mockSettings) (http.Handler, error) {
	if known := []string{controlLocal, controlAll, controlOff}; !slices.Contains(known, s.control) {
		return nil, usagef("--control is %q%s", s.control, meant(nearest.Key(s.control, known), known))
	}
	opts := &control.Options{Remote: s.control == controlAll, Hosts: s.names, Report: fileReport}
	if s.tracks != "" {
		var err error
		if opts.Tracks, err = p.readTracks(s.tracks); err != nil {
			return nil, err
		}
	}
	var script *scenarioFile
	if s.scenario != "" {
		var err error
		if script, err = readScenario(s.scenario); err != nil {
			return nil, err
		}
		opts.Scenario = script.parsed
	}
	h, err := control.New(srv, opts)
	switch {
	case err != nil && script != nil:
		return nil, script.explain(err)
	case err != nil:
		return nil, err
	case s.control == controlOff:
		return http.HandlerFunc(healthOnly), nil
	}
	return h, nil
}

func healthOnly(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != healthPath {
		http.Error(w, "the control API is disabled (--control off)", http.StatusNotFound)
		return
	}
	control.Health(w, r)
}

// fileReport writes the report of a file.
func fileReport(w io.Writer, file json.RawMessage) error {
	var f filescan.File
	if err := json.Unmarshal(file, &f); err != nil {
		return err
	}
	r := report.File(&f, nil)
	r.Title = f.Name
	return report.HTML(w, r)
}
