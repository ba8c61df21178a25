// Package settings is what acrcloud's options fill in and the SDK's clients read.
//
// It mirrors a few small types of acrcloud, which imports it.
package settings

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Settings collects the options of one client. Fields that no option has set are zero.
type Settings struct {
	HTTPClient       *http.Client
	Logger           *slog.Logger
	Retry            *Retry
	Limiter          Limiter
	Token            func(ctx context.Context, rejected string) (string, error)
	UserAgent        string
	MaxResponseBytes int64
	AttemptTimeout   time.Duration
	StallTimeout     time.Duration
	InsecureHTTP     bool
	Observer         func(context.Context, Attempt)
}

// Retry mirrors acrcloud.RetryPolicy.
type Retry struct {
	MaxAttempts        int
	MinWait            time.Duration
	MaxWait            time.Duration
	MaxElapsed         time.Duration
	RetryServiceErrors bool
}

// Limiter mirrors acrcloud.Limiter.
type Limiter interface {
	Wait(ctx context.Context) error
}

// Attempt mirrors acrcloud.Attempt.
type Attempt struct {
	Op            string
	Method        string
	Host          string
	Path          string
	N             int
	StatusCode    int
	Err           error
	Reason        string
	Wait          time.Duration
	Duration      time.Duration
	BytesSent     int64
	BytesReceived int64
}
