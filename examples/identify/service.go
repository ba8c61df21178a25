package main

import (
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/examples/internal/demo"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A service is the mock or the real one.
type service struct {
	config  acrcloud.Config
	options []acrcloud.Option
	mock    *mock.Server // nil: the real service
}

// newService chooses the real service if the environment has its host, key and secret, otherwise the mock. If only some
// of them are set, that is an error, so that the mock's results are never taken for real ones.
func newService(useMock bool) (*service, error) {
	useMock, err := demo.UseMock(useMock)
	if err != nil {
		return nil, err
	}
	cfg, err := acrcloud.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	nothing := cfg.IdentifyHost == "" && cfg.IdentifyAccessKey.IsZero() && cfg.IdentifyAccessSecret.IsZero()
	switch {
	case useMock || nothing:
		srv := mock.New()
		return &service{config: srv.Config(), options: srv.Options(), mock: srv}, nil
	case cfg.IdentifyHost == "" || cfg.IdentifyAccessKey.IsZero() || cfg.IdentifyAccessSecret.IsZero():
		return nil, errors.New("set all of ACRCLOUD_IDENTIFY_HOST, ACRCLOUD_IDENTIFY_ACCESS_KEY and ACRCLOUD_IDENTIFY_ACCESS_SECRET, as on the project's page in the console, or use -mock")
	}
	return &service{config: cfg}, nil
}

// String names the service, and says what it costs.
func (s *service) String() string {
	if s.mock != nil {
		return "Using the embedded mock: no network, nothing is billed."
	}
	return fmt.Sprintf("Using the ACRCloud service at %s: each identification is billed.", s.config.IdentifyHost)
}
