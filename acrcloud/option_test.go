package acrcloud_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

// tokenFunc makes a TokenSource of a function.
type tokenFunc func(ctx context.Context, rejected acrcloud.Secret) (acrcloud.Secret, error)

func (f tokenFunc) Token(ctx context.Context, rejected acrcloud.Secret) (acrcloud.Secret, error) {
	return f(ctx, rejected)
}

// noLimit is a Limiter that lets everything pass.
type noLimit struct{}

func (noLimit) Wait(context.Context) error { return nil }

func TestOptionsRefuse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		option acrcloud.Option
		field  string
	}{
		{"nil client", acrcloud.WithHTTPClient(nil), "WithHTTPClient"},
		{"nil logger", acrcloud.WithLogger(nil), "WithLogger"},
		{"negative attempts", acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: -1}), "RetryPolicy.MaxAttempts"},
		{"negative shortest wait", acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: -1}), "RetryPolicy.MinWait"},
		{"negative longest wait", acrcloud.WithRetry(acrcloud.RetryPolicy{MaxWait: -1}), "RetryPolicy.MaxWait"},
		{"negative waiting in all", acrcloud.WithRetry(acrcloud.RetryPolicy{MaxElapsed: -1}), "RetryPolicy.MaxElapsed"},
		{"shortest above longest wait", acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: 2, MaxWait: 1}), "RetryPolicy.MinWait"},
		{"nil limiter", acrcloud.WithRateLimiter(nil), "WithRateLimiter"},
		{"nil pointer as limiter", acrcloud.WithRateLimiter((*noLimit)(nil)), "WithRateLimiter"},
		{"nil token source", acrcloud.WithTokenSource(nil), "WithTokenSource"},
		{"nil function as token source", acrcloud.WithTokenSource(tokenFunc(nil)), "WithTokenSource"},
		{"empty user agent", acrcloud.WithUserAgent(" \t"), "WithUserAgent"},
		{"user agent of two lines", acrcloud.WithUserAgent("a\r\nX-Evil: 1"), "WithUserAgent"},
		{"user agent with letters that a header cannot carry", acrcloud.WithUserAgent("été/1"), "WithUserAgent"},
		{"no response bytes", acrcloud.WithMaxResponseBytes(0), "WithMaxResponseBytes"},
		{"negative response bytes", acrcloud.WithMaxResponseBytes(-1), "WithMaxResponseBytes"},
		{"no attempt timeout", acrcloud.WithAttemptTimeout(0), "WithAttemptTimeout"},
		{"negative attempt timeout", acrcloud.WithAttemptTimeout(-time.Second), "WithAttemptTimeout"},
		{"no stall timeout", acrcloud.WithStallTimeout(0), "WithStallTimeout"},
		{"negative stall timeout", acrcloud.WithStallTimeout(-time.Second), "WithStallTimeout"},
		{"nil observer", acrcloud.WithObserver(nil), "WithObserver"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.option.Apply(&settings.Settings{})
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
			e, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok)
			assert.Equal(t, tt.field, e.Field)
			assert.NotEmpty(t, e.Problem)
			assert.NotEmpty(t, e.Remedy)
		})
	}
}

func TestOptionsSet(t *testing.T) {
	t.Parallel()
	client, logger := &http.Client{}, slog.New(slog.DiscardHandler)
	var seen []acrcloud.Attempt
	var s settings.Settings
	for _, option := range []acrcloud.Option{
		acrcloud.WithHTTPClient(client),
		acrcloud.WithLogger(logger),
		acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1, MinWait: 2, MaxWait: 3, MaxElapsed: 4, RetryServiceErrors: true}),
		acrcloud.WithRateLimiter(noLimit{}),
		acrcloud.WithUserAgent(" first/1 "),
		acrcloud.WithUserAgent(" myservice/1.4\n"), // the last of a kind wins
		acrcloud.WithMaxResponseBytes(math.MaxInt64),
		acrcloud.WithAttemptTimeout(time.Second),
		acrcloud.WithStallTimeout(time.Minute),
		acrcloud.WithInsecureHTTP(),
		acrcloud.WithObserver(func(a acrcloud.Attempt) { seen = append(seen, a) }),
	} {
		require.NoError(t, option.Apply(&s))
	}
	assert.Same(t, client, s.HTTPClient)
	assert.Same(t, logger, s.Logger)
	assert.Equal(t, &settings.Retry{MaxAttempts: 1, MinWait: 2, MaxWait: 3, MaxElapsed: 4, RetryServiceErrors: true}, s.Retry)
	assert.Equal(t, noLimit{}, s.Limiter)
	assert.Equal(t, "myservice/1.4", s.UserAgent)
	assert.Equal(t, int64(math.MaxInt64), s.MaxResponseBytes)
	assert.Equal(t, time.Second, s.AttemptTimeout)
	assert.Equal(t, time.Minute, s.StallTimeout)
	assert.True(t, s.InsecureHTTP)
	ctx := context.WithValue(t.Context(), noLimit{}, "of the call")
	told := settings.Attempt{
		Op: "files.get", Method: "GET", Host: "api.test", Path: "/x", N: 2, StatusCode: 503, Err: io.EOF, Reason: "HTTP 503",
		Wait: 1, Duration: 2, BytesSent: 3, BytesReceived: 4,
	}
	s.Observer(ctx, told)
	require.Len(t, seen, 1)
	assert.Equal(t, ctx, seen[0].Context())
	assert.NotNil(t, acrcloud.Attempt{}.Context())
	from, to := reflect.ValueOf(told), reflect.ValueOf(seen[0])
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		assert.False(t, from.Field(i).IsZero(), "%s is tested", name)
		assert.Equal(t, from.Field(i).Interface(), to.FieldByName(name).Interface(), name)
	}

	require.NoError(t, acrcloud.WithRetry(acrcloud.RetryPolicy{MinWait: time.Hour}).Apply(&s), "the default of MaxWait gives way")
}

func TestWithTokenSource(t *testing.T) {
	t.Parallel()
	broken := errors.New("vault is sealed")
	var asked []string
	var s settings.Settings
	require.NoError(t, acrcloud.WithTokenSource(tokenFunc(func(_ context.Context, rejected acrcloud.Secret) (acrcloud.Secret, error) {
		asked = append(asked, rejected.Reveal())
		if rejected.IsZero() {
			return acrcloud.NewSecret("first"), nil
		}
		return acrcloud.Secret{}, broken
	})).Apply(&s))

	token, err := s.Token(t.Context(), "")
	require.NoError(t, err)
	assert.Equal(t, "first", token)
	_, err = s.Token(t.Context(), token)
	require.ErrorIs(t, err, broken)
	assert.Equal(t, []string{"", "first"}, asked)
}
