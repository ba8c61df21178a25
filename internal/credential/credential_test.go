package credential_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
)

const (
	accessKey    = "0123456789abcdef0123456789abcdef"
	accessSecret = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd"
)

// jwt makes a token with the payload.
func jwt(payload string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"typ":"JWT","alg":"RS256"}`)) + "." + encode([]byte(payload)) + "." + encode([]byte("signature"))
}

// requireRefused checks that the error is complete and shows nothing of the credential.
func requireRefused(t *testing.T, err error, problem, remedy, text string) {
	t.Helper()
	require.ErrorIs(t, err, acrcloud.ErrInvalidArgument)
	e, ok := errors.AsType[*acrcloud.ArgumentError](err)
	require.True(t, ok)
	assert.Equal(t, "Config.Field", e.Field)
	assert.Contains(t, e.Problem, problem)
	assert.Contains(t, e.Remedy, remedy)
	for part := range strings.FieldsSeq(text) {
		if len(part) >= 12 && part != "authorization:" {
			assert.NotContains(t, err.Error(), part)
		}
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	token := jwt(`{"sub":"1001"}`)
	for name, text := range map[string]string{
		"as it is": token, "white space": " " + token + "\r\n", "bearer": "Bearer " + token, "bearer in small letters": "bearer\t" + token,
		"bearer on a line of its own": "BEARER\n" + token + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := credential.Token("Config.Field", acrcloud.NewSecret(text), credential.FileScanning())
			require.NoError(t, err)
			assert.Equal(t, token, got.Reveal())
		})
	}
	for _, text := range []string{accessKey, "opaque-token_1/2+3=", "BearerOfNews", "x"} { // the service decides
		got, err := credential.Token("Config.Field", acrcloud.NewSecret(text), credential.FileScanning())
		require.NoError(t, err)
		assert.Equal(t, text, got.Reveal())
	}
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	token := jwt(`{"sub":"1001"}`)
	tests := []struct{ name, text, problem, remedy string }{
		{"empty", "", "is empty", "create a Console API token"},
		{"white space", " \n", "is empty", "create a Console API token"},
		{"bearer alone", "Bearer ", "is empty", "create a Console API token"},
		{"redacted", "[redacted]", "is the placeholder for a redacted credential", "use the credential itself"},
		{"header", "Authorization: Bearer " + token, "is a whole header", "without the header's name"},
		{"double quotes", `"` + token + `"`, "has quotes around it", "leave the quotes out"},
		{"single quotes", `'` + token + `'`, "has quotes around it", "leave the quotes out"},
		{"line break inside", token[:20] + "\n" + token[20:], "has white space inside, at character 21", "as one line"},
		{"space inside", token[:5] + " " + token[5:], "has white space inside, at character 6", "as one line"},
		{"bearer twice", "Bearer bearer " + token, "has white space inside, at character 7", "as one line"},
		{"invisible character", token[:20] + "\u200B" + token[20:], "invisible or special character inside, at character 21", "copy it again"},
		{"mark in front", "\uFEFF" + token, "invisible or special character inside, at character 1", "copy it again"},
		{"control character", token + "\x00x", "invisible or special character inside", "copy it again"},
		{"header injection", token + "\r\nX-Evil: 1", "has white space inside", "as one line"},
		{"invalid utf-8", token + "\xFFx", "invisible or special character inside", "copy it again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := credential.Token("Config.Field", acrcloud.NewSecret(tt.text), credential.FileScanning())
			requireRefused(t, err, tt.problem, tt.remedy, tt.text)
			assert.True(t, got.IsZero())
		})
	}
}

func TestKey(t *testing.T) {
	t.Parallel()
	for _, text := range []string{accessKey, accessSecret, "k", "eyJ", "eyJust.a.key.with.dots", "with-signs_/+="} {
		got, err := credential.Key("Config.Field", acrcloud.NewSecret(" "+text+"\n"))
		require.NoError(t, err)
		assert.Equal(t, text, got.Reveal())
	}

	token := jwt(`{"sub":"1001"}`)
	tests := []struct{ name, text, problem, remedy string }{
		{"empty", "", "is empty", "from the project's page"},
		{"token", token, "is a Console API token", "that is for File Scanning"},
		{"token with bearer", "Bearer " + token, "is a Console API token", "that is for File Scanning"},
		{"token of two lines", token[:30] + "\n" + token[30:], "is a Console API token", "that is for File Scanning"},
		{"white space inside", accessKey[:16] + " " + accessKey[16:], "has white space inside, at character 17", "as one line"},
		{"quotes", `"` + accessKey + `"`, "has quotes around it", "leave the quotes out"},
		{"redacted", "[redacted]", "is the placeholder for a redacted credential", "use the credential itself"},
		{"special characters", "clé-d’accès", "invisible or special character", "copy it again"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := credential.Key("Config.Field", acrcloud.NewSecret(tt.text))
			requireRefused(t, err, tt.problem, tt.remedy, tt.text)
			assert.True(t, got.IsZero())
		})
	}
}

func TestInspect(t *testing.T) {
	t.Parallel()
	expiry := time.Date(2034, 5, 6, 7, 8, 9, 0, time.UTC)
	tests := []struct {
		name, payload string
		want          credential.Claims
	}{
		{"the service's", fmt.Sprintf(`{"aud":"7","jti":"ab","iat":1.5,"exp":%d.123456,"sub":"1001","scopes":["*"]}`, expiry.Unix()), credential.Claims{Subject: "1001", ExpiresAt: expiry, Scopes: []string{"*"}}},
		{"nothing", `{}`, credential.Claims{}},
		{"numbers for text and text for numbers", fmt.Sprintf(`{"sub":1001,"exp":"%d"}`, expiry.Unix()), credential.Claims{Subject: "1001", ExpiresAt: expiry}},
		{"scopes as text", `{"scopes":"read-buckets  filescanning,audios"}`, credential.Claims{Scopes: []string{"read-buckets", "filescanning", "audios"}}},
		{"scope", `{"scope":"read-all"}`, credential.Claims{Scopes: []string{"read-all"}}},
		{"no scopes", `{"scopes":[]}`, credential.Claims{Scopes: []string{}}},
		{"empty scopes", `{"scopes":""}`, credential.Claims{Scopes: []string{}}},
		{"null", `{"sub":null,"exp":null,"scopes":null}`, credential.Claims{}},
		{"odd scopes", `{"scopes":[1,null,"ucf",{}]}`, credential.Claims{Scopes: []string{"ucf"}}},
		{"odd values", `{"sub":{},"exp":[],"scopes":7}`, credential.Claims{}},
		{"expiry out of range", `{"exp":1e300}`, credential.Claims{}},
		{"expiry beyond numbers", `{"exp":1e999}`, credential.Claims{}},
		{"no number", `{"exp":"NaN"}`, credential.Claims{}},
		{"negative expiry", `{"exp":-5}`, credential.Claims{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, ok := credential.Inspect(acrcloud.NewSecret(jwt(tt.payload)))
			require.True(t, ok)
			assert.Equal(t, tt.want, got)
		})
	}
	for name, text := range map[string]string{
		"empty": "", "key": accessKey, "two parts": "eyJ.eyJ", "four parts": "eyJ.e30.x.y", "not base64": "eyJ.%%%.x", "not JSON": "eyJ.AAAA.x", "a list": jwt(`[]`), "null JSON": jwt(`null`),
		"another beginning": "x" + jwt(`{}`), "too long": jwt(`{"sub":"` + strings.Repeat("x", 64<<10) + `"}`), "no payload": "eyJ..x",
	} {
		got, ok := credential.Inspect(acrcloud.NewSecret(text))
		assert.False(t, ok, name)
		assert.Zero(t, got, name)
	}
	padded, ok := credential.Inspect(acrcloud.NewSecret("eyJ.eyJzdWIiOiIxIn0=.x"))
	require.True(t, ok)
	assert.Equal(t, "1", padded.Subject)
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(d time.Duration) string { return fmt.Sprintf(`"exp":%d.5`, now.Add(d).Unix()) }
	tests := []struct{ name, token, want, not string }{
		{"access key", accessKey, "(32 characters, ending in …cdef) looks like a project's access key or secret", ""},
		{"access secret", accessSecret, "(40 characters, ending in …AbCd) looks like a project's access key or secret", ""},
		{"short text", "hunter2", "(7 characters) is not a Console API token", "access key"},
		{"something else", "sk-proj-" + strings.Repeat("x", 80), "is not a Console API token, which is a JWT and begins with eyJ", "access key"},
		{"expired", jwt(`{` + at(-time.Hour) + `,"scopes":["ucf"]}`), "says that it expired on 2 January 2026 at 02:04 UTC", "ucf"},
		{"scopes", jwt(`{` + at(time.Hour) + `,"scopes":["bm-projects","read-ucf","bad scope"]}`), "says that it is good for bm-projects, read-ucf only", "bad scope"},
		{"no scopes", jwt(`{"scopes":[]}`), "says that it is good for nothing only", ""},
		{"many scopes", jwt(`{"scopes":"` + strings.Repeat("ucf ", 100) + `"}`), "ucf, … only", strings.Repeat("ucf, ", 13)},
		{"empty", "", "(empty)", ""},
		{"all", jwt(`{` + at(time.Hour) + `,"scopes":["*"]}`), "", ""},
		{"read all", jwt(`{"scopes":["read-all"]}`), "", ""},
		{"write all", jwt(`{"scopes":["write-all"]}`), "", ""},
		{"file scanning", jwt(`{"scopes":"buckets filescanning"}`), "", ""},
		{"writing for file scanning", jwt(`{"scopes":["write-filescanning"]}`), "", ""},
		{"nothing said", jwt(`{}`), "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			looks := credential.Describe(acrcloud.NewSecret(tt.token), now, credential.FileScanning())
			assert.Contains(t, looks.Make(), "with the File Scanning scope")
			got := looks.Explains()
			if tt.want == "" {
				assert.Empty(t, got)
				return
			}
			assert.Contains(t, got, tt.want)
			assert.Contains(t, got, "Account, Developer Settings, with the File Scanning scope")
			assert.True(t, strings.HasSuffix(got, "."), got)
			for _, not := range []string{tt.not, tt.token} {
				if not != "" {
					assert.NotContains(t, got, not)
				}
			}
		})
	}
	buckets, audios := credential.Scope{Name: "buckets", Title: "Buckets"}, credential.Scope{Name: "audios", Title: "Bucket Files"}
	looks := credential.Describe(acrcloud.NewSecret(jwt(`{"scopes":["read-buckets"]}`)), now, credential.FileScanning(), buckets, audios)
	assert.Equal(t, []string{"File Scanning", "Bucket Files"}, looks.Needed, "what it lacks")
	assert.Contains(t, looks.Explains(), "with the scopes File Scanning, Bucket Files")
}

func FuzzInspect(f *testing.F) {
	for _, token := range []string{
		"", accessKey, jwt(`{"exp":1.5,"scopes":["*"],"sub":"1"}`), jwt(`{"scopes":"a b","exp":"1e999"}`), jwt(`[]`), "eyJ..", "eyJ.e30.", "Bearer eyJ.e30.x",
	} {
		f.Add(token)
	}
	now := time.Unix(1_700_000_000, 0)
	f.Fuzz(func(t *testing.T, token string) {
		secret := acrcloud.NewSecret(token)
		claims, ok := credential.Inspect(secret)
		if !ok && (claims.Subject != "" || claims.Scopes != nil || !claims.ExpiresAt.IsZero()) {
			t.Fatalf("claims without a token: %+v", claims)
		}
		if s := claims.ExpiresAt.Unix(); ok && !claims.ExpiresAt.IsZero() && (s < 0 || s > math.MaxInt32*1000) {
			t.Fatalf("expiry out of range: %v", claims.ExpiresAt)
		}
		if hint := credential.Describe(secret, now, credential.FileScanning()).Explains(); hint == "" && !ok || len(hint) > 1000 {
			t.Fatalf("hint of %d bytes", len(hint))
		}
		if sent, err := credential.Token("token", secret, credential.FileScanning()); err == nil && strings.ContainsAny(sent.Reveal(), " \r\n\x00") {
			t.Fatal("accepted what no header can carry")
		}
	})
}
