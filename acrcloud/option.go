package acrcloud

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/checked"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

// An Option changes how a client behaves. Options are given to the constructors of the clients, in any order; the last of a
// kind wins. A nil Option is ignored. An option with a bad value, or one that means nothing to that client, makes the
// constructor return an [*ArgumentError].
type Option interface {
	// Apply is called by the SDK's constructors.
	Apply(*settings.Settings) error
}

type optionFunc func(*settings.Settings) error

func (f optionFunc) Apply(s *settings.Settings) error { return f(s) }

// WithHTTPClient uses the given client's transport, cookie jar and Timeout. The client is copied, never changed. Its Timeout
// bounds each attempt of a call other than an upload. Its CheckRedirect is not used: the SDK follows redirects of GET requests
// within one host, and 307 and 308 of a presigned upload to https, and no others.
func WithHTTPClient(c *http.Client) Option {
	return optionFunc(func(s *settings.Settings) error {
		if c == nil {
			return &ArgumentError{Field: "WithHTTPClient", Problem: "got a nil client", Remedy: "leave the option out to use the default"}
		}
		s.HTTPClient = c
		return nil
	})
}

// WithLogger logs each attempt and each retry at debug level: operation, method, host, path, status, reason and times. Nothing
// is logged by default, and never a query, a header, a body or a credential.
func WithLogger(l *slog.Logger) Option {
	return optionFunc(func(s *settings.Settings) error {
		if l == nil {
			return &ArgumentError{Field: "WithLogger", Problem: "got a nil logger", Remedy: "leave the option out for silence"}
		}
		s.Logger = l
		return nil
	})
}

// WithRetry replaces the [RetryPolicy].
func WithRetry(p RetryPolicy) Option {
	return optionFunc(func(s *settings.Settings) error {
		if err := p.validate(); err != nil {
			return err
		}
		r := settings.Retry(p)
		s.Retry = &r
		return nil
	})
}

// WithRateLimiter makes every attempt wait for the limiter first, except transfers to a presigned URL. These waits do not count
// towards RetryPolicy.MaxElapsed: only the call's context bounds them. A *rate.Limiter of golang.org/x/time/rate fits.
func WithRateLimiter(l Limiter) Option {
	return optionFunc(func(s *settings.Settings) error {
		if checked.IsNil(l) {
			return &ArgumentError{Field: "WithRateLimiter", Problem: "got a nil limiter", Remedy: "leave the option out for no limit"}
		}
		s.Limiter = l
		return nil
	})
}

// WithTokenSource asks src for the bearer token of each call instead of using Config.BearerToken. It is for the filescan
// client only; other clients refuse it.
func WithTokenSource(src TokenSource) Option {
	return optionFunc(func(s *settings.Settings) error {
		if checked.IsNil(src) {
			return &ArgumentError{Field: "WithTokenSource", Problem: "got a nil source", Remedy: "leave the option out and set Config.BearerToken"}
		}
		s.Token = func(ctx context.Context, rejected string) (string, error) {
			token, err := src.Token(ctx, NewSecret(rejected))
			return token.Reveal(), err
		}
		return nil
	})
}

// WithUserAgent puts the name of your program, such as "myservice/1.4", before the SDK's own in the User-Agent header.
func WithUserAgent(ua string) Option {
	return optionFunc(func(s *settings.Settings) error {
		ua := strings.TrimSpace(ua)
		if ua == "" || strings.ContainsFunc(ua, func(r rune) bool { return r < ' ' || r > '~' }) {
			return &ArgumentError{Field: "WithUserAgent", Problem: "is empty or has characters that a header cannot carry", Remedy: `use printable ASCII, such as "myservice/1.4"`}
		}
		s.UserAgent = ua
		return nil
	})
}

// WithMaxResponseBytes bounds the body of a successful response, after decompression; a longer one is a [*DecodeError]. The
// default is 64 MiB.
func WithMaxResponseBytes(n int64) Option {
	return optionFunc(func(s *settings.Settings) error {
		if n <= 0 {
			return &ArgumentError{Field: "WithMaxResponseBytes", Problem: "is not positive", Remedy: "leave the option out for the default of 64 MiB"}
		}
		s.MaxResponseBytes = n
		return nil
	})
}

// WithAttemptTimeout bounds one attempt of a call, from the connection to the end of the response; uploads are apart, see
// [WithStallTimeout]. The default is 30 seconds.
func WithAttemptTimeout(d time.Duration) Option {
	return optionFunc(func(s *settings.Settings) error {
		if d <= 0 {
			return &ArgumentError{Field: "WithAttemptTimeout", Problem: "is not positive", Remedy: "leave the option out for the default of 30 seconds"}
		}
		s.AttemptTimeout = d
		return nil
	})
}

// WithStallTimeout ends an attempt of an upload that sends no byte for that long. Once the content is sent, the response must begin
// within that time, and end within as much again. The default is 60 seconds. An upload has no other time limit than its context's.
func WithStallTimeout(d time.Duration) Option {
	return optionFunc(func(s *settings.Settings) error {
		if d <= 0 {
			return &ArgumentError{Field: "WithStallTimeout", Problem: "is not positive", Remedy: "leave the option out for the default of 60 seconds"}
		}
		s.StallTimeout = d
		return nil
	})
}

// WithInsecureHTTP allows plain http to hosts other than loopback. Credentials then travel readable: it is for trusted
// networks only.
func WithInsecureHTTP() Option {
	return optionFunc(func(s *settings.Settings) error {
		s.InsecureHTTP = true
		return nil
	})
}

// WithObserver calls f after every attempt, in the goroutine that made it. f must be quick and safe for concurrent use.
// [Attempt.Context] returns the context of the call.
func WithObserver(f func(Attempt)) Option {
	return optionFunc(func(s *settings.Settings) error {
		if f == nil {
			return &ArgumentError{Field: "WithObserver", Problem: "got a nil function", Remedy: "leave the option out"}
		}
		s.Observer = func(ctx context.Context, a settings.Attempt) {
			f(Attempt{
				Op: a.Op, Method: a.Method, Host: a.Host, Path: a.Path, N: a.N, StatusCode: a.StatusCode, Err: a.Err, Reason: a.Reason,
				Wait: a.Wait, Duration: a.Duration, BytesSent: a.BytesSent, BytesReceived: a.BytesReceived, ctx: ctx,
			})
		}
		return nil
	})
}
