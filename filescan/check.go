package filescan

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
)

// Check checks the configuration: the token's shape, and the expiry and scopes that it states; whether the service can be reached
// and accepts the token; and whether the container exists and can find matches. It calls GET /api/fs-containers
// and GET /api/fs-containers/{id}, which are not billed.
//
// The error is about the Client or ctx only; what was found is in the Diagnosis, and [acrcloud.Diagnosis.Err] sums it up.
func (c *Client) Check(ctx context.Context) (*acrcloud.Diagnosis, error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	k := &check{Checkup: c.api.Checkup(), client: c}
	probe := func() error {
		_, err := c.Containers().List(ctx, &ListContainersOptions{PerPage: 1})
		return err
	}
	if k.Token(ctx, credential.FileScanning()) && k.Service(probe) {
		k.container(ctx)
	}
	return &k.Diagnosis, ctx.Err()
}

// A check is one call of Check.
type check struct {
	*console.Checkup

	client *Client
}

// container checks the container's settings.
func (k *check) container(ctx context.Context) {
	id := k.client.api.Config().ContainerID
	if id == 0 {
		k.Add("container", acrcloud.Skipped, "none is configured", "", nil)
		return
	}
	found, err := k.client.Containers().Get(ctx, id)
	if err != nil {
		remedy := "try again later"
		if api, ok := errors.AsType[*acrcloud.APIError](err); ok && api.StatusCode < http.StatusInternalServerError {
			remedy = "check Config.ContainerID: the console shows the ids of this account's containers"
		}
		k.Add("container", acrcloud.Failed, fmt.Sprintf("container %d cannot be read", id), remedy, err)
		return
	}
	k.Add("container", acrcloud.Passed, fmt.Sprintf("%q in %s", found.Name, cmp.Or(string(found.Region), "an unknown region")), "", nil)
	if configured := k.client.api.Config().Region; configured != "" && found.Region != "" && configured != found.Region {
		k.Add("region", acrcloud.Failed, fmt.Sprintf("Config.Region is %s, the container is in %s", configured, found.Region), "leave Config.Region empty, and it is looked up", nil)
	}
	k.engine(found)
	k.callback(found)
}

func (k *check) engine(c *Container) {
	names := make([]string, 0, len(c.Buckets))
	for _, b := range c.Buckets {
		names = append(names, cmp.Or(b.Name, fmt.Sprintf("bucket %d", b.ID)))
	}
	seen := c.Engine.String()
	switch needs := c.Engine >= EngineFingerprint && c.Engine <= EngineFingerprintAndCovers; {
	case needs && len(names) == 0:
		k.Add("engine", acrcloud.Warned, seen+", without a bucket", "add a bucket, such as \"ACRCloud Music\": without one there is nothing to compare with, and results are empty", nil)
		return
	case len(names) > 0:
		seen += "; buckets: " + strings.Join(names, ", ")
	}
	k.Add("engine", acrcloud.Passed, seen, "", nil)
}

// callback checks the callback URL without showing it: its query may carry a secret.
func (k *check) callback(c *Container) {
	if c.CallbackURL.IsZero() {
		k.Add("callback URL", acrcloud.Skipped, "not reported", "", nil)
		return
	}
	u, err := url.Parse(c.CallbackURL.Reveal())
	switch {
	case err != nil || u.Host == "":
		k.Add("callback URL", acrcloud.Failed, "it is not a URL", "set an https URL in the container's settings", nil)
	case u.Scheme != "https":
		k.Add("callback URL", acrcloud.Warned, u.Scheme+" to "+u.Host, "use https: results, and the secret in the URL, travel readable", nil)
	default:
		k.Add("callback URL", acrcloud.Passed, "https to "+u.Host, "", nil)
	}
}
