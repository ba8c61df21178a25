package webhook_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/webhook"
)

// claim reports whether a key could be claimed.
func claim(t *testing.T, d webhook.Deduplicator, key string) bool {
	t.Helper()
	ok, err := d.Claim(t.Context(), key)
	if !ok && errors.Is(err, webhook.ErrInProgress) {
		return false
	}
	require.NoError(t, err)
	return ok
}

func TestMemoryDeduplicator(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := webhook.NewMemoryDeduplicator(3, time.Hour)
		assert.True(t, claim(t, d, "a"))
		assert.False(t, claim(t, d, "a"), "claimed")
		require.NoError(t, d.Release(t.Context(), "a"))
		assert.True(t, claim(t, d, "a"), "released")
		time.Sleep(30 * time.Minute) //nolint:forbidigo // time is fake here
		require.NoError(t, d.Commit(t.Context(), "a"))
		time.Sleep(59 * time.Minute) //nolint:forbidigo // time is fake here
		assert.False(t, claim(t, d, "a"), "committed")
		time.Sleep(time.Minute) //nolint:forbidigo // time is fake here
		assert.True(t, claim(t, d, "a"), "it lives from its commit")

		for _, key := range []string{"b", "c", "d"} {
			assert.True(t, claim(t, d, key))
		}
		assert.True(t, claim(t, d, "a"), "the oldest was forgotten")
		assert.False(t, claim(t, d, "d"))
		require.NoError(t, d.Commit(t.Context(), "unknown"))
		require.NoError(t, d.Release(t.Context(), "unknown"))
		assert.True(t, claim(t, d, "unknown"))
	})
}

func TestMemoryDeduplicatorDefaults(t *testing.T) {
	t.Parallel()
	d := webhook.NewMemoryDeduplicator(0, 0)
	for i := range 65_536 {
		claim(t, d, strconv.Itoa(i))
	}
	assert.False(t, claim(t, d, "0"), "all are remembered")
	assert.True(t, claim(t, d, "one more"))
	assert.True(t, claim(t, d, "0"), "the oldest was forgotten")
}

func TestEventKey(t *testing.T) {
	t.Parallel()
	key := func(body string) string {
		event, err := webhook.Parse([]byte(body))
		require.NoError(t, err)
		return event.Key()
	}
	base := key(fullBody)
	assert.NotEmpty(t, base)
	for name, same := range map[string]string{
		"wrapped":    `{"data":` + fullBody + `}`,
		"as text":    strings.Replace(fullBody, results, quote(results), 1),
		"upper case": strings.Replace(fullBody, fileID, strings.ToUpper(fileID), 1),
		"renamed":    strings.Replace(fullBody, "song.mp3", "other.mp3", 1),
	} {
		assert.Equal(t, base, key(same), name)
	}
	for name, other := range map[string]string{
		"state":     strings.Replace(fullBody, `"state":1`, `"state":-2`, 1),
		"container": strings.Replace(fullBody, `20002`, `20003`, 1),
		"file":      strings.Replace(fullBody, fileID, "other", 1),
		"results":   strings.Replace(fullBody, "Silver", "Golden", 1),
		"none":      strings.Replace(fullBody, results, "null", 1),
	} {
		assert.NotEqual(t, base, key(other), name)
	}
	none := key(`{"file_id":"a","state":-1,"cid":1}`)
	for _, empty := range []string{"null", "[]", "{}", `""`, `"[]"`, " [] "} {
		assert.Equal(t, none, key(`{"file_id":"a","state":-1,"cid":1,"results":`+empty+`}`), empty)
	}
	assert.NotEqual(t, key(`{"stream_id":"s-1","status":1,"data":{"metadata":{"timestamp_utc":"1"}}}`), key(`{"stream_id":"s-1","status":1,"data":{"metadata":{"timestamp_utc":"2"}}}`))
	assert.Empty(t, key(`{"stream_id":"s-1","status":0,"data":{}}`), "ticks without a result may be the same")
	assert.Empty(t, key(`{"hello":"world"}`))
}

// broken fails in the ways that it is told to.
type broken struct {
	webhook.Deduplicator
	claim, commit, release error
}

func (b broken) Claim(ctx context.Context, key string) (bool, error) {
	if b.claim != nil {
		return false, b.claim
	}
	return b.Deduplicator.Claim(ctx, key)
}

func (b broken) Commit(ctx context.Context, key string) error {
	return errors.Join(b.commit, b.Deduplicator.Commit(ctx, key))
}

func (b broken) Release(ctx context.Context, key string) error {
	return errors.Join(b.release, b.Deduplicator.Release(ctx, key))
}

func TestHandlerDeduplicates(t *testing.T) {
	t.Parallel()
	calls := 0
	var failure error
	h, log := newHandler(t, func(context.Context, *webhook.Event) error { calls++; return failure }, webhook.WithoutAuthentication())
	send := func(body string) webhook.Reason {
		answer(h, post(t, strings.NewReader(body), ""))
		return log.last(t).Reason
	}
	failure = errors.New("not now")
	assert.Equal(t, webhook.ReasonFailed, send(fullBody))
	failure = nil
	assert.Equal(t, webhook.ReasonDone, send(fullBody), "an event that failed is not lost")
	assert.Equal(t, webhook.ReasonDuplicate, send(fullBody))
	assert.Equal(t, webhook.ReasonDuplicate, send(`{"data":[`+fullBody+`]}`))
	assert.Equal(t, webhook.ReasonDone, send(strings.Replace(fullBody, "Silver", "Golden", 1)), "a rescan is a new event")
	assert.Equal(t, webhook.ReasonDone, send(`{"hello":"world"}`))
	assert.Equal(t, webhook.ReasonDone, send(`{"hello":"world"}`), "what is unknown is not compared")
	assert.Equal(t, 5, calls)
}

func TestHandlerDeduplicatorFails(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		d      broken
		f      func(context.Context, *webhook.Event) error
		status int
	}{
		"claim":   {broken{claim: errors.New("store is down")}, nothing, 200},
		"commit":  {broken{commit: errors.New("store is down")}, nothing, 200},
		"release": {broken{release: errors.New("store is down")}, func(context.Context, *webhook.Event) error { return errors.New("boom") }, 500},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.d.Deduplicator = webhook.NewMemoryDeduplicator(0, 0)
			h, log := newHandler(t, tt.f, webhook.WithoutAuthentication(), webhook.WithDeduplicator(tt.d))
			assert.Equal(t, tt.status, answer(h, post(t, strings.NewReader(fullBody), "")))
			require.ErrorContains(t, log.last(t).Err, "store is down")
		})
	}
}
