// Package transport is the one place that speaks HTTP: it sends a request as often as its cost allows, bounds everything that
// comes back, and turns what went wrong into the errors of package acrcloud, free of secrets.
package transport

import (
	"context"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

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

// A Client sends requests. It is immutable, but for a pause that the service asks for, and safe for concurrent use.
type Client struct {
	engines          [Storage + 1]*retryablehttp.Client // by cost
	logger           *slog.Logger
	limiter          settings.Limiter
	userAgent        string
	maxResponseBytes int64
	attemptTimeout   time.Duration
	stallTimeout     time.Duration
	observe          func(context.Context, settings.Attempt)
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
		logger:           slog.New(slog.DiscardHandler),
		limiter:          s.Limiter,
		userAgent:        strings.TrimSpace(s.UserAgent + " acrcloud-go/" + acrcloud.Version + " (" + runtime.Version() + ")"),
		maxResponseBytes: orDefault(s.MaxResponseBytes, defaultMaxResponseBytes),
		attemptTimeout:   orDefault(s.AttemptTimeout, defaultAttemptTimeout),
		stallTimeout:     orDefault(s.StallTimeout, defaultStallTimeout),
		observe:          s.Observer,
		pause:            &pause{},
	}
	if s.Logger != nil {
		c.logger = s.Logger
	}
	httpClient := &http.Client{}
	if s.HTTPClient != nil {
		*httpClient = *s.HTTPClient
		if t := httpClient.Timeout; t > 0 {
			c.attemptTimeout = min(c.attemptTimeout, t)
		}
		httpClient.Timeout = 0 // applied per attempt, and not to uploads
	}
	httpClient.Transport = &roundTripper{base: httpClient.Transport}
	httpClient.CheckRedirect = follow
	var retry settings.Retry
	if s.Retry != nil {
		retry = *s.Retry
	}
	for cost := range c.engines {
		p := &policy{RetryPolicy: withDefaults(acrcloud.RetryPolicy(retry)), cost: Cost(cost)}
		c.engines[cost] = p.engine(httpClient)
	}
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
