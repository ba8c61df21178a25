package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/filescan"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

const (
	testSecret = "s3cr3t-of-the-callback-0123456789"
	oldSecret  = "the-one-before-it-0123456789"
)

// A log is an observer that remembers.
type deliveries struct {
	mu  sync.Mutex
	all []webhook.Delivery
}

func (l *deliveries) add(d webhook.Delivery) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, d)
}

func (l *deliveries) last(t *testing.T) webhook.Delivery {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	require.NotEmpty(t, l.all)
	return l.all[len(l.all)-1]
}

func (l *deliveries) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.all)
}

// nothing is a function that is content with any event.
func nothing(context.Context, *webhook.Event) error { return nil }

func newHandler(t *testing.T, f func(context.Context, *webhook.Event) error, opts ...webhook.Option) (*webhook.Handler, *deliveries) {
	t.Helper()
	log := &deliveries{}
	h, err := webhook.NewHandler(f, append([]webhook.Option{webhook.WithObserver(log.add)}, opts...)...)
	require.NoError(t, err)
	return h, log
}

func answer(h http.Handler, r *http.Request) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

func numbered(i int) string {
	return fmt.Sprintf(`{"file_id":"file-%d","state":1,"cid":20002,"results":%s}`, i, results)
}

func withSecret() webhook.Option { return webhook.WithSecret("key", acrcloud.NewSecret(testSecret)) }

func TestHandlerAnswers(t *testing.T) {
	t.Parallel()
	type request struct {
		method, url, body string
		header            http.Header
		peer              string
	}
	const good = "/hook?key=" + testSecret
	for name, tt := range map[string]struct {
		request
		want   int
		reason webhook.Reason
	}{
		"a callback":                        {request{url: good, body: fullBody}, 200, webhook.ReasonDone},
		"secret in the header":              {request{url: "/hook", body: fullBody, header: http.Header{"Key": {testSecret}}}, 200, webhook.ReasonDone},
		"the old secret":                    {request{url: "/hook?key=" + oldSecret, body: fullBody}, 200, webhook.ReasonDone},
		"IPv4 in IPv6":                      {request{url: good, body: fullBody, peer: "[::ffff:203.0.113.5]:99"}, 200, webhook.ReasonDone},
		"GET is a health check":             {request{method: http.MethodGet, url: "/hook", peer: "198.51.100.1:9"}, 200, webhook.ReasonHealth},
		"HEAD too":                          {request{method: http.MethodHead, url: "/hook"}, 200, webhook.ReasonHealth},
		"a test payload":                    {request{url: good, body: `{"stream_id":"test_stream_id","status":1,"data":{}}`}, 200, webhook.ReasonTest},
		"an unknown event":                  {request{url: good, body: `{"hello":"world"}`}, 200, webhook.ReasonDone},
		"another container":                 {request{url: good, body: `{"file_id":"a","state":1,"cid":666}`}, 200, webhook.ReasonContainer},
		"no container":                      {request{url: good, body: `{"file_id":"a","state":1}`}, 200, webhook.ReasonContainer},
		"an unknown state passes":           {request{url: good, body: `{"file_id":"a","state":17,"cid":20002}`}, 200, webhook.ReasonDone},
		"invalid UTF-8":                     {request{url: good, body: "{\"file_id\":\"a\",\"state\":1,\"cid\":20002,\"name\":\"\xff\"}"}, 200, webhook.ReasonDone},
		"members twice":                     {request{url: good, body: `{"file_id":"x","file_id":"a","state":0,"state":1,"cid":20002}`}, 200, webhook.ReasonDone},
		"PUT":                               {request{method: http.MethodPut, url: good, body: fullBody}, 405, webhook.ReasonMethod},
		"OPTIONS":                           {request{method: http.MethodOptions, url: good}, 405, webhook.ReasonMethod},
		"method before network":             {request{method: http.MethodPut, url: good, peer: "198.51.100.1:9"}, 405, webhook.ReasonMethod},
		"another network":                   {request{url: good, body: fullBody, peer: "198.51.100.1:9"}, 403, webhook.ReasonNetwork},
		"an address that cannot be read":    {request{url: good, body: fullBody, peer: "@"}, 403, webhook.ReasonNetwork},
		"network before secret":             {request{url: "/hook", body: fullBody, peer: "198.51.100.1:9"}, 403, webhook.ReasonNetwork},
		"X-Forwarded-For from anyone":       {request{url: good, body: fullBody, peer: "198.51.100.1:9", header: http.Header{"X-Forwarded-For": {"203.0.113.5"}}}, 403, webhook.ReasonNetwork},
		"no secret":                         {request{url: "/hook", body: fullBody}, 401, webhook.ReasonNoSecret},
		"an empty secret":                   {request{url: "/hook?key=", body: fullBody}, 401, webhook.ReasonBadSecret},
		"a wrong secret":                    {request{url: "/hook?key=wrong", body: fullBody}, 401, webhook.ReasonBadSecret},
		"a secret under another name":       {request{url: "/hook?secret=" + testSecret, body: fullBody}, 401, webhook.ReasonNoSecret},
		"the secret twice":                  {request{url: good + "&key=" + testSecret, body: fullBody}, 401, webhook.ReasonTwoSecrets},
		"the secret and another":            {request{url: good + "&key=x", body: fullBody}, 401, webhook.ReasonTwoSecrets},
		"the secret in query and header":    {request{url: good, body: fullBody, header: http.Header{"Key": {testSecret}}}, 401, webhook.ReasonTwoSecrets},
		"the secret in two headers":         {request{url: "/hook", body: fullBody, header: http.Header{"Key": {testSecret, testSecret}}}, 401, webhook.ReasonTwoSecrets},
		"secret before size":                {request{url: "/hook", body: strings.Repeat("x", 2000)}, 401, webhook.ReasonNoSecret},
		"a binary type":                     {request{url: good, body: fullBody, header: http.Header{"Content-Type": {"audio/mpeg"}}}, 415, webhook.ReasonBinary},
		"gzip":                              {request{url: good, body: fullBody, header: http.Header{"Content-Encoding": {"gzip"}}}, 415, webhook.ReasonBinary},
		"too large":                         {request{url: good, body: strings.Repeat("x", 2000)}, 413, webhook.ReasonTooLarge},
		"an empty body":                     {request{url: good}, 400, webhook.ReasonMalformed},
		"a number":                          {request{url: good, body: "42"}, 400, webhook.ReasonMalformed},
		"a file id with a path":             {request{url: good, body: `{"file_id":"../x","state":1,"cid":20002}`}, 400, webhook.ReasonMalformed},
		"a path id and another container":   {request{url: good, body: `{"file_id":"../x","state":1,"cid":1}`}, 400, webhook.ReasonMalformed},
		"a test payload needs the secret":   {request{url: "/hook", body: `{"stream_id":"test_stream_id"}`}, 401, webhook.ReasonNoSecret},
		"a proxy and a peer behind it":      {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"203.0.113.7"}}}, 200, webhook.ReasonDone},
		"two proxies":                       {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"1.1.1.1, 203.0.113.7:80, 10.0.0.2"}}}, 200, webhook.ReasonDone},
		"two proxies on two lines":          {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"203.0.113.7", "10.0.0.2"}}}, 200, webhook.ReasonDone},
		"invented to the left":              {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"203.0.113.7, 198.51.100.1"}}}, 403, webhook.ReasonNetwork},
		"not an address behind the proxy":   {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"203.0.113.7, unknown"}}}, 403, webhook.ReasonNetwork},
		"an empty entry behind the proxy":   {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"203.0.113.7,"}}}, 403, webhook.ReasonNetwork},
		"the proxy itself is no peer":       {request{url: good, body: fullBody, peer: "10.0.0.1:1"}, 403, webhook.ReasonNetwork},
		"IPv6 behind the proxy":             {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"[2001:db8::9]:443"}}}, 200, webhook.ReasonDone},
		"IPv6 without brackets":             {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Forwarded-For": {"2001:db8::9"}}}, 200, webhook.ReasonDone},
		"other headers are not read":        {request{url: good, body: fullBody, peer: "10.0.0.1:1", header: http.Header{"X-Real-Ip": {"203.0.113.7"}, "Forwarded": {"for=203.0.113.7"}}}, 403, webhook.ReasonNetwork},
		"nesting 1,000 deep":                {request{url: good, body: strings.Repeat("[", 1000)}, 400, webhook.ReasonMalformed},
		"form":                              {request{url: good, body: "file_id=a&state=1&cid=20002", header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}, 200, webhook.ReasonDone},
		"a query that cannot be read whole": {request{url: "/hook?key=" + testSecret + "&x=%zz", body: fullBody}, 200, webhook.ReasonDone},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			called := 0
			h, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
				called++
				assert.NotContains(t, fmt.Sprintf("%v %#v", e, e), testSecret)
				return nil
			},
				webhook.WithSecret("key", acrcloud.NewSecret(testSecret), acrcloud.NewSecret(oldSecret)),
				webhook.WithAllowedPrefixes(netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8::/32")),
				webhook.WithTrustedProxies(netip.MustParsePrefix("::ffff:10.0.0.0/104")),
				webhook.WithContainers(20002), webhook.WithMaxBytes(1500), nil)
			method := tt.method
			if method == "" {
				method = http.MethodPost
			}
			r := httptest.NewRequestWithContext(t.Context(), method, tt.url, strings.NewReader(tt.body))
			r.RemoteAddr = "203.0.113.5:1234"
			if tt.peer != "" {
				r.RemoteAddr = tt.peer
			}
			maps.Copy(r.Header, tt.header)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, tt.want, w.Code)
			assert.NotContains(t, w.Body.String(), testSecret)
			d := log.last(t)
			assert.Equal(t, 1, log.count())
			assert.Equal(t, tt.reason, d.Reason)
			assert.Equal(t, tt.want, d.Status)
			assert.NotContains(t, fmt.Sprintf("%v %#v %s %v", d, d, d.Err, d.LogValue()), testSecret)
			want := 0
			if tt.reason == webhook.ReasonDone {
				want = 1
			}
			assert.Equal(t, want, called)
			if tt.want == http.StatusMethodNotAllowed {
				assert.Equal(t, "GET, HEAD, POST", w.Header().Get("Allow"))
			}
		})
	}
}

// No header shows a secret, however a proxy has spelled it.
func TestHandlerEventHidesSecrets(t *testing.T) {
	t.Parallel()
	const secret = "abc+def/ghi-0123456789=="
	for name, value := range map[string]string{
		"plain":                secret,
		"escaped":              "/hook?key=" + url.QueryEscape(secret),
		"escaped, small":       "/hook?key=abc%2bdef%2fghi-0123456789%3d%3d",
		"escaped in part":      "/hook?key=abc%2Bdef/ghi-0123456789=%3D",
		"escaped twice":        "/hook?key=" + url.QueryEscape(url.QueryEscape(secret)),
		"escaped throughout":   "/hook?key=%61%62%63%2B%64%65%66%2F%67%68%69%2D%30%31%32%33%34%35%36%37%38%39%3D%3D",
		"in HTML":              `<a href="/hook?key=abc&#43;def/ghi-0123456789&#61;&#61;">`,
		"in JSON":              `{"uri":"\/hook?key=abc+def\/ghi-0123456789=="}`,
		"in JSON, as \\u":      `{"uri":"/hook?key=abc\u002bdef\u002Fghi-0123456789"}`,
		"plus as a blank":      "/hook?key=abc def/ghi-0123456789",
		"without its padding":  "key=abc+def/ghi-0123456789; x",
		"in the middle of one": "a, b=" + secret + ", c",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got http.Header
			h, _ := newHandler(t, func(_ context.Context, e *webhook.Event) error {
				got = e.Header
				return nil
			}, webhook.WithSecret("key", acrcloud.NewSecret(secret)))
			r := post(t, strings.NewReader(fullBody), "application/json")
			r.Header.Set("Key", secret)
			r.Header["X-Original-Uri"] = []string{"fine", value}
			r.Header.Set("X-Other", "abc+def/ghi, 0123456789")
			require.Equal(t, 200, answer(h, r))
			assert.NotContains(t, got, "X-Original-Uri")
			assert.Contains(t, got, "X-Other", "what is like it stays")
		})
	}
}

func TestHandlerEvent(t *testing.T) {
	t.Parallel()
	var got *webhook.Event
	h, log := newHandler(t, func(_ context.Context, e *webhook.Event) error {
		got = e
		return nil
	}, withSecret())
	r := post(t, strings.NewReader(fullBody), "application/json")
	r.Header.Set("Key", testSecret)
	r.Header.Set("X-Original-Uri", "/hook?key="+testSecret)
	r.Header.Set("X-Signature", "v1=abc")
	r.Header.Set("User-Agent", strings.Repeat("a", 1000))
	require.Equal(t, 200, answer(h, r))
	assert.Equal(t, fullBody, string(got.Raw))
	assert.Equal(t, "v1=abc", got.Header.Get("X-Signature"))
	assert.Empty(t, got.Header.Get("Key"))
	assert.Empty(t, got.Header.Get("X-Original-Uri"))
	assert.Equal(t, testSecret, r.Header.Get("Key"), "the request's own header is not changed")
	d := log.last(t)
	assert.Equal(t, webhook.FileScan, d.Kind)
	assert.Equal(t, fileID, d.FileID)
	assert.Equal(t, 20002, d.ContainerID)
	assert.EqualValues(t, 1, d.State)
	assert.Equal(t, netip.MustParseAddr("192.0.2.1"), d.Peer)
	assert.Len(t, d.UserAgent, 256)
	assert.NotContains(t, fmt.Sprintf("%v %+v %#v", h, h, h), testSecret)
}

func TestNewHandlerRefuses(t *testing.T) {
	t.Parallel()
	secret := acrcloud.NewSecret(testSecret)
	for name, opts := range map[string][]webhook.Option{
		"WithSecret, or": {},
		"leave one":      {withSecret(), webhook.WithoutAuthentication()},
		"another name":   {withSecret(), webhook.WithSecret("token", secret)},
		"of a header":    {webhook.WithSecret("content-type", secret)},
		"16 bytes":       {webhook.WithSecret("key", secret, acrcloud.NewSecret("  123456789012345  "))},
		"NewSecret()":    {webhook.WithSecret("key", acrcloud.NewSecret("short"))},
		"WithVerifier a": {webhook.WithVerifier(signature("x")), webhook.WithoutAuthentication()},
		"claim to be": {
			withSecret(), webhook.WithAllowedPrefixes(netip.MustParsePrefix("203.0.113.0/24")), webhook.WithTrustedProxies(netip.MustParsePrefix("0.0.0.0/0")),
		},
		"come from: 224.":  {withSecret(), webhook.WithAllowedPrefixes(netip.MustParsePrefix("224.0.0.0/4"))},
		"come from: 0.0":   {withSecret(), webhook.WithAllowedPrefixes(netip.MustParsePrefix("0.0.0.0/32"))},
		"come from: ::fff": {withSecret(), webhook.WithAllowedPrefixes(netip.MustParsePrefix("::ffff:0.0.0.0/90"))},
		"WithNotifyTarget": {withSecret(), webhook.WithNotifyTarget((*webhook.Notifier)(nil))},
		"Client":           {withSecret(), webhook.WithRefetch((*filescan.Client)(nil))},
		"one in memory":    {withSecret(), webhook.WithDeduplicator((*webhook.MemoryDeduplicator)(nil))},
		"negative depth":   {withSecret(), webhook.WithQueue(1, -1)},
		"1,048,576":        {withSecret(), webhook.WithQueue(1<<20+1, 1)},
		"a name":           {webhook.WithSecret("k=y", secret)},
		"no secret":        {webhook.WithSecret("key")},
		"empty secret":     {webhook.WithSecret("key", secret, acrcloud.Secret{})},
		"no network":       {withSecret(), webhook.WithAllowedPrefixes()},
		"not valid":        {withSecret(), webhook.WithTrustedProxies(netip.Prefix{})},
		"no id":            {withSecret(), webhook.WithContainers(0)},
		"WithMaxBytes":     {withSecret(), webhook.WithMaxBytes(0)},
		"ReadTimeout":      {withSecret(), webhook.WithReadTimeout(0)},
		"CallbackTime":     {withSecret(), webhook.WithCallbackTimeout(-1)},
		"Deduplicator":     {withSecret(), webhook.WithDeduplicator(nil)},
		"WithRefetch":      {withSecret(), webhook.WithRefetch(nil)},
		"WithQueue":        {withSecret(), webhook.WithQueue(0, 1)},
		"WithObserver":     {withSecret(), webhook.WithObserver(nil)},
		"WithNotifier":     {withSecret(), webhook.WithNotifier(nil)},
		"WithVerifier":     {webhook.WithVerifier(nil)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, err := webhook.NewHandler(nothing, opts...)
			require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
			require.ErrorContains(t, err, name)
			assert.Nil(t, h)
			assert.NotContains(t, err.Error(), testSecret)
		})
	}
	_, err := webhook.NewHandler(nil, withSecret())
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	assert.Equal(t, 500, answer(&webhook.Handler{}, post(t, http.NoBody, "")))
	assert.Equal(t, 500, answer((*webhook.Handler)(nil), post(t, http.NoBody, "")))
	require.NoError(t, (*webhook.Handler)(nil).Shutdown(t.Context()))
}

func TestHandlerFunctionFails(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		f      func(context.Context, *webhook.Event) error
		reason webhook.Reason
		text   string
	}{
		"an error":        {func(context.Context, *webhook.Event) error { return boom }, webhook.ReasonFailed, "boom"},
		"a panic":         {func(context.Context, *webhook.Event) error { panic("oh no") }, webhook.ReasonPanicked, "oh no"},
		"a panic of nil":  {func(context.Context, *webhook.Event) error { panic(nil) }, webhook.ReasonPanicked, "nil"}, //nolint:govet // on purpose
		"an abort":        {func(context.Context, *webhook.Event) error { panic(http.ErrAbortHandler) }, webhook.ReasonPanicked, "abort"},
		"a block":         {func(ctx context.Context, _ *webhook.Event) error { <-ctx.Done(); return ctx.Err() }, webhook.ReasonTimeout, "deadline"},
		"a stubborn wait": {func(context.Context, *webhook.Event) error { <-time.After(time.Hour); return boom }, webhook.ReasonTimeout, "still running"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var calls atomic.Int32
				fail := atomic.Bool{}
				fail.Store(true)
				h, log := newHandler(t, func(ctx context.Context, e *webhook.Event) error {
					calls.Add(1)
					if fail.Load() {
						return tt.f(ctx, e)
					}
					return nil
				}, webhook.WithoutAuthentication())
				started := time.Now()
				assert.Equal(t, 500, answer(h, post(t, strings.NewReader(fullBody), "")))
				assert.LessOrEqual(t, time.Since(started), 30*time.Second)
				d := log.last(t)
				assert.Equal(t, tt.reason, d.Reason)
				require.ErrorContains(t, d.Err, tt.text)

				// The event is not lost: it is new again once the function has ended.
				time.Sleep(2 * time.Hour) //nolint:forbidigo // time is fake here
				fail.Store(false)
				assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")))
				assert.Equal(t, webhook.ReasonDone, log.last(t).Reason)
				assert.EqualValues(t, 2, calls.Load())
			})
		})
	}
}

// While a function that was given up still runs, the same event is not handed to it again; if it returns nil, the event is done.
func TestHandlerLateSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		h, log := newHandler(t, func(context.Context, *webhook.Event) error {
			<-release
			return nil
		}, webhook.WithoutAuthentication(), webhook.WithCallbackTimeout(time.Second))
		assert.Equal(t, 500, answer(h, post(t, strings.NewReader(fullBody), "")))
		assert.Equal(t, 503, answer(h, post(t, strings.NewReader(fullBody), "")), "it may still fail")
		assert.Equal(t, webhook.ReasonInProgress, log.last(t).Reason)
		close(release)
		synctest.Wait()
		assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")))
		assert.Equal(t, webhook.ReasonDuplicate, log.last(t).Reason)
	})
}

// A duplicate that comes while the event is being handled is told what became of it: else a sender that lost patience would take the
// duplicate's answer for the event's.
func TestHandlerDuplicateMeanwhile(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		status int
	}{"success": {nil, 200}, "failure": {errors.New("disk full"), 500}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				var calls atomic.Int32
				h, log := newHandler(t, func(context.Context, *webhook.Event) error {
					if calls.Add(1) == 1 {
						<-release
						return tt.err
					}
					return nil
				}, webhook.WithoutAuthentication())
				statuses := make(chan int, 2)
				for range 2 {
					go func() { statuses <- answer(h, post(t, strings.NewReader(fullBody), "")) }()
					synctest.Wait()
				}
				assert.Zero(t, log.count(), "both wait")

				hungUp := post(t, strings.NewReader(fullBody), "")
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				answer(h, hungUp.WithContext(ctx))
				assert.Equal(t, webhook.ReasonDuplicate, log.last(t).Reason)
				require.ErrorIs(t, log.last(t).Err, context.Canceled)

				close(release)
				assert.Equal(t, tt.status, <-statuses)
				assert.Equal(t, tt.status, <-statuses)
				synctest.Wait()
				assert.Equal(t, 1, int(calls.Load()))
				assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")))
				require.NoError(t, h.Shutdown(t.Context()))
			})
		})
	}
}

// The sender may hang up: the work goes on.
func TestHandlerSenderHangsUp(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, func(ctx context.Context, _ *webhook.Event) error { return ctx.Err() }, webhook.WithoutAuthentication())
	r := post(t, strings.NewReader(fullBody), "")
	ctx, cancel := context.WithCancel(t.Context())
	body := &hangUp{Reader: strings.NewReader(fullBody), cancel: cancel}
	r.Body = body
	assert.Equal(t, 200, answer(h, r.WithContext(ctx)))
	assert.Equal(t, webhook.ReasonDone, log.last(t).Reason)
}

// hangUp cancels the request when all has been read.
type hangUp struct {
	io.Reader
	cancel func()
}

func (h *hangUp) Read(p []byte) (int, error) { return h.Reader.Read(p) }
func (h *hangUp) Close() error               { h.cancel(); return nil }

type signature string

func (s signature) Verify(body []byte, header http.Header) error {
	if header.Get("X-Signature") != string(s) || len(body) == 0 {
		return errors.New("not signed")
	}
	return nil
}

func TestHandlerVerifier(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, nothing, webhook.WithVerifier(signature("good")))
	assert.Equal(t, 401, answer(h, post(t, strings.NewReader(fullBody), "")))
	assert.Equal(t, webhook.ReasonSignature, log.last(t).Reason)
	r := post(t, strings.NewReader(fullBody), "")
	r.Header.Set("X-Signature", "good")
	assert.Equal(t, 200, answer(h, r))
}

func TestHandlerObserverPanics(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, nothing, webhook.WithoutAuthentication(), webhook.WithObserver(func(webhook.Delivery) { panic("observer") }))
	assert.Equal(t, 200, answer(h, post(t, strings.NewReader(fullBody), "")))
	assert.Equal(t, 1, log.count())
}

// Over a real connection: 17 MiB, a body that stalls, a sender that is refused before it has sent its body.
func TestHandlerOverSockets(t *testing.T) {
	t.Parallel()
	h, log := newHandler(t, nothing, withSecret())
	impatient, _ := newHandler(t, nothing, withSecret(), webhook.WithReadTimeout(300*time.Millisecond))
	mux := http.NewServeMux()
	mux.Handle("/", h)
	mux.Handle("/impatient", impatient)
	srv := httptest.NewServer(mux)
	defer srv.Close()
	send := func(query string, body io.Reader) (int, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/"+query, body)
		require.NoError(t, err)
		resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
		if err != nil {
			return 0, err
		}
		defer func() { _ = resp.Body.Close() }()
		return resp.StatusCode, nil
	}
	key := "?" + url.Values{"key": {testSecret}}.Encode()

	status, err := send(key, strings.NewReader(fullBody))
	require.NoError(t, err)
	assert.Equal(t, 200, status)

	// The connection closes while the client still sends, so it need not see the response; the observer does.
	status, err = send(key, bytes.NewReader(make([]byte, 17<<20)))
	if err == nil {
		assert.Equal(t, 413, status)
	}
	require.Eventually(t, func() bool { return log.last(t).Reason == webhook.ReasonTooLarge }, 5*time.Second, time.Millisecond)
	_, _ = send(key, io.LimitReader(zeros{}, 17<<20))
	require.Eventually(t, func() bool { return log.count() == 3 && log.last(t).Reason == webhook.ReasonTooLarge }, 5*time.Second, time.Millisecond)

	stalls := func() io.ReadCloser {
		body, sender := io.Pipe()
		go func() { _, _ = sender.Write([]byte(`{"file_id":`)) }()
		t.Cleanup(func() { _ = sender.Close() })
		return body
	}
	started := time.Now()
	status, err = send("impatient"+key, stalls())
	require.NoError(t, err)
	assert.Equal(t, 408, status)
	assert.Less(t, time.Since(started), 3*time.Second)

	status, err = send("impatient?key=wrong", stalls())
	require.NoError(t, err)
	assert.Equal(t, 401, status)
}

// 100 clients at once; with -race this must be silent.
func TestHandlerConcurrent(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	h, _ := newHandler(t, func(_ context.Context, e *webhook.Event) error {
		mu.Lock()
		defer mu.Unlock()
		seen[e.FileID]++
		return nil
	}, withSecret(), webhook.WithNotifier(webhook.NewNotifier()))
	srv := httptest.NewServer(h)
	defer srv.Close()
	var wg sync.WaitGroup
	for client := range 100 {
		wg.Go(func() {
			for i := range 10 {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, srv.URL+"/?key="+testSecret, strings.NewReader(numbered((client+i)%50)))
				if !assert.NoError(t, err) { //nolint:testifylint // not the test's goroutine
					return
				}
				resp, err := srv.Client().Do(req)
				if assert.NoError(t, err) {
					assert.Equal(t, 200, resp.StatusCode)
					_ = resp.Body.Close()
				}
			}
		})
	}
	wg.Wait()
	assert.Len(t, seen, 50)
	for id, n := range seen {
		assert.Equal(t, 1, n, id)
	}
}
