package transport_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

const signedURL = "https://bucket.storage.test/some/key?X-Amz-Credential=AKIDEXAMPLE%2Fs3&X-Amz-Signature=0a1b2c3d4e5f60718293"

// store is a transfer to a presigned URL.
func store(url, body string) *transport.Request {
	req := post(url, body)
	req.Op, req.Cost, req.Method = "files.store", transport.Storage, http.MethodPut
	req.SecretURL, req.Check, req.Body.Upload = true, transport.StorageError, true
	return req
}

// The code is said, and nothing else of what the storage writes, which repeats what was signed.
func TestStorageError(t *testing.T) {
	t.Parallel()
	const again, once = 4, 1
	rest := `<Message>%s</Message><StringToSign>AWS4-HMAC-SHA256 0a1b2c3d4e5f60718293</StringToSign><SignatureProvided>0a1b2c3d4e5f60718293</SignatureProvided>` +
		`<CanonicalRequest>PUT /some/key X-Amz-Signature=0a1b2c3d4e5f60718293</CanonicalRequest></Error>`
	tests := []struct {
		name          string
		status        int
		code, message string
		attempts      int
		said          string
		expired       bool
	}{
		{"signature", 403, "SignatureDoesNotMatch", "The request signature we calculated does not match", once, "SignatureDoesNotMatch", false},
		{"expired URL", 403, "AccessDenied", "Request has expired", once, "AccessDenied", true},
		{"expired token", 400, "ExpiredToken", "The provided token is unusable", once, "ExpiredToken", true},
		{"denied", 403, "AccessDenied", "Access Denied", once, "AccessDenied", false},
		{"clock", 403, "RequestTimeTooSkewed", "The difference is too large", once, "RequestTimeTooSkewed", false},
		{"too large", 400, "EntityTooLarge", "Your proposed upload exceeds the maximum", once, "EntityTooLarge", false},
		{"slow connection", 400, "RequestTimeout", "Your socket connection was not read from", again, "RequestTimeout", false},
		{"throttled", 400, "Throttling", "Rate exceeded", again, "Throttling", false},
		{"slow down", 503, "SlowDown", "Reduce your request rate", again, "SlowDown", false},
		{"internal", 500, "InternalError", "We encountered an internal error", again, "InternalError", false},
		{"unavailable", 503, "ServiceUnavailable", "Please retry", again, "ServiceUnavailable", false},
		{"bad digest", 400, "BadDigest", "The Content-MD5 you specified did not match", once, "BadDigest", false},
		{"not a code", 403, "the signature is 0a1b2c3d4e5f60718293", "", once, "", false},
		{"the signature as code", 403, "0a1b2c3d4e5f60718293", "", once, "", false},
		{"a code around the signature", 403, "X0a1b2c3d4e5f60718293", "", once, "", false},
		{"none", 403, "", "", once, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				body := `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + tt.code + "</Code>" + fmt.Sprintf(rest, tt.message)
				c := newClient(t, func(*http.Request) (*http.Response, error) {
					resp := httpmock.NewStringResponse(tt.status, body)
					resp.Header.Set("X-Debug", "0a1b2c3d4e5f60718293")
					return resp, nil
				})
				_, err := c.Do(t.Context(), store(signedURL, "content"))
				e, ok := errors.AsType[*acrcloud.APIError](err)
				require.True(t, ok, "%v", err)
				assert.Equal(t, tt.status, e.StatusCode)
				assert.Equal(t, tt.said, e.Message)
				assert.Equal(t, tt.attempts, e.Attempts)
				text := fmt.Sprintf("%v %+v %#v", err, err, err)
				if tt.expired {
					assert.Contains(t, text, "expired")
				} else {
					assert.NotContains(t, text, "expired")
				}
				for _, secret := range []string{"0a1b2c3d4e5f", "AWS4-HMAC", "some/key", "AKIDEXAMPLE"} {
					assert.NotContains(t, text, secret)
				}
				if tt.status == 403 {
					assert.NotEmpty(t, e.Remedy)
				}
			})
		})
	}
}

func TestStorageErrorReadsWhatIsThere(t *testing.T) {
	t.Parallel()
	for body, code := range map[string]string{
		"": "", "no XML": "", `{"Code":"X"}`: "", "<html><Code>Forbidden</Code></html>": "Forbidden",
		"<Error><Code>SlowDown</Code><Message>cut of": "SlowDown", "<Error><Code> Slow Down </Code></Error>": "",
		`<Error xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Code>NoSuchBucket</Code></Error>`: "NoSuchBucket",
		`<?xml version="1.0" encoding="ISO-8859-1"?><Error><Code>SlowDown</Code></Error>`:          "SlowDown",
	} {
		err := transport.StorageError(&transport.Response{StatusCode: 404, Body: []byte(body)})
		e, ok := errors.AsType[*acrcloud.APIError](err)
		require.True(t, ok)
		assert.Equal(t, code, e.Message, body)
	}
}

// A success that is none stops an upload before a file is made of what was not stored.
func TestStorageSuccessThatSaysNo(t *testing.T) {
	t.Parallel()
	for body, says := range map[string]string{
		"<html><title>Log in</title>": "web page", "\ufeff<!DOCTYPE html>\n<p>Log in": "web page", "<HTML></HTML>": "web page",
		`<?xml version="1.0"?><Error><Code>InternalError</Code></Error>`: "InternalError", `<Error xmlns="x"><Code>AccessDenied</Code></Error>`: "AccessDenied",
		`<meta http-equiv="refresh" content="0; url=http://portal.test/login">`: "web page", `<script>location="http://portal.test/"</script>`: "web page",
		"<body>Log in</body>": "web page", "<title>Log in</title>": "web page", "\n<!-- portal --><p>Log in": "web page", "\ufeff \ufeff<b>": "web page",
		`<?xml version="1.0"?><!DOCTYPE html><html xmlns="x">`: "web page", `{"error":"blocked by policy"}`: "went wrong", `{"success":false}`: "went wrong",
		"Access blocked by your administrator": "went wrong",
	} {
		_, err := newClient(t, func(*http.Request) (*http.Response, error) { return httpmock.NewStringResponse(200, body), nil },
			acrcloud.WithRetry(acrcloud.RetryPolicy{MaxAttempts: 1})).Do(t.Context(), store(signedURL, "content"))
		assert.ErrorContains(t, err, says, body)
		assert.NotContains(t, err.Error(), "Log in")
	}
	for _, body := range []string{"", " ", "ok", `{"ok":true}`, `<?xml version="1.0"?><PostResponse><Key>k</Key></PostResponse>`, "a < b"} {
		assert.NoError(t, transport.StorageError(&transport.Response{StatusCode: 200, Body: []byte(body)}), body)
	}
}
