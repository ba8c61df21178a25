package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/console"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A service is what a command calls: ACRCloud or the embedded mock.
type service struct {
	config  acrcloud.Config
	options []acrcloud.Option
	mock    *mock.Server // nil: a real service
	origin  string       // where the credentials come from
}

const useMockEnv = "ACRCLOUD_USE_MOCK"

// service chooses the service. If the mock is requested, that is it. Otherwise it is the named configuration, the
// environment, or the configuration in the file that is the only one or is called "default", in this order. Flags
// override members.
func (p *program) service(ctx context.Context) (*service, error) {
	useMock, err := p.useMock()
	if err != nil {
		return nil, err
	}
	if useMock {
		srv := mock.New()
		return &service{config: srv.Config(), options: append(srv.Options(), p.options()...), mock: srv, origin: "the embedded mock"}, nil
	}
	s, err := p.account(ctx)
	if err != nil {
		return nil, err
	}
	s.options = p.options()
	f := p.flags
	if f.token != "" {
		p.say("Warning: other users can read --token in the list of processes; set ACRCLOUD_BEARER_TOKEN instead")
		s.config.BearerToken, s.origin = acrcloud.NewSecret(f.token), "--token"
	}
	switch {
	case f.container < 0:
		return nil, usagef("--container is %d: give the id that the console shows, a positive number", f.container)
	case f.container != 0 && f.container != s.config.ContainerID:
		s.config.ContainerID, s.config.Region = f.container, "" // the region was that of the other container
	}
	if f.region != "" {
		s.config.Region = acrcloud.Region(f.region)
	}
	if f.baseURL != "" {
		s.config.BaseURL = f.baseURL
	}
	return s, nil
}

func (p *program) useMock() (bool, error) {
	value := os.Getenv(useMockEnv)
	if p.flags.mock || value == "" {
		return p.flags.mock, nil
	}
	use, err := strconv.ParseBool(value)
	if err != nil {
		return false, usagef("%s is %q, which is neither true nor false: set it to 1 or 0", useMockEnv, value)
	}
	return use, nil
}

// options returns the options of every client.
func (p *program) options() []acrcloud.Option {
	opts := []acrcloud.Option{acrcloud.WithUserAgent("acrcloud-command/" + acrcloud.Version)}
	if p.flags.insecureHTTP {
		opts = append(opts, acrcloud.WithInsecureHTTP())
	}
	if p.flags.verbose {
		opts = append(opts, acrcloud.WithLogger(slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	}
	return opts
}

const (
	scanningRemedy = "set ACRCLOUD_BEARER_TOKEN to a Console API token, created in ACRCloud's console under Account, Developer Settings, or choose a configuration " +
		"with --config (see 'acrcloud config --help'), or try the command with --mock"
	containerRemedy = "set ACRCLOUD_CONTAINER_ID or --container to the id that the console shows for your container; 'acrcloud containers list' lists them"
)

// scanning returns the service with a client for File Scanning.
func (p *program) scanning(ctx context.Context) (*service, *filescan.Client, error) {
	s, err := p.service(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.config.BearerToken.IsZero() {
		return nil, nil, &credentialsError{"no token for File Scanning: " + scanningRemedy}
	}
	client, err := filescan.New(s.config, s.options...)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.origin, err)
	}
	return s, client, nil
}

// managing returns the service with a client for the rest of the Console API.
func (p *program) managing(ctx context.Context) (*service, *console.Client, error) {
	s, err := p.service(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.config.BearerToken.IsZero() {
		return nil, nil, &credentialsError{"no token for the Console API: " + scanningRemedy}
	}
	client, err := console.New(s.config, s.options...)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", s.origin, err)
	}
	return s, client, nil
}

// container returns the service with the files of the configured container.
func (p *program) container(ctx context.Context) (*service, *filescan.Files, error) {
	s, client, err := p.scanning(ctx)
	if err != nil {
		return nil, nil, err
	}
	if s.config.ContainerID == 0 {
		return nil, nil, &credentialsError{"no container: " + containerRemedy}
	}
	return s, client.Files(s.config.ContainerID), nil
}

// name returns the name of the service for messages.
func (s *service) name() string {
	switch {
	case s.mock != nil:
		return "the embedded mock"
	case s.config.BaseURL != "":
		return s.config.BaseURL
	}
	return "ACRCloud"
}

// errNoConfigurations reports that there is no configuration file.
var errNoConfigurations = errors.New("no configuration file")
