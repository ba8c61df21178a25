package remedy_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/musicchartsai/acrcloud-go/internal/remedy"
)

// A refusal is explained by the token if the token gives a reason, else by the service's words. Answers without a token are in acrcloud's
// tests.
func TestOfToken(t *testing.T) {
	t.Parallel()
	const path = "/api/fs-containers/1/files"
	needed := []string{"Buckets"}
	good := remedy.Token{Described: "900 characters", JWT: true, Needed: needed}
	key, expired, narrow := good, good, good
	key.JWT, key.KeyLike = false, true
	expired.Expired = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	narrow.Scopes = []string{"read-ucf"}
	const makeOne = "create a Console API token in the console under Account, Developer Settings, with the Buckets scope."
	tests := []struct {
		name   string
		answer remedy.Response
		token  remedy.Token
		want   string
	}{
		{"a good token", remedy.Response{Path: path, StatusCode: 403}, good, "(900 characters) looks right: it may have been revoked"},
		{"a good token, another word", remedy.Response{Path: path, StatusCode: 401, Message: "Authentication Exception"}, good, "looks right"},
		{"a good token, but a scope", remedy.Response{Path: path, StatusCode: 403, Message: "Invalid scope(s) provided."}, good, "lacks a scope"},
		{"a good token, but expired", remedy.Response{Path: path, StatusCode: 401, Message: "Token expired"}, good, "has expired"},
		{"a good token and a page", remedy.Response{Path: path, StatusCode: 403, Message: "<html>"}, good, "is a web page"},
		{"a key", remedy.Response{Path: path, StatusCode: 403}, key, "looks like a project's access key"},
		{"a key and a page", remedy.Response{Path: path, StatusCode: 403, Message: "<html>"}, key, "looks like a project's access key"},
		{"an expired one", remedy.Response{Path: path, StatusCode: 401, Message: "Invalid scope"}, expired, "expired on 2 January 2026"},
		{"one for something else", remedy.Response{Path: path, StatusCode: 403}, narrow, "good for read-ucf only"},
		{"nothing is known", remedy.Response{Path: path, StatusCode: 403}, remedy.Token{Needed: needed}, "a project's access key does not work here"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := remedy.Of(tt.answer, tt.token)
			assert.Contains(t, got, tt.want)
			assert.Contains(t, got, makeOne)
		})
	}
	// It is not about the token.
	got := remedy.Of(remedy.Response{Path: path, StatusCode: 403, Message: "Invalid Container"}, key)
	assert.Contains(t, got, "does not know this container")
	assert.NotContains(t, got, "token in the console")
}
