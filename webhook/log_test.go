package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

func TestLogTo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		d    webhook.Delivery
		want string
	}{
		"done": {
			webhook.Delivery{
				Kind: webhook.FileScan, FileID: "a", ContainerID: 5, State: 1, Status: 200, Reason: webhook.ReasonDone, Duration: time.Millisecond,
				Peer: netip.MustParseAddr("192.0.2.1"), UserAgent: "x y",
			},
			`level=INFO msg="acrcloud callback" reason=done status=200 peer=192.0.2.1 user_agent="x y" kind=file_scan file_id=a container_id=5 state=1 duration=1ms`,
		},
		"out of the queue": {webhook.Delivery{Kind: webhook.BroadcastMonitoring, StreamID: "s-1", Reason: webhook.ReasonDone}, `level=INFO msg="acrcloud callback" reason=done kind=broadcast_monitoring stream_id=s-1 duration=0s`},
		"health":           {webhook.Delivery{Status: 200, Reason: webhook.ReasonHealth}, `level=DEBUG msg="acrcloud callback" reason=health status=200 duration=0s`},
		"refused":          {webhook.Delivery{Status: 401, Reason: webhook.ReasonBadSecret}, `level=WARN msg="acrcloud callback" reason=bad_secret status=401 duration=0s`},
		"dropped":          {webhook.Delivery{Status: 200, Reason: webhook.ReasonNotFound}, `level=WARN msg="acrcloud callback" reason=not_found status=200 duration=0s`},
		"failed":           {webhook.Delivery{Status: 500, Reason: webhook.ReasonFailed, Err: errors.New("boom")}, `level=ERROR msg="acrcloud callback" reason=failed status=500 duration=0s error=boom`},
		"a line of its own": {
			webhook.Delivery{Status: 200, Reason: webhook.ReasonDone, UserAgent: "x\nlevel=ERROR"},
			`level=INFO msg="acrcloud callback" reason=done status=200 user_agent="x\nlevel=ERROR" duration=0s`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			withoutTime := func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					return slog.Attr{}
				}
				return a
			}
			webhook.LogTo(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: withoutTime})))(tt.d)
			assert.Equal(t, tt.want+"\n", out.String())
		})
	}
	webhook.LogTo(nil)(webhook.Delivery{})
}

// Whatever happens, the secret is not in the log.
func TestLogHasNoSecret(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	h, _ := newHandler(t, func(context.Context, *webhook.Event) error { return errors.New("boom") }, withSecret(),
		webhook.WithObserver(webhook.LogTo(slog.New(slog.NewJSONHandler(&out, nil)))))
	for _, query := range []string{"?key=" + testSecret, "?key=" + testSecret + "&key=" + testSecret, "?key=" + testSecret + "x", ""} {
		r := post(t, strings.NewReader(fullBody), "")
		r.URL.RawQuery = strings.TrimPrefix(query, "?")
		assert.NotEqual(t, http.StatusOK, answer(h, r))
	}
	assert.Equal(t, 4, strings.Count(out.String(), "\n"))
	assert.NotContains(t, out.String(), testSecret)
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for reason, want := range map[webhook.Reason]int{
		webhook.ReasonDone: 200, webhook.ReasonQueued: 200, webhook.ReasonHealth: 200, webhook.ReasonTest: 200, webhook.ReasonDuplicate: 200,
		webhook.ReasonContainer: 200, webhook.ReasonNotFound: 200, webhook.ReasonMalformed: 400, webhook.ReasonNoSecret: 401, webhook.ReasonBadSecret: 401,
		webhook.ReasonTwoSecrets: 401, webhook.ReasonSignature: 401, webhook.ReasonNetwork: 403, webhook.ReasonMethod: 405, webhook.ReasonStalled: 408,
		webhook.ReasonTooLarge: 413, webhook.ReasonBinary: 415, webhook.ReasonQueueFull: 429, webhook.ReasonRefetch: 503, webhook.ReasonShutdown: 503,
		webhook.ReasonFailed: 500, webhook.ReasonPanicked: 500, webhook.ReasonTimeout: 500, "": 500,
	} {
		assert.Equal(t, want, (&webhook.RequestError{Reason: reason}).StatusCode(), reason)
	}
	err := &webhook.RequestError{Reason: webhook.ReasonMethod}
	require.EqualError(t, err, "acrcloud: callback refused: method")
}
