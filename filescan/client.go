package filescan

import (
	"context"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
)

// A Client scans files through the Console API. Make one with [New] and share it: it is immutable and safe for concurrent use.
type Client struct {
	api     *console.Client
	regions *regions
	direct  *containerSet  // containers without presigned upload
	names   *console.Names // unique names of files
}

// New returns a Client from the configuration's console half: BearerToken (or [acrcloud.WithTokenSource]), and
// optionally BaseURL, Region and ContainerID. It sends nothing. An invalid configuration or option is an
// [*acrcloud.ArgumentError].
func New(cfg acrcloud.Config, opts ...acrcloud.Option) (*Client, error) {
	if cfg.ContainerID < 0 {
		return nil, &acrcloud.ArgumentError{Field: "Config.ContainerID", Problem: "is negative", Remedy: "use the number that the console shows for the container"}
	}
	api, err := console.New(cfg, credential.FileScanning(), opts...)
	if err != nil {
		return nil, err
	}
	c := &Client{api: api, regions: newRegions(), direct: &containerSet{}, names: &console.Names{}}
	if cfg = api.Config(); cfg.Region != "" && cfg.ContainerID != 0 {
		c.regions.set(cfg.ContainerID, cfg.Region)
	}
	return c, nil
}

// Containers returns the account's containers.
func (c *Client) Containers() *Containers { return &Containers{client: c} }

// Files returns the files of a container: client.Files(cfg.ContainerID). Its calls refuse an id that is 0 or negative with an
// [*acrcloud.ArgumentError], because an unset id must not select a container.
func (c *Client) Files(containerID int) *Files { return &Files{client: c, containerID: containerID} }

// Do makes any other call of the Console API, with this client's host, token, retries and errors: buckets, projects,
// billing and so on. path is what follows the host, with a query if needed, such as "/api/buckets?page=2"; the "/api"
// may be omitted.
//
// in is sent as JSON, unless it is nil. out receives the response: an [io.Writer] gets its bytes, any other pointer is decoded into as
// JSON by encoding/json; nil ignores it. JSON that does not fit out is an [*acrcloud.DecodeError], although the call itself succeeded.
//
// GET, HEAD, PUT and DELETE are retried after any temporary failure. POST and PATCH are retried only if the service cannot
// have accepted them; if that is not known, the error matches [acrcloud.ErrOutcomeUnknown].
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	if err := c.usable(); err != nil {
		return err
	}
	return c.api.Do(ctx, method, path, in, out)
}

// usable reports a Client that New has not made.
func (c *Client) usable() error {
	if c == nil || c.api == nil {
		return console.NotMade("filescan.New")
	}
	return nil
}
