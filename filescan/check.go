package filescan

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Check finds out what is wrong with the configuration: the token's shape, expiry and scopes as it states them itself, whether the
// service can be reached and accepts the token, and whether the container exists and can find anything. It calls GET /api/fs-containers
// and GET /api/fs-containers/{id}, which are not billed.
//
// The error is about the Client or ctx only; what was found is in the Diagnosis, and [acrcloud.Diagnosis.Err] sums it up.
func (c *Client) Check(ctx context.Context) (*acrcloud.Diagnosis, error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	k := &check{client: c}
	if k.token(ctx) && k.service(ctx) {
		k.container(ctx)
	}
	return &acrcloud.Diagnosis{Checks: k.done}, ctx.Err()
}

// A check is one call of Check.
type check struct {
	client *Client
	done   []acrcloud.Check
}

func (k *check) add(name string, outcome acrcloud.Outcome, seen, remedy string, err error) {
	k.done = append(k.done, acrcloud.Check{Name: name, Outcome: outcome, Seen: seen, Remedy: remedy, Err: err})
}

// token looks at what the token says about itself. That decides nothing: the service does.
func (k *check) token(ctx context.Context) bool {
	text, err := k.client.token(ctx, "")
	if err != nil {
		k.add("token", acrcloud.Failed, err.Error(), "see to it that a token can be had", &acrcloud.TokenError{Op: "check", Err: err})
		return false
	}
	token := acrcloud.NewSecret(text)
	claims, ok := credential.Inspect(token)
	remedy, _ := credential.Rejected(token, time.Now())
	if !ok {
		k.add("token", acrcloud.Warned, "not a JWT; "+token.Describe(), remedy, nil)
		return true
	}
	k.add("token", acrcloud.Passed, "a JWT, "+token.Describe(), "", nil)
	switch expires := claims.ExpiresAt; {
	case expires.IsZero():
		k.add("token expiry", acrcloud.Skipped, "the token does not say", "", nil)
	case !expires.After(time.Now()):
		k.add("token expiry", acrcloud.Warned, "expired on "+expires.Format(time.DateOnly), remedy, nil)
	default:
		k.add("token expiry", acrcloud.Passed, "good until "+expires.Format(time.DateOnly), "", nil)
	}
	switch {
	case claims.Scopes == nil:
		k.add("token scopes", acrcloud.Skipped, "the token does not say", "", nil)
	case !claims.FileScanning():
		k.add("token scopes", acrcloud.Warned, "File Scanning is not among them", remedy, nil)
	default:
		k.add("token scopes", acrcloud.Passed, "cover File Scanning", "", nil)
	}
	return true
}

// service finds out whether there is one that accepts the token.
func (k *check) service(ctx context.Context) bool {
	_, err := k.client.Containers().List(ctx, &ListContainersOptions{PerPage: 1})
	host := k.client.hosts.main
	if u, parseErr := url.Parse(host); parseErr == nil {
		host = u.Host
	}
	api, answered := errors.AsType[*acrcloud.APIError](err)
	decode, odd := errors.AsType[*acrcloud.DecodeError](err)
	switch {
	case err == nil:
		k.add("service", acrcloud.Passed, host+" answers", "", nil)
		k.add("token accepted", acrcloud.Passed, "the service accepts the token", "", nil)
		return true
	case odd:
		k.add("service", acrcloud.Failed, host+" answers, but not as the service does: "+decode.Err.Error(), "check Config.BaseURL, and what is in between", err)
		return false
	case !answered:
		seen, remedy := transport.Trouble(err)
		k.add("service", acrcloud.Failed, seen, remedy, err)
		return false
	case errors.Is(err, acrcloud.ErrServer), errors.Is(err, acrcloud.ErrRateLimited):
		k.add("service", acrcloud.Failed, fmt.Sprintf("%s answers HTTP %d", host, api.StatusCode), orDefault(api.Hint(), "try again later"), err)
		return false
	}
	k.add("service", acrcloud.Passed, host+" answers", "", nil)
	k.add("token accepted", acrcloud.Failed, fmt.Sprintf("the service answers HTTP %d", api.StatusCode), api.Hint(), err)
	return false
}

// container looks at the container's settings.
func (k *check) container(ctx context.Context) {
	id := k.client.config.ContainerID
	if id == 0 {
		k.add("container", acrcloud.Skipped, "none is configured", "", nil)
		return
	}
	found, err := k.client.Containers().Get(ctx, id)
	if err != nil {
		remedy := "try again later"
		if api, ok := errors.AsType[*acrcloud.APIError](err); ok && api.StatusCode < http.StatusInternalServerError {
			remedy = "check Config.ContainerID: the console shows the ids of this account's containers"
		}
		k.add("container", acrcloud.Failed, fmt.Sprintf("container %d cannot be read", id), remedy, err)
		return
	}
	k.add("container", acrcloud.Passed, fmt.Sprintf("%q in %s", found.Name, orDefault(string(found.Region), "an unknown region")), "", nil)
	if configured := k.client.config.Region; configured != "" && found.Region != "" && configured != found.Region {
		k.add("region", acrcloud.Failed, fmt.Sprintf("Config.Region is %s, the container is in %s", configured, found.Region), "leave Config.Region empty, and it is looked up", nil)
	}
	k.engine(found)
	k.callback(found)
}

func (k *check) engine(c *Container) {
	names := make([]string, 0, len(c.Buckets))
	for _, b := range c.Buckets {
		names = append(names, orDefault(b.Name, fmt.Sprintf("bucket %d", b.ID)))
	}
	seen := c.Engine.String()
	switch needs := c.Engine >= EngineFingerprint && c.Engine <= EngineFingerprintAndCovers; {
	case needs && len(names) == 0:
		k.add("engine", acrcloud.Warned, seen+", without a bucket", "add a bucket, such as \"ACRCloud Music\": without one there is nothing to compare with, and results are empty", nil)
		return
	case len(names) > 0:
		seen += "; buckets: " + strings.Join(names, ", ")
	}
	k.add("engine", acrcloud.Passed, seen, "", nil)
}

// callback looks at the callback URL without showing it: its query may carry a secret.
func (k *check) callback(c *Container) {
	if c.CallbackURL.IsZero() {
		k.add("callback URL", acrcloud.Skipped, "not reported", "", nil)
		return
	}
	u, err := url.Parse(c.CallbackURL.Reveal())
	switch {
	case err != nil || u.Host == "":
		k.add("callback URL", acrcloud.Failed, "it is not a URL", "set an https URL in the container's settings", nil)
	case u.Scheme != "https":
		k.add("callback URL", acrcloud.Warned, u.Scheme+" to "+u.Host, "use https: results, and the secret in the URL, travel readable", nil)
	default:
		k.add("callback URL", acrcloud.Passed, "https to "+u.Host, "", nil)
	}
}
