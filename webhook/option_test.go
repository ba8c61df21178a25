package webhook_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

func TestNewSecret(t *testing.T) {
	t.Parallel()
	a, b := webhook.NewSecret(), webhook.NewSecret()
	assert.Len(t, a.Reveal(), 43, "32 bytes in base64")
	assert.Regexp(t, `^[A-Za-z0-9_-]+$`, a.Reveal())
	assert.False(t, a.Equal(b))
	_, err := webhook.NewHandler(nothing, webhook.WithSecret("key", a), webhook.WithSecret("key", acrcloud.NewSecret("1234567890123456")))
	require.NoError(t, err, "16 bytes are enough")
	callback, err := webhook.CallbackURL("https://example.com", "key", a)
	require.NoError(t, err)
	assert.Equal(t, "https://example.com?key="+a.Reveal(), callback.Reveal())
}

// An option that is given again replaces a value, or adds to a list.
func TestRepeatedOptions(t *testing.T) {
	t.Parallel()
	prefix := netip.MustParsePrefix
	good := func(name string) webhook.Verifier {
		return verifierFunc(func(_ []byte, header http.Header) error {
			if header.Get(name) == "" {
				return errors.New("no " + name)
			}
			return nil
		})
	}
	var notified []string
	target := func(name string) webhook.NotifyTarget {
		return targetFunc(func(int, string) { notified = append(notified, name) })
	}
	notifier := webhook.NewNotifier()
	called, stop := notifier.Subscribe(20002, fileID)
	defer stop()
	secret := func(text string) webhook.Option { return webhook.WithSecret("key", acrcloud.NewSecret(text)) }
	source := func(problem string) webhook.Option {
		return webhook.WithRefetch(sourceFunc(func(int) *filescan.Files { panic(problem) }))
	}
	for name, tt := range map[string]struct {
		opts   []webhook.Option
		change func(*http.Request)
		want   int
	}{
		"secrets add, the first":     {[]webhook.Option{secret(testSecret), secret(oldSecret)}, func(r *http.Request) { r.URL.RawQuery = "key=" + testSecret }, 200},
		"secrets add, the second":    {[]webhook.Option{secret(testSecret), secret(oldSecret)}, func(r *http.Request) { r.URL.RawQuery = "key=" + oldSecret }, 200},
		"verifiers add":              {[]webhook.Option{webhook.WithVerifier(good("A")), webhook.WithVerifier(good("B"))}, func(r *http.Request) { r.Header.Set("A", "x"); r.Header.Set("B", "x") }, 200},
		"the first verifier counts":  {[]webhook.Option{webhook.WithVerifier(good("A")), webhook.WithVerifier(good("B"))}, func(r *http.Request) { r.Header.Set("B", "x") }, 401},
		"the second verifier counts": {[]webhook.Option{webhook.WithVerifier(good("A")), webhook.WithVerifier(good("B"))}, func(r *http.Request) { r.Header.Set("A", "x") }, 401},
		"networks add": {
			[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithAllowedPrefixes(prefix("192.0.2.0/24")), webhook.WithAllowedPrefixes(prefix("203.0.113.0/24"))}, func(*http.Request) {}, 200,
		},
		"proxies add": {
			[]webhook.Option{
				webhook.WithoutAuthentication(), webhook.WithAllowedPrefixes(prefix("203.0.113.0/24")), webhook.WithTrustedProxies(prefix("192.0.2.0/24")), webhook.WithTrustedProxies(prefix("10.0.0.0/8")),
			},
			func(r *http.Request) { r.Header.Set("X-Forwarded-For", "203.0.113.1, 10.0.0.1") }, 200,
		},
		"containers add":             {[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithContainers(20002), webhook.WithContainers(5), webhook.WithQueue(1, 1)}, func(*http.Request) {}, 200},
		"the last size counts":       {[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithMaxBytes(10), webhook.WithMaxBytes(1000)}, func(*http.Request) {}, 200},
		"the last source counts":     {[]webhook.Option{webhook.WithoutAuthentication(), source("first"), source("second")}, func(*http.Request) {}, 500},
		"the last store counts":      {[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithDeduplicator(&faulty{claim: panics}), webhook.WithDeduplicator(webhook.NewMemoryDeduplicator(0, 0))}, func(*http.Request) {}, 200},
		"without authentication":     {[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithoutAuthentication()}, func(*http.Request) {}, 200},
		"notifiers and targets add":  {[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithNotifyTarget(target("a")), webhook.WithNotifyTarget(target("b")), webhook.WithNotifier(notifier)}, func(*http.Request) {}, 200},
		"the last time limit counts": {[]webhook.Option{webhook.WithoutAuthentication(), webhook.WithCallbackTimeout(1), webhook.WithCallbackTimeout(time.Hour), webhook.WithReadTimeout(1), webhook.WithReadTimeout(time.Hour)}, func(*http.Request) {}, 200},
	} {
		h, log := newHandler(t, nothing, tt.opts...)
		r := post(t, strings.NewReader(fullBody), "")
		tt.change(r)
		assert.Equal(t, tt.want, answer(h, r), name)
		switch name {
		case "the last source counts":
			require.ErrorContains(t, log.last(t).Err, "second")
		case "containers add":
			assert.NotEqual(t, webhook.ReasonContainer, log.last(t).Reason)
			require.NoError(t, h.Shutdown(t.Context()))
		case "notifiers and targets add":
			assert.Equal(t, []string{"a", "b"}, notified)
			assert.True(t, told(called))
		}
	}
}

// Targets hear of duplicates and of nothing but files.
func TestNotifyTarget(t *testing.T) {
	t.Parallel()
	var got []string
	h, _ := newHandler(t, nothing, withSecret(), webhook.WithContainers(20002), webhook.WithNotifyTarget(targetFunc(func(containerID int, id string) {
		got = append(got, fmt.Sprint(containerID, " ", id))
	})))
	for _, body := range []string{fullBody, fullBody, `{"stream_id":"s-1","status":1}`, `{"hello":"world"}`, `{"file_id":"test_x","state":1,"cid":20002}`, `{"file_id":"a","cid":5}`} {
		r := post(t, strings.NewReader(body), "")
		r.URL.RawQuery = "key=" + testSecret
		answer(h, r)
	}
	answer(h, post(t, strings.NewReader(fullBody), ""))
	assert.Equal(t, []string{"20002 " + fileID, "20002 " + fileID}, got)
}

type traceKey struct{}

// Observers, and what they log, see the context of the request.
func TestDeliveryContext(t *testing.T) {
	t.Parallel()
	for _, queue := range []bool{false, true} {
		var traces []any
		opts := []webhook.Option{webhook.WithoutAuthentication(), webhook.WithObserver(func(d webhook.Delivery) {
			require.NoError(t, d.Context().Err())
			traces = append(traces, d.Context().Value(traceKey{}))
		})}
		if queue {
			opts = append(opts, webhook.WithQueue(1, 1))
		}
		h, log := newHandler(t, nothing, opts...)
		ctx, cancel := context.WithCancel(context.WithValue(t.Context(), traceKey{}, "trace-1"))
		body := &hangUp{Reader: strings.NewReader(fullBody), cancel: cancel}
		r := post(t, body, "").WithContext(ctx)
		r.Body = body
		assert.Equal(t, 200, answer(h, r))
		require.NoError(t, h.Shutdown(t.Context()))
		want := []any{"trace-1"}
		if queue {
			want = append(want, "trace-1")
		}
		assert.Equal(t, want, traces)
		assert.NotContains(t, fmt.Sprintf("%v %+v", log.last(t), log.last(t)), "trace-1")
	}
	require.NotNil(t, webhook.Delivery{}.Context())
	var out bytes.Buffer
	logger := slog.New(traceHandler{slog.NewTextHandler(&out, nil)})
	h, _ := newHandler(t, nothing, webhook.WithoutAuthentication(), webhook.WithObserver(webhook.LogTo(logger)))
	answer(h, post(t, strings.NewReader(fullBody), "").WithContext(context.WithValue(t.Context(), traceKey{}, "trace-2")))
	assert.Contains(t, out.String(), "trace=trace-2")
}

type traceHandler struct{ slog.Handler }

func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.Any("trace", ctx.Value(traceKey{})))
	return h.Handler.Handle(ctx, r)
}

// An event shows no credential in any way, and the Verifier sees them all.
func TestEventHeader(t *testing.T) {
	t.Parallel()
	secret := acrcloud.NewSecret("a/b c+" + testSecret)
	query := "key=a%2Fb+c%2B" + testSecret
	request := func() *http.Request {
		r := post(t, strings.NewReader(fullBody), "application/json")
		r.URL.RawQuery = query
		for name, value := range map[string]string{
			"Authorization": "Bearer hidden-1", "Proxy-Authorization": "Basic hidden-2", "Cookie": "session=hidden-3", "Set-Cookie": "a=hidden-4", "Referer": "https://example.com/?" + query,
			"X-Original-Uri": "/hook?" + query, "X-Echo": "a/b c+" + testSecret, "X-Path": "a%2Fb%20c+" + testSecret, "X-Trace": "shown",
		} {
			r.Header.Set(name, value)
		}
		return r
	}
	var got *webhook.Event
	var seen http.Header
	h, _ := newHandler(t, func(_ context.Context, e *webhook.Event) error { got = e; return nil }, webhook.WithSecret("key", secret), webhook.WithVerifier(verifierFunc(func(payload []byte, header http.Header) error {
		seen = header
		assert.Equal(t, fullBody, string(payload))
		return nil
	})))
	require.Equal(t, 200, answer(h, request()))
	assert.Equal(t, "Bearer hidden-1", seen.Get("Authorization"))
	parsed, err := webhook.ParseRequest(request())
	require.NoError(t, err)
	for name, event := range map[string]*webhook.Event{"handler": got, "parser": parsed} {
		want := http.Header{"Content-Type": {"application/json"}, "X-Trace": {"shown"}}
		if name == "parser" { // it does not know the secret, only the query
			want["X-Echo"], want["X-Path"] = event.Header["X-Echo"], event.Header["X-Path"]
		}
		assert.Equal(t, want, event.Header, name)
		text, err := json.Marshal(event)
		require.NoError(t, err)
		var log bytes.Buffer
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "event", event)
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v %s %s", event, event, event, text, log.String()), "hidden-")
	}
	r := request()
	r.URL = nil
	_, err = webhook.ParseRequest(r)
	require.NoError(t, err)
}

// The zero values work, or say what is wrong.
func TestZeroValues(t *testing.T) {
	t.Parallel()
	var store webhook.MemoryDeduplicator
	require.NoError(t, store.Release(t.Context(), "a"))
	require.NoError(t, store.Commit(t.Context(), "a"))
	assert.True(t, claim(t, &store, "a"))
	assert.False(t, claim(t, &store, "a"))
	h, _ := newHandler(t, nothing, webhook.WithoutAuthentication(), webhook.WithDeduplicator(new(webhook.MemoryDeduplicator)), webhook.WithNotifier(new(webhook.Notifier)))
	assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")))

	var none *webhook.MemoryDeduplicator
	_, err := none.Claim(t.Context(), "a")
	require.ErrorContains(t, err, "NewMemoryDeduplicator")
	require.Error(t, none.Commit(t.Context(), "a"))
	require.Error(t, none.Release(t.Context(), "a"))

	var silent *webhook.Notifier
	silent.Notify(1, "a")
	ch, stop := silent.Subscribe(1, "a")
	stop()
	assert.False(t, told(ch))

	require.NoError(t, new(webhook.Handler).Shutdown(t.Context()))
	assert.Equal(t, "webhook.Handler", fmt.Sprintf("%#v", new(webhook.Handler)))
	assert.Empty(t, new(webhook.Event).Key())
	assert.Empty(t, (*webhook.Event)(nil).Key())
	assert.Nil(t, (*webhook.Event)(nil).File())
	assert.NotEmpty(t, (&webhook.Event{Kind: webhook.FileScan}).Key())
	assert.Empty(t, (&webhook.Event{Kind: webhook.BroadcastMonitoring}).Key())
	assert.NotEmpty(t, (&webhook.RequestError{}).Error())
	assert.NotEmpty(t, (&webhook.ShutdownError{}).Error())
	assert.NotEmpty(t, webhook.Delivery{}.LogValue().Group())
}
