package webhook_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/webhook"
)

func TestCallbackURL(t *testing.T) {
	t.Parallel()
	odd := "a b&c=d+é%/?#\"" + testSecret
	for base, want := range map[string]string{
		"https://example.com/hook":                  "https://example.com/hook?key=",
		"\thttps://example.com\n":                   "https://example.com?key=",
		"https://example.com/hook?tenant=5&x=%20":   "https://example.com/hook?tenant=5&x=%20&key=",
		"http://localhost:8080/hook":                "http://localhost:8080/hook?key=",
		"http://127.0.0.1:8080":                     "http://127.0.0.1:8080?key=",
		"http://[::1]:8080/":                        "http://[::1]:8080/?key=",
		"https://example.com/a%2Fb?acrcloud-key=no": "https://example.com/a%2Fb?acrcloud-key=no&key=",
	} {
		callback, err := webhook.CallbackURL(base, "key", acrcloud.NewSecret(odd))
		require.NoError(t, err, base)
		assert.Equal(t, want+url.QueryEscape(odd), callback.Reveal())
		assert.NotContains(t, fmt.Sprintf("%v %+v %#v", callback, callback, callback), testSecret)

		// The handler finds it again.
		h, _ := newHandler(t, nothing, webhook.WithSecret("key", acrcloud.NewSecret(odd)))
		r := httptest.NewRequestWithContext(t.Context(), "POST", callback.Reveal(), strings.NewReader(fullBody))
		assert.Equal(t, 200, answer(h, r))
	}
}

func TestCallbackURLRefuses(t *testing.T) {
	t.Parallel()
	secret := acrcloud.NewSecret(testSecret)
	const notAServer = "is not the address of a web server"
	for _, tt := range []struct {
		problem, base, name string
		secret              acrcloud.Secret
	}{
		{notAServer, "https://exa mple.com/?old=" + testSecret, "key", secret},
		{notAServer, "example.com/hook", "key", secret},
		{notAServer, "ftp://example.com", "key", secret},
		{notAServer, "https:example.com", "key", secret},
		{"is plain http", "http://example.com", "key", secret},
		{"shows the secret", "http://127.0.0.1.example.com", "key", secret},
		{"a user", "https://user:pass@example.com", "key", secret},
		{"a fragment", "https://example.com/#x", "key", secret},
		{"cannot be read", "https://example.com/?a=%zz", "key", secret},
		{"already", "https://example.com/?key=" + testSecret, "key", secret},
		{"query parameter", "https://example.com", "", secret},
		{"is empty", "https://example.com", "key", acrcloud.Secret{}},
	} {
		got, err := webhook.CallbackURL(tt.base, tt.name, tt.secret)
		require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
		require.ErrorContains(t, err, tt.problem)
		assert.NotContains(t, err.Error(), testSecret)
		assert.True(t, got.IsZero())
	}
}
