package console

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A Checkup checks a client's configuration step by step. Each step adds to the Diagnosis, and reports whether the next
// one makes sense.
type Checkup struct {
	acrcloud.Diagnosis

	client *Client
}

// Checkup starts a Checkup.
func (c *Client) Checkup() *Checkup { return &Checkup{client: c} }

// Add adds a finding.
func (k *Checkup) Add(name string, outcome acrcloud.Outcome, seen, remedy string, err error) {
	k.Checks = append(k.Checks, acrcloud.Check{Name: name, Outcome: outcome, Seen: seen, Remedy: remedy, Err: err})
}

// Token checks the token's own claims, such as its scopes. Whether it is accepted is up to the service.
func (k *Checkup) Token(ctx context.Context, scopes ...credential.Scope) bool {
	token, err := k.client.token(ctx, "")
	if err != nil {
		k.Add("token", acrcloud.Failed, err.Error(), "fix the TokenSource so that it returns a token", &acrcloud.TokenError{Op: "check", Err: err})
		return false
	}
	claims, ok := credential.Inspect(token)
	looks := credential.Describe(token, time.Now(), scopes...)
	explained := looks.Explains()
	if !ok {
		k.Add("token", acrcloud.Warned, "not a JWT; "+token.Describe(), explained, nil)
		return true
	}
	k.Add("token", acrcloud.Passed, "a JWT, "+token.Describe(), "", nil)
	switch {
	case claims.ExpiresAt.IsZero():
		k.Add("token expiry", acrcloud.Skipped, "the token does not state it", "", nil)
	case !looks.Expired.IsZero():
		k.Add("token expiry", acrcloud.Warned, "expired on "+looks.Expired.Format(time.DateOnly), explained, nil)
	default:
		k.Add("token expiry", acrcloud.Passed, "valid until "+claims.ExpiresAt.Format(time.DateOnly), "", nil)
	}
	needed := strings.Join(looks.Needed, ", ")
	switch {
	case claims.Scopes == nil:
		k.Add("token scopes", acrcloud.Skipped, "the token does not state them", "", nil)
	case looks.Scopes != nil:
		k.Add("token scopes", acrcloud.Warned, "not covered: "+needed, explained, nil)
	default:
		k.Add("token scopes", acrcloud.Passed, "cover "+needed, "", nil)
	}
	return true
}

// Service checks whether the service can be reached and accepts the token. probe sends a request that is not billed,
// and returns its error.
func (k *Checkup) Service(probe func() error) bool {
	err := probe()
	host := k.client.hosts.Main
	if u, parseErr := url.Parse(host); parseErr == nil {
		host = u.Host
	}
	api, answered := errors.AsType[*acrcloud.APIError](err)
	decode, odd := errors.AsType[*acrcloud.DecodeError](err)
	switch {
	case err == nil:
		k.Add("service", acrcloud.Passed, host+" responds", "", nil)
		k.Add("token accepted", acrcloud.Passed, "the service accepts the token", "", nil)
		return true
	case odd:
		k.Add("service", acrcloud.Failed, host+" responds, but not like the service: "+decode.Err.Error(), "check Config.BaseURL, and any proxy or firewall in between", err)
		return false
	case !answered:
		seen, remedy := transport.Trouble(err)
		k.Add("service", acrcloud.Failed, seen, remedy, err)
		return false
	case errors.Is(err, acrcloud.ErrServer), errors.Is(err, acrcloud.ErrRateLimited):
		remedy := api.Hint()
		if remedy == "" {
			remedy = "try again later"
		}
		k.Add("service", acrcloud.Failed, fmt.Sprintf("%s responds with HTTP %d", host, api.StatusCode), remedy, err)
		return false
	}
	k.Add("service", acrcloud.Passed, host+" responds", "", nil)
	k.Add("token accepted", acrcloud.Failed, fmt.Sprintf("the service responds with HTTP %d", api.StatusCode), api.Hint(), err)
	return false
}
