package mock_test

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/mock"
)

// claims are what a token says of itself.
func claims(t *testing.T, token acrcloud.Secret) (c struct {
	Sub    string
	Exp    float64
	Scopes []string
}) {
	t.Helper()
	parts := strings.Split(token.Reveal(), ".")
	require.Len(t, parts, 3)
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(payload, &c))
	return c
}

func TestIssueToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		tests := []struct {
			name   string
			token  mock.Token
			status int
			says   string
		}{
			{"like the server's own", mock.Token{}, 200, `"data"`},
			{"good for another hour", mock.Token{ExpiresAt: time.Now().Add(time.Hour)}, 200, `"data"`},
			{"expired", mock.Token{ExpiresAt: time.Now().Add(-time.Hour)}, 401, "Unauthenticated."},
			{"expires now", mock.Token{ExpiresAt: time.Now()}, 401, "Unauthenticated."},
			{"File Scanning", mock.Token{Scopes: []string{"ucf", "read-filescanning"}}, 200, `"data"`},
			{"all for reading", mock.Token{Scopes: []string{"read-all"}}, 200, `"data"`},
			{"other scopes", mock.Token{Scopes: []string{"buckets", "ucf"}}, 403, "scope"},
			{"no scopes", mock.Token{Scopes: []string{}}, 403, "scope"},
			{"expired, and other scopes", mock.Token{ExpiresAt: time.Unix(1, 0), Scopes: []string{"ucf"}}, 401, "Unauthenticated."},
		}
		for _, tt := range tests {
			token := w.srv.IssueToken(tt.token)
			r := w.send("GET", regionHost+w.cid()+"/files", nil, "Authorization", "Bearer "+token.Reveal())
			assert.Equal(t, tt.status, r.status, tt.name)
			assert.Contains(t, string(r.body), tt.says, tt.name)
			said := claims(t, token)
			assert.Equal(t, claims(t, w.srv.Config().BearerToken).Sub, said.Sub, tt.name)
			if tt.token.Scopes != nil {
				assert.Equal(t, tt.token.Scopes, said.Scopes, tt.name)
			}
			if expires := tt.token.ExpiresAt; !expires.IsZero() {
				assert.Equal(t, expires.Unix(), int64(said.Exp), tt.name)
			}
		}

		soon := w.srv.IssueToken(mock.Token{ExpiresAt: time.Now().Add(time.Minute)})
		assert.Equal(t, 200, w.send("GET", mainHost+w.cid(), nil, "Authorization", "Bearer "+soon.Reveal()).status)
		<-time.After(time.Minute) // of the bubble
		assert.Equal(t, 401, w.send("GET", mainHost+w.cid(), nil, "Authorization", "Bearer "+soon.Reveal()).status)
	})
}

func TestRevokeToken(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	another := w.srv.IssueToken(mock.Token{})
	w.srv.RevokeToken(acrcloud.NewSecret(w.token))
	w.srv.RevokeToken(acrcloud.Secret{})
	assert.Equal(t, 403, w.send("GET", mainHost+w.cid(), nil).status)
	assert.Equal(t, 200, w.send("GET", mainHost+w.cid(), nil, "Authorization", "Bearer "+another.Reveal()).status)
}

// Accounts do not see each other.
func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	mine := w.cid()
	w.container(map[string]any{"name": "same"})
	file := w.upload(mine, []byte("x"))
	w.token = w.srv.IssueToken(mock.Token{Account: 7}).Reveal()
	assert.Equal(t, "7", claims(t, acrcloud.NewSecret(w.token)).Sub)

	assert.Empty(t, w.send("GET", mainHost+"/api/fs-containers", nil).rows(t))
	for _, r := range []reply{w.send("GET", mainHost+mine, nil), w.send("PUT", mainHost+mine, `{"name":"taken over"}`), w.send("DELETE", mainHost+mine, nil)} {
		assert.Equal(t, 404, r.status)
	}
	for _, r := range []reply{
		w.send("GET", regionHost+mine+"/files", nil), w.send("GET", regionHost+mine+"/files/"+file, nil), w.send("DELETE", regionHost+mine+"/files/"+file, nil),
		w.send("GET", mainHost+mine+"/files", nil), w.send("POST", regionHost+mine+"/files", `{}`),
	} {
		assert.Equal(t, 400, r.status)
		assert.Contains(t, string(r.body), "Invalid Container")
	}

	own := w.container(map[string]any{"name": "same"})
	shown := w.send("GET", mainHost+own, nil).data(t)
	assert.InDelta(t, 7, shown["uid"], 0)
	row := w.results(own, []byte("x"))
	assert.InDelta(t, 7, row["uid"], 0)
	assert.Len(t, w.send("GET", mainHost+"/api/fs-containers", nil).rows(t), 1)
}

func TestSuspended(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	cfg := w.srv.Config()
	ask := func() (console, stranger int, code int) {
		console = w.send("GET", mainHost+"/api/fs-containers", nil).status
		stranger = w.send("GET", mainHost+"/api/fs-containers", nil, "Authorization", "Bearer "+w.srv.IssueToken(mock.Token{Account: 7}).Reveal()).status
		body, contentType := parts(t, identifyFields(cfg, "audio", strconv.Itoa(1)), "sample", "")
		return console, stranger, identification(t, w.http, identifyURL, contentType, body).Status.Code
	}
	w.srv.SetSuspended(true)
	console, stranger, code := ask()
	assert.Equal(t, []int{403, 200, 3013}, []int{console, stranger, code})
	w.srv.SetSuspended(false)
	console, stranger, code = ask()
	assert.Equal(t, []int{200, 200, 2004}, []int{console, stranger, code})
}

// One program compares this very text; it does not ask for JSON.
func TestUnknownTokenWithoutAccept(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	r := w.send("GET", mainHost+"/api/base-projects", nil, "Authorization", "Bearer eyJnope", "Accept", "-")
	assert.Equal(t, 403, r.status)
	assert.JSONEq(t, `{"error":"Authentication Exception"}`, string(r.body))
}

// Only for a bearer's token there is that other text.
func TestUnknownCredentialWithoutAccept(t *testing.T) {
	t.Parallel()
	w := newWire(t)
	r := w.send("GET", mainHost+"/api/base-projects", nil, "Authorization", "Basic eyJnope", "Accept", "-")
	assert.Equal(t, 403, r.status)
	assert.JSONEq(t, `{"message":"Forbidden"}`, string(r.body))
}
