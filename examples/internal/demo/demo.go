// Package demo has what the examples share: the choice of the service, and output to terminals.
package demo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// UseMockEnv forces the mock, even if credentials are set.
const UseMockEnv = "ACRCLOUD_USE_MOCK"

// UseMock reports whether the flag or the environment selects the mock.
func UseMock(flag bool) (bool, error) {
	text := os.Getenv(UseMockEnv)
	if flag || text == "" {
		return flag, nil
	}
	use, err := strconv.ParseBool(text)
	if err != nil {
		return false, &acrcloud.ArgumentError{Field: UseMockEnv, Problem: "is neither true nor false", Remedy: "set it to 1 or 0"}
	}
	return use, nil
}

// A Service is the mock or the real service.
type Service struct {
	Config  acrcloud.Config
	Options []acrcloud.Option
	Mock    *mock.Server // nil: the real service
}

// ForScanning chooses the real service if the environment has a token and a container, otherwise the mock. If only one
// of them is set, that is an error, so that the mock's results are never taken for real ones.
func ForScanning(useMock bool, opts ...mock.Option) (*Service, error) {
	useMock, err := UseMock(useMock)
	if err != nil {
		return nil, err
	}
	cfg, err := acrcloud.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	hasToken, hasContainer := !cfg.BearerToken.IsZero(), cfg.ContainerID != 0
	switch {
	case useMock || (!hasToken && !hasContainer):
		srv := mock.New(opts...)
		return &Service{Config: srv.Config(), Options: srv.Options(), Mock: srv}, nil
	case !hasContainer:
		return nil, errors.New("ACRCLOUD_BEARER_TOKEN is set, but ACRCLOUD_CONTAINER_ID is not: set it to the id of your container, which the console shows, or use -mock")
	case !hasToken:
		return nil, errors.New("ACRCLOUD_CONTAINER_ID is set, but ACRCLOUD_BEARER_TOKEN is not: set it to a Console API token from Account, Developer Settings, or use -mock")
	}
	return &Service{Config: cfg}, nil
}

// String names the service, and says what it costs.
func (s *Service) String() string {
	if s.Mock != nil {
		return "Using the embedded mock: no network, nothing is billed."
	}
	return fmt.Sprintf("Using the ACRCloud service, container %d: this is billed.", s.Config.ContainerID)
}

// ReadOnly names the service for a program that changes nothing.
func (s *Service) ReadOnly() string {
	if s.Mock != nil {
		return s.String()
	}
	return fmt.Sprintf("Using the ACRCloud service, container %d, read-only.", s.Config.ContainerID)
}

// IsTerminal reports whether a person is likely to be watching.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
