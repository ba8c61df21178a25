// Package transport is the one place that speaks HTTP: it sends a request as often as its cost allows, bounds everything that
// comes back, and turns what went wrong into the errors of package acrcloud, free of secrets.
package transport

import (
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

// version is the SDK's, for the User-Agent header.
const version = "0.1.0"

// The defaults of the options.
const (
	defaultMaxResponseBytes = 64 << 20
	defaultAttemptTimeout   = 30 * time.Second
	defaultStallTimeout     = 60 * time.Second
	defaultMaxAttempts      = 4
	defaultMinWait          = 500 * time.Millisecond
	defaultMaxWait          = 20 * time.Second
	defaultMaxElapsed       = 2 * time.Minute
)

// maxErrorBody is how much of an error's body is read and kept.
const maxErrorBody = 64 << 10

// A Client sends requests. It is immutable, but for a pause that the service asks for, and safe for concurrent use.
type Client struct {
	http             *http.Client
	logger           *slog.Logger
	policy           acrcloud.RetryPolicy
	limiter          settings.Limiter
	userAgent        string
	maxResponseBytes int64
	attemptTimeout   time.Duration
	stallTimeout     time.Duration
	observe          func(settings.Attempt)
	pause            *pause
}

// Apply collects options into settings.
func Apply(opts []acrcloud.Option) (*settings.Settings, error) {
	s := &settings.Settings{}
	for _, o := range opts {
		if o == nil {
			continue
		}
		if err := o.Apply(s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// New makes a Client. The user's http.Client is copied.
func New(s *settings.Settings) *Client {
	c := &Client{
		http:             &http.Client{},
		logger:           slog.New(slog.DiscardHandler),
		limiter:          s.Limiter,
		userAgent:        strings.TrimSpace(s.UserAgent + " acrcloud-go/" + version + " (" + runtime.Version() + ")"),
		maxResponseBytes: orDefault(s.MaxResponseBytes, defaultMaxResponseBytes),
		attemptTimeout:   orDefault(s.AttemptTimeout, defaultAttemptTimeout),
		stallTimeout:     orDefault(s.StallTimeout, defaultStallTimeout),
		observe:          s.Observer,
		pause:            &pause{},
	}
	if s.HTTPClient != nil {
		*c.http = *s.HTTPClient
		if t := c.http.Timeout; t > 0 {
			c.attemptTimeout = min(c.attemptTimeout, t)
		}
		c.http.Timeout = 0 // applied per attempt, and not to uploads
	}
	c.http.Transport = &roundTripper{base: c.http.Transport}
	c.http.CheckRedirect = followWithinHost
	if s.Logger != nil {
		c.logger = s.Logger
	}
	var p settings.Retry
	if s.Retry != nil {
		p = *s.Retry
	}
	c.policy = withDefaults(acrcloud.RetryPolicy(p))
	return c
}

func withDefaults(p acrcloud.RetryPolicy) acrcloud.RetryPolicy {
	p.MaxAttempts = orDefault(p.MaxAttempts, defaultMaxAttempts)
	p.MaxWait = orDefault(p.MaxWait, max(defaultMaxWait, p.MinWait))
	p.MinWait = orDefault(p.MinWait, min(defaultMinWait, p.MaxWait))
	p.MaxElapsed = orDefault(p.MaxElapsed, defaultMaxElapsed)
	return p
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// followWithinHost follows redirects of reads within one host. Anything else is left to be reported as an error: a request
// that creates something must not be repeated elsewhere, and credentials must not travel to another host.
func followWithinHost(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet || len(via) > 5 ||
		next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}
