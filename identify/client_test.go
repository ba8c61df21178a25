package identify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

const (
	testToken = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.eyJhdWQiOiI3In0.c2lnbmF0dXJl"
	testHost  = "identify-eu-west-1.acrcloud.com"
)

func testConfig() acrcloud.Config {
	return acrcloud.Config{IdentifyHost: testHost, IdentifyAccessKey: acrcloud.NewSecret(vectorKey), IdentifyAccessSecret: acrcloud.NewSecret(vectorSecret)}
}

// service responds to every request with the next answer; the last goes on. It keeps what it was asked, parsed.
type service struct {
	t       *testing.T
	answers []roundTripper

	mu    sync.Mutex
	times []time.Time
	forms []form
}

type form struct {
	values map[string][]string
	files  map[string]string
	length int64
}

func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if err != nil {
		return nil, err
	}
	assert.Equal(s.t, int64(len(body)), r.ContentLength)
	in := r.Clone(r.Context())
	in.Body = io.NopCloser(bytes.NewReader(body))
	f := form{values: map[string][]string{}, files: map[string]string{}, length: r.ContentLength}
	if assert.NoError(s.t, in.ParseMultipartForm(64<<20)) {
		f.values = in.MultipartForm.Value
		for name, parts := range in.MultipartForm.File {
			file, err := parts[0].Open()
			require.NoError(s.t, err)
			content, err := io.ReadAll(file)
			require.NoError(s.t, err)
			f.files[name] = string(content)
		}
	}
	s.mu.Lock()
	s.times = append(s.times, time.Now())
	s.forms = append(s.forms, f)
	answer := s.answers[min(len(s.forms), len(s.answers))-1]
	s.mu.Unlock()
	return answer(r)
}

func says(status int, body string) roundTripper {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: io.NopCloser(strings.NewReader(body)),
			ContentLength: int64(len(body)), Request: r,
		}, nil
	}
}

// code is a response as the service sends it, with HTTP 200.
func code(n int) roundTripper {
	return says(200, fmt.Sprintf(`{"status":{"msg":"as told","code":%d,"version":"1.0"}}`+"\n", n))
}

func newService(t *testing.T, answers ...roundTripper) (*identify.Client, *service) {
	t.Helper()
	s := &service{t: t, answers: answers}
	return newClient(t, s), s
}

func newClient(t *testing.T, rt http.RoundTripper, opts ...acrcloud.Option) *identify.Client {
	t.Helper()
	c, err := identify.New(testConfig(), append([]acrcloud.Option{acrcloud.WithHTTPClient(&http.Client{Transport: rt})}, opts...)...)
	require.NoError(t, err)
	return c
}

func mockClient(t *testing.T, srv *mock.Server, opts ...acrcloud.Option) *identify.Client {
	t.Helper()
	c, err := identify.New(srv.Config(), append(srv.Options(), opts...)...)
	require.NoError(t, err)
	return c
}

func audio(content string) identify.Sample {
	return identify.Audio(acrcloud.FromBytes("a.wav", []byte(content)))
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		set   func(*acrcloud.Config)
		opt   acrcloud.Option
		field string
	}{
		{"no host", func(c *acrcloud.Config) { c.IdentifyHost = "" }, nil, "Config.IdentifyHost"},
		{"blank host", func(c *acrcloud.Config) { c.IdentifyHost = " \n" }, nil, "Config.IdentifyHost"},
		{"path", func(c *acrcloud.Config) { c.IdentifyHost = testHost + "/v1/identify" }, nil, "Config.IdentifyHost"},
		{"path of a URL", func(c *acrcloud.Config) { c.IdentifyHost = "https://proxy.test/acr" }, nil, "Config.IdentifyHost"},
		{"credentials", func(c *acrcloud.Config) { c.IdentifyHost = "https://user:hunter22@" + testHost }, nil, "Config.IdentifyHost"},
		{"credentials without scheme", func(c *acrcloud.Config) { c.IdentifyHost = "user:hunter22@" + testHost }, nil, "Config.IdentifyHost"},
		{"query", func(c *acrcloud.Config) { c.IdentifyHost = testHost + "?a=b" }, nil, "Config.IdentifyHost"},
		{"white space in it", func(c *acrcloud.Config) { c.IdentifyHost = "identify eu" }, nil, "Config.IdentifyHost"},
		{"port alone", func(c *acrcloud.Config) { c.IdentifyHost = ":443" }, nil, "Config.IdentifyHost"},
		{"scheme", func(c *acrcloud.Config) { c.IdentifyHost = "ftp://" + testHost }, nil, "Config.IdentifyHost"},
		{"plain http", func(c *acrcloud.Config) { c.IdentifyHost = "http://" + testHost }, nil, "Config.IdentifyHost"},
		{"console host", func(c *acrcloud.Config) { c.IdentifyHost = "api-eu-west-1.acrcloud.com" }, nil, "Config.IdentifyHost"},
		{"no key", func(c *acrcloud.Config) { c.IdentifyAccessKey = acrcloud.NewSecret(" ") }, nil, "Config.IdentifyAccessKey"},
		{"no secret", func(c *acrcloud.Config) { c.IdentifyAccessSecret = acrcloud.Secret{} }, nil, "Config.IdentifyAccessSecret"},
		{"white space inside the key", func(c *acrcloud.Config) { c.IdentifyAccessKey = acrcloud.NewSecret("hunter22 and more") }, nil, "Config.IdentifyAccessKey"},
		{"line break inside the secret", func(c *acrcloud.Config) { c.IdentifyAccessSecret = acrcloud.NewSecret("hunter22\nand more") }, nil, "Config.IdentifyAccessSecret"},
		{"console token as key", func(c *acrcloud.Config) { c.IdentifyAccessKey = acrcloud.NewSecret(testToken) }, nil, "Config.IdentifyAccessKey"},
		{"console token with Bearer as key", func(c *acrcloud.Config) { c.IdentifyAccessKey = acrcloud.NewSecret("Bearer " + testToken) }, nil, "Config.IdentifyAccessKey"},
		{"switched off", func(c *acrcloud.Config) { c.IsActive = new(false) }, nil, "Config.IsActive"},
		{"another client's option", func(*acrcloud.Config) {}, acrcloud.WithTokenSource(tokenSource{}), "WithTokenSource"},
		{"bad option", func(*acrcloud.Config) {}, acrcloud.WithHTTPClient(nil), "WithHTTPClient"},
		{"nil pointer as limiter", func(*acrcloud.Config) {}, acrcloud.WithRateLimiter((*limiter)(nil)), "WithRateLimiter"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			tt.set(&cfg)
			_, err := identify.New(cfg, tt.opt)
			e, ok := errors.AsType[*acrcloud.ArgumentError](err)
			require.True(t, ok, "%v", err)
			assert.Equal(t, tt.field, e.Field)
			assert.NotEmpty(t, e.Problem)
			assert.NotEmpty(t, e.Remedy)
			assert.NotContains(t, err.Error(), "hunter22")
			assert.NotContains(t, err.Error(), testToken)
		})
	}
}

// limiter cannot be nil.
type limiter struct{ waits int }

func (l *limiter) Wait(context.Context) error { l.waits++; return nil }

type tokenSource struct{}

func (tokenSource) Token(context.Context, acrcloud.Secret) (acrcloud.Secret, error) {
	return acrcloud.Secret{}, nil
}

func TestHosts(t *testing.T) {
	t.Parallel()
	tests := []struct{ host, want string }{
		{testHost, "https://" + testHost},
		{" " + testHost + "\n", "https://" + testHost},
		{testHost + ":8443/", "https://" + testHost + ":8443"},
		{"https://" + testHost + "/", "https://" + testHost},
		{"identify-cn-north-1.acrcloud.cn", "https://identify-cn-north-1.acrcloud.cn"},
		{"ap-southeast-1.api.acrcloud.com", "https://ap-southeast-1.api.acrcloud.com"},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"http://[::1]:8080", "http://[::1]:8080"},
		{"http://localhost", "http://localhost"},
	}
	for _, tt := range tests {
		var got string
		cfg := testConfig()
		cfg.IdentifyHost = tt.host
		c, err := identify.New(cfg, acrcloud.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return code(1001)(r)
		})}))
		require.NoError(t, err, tt.host)
		_, err = c.Identify(t.Context(), identify.Fingerprint([]byte("f")))
		require.NoError(t, err)
		assert.Equal(t, tt.want+"/v1/identify", got)
	}
	cfg := testConfig()
	cfg.IdentifyHost = "http://proxy.test"
	_, err := identify.New(cfg, acrcloud.WithInsecureHTTP())
	require.NoError(t, err)
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestZeroClient(t *testing.T) {
	t.Parallel()
	for _, c := range []*identify.Client{nil, {}} {
		_, err := c.Identify(t.Context(), audio("x"))
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	}
}

func TestSamplesOnTheWire(t *testing.T) {
	t.Parallel()
	wav := "RIFF\x28\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00data\x04\x00\x00\x00abcd"
	stereo24 := "RIFF\x2a\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00\x44\xac\x00\x00\x98\x09\x04\x00\x06\x00\x18\x00data\x06\x00\x00\x00abcdef"
	tests := []struct {
		name   string
		sample identify.Sample
		kind   string
		values map[string]string
		files  map[string]string
	}{
		{"audio", audio("sound"), "audio", map[string]string{"sample_bytes": "5"}, map[string]string{"sample": "sound"}},
		{"a reader", identify.Audio(acrcloud.FromReader("a", strings.NewReader("sound"), -1)), "audio", map[string]string{"sample_bytes": "5"}, map[string]string{"sample": "sound"}},
		{
			"fs", identify.Audio(acrcloud.FromFS(fstest.MapFS{"a": &fstest.MapFile{Data: []byte("sound")}}, "a")), "audio",
			map[string]string{"sample_bytes": "5"}, map[string]string{"sample": "sound"},
		},
		{"pcm", identify.PCM([]byte("abcd"), identify.PCMFormat{SampleRate: 8000, Channels: 1, BitsPerSample: 16}), "audio", map[string]string{"sample_bytes": "48"}, map[string]string{"sample": wav}},
		{"wide pcm", identify.PCM([]byte("abcdef"), identify.PCMFormat{SampleRate: 44100, Channels: 2, BitsPerSample: 24}), "audio", map[string]string{"sample_bytes": "50"}, map[string]string{"sample": stereo24}},
		{"fingerprint", identify.Fingerprint([]byte("print")), "fingerprint", map[string]string{"sample_bytes": "5"}, map[string]string{"sample": "print"}},
		{"humming", identify.Humming([]byte("hum")), "fingerprint", map[string]string{"sample_hum_bytes": "3"}, map[string]string{"sample_hum": "hum"}},
		{
			"both", identify.Fingerprint([]byte("print")).WithHumming([]byte("hum")), "fingerprint",
			map[string]string{"sample_bytes": "5", "sample_hum_bytes": "3"}, map[string]string{"sample": "print", "sample_hum": "hum"},
		},
		{
			"fields", audio("sound").WithField("title", "old").WithField("title", "Größe \"1\"\r\n").WithField("audio_format", "wav"), "audio",
			map[string]string{"sample_bytes": "5", "title": "Größe \"1\"\r\n", "audio_format": "wav"}, map[string]string{"sample": "sound"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newService(t, code(1001))
				result, err := c.Identify(t.Context(), tt.sample)
				require.NoError(t, err)
				assert.False(t, result.Matched())
				require.Len(t, s.forms, 1)
				values := map[string]string{}
				for name, v := range s.forms[0].values {
					require.Len(t, v, 1, name)
					values[name] = v[0]
				}
				now := strconv.FormatInt(time.Now().Unix(), 10)
				assert.Equal(t, identify.Signature("/v1/identify", vectorKey, vectorSecret, tt.kind, now), values["signature"])
				want := map[string]string{"access_key": vectorKey, "data_type": tt.kind, "signature_version": "1", "timestamp": now, "signature": values["signature"]}
				maps.Copy(want, tt.values)
				assert.Equal(t, want, values)
				assert.Equal(t, tt.files, s.forms[0].files)
			})
		})
	}
}

func TestSampleRefused(t *testing.T) {
	t.Parallel()
	mono := identify.PCMFormat{SampleRate: 8000, Channels: 1, BitsPerSample: 16}
	big := make([]byte, identify.MaxSampleBytes+1)
	endless := func() acrcloud.Source { return acrcloud.FromReader("endless", zeros{}, -1) }
	tests := []struct {
		name            string
		sample          identify.Sample
		argument, empty bool // an ArgumentError; about content
		large           bool
	}{
		{"zero sample", identify.Sample{}, true, false, false},
		{"nil source", identify.Audio(acrcloud.Source{}), true, true, false},
		{"empty audio", audio(""), true, true, false},
		{"empty reader", identify.Audio(acrcloud.FromReader("e", strings.NewReader(""), -1)), true, true, false},
		{"nil reader", identify.Audio(acrcloud.FromReader("e", nil, -1)), false, true, false},
		{"missing file", identify.Audio(acrcloud.FromFile("/no/such/file")), false, true, false},
		{"too large", identify.Audio(acrcloud.FromBytes("big", big)), true, true, true},
		{"too large a file system's", identify.Audio(acrcloud.FromFS(fstest.MapFS{"a": &fstest.MapFile{Data: big}}, "a")), true, true, true},
		{"endless", identify.Audio(endless()), true, true, true},
		{"empty pcm", identify.PCM(nil, mono), true, true, false},
		{"too large pcm", identify.PCM(big[:identify.MaxSampleBytes], mono), true, true, true},
		{"half a frame", identify.PCM(big[:3], mono), true, false, false},
		{"zero rate", identify.PCM(big[:4], identify.PCMFormat{Channels: 1, BitsPerSample: 16}), true, false, false},
		{"no channels", identify.PCM(big[:4], identify.PCMFormat{SampleRate: 8000, BitsPerSample: 16}), true, false, false},
		{"12 bits", identify.PCM(big[:4], identify.PCMFormat{SampleRate: 8000, Channels: 1, BitsPerSample: 12}), true, false, false},
		{"empty fingerprint", identify.Fingerprint(nil), true, true, false},
		{"too large a fingerprint", identify.Fingerprint(big), true, true, true},
		{"empty humming", identify.Humming(nil), true, true, false},
		{"humming beside audio", audio("x").WithHumming([]byte("h")), true, false, false},
		{"humming beside pcm", identify.PCM(big[:4], mono).WithHumming([]byte("h")), true, false, false},
		{"no humming beside", identify.Fingerprint([]byte("f")).WithHumming(nil), true, false, false},
		{"too large together", identify.Fingerprint(big[:3_000_000]).WithHumming(big[:3_000_000]), true, true, true},
		{"reserved field", audio("x").WithField("access_key", "k"), true, false, false},
		{"reserved field in capitals", audio("x").WithField(" Sample_Bytes", "k"), true, false, false},
		{"field without a name", audio("x").WithField("", "k"), true, false, false},
		{"field with a line break", audio("x").WithField("a\r\nb", "k"), true, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, s := newService(t, code(1001))
			_, err := c.Identify(t.Context(), tt.sample)
			require.Error(t, err)
			assert.Empty(t, s.forms)
			e, isArgument := errors.AsType[*acrcloud.ArgumentError](err)
			assert.Equal(t, tt.argument, isArgument, "%v", err)
			if isArgument {
				assert.NotEmpty(t, e.Remedy)
				assert.Equal(t, e.Error(), err.Error())
				require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
			}
			_, isSource := errors.AsType[*acrcloud.SourceError](err)
			assert.Equal(t, tt.empty, isSource, "%v", err)
			assert.Equal(t, tt.large, errors.Is(err, acrcloud.ErrTooLarge))
		})
	}
	c, s := newService(t, code(1001))
	_, err := c.Identify(t.Context(), identify.Audio(acrcloud.FromBytes("just right", big[:identify.MaxSampleBytes])))
	require.NoError(t, err)
	assert.Greater(t, s.forms[0].length, int64(identify.MaxSampleBytes))
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestStatusCodes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		code     int
		is       error
		attempts int
	}{
		{2004, acrcloud.ErrBadSample, 1},
		{3000, acrcloud.ErrServer, 1},
		{3001, acrcloud.ErrCredentials, 1},
		{3002, acrcloud.ErrInvalid, 1},
		{3003, acrcloud.ErrQuotaExceeded, 1},
		{3006, acrcloud.ErrInvalid, 1},
		{3011, acrcloud.ErrServer, 1},
		{3013, acrcloud.ErrQuotaExceeded, 1},
		{3014, acrcloud.ErrCredentials, 1},
		{3015, acrcloud.ErrRateLimited, 4},
		{3016, acrcloud.ErrBadSample, 1},
		{2000, nil, 1},
		{2010, nil, 1},
		{3100, nil, 1},
		{-1, nil, 1},
	}
	all := []error{
		acrcloud.ErrUnauthorized, acrcloud.ErrForbidden, acrcloud.ErrCredentials, acrcloud.ErrNotFound, acrcloud.ErrInvalid, acrcloud.ErrBadSample,
		acrcloud.ErrRateLimited, acrcloud.ErrQuotaExceeded, acrcloud.ErrServer, acrcloud.ErrOutcomeUnknown, acrcloud.ErrInvalidArgument,
	}
	for _, tt := range tests {
		t.Run(strconv.Itoa(tt.code), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, s := newService(t, code(tt.code))
				result, err := c.Identify(t.Context(), audio("x"))
				assert.Nil(t, result)
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.code, e.Code)
				assert.Equal(t, "as told", e.Message)
				assert.Equal(t, 200, e.StatusCode)
				assert.Equal(t, "identify", e.Op)
				assert.Equal(t, "/v1/identify", e.Path)
				assert.Equal(t, tt.attempts, e.Attempts)
				assert.Len(t, s.forms, tt.attempts)
				for _, sentinel := range all {
					assert.Equal(t, tt.is != nil && errors.Is(tt.is, sentinel), errors.Is(err, sentinel), "%v", sentinel)
				}
			})
		})
	}
}

// The code counts at any HTTP status.
func TestStatusAtAnyHTTPCode(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 201, 400, 401, 403, 404, 413, 429, 500, 503} {
		c, s := newService(t, says(status, `{"status":{"code":"1001","msg":"No Result"}}`))
		result, err := c.Identify(t.Context(), audio("x"))
		require.NoError(t, err, status)
		assert.Equal(t, 1001, result.Status.Code)
		assert.Len(t, s.forms, 1)

		c, s = newService(t, says(status, `{"status":{"code":3001,"msg":"who are you"}}`))
		_, err = c.Identify(t.Context(), audio("x"))
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "%v", err)
		assert.Equal(t, 3001, e.Code)
		assert.Equal(t, status, e.StatusCode)
		require.ErrorIs(t, err, acrcloud.ErrCredentials)
		assert.Len(t, s.forms, 1)
		assert.Contains(t, err.Error(), "access key")
	}
}

func TestEachAttemptIsSignedAfresh(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newService(t, code(3015), code(3015), code(0))
		_, err := c.Identify(t.Context(), identify.Audio(acrcloud.FromReader("once", strings.NewReader("x"), 1)))
		require.NoError(t, err)
		require.Len(t, s.forms, 3)
		for i, f := range s.forms {
			at := s.times[i]
			assert.Equal(t, strconv.FormatInt(at.Unix(), 10), f.values["timestamp"][0])
			assert.Equal(t, identify.Sign(vectorKey, acrcloud.NewSecret(vectorSecret), identify.DataAudio, at), f.values["signature"][0])
			assert.Equal(t, "x", f.files["sample"])
			if i > 0 {
				assert.GreaterOrEqual(t, at.Sub(s.times[i-1]), time.Second)
			}
		}
	})
}

func TestAnswersThatAreNone(t *testing.T) {
	t.Parallel()
	lost := func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }
	cut := func(r *http.Request) (*http.Response, error) {
		resp, err := says(200, `{"status":{"co`)(r)
		resp.Body = io.NopCloser(io.MultiReader(resp.Body, iotestErr{io.ErrUnexpectedEOF}))
		resp.ContentLength = 100
		return resp, err
	}
	tests := []struct {
		name   string
		answer roundTripper
		opts   []acrcloud.Option
		decode bool // a DecodeError; else an APIError with this status, if any
		status int
		unsure bool
		tries  int
	}{
		{name: "html", answer: says(200, "<html>log in</html>"), decode: true, unsure: true, tries: 1},
		{name: "empty", answer: says(200, ""), decode: true, unsure: true, tries: 1},
		{name: "null", answer: says(200, "null"), decode: true, unsure: true, tries: 1},
		{name: "list", answer: says(200, "[]"), decode: true, unsure: true, tries: 1},
		{name: "no status", answer: says(200, `{"metadata":{"music":[{"title":"a"}]}}`), decode: true, unsure: true, tries: 1},
		{name: "no code", answer: says(200, `{"status":{"msg":"Success"}}`), decode: true, unsure: true, tries: 1},
		{name: "code of another kind", answer: says(200, `{"status":{"code":{"a":1}}}`), decode: true, unsure: true, tries: 1},
		{name: "broken JSON", answer: says(200, `{"status":{"code":0`), decode: true, unsure: true, tries: 1},
		{name: "too long", answer: says(200, strings.Repeat(" ", 1000)), opts: []acrcloud.Option{acrcloud.WithMaxResponseBytes(999)}, decode: true, unsure: true, tries: 1},
		{name: "20 MB", answer: says(200, strings.Repeat(".", 20_000_000)), decode: true, unsure: true, tries: 1},
		{name: "truncated", answer: cut, unsure: true, tries: 1},
		{name: "lost", answer: lost, unsure: true, tries: 1},
		{name: "bad gateway", answer: says(502, "<html>bad gateway</html>"), status: 502, unsure: true, tries: 1},
		{name: "not here", answer: says(404, "<html>nginx</html>"), status: 404, tries: 1},
		{name: "too large for a proxy", answer: says(413, "<html>too large</html>"), status: 413, tries: 1},
		{name: "too many", answer: says(429, "slow down"), status: 429, tries: 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &service{t: t, answers: []roundTripper{tt.answer}}
				_, err := newClient(t, s, tt.opts...).Identify(t.Context(), audio("x"))
				require.Error(t, err)
				d, isDecode := errors.AsType[*acrcloud.DecodeError](err)
				assert.Equal(t, tt.decode, isDecode, "%v", err)
				if isDecode {
					assert.LessOrEqual(t, len(d.Excerpt), 260)
				}
				e, isAPI := errors.AsType[*acrcloud.APIError](err)
				assert.Equal(t, tt.status != 0, isAPI, "%v", err)
				if isAPI {
					assert.Equal(t, tt.status, e.StatusCode)
					assert.Zero(t, e.Code, "no local failure is dressed as a code")
				}
				assert.Equal(t, tt.unsure, errors.Is(err, acrcloud.ErrOutcomeUnknown), "%v", err)
				assert.Len(t, s.forms, tt.tries)
			})
		})
	}
}

type iotestErr struct{ err error }

func (r iotestErr) Read([]byte) (int, error) { return 0, r.err }

func TestServiceErrorsAreRetriedOnRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &service{t: t, answers: []roundTripper{code(3000), code(3000), code(0)}}
		c := newClient(t, s, acrcloud.WithRetry(acrcloud.RetryPolicy{RetryServiceErrors: true}))
		_, err := c.Identify(t.Context(), audio("x"))
		require.NoError(t, err)
		assert.Len(t, s.forms, 3)
	})
}

// Whatever the service or a proxy echoes, no error and no log shows a credential or a signature.
func TestKeepsSecrets(t *testing.T) {
	t.Parallel()
	echo := func(status int, format string) roundTripper {
		return func(r *http.Request) (*http.Response, error) {
			signed := identify.Sign(vectorKey, acrcloud.NewSecret(vectorSecret), identify.DataAudio, time.Now())
			resp, err := says(status, fmt.Sprintf(format, vectorKey, vectorSecret, signed, strings.ReplaceAll(signed, "/", `\/`)))(r)
			resp.Header.Set("X-Echo", vectorKey)
			return resp, err
		}
	}
	for _, answer := range []roundTripper{
		echo(200, `{"status":{"code":3014,"msg":"key %s, secret %s, signature %s, %s"}}`),
		echo(200, `<html>%s %s %s %s</html>`),
		echo(500, `<html>%s %s %s %s</html>`),
		func(*http.Request) (*http.Response, error) {
			return nil, errors.New("proxy says " + vectorKey + " and " + vectorSecret)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			s := &service{t: t, answers: []roundTripper{answer}}
			c := newClient(t, s, acrcloud.WithLogger(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
			_, err := c.Identify(t.Context(), audio("x"))
			require.Error(t, err)
			text := fmt.Sprintf("%v %+v %#v %s %+v", err, err, err, log.String(), c)
			if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
				text += fmt.Sprintf("%s %v", e.Body, e.Header)
			}
			if e, ok := errors.AsType[*acrcloud.DecodeError](err); ok {
				text += e.Excerpt
			}
			signed := s.forms[0].values["signature"][0]
			for _, secret := range []string{vectorKey, vectorSecret, signed, strings.ReplaceAll(signed, "/", `\/`)} {
				assert.NotContains(t, text, secret)
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, s := newService(t, code(3015))
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := c.Identify(ctx, audio("x"))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok, "the last response can be reached: %v", err)
		assert.Equal(t, 3015, e.Code)
		require.NotErrorIs(t, err, acrcloud.ErrOutcomeUnknown)
		assert.Len(t, s.forms, 1)
	})
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	srv := mock.New()
	track := srv.AddTrack(mock.Track{})
	c := mockClient(t, srv)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			from := time.Duration(i) * 10 * time.Second
			result, err := c.Identify(t.Context(), identify.Audio(acrcloud.FromBytes("a.wav", track.WAV(from, from+12*time.Second))))
			if assert.NoError(t, err) && assert.Len(t, result.Music, 1) {
				assert.Equal(t, track.ACRID, result.Music[0].ACRID)
				assert.InDelta(t, (from + 12*time.Second).Milliseconds(), *result.Music[0].PlayOffsetMS, 20)
			}
		})
	}
	wg.Wait()
}
