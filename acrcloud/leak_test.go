package acrcloud_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// A leakRun collects all that a program could print of a run of both clients.
type leakRun struct {
	text strings.Builder
	seen []any
}

// show writes down what was seen in every way that there is.
func (l *leakRun) show() string {
	for _, v := range l.seen {
		l.print(v)
		for _, wrapped := range chain(v) {
			l.print(wrapped)
		}
		if err, ok := v.(error); ok {
			if api, ok := errors.AsType[*acrcloud.APIError](err); ok {
				l.print(*api)
				_, _ = fmt.Fprintf(&l.text, "%s %v %v\n", api.Body, api.Header, api.Fields)
			}
		}
		b, _ := json.Marshal(v) //nolint:errchkjson // not everything can be encoded
		l.text.Write(b)
		slog.New(slog.NewTextHandler(&l.text, nil)).Info("x", "v", v, slog.Group("g", "w", v))
		slog.New(slog.NewJSONHandler(&l.text, nil)).Info("x", "v", v)
	}
	return l.text.String()
}

func (l *leakRun) print(v any) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%T"} {
		_, _ = fmt.Fprintf(&l.text, verb+"\n", v)
	}
}

// chain is what an error wraps.
func chain(v any) (list []any) {
	pending := []any{v}
	for len(pending) > 0 {
		v, pending = pending[0], pending[1:]
		switch e := v.(type) {
		case interface{ Unwrap() error }:
			if inner := e.Unwrap(); inner != nil {
				pending, list = append(pending, inner), append(list, inner)
			}
		case interface{ Unwrap() []error }:
			for _, inner := range e.Unwrap() {
				pending, list = append(pending, inner), append(list, inner)
			}
		}
	}
	return list
}

// overhearing is an HTTP client that notes the signatures which pass.
func overhearing(inner http.RoundTripper, signatures *[]string) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/v1/identify" && r.GetBody != nil {
			body, err := r.GetBody()
			if err != nil {
				return nil, err
			}
			b, _ := io.ReadAll(body)
			_, rest, _ := strings.Cut(string(b), `name="signature"`)
			*signatures = append(*signatures, strings.Fields(rest)[0])
		}
		return inner.RoundTrip(r)
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// tokens gives out one, and another when the first is refused.
type tokens struct{ list []acrcloud.Secret }

func (s *tokens) Token(_ context.Context, rejected acrcloud.Secret) (acrcloud.Secret, error) {
	switch {
	case rejected.IsZero():
		return s.list[0], nil
	case len(s.list) > 1:
		return s.list[1], nil
	}
	return acrcloud.Secret{}, errors.New("no other token")
}

// Whatever is printed, logged or encoded of a run with every kind of failure, no secret is in it.
func TestNoSecretShows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		srv := mock.New()
		cfg := srv.Config()
		stale := srv.IssueToken(mock.Token{ExpiresAt: time.Now().Add(-time.Hour)})
		callback := acrcloud.NewSecret("https://hook.test/in?key=callb4ck-s3cret")
		var run leakRun
		var signatures []string
		opts := []acrcloud.Option{
			acrcloud.WithHTTPClient(&http.Client{Transport: overhearing(srv.HTTPClient().Transport, &signatures)}),
			acrcloud.WithLogger(slog.New(slog.NewJSONHandler(&run.text, &slog.HandlerOptions{Level: slog.LevelDebug}))),
			acrcloud.WithObserver(func(a acrcloud.Attempt) { run.seen = append(run.seen, a, a.Err) }),
		}
		ctx := t.Context()
		scanner, err := filescan.New(cfg, append(slices.Clone(opts), acrcloud.WithTokenSource(&tokens{[]acrcloud.Secret{cfg.BearerToken, stale}}))...)
		require.NoError(t, err)
		identifier, err := identify.New(cfg, append(slices.Clone(opts), acrcloud.WithRetry(acrcloud.RetryPolicy{RetryServiceErrors: true}))...)
		require.NoError(t, err)
		container, err := scanner.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "x", Region: acrcloud.EUWest1, Engine: 1, CallbackURL: callback})
		require.NoError(t, err)
		bad := cfg
		bad.BearerToken = cfg.IdentifyAccessKey
		_, err = filescan.New(bad, opts...)
		run.seen = append(run.seen, err, cfg, &cfg, []acrcloud.Config{cfg}, map[string]any{"c": cfg}, scanner, scanner.Files(cfg.ContainerID), scanner.Containers(), identifier, container, *container)
		bad = cfg
		bad.IdentifyAccessSecret = cfg.BearerToken
		_, err = identify.New(bad, opts...)
		run.seen = append(run.seen, err)

		song := srv.AddTrack(mock.Track{}).WAV(0, 3*time.Second)
		calls := func() {
			note := func(v any, err error) { run.seen = append(run.seen, v, err) }
			note(scanner.Files(cfg.ContainerID).Upload(ctx, acrcloud.FromBytes("a.wav", song), nil))
			note(scanner.Files(cfg.ContainerID).Upload(ctx, acrcloud.FromReader("b.wav", strings.NewReader("RIFF"), -1), &filescan.UploadOptions{Method: filescan.Multipart}))
			note(scanner.Containers().Create(ctx, &filescan.CreateContainerRequest{Name: "y", Region: acrcloud.EUWest1, Engine: 1, CallbackURL: callback}))
			note(scanner.Containers().Get(ctx, container.ID))
			note(scanner.Containers().List(ctx, nil))
			_, err := scanner.Files(cfg.ContainerID).Import(ctx, filescan.AudioURL("https://a.test/b?sig=s1gned-url"), nil)
			note(nil, err) // the file has the URL that was asked for
			_, err = scanner.Files(cfg.ContainerID).List(ctx, nil)
			note(nil, err)
			note(nil, scanner.Do(ctx, http.MethodGet, "/buckets?key=qu3ry", nil, nil))
			note(scanner.Check(ctx))
			note(identifier.Identify(ctx, identify.Audio(acrcloud.FromBytes("a.wav", song))))
			note(identifier.Check(ctx))
		}
		// The service repeats all that it was told.
		echo := `{"message":"bad: ` + cfg.BearerToken.Reveal() + ` ` + strings.ReplaceAll(callback.Reveal(), "/", `\/`) + ` https://store.test/x?X-Signature=5ecret","errors":{"token":["` + stale.Reveal() + `"]}}`
		identifyEcho := `{"status":{"code":3014,"msg":"` + cfg.IdentifyAccessKey.Reveal() + `"},"key":"` + cfg.IdentifyAccessKey.Reveal() + `"}`
		faults := []mock.Fault{{Lose: true}, {Forget: true}, {Truncate: true}, {Op: mock.OpStore, Lose: true}, {Times: 1, Status: 401, Body: echo}, {Times: 1, Status: 403, Body: echo}}
		for _, status := range []int{0, 302, 400, 401, 403, 422, 429, 500} {
			faults = append(faults, mock.Fault{Status: status, Body: echo}, mock.Fault{Op: mock.OpStore, Status: status, Body: echo}, mock.Fault{Status: status, Body: "<html>" + echo},
				mock.Fault{Op: mock.OpIdentify, Status: status, Body: identifyEcho}, mock.Fault{Op: mock.OpIdentify, Status: status, Body: "<html>" + identifyEcho})
		}
		for _, code := range []int{1001, 3000, 3001, 3003, 3014, 3015} {
			faults = append(faults, mock.IdentifyFault(code))
		}
		calls()
		for _, f := range faults {
			remove := srv.Inject(f)
			calls()
			remove()
		}

		text := run.show()
		for _, shown := range []string{"containers.create", "identify", "files.create", "[redacted]", "code 3014"} {
			assert.Contains(t, text, shown, "the run is not what it should be")
		}
		require.NotEmpty(t, signatures)
		secrets := append([]string{
			cfg.BearerToken.Reveal(), stale.Reveal(), cfg.IdentifyAccessKey.Reveal(), cfg.IdentifyAccessSecret.Reveal(), "callb4ck", "5ecret", "s1gned-url", "qu3ry", "X-Signature", "X-Expires",
		}, signatures...)
		for _, secret := range secrets {
			for _, form := range []string{
				secret, fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)), strings.ReplaceAll(secret, "/", `\/`),
				strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]"),
			} {
				if strings.Contains(text, form) {
					at := strings.Index(text, form)
					assert.Fail(t, "a secret shows", "%.12s… in %q", secret, text[max(0, at-200):at])
				}
			}
		}
	})
}
