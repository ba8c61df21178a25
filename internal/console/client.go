// Package console has what every client of the Console API needs: the hosts, the token, paged lists, decoding of
// responses, and creation exactly once. Packages filescan and console use it.
//
// A client of the SDK holds a [Client]; [Client.For] returns one for the scope of a part of the API. Its methods make a
// [transport.Request] and pass it to [Client.Send]. [One] decodes a response with one thing, [GetPage] one with a list,
// and [All] iterates over pages.
package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
	"github.com/musicchartsai/acrcloud-go/internal/remedy"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A Client sends requests of the Console API. It is immutable and safe for concurrent use.
type Client struct {
	http   *transport.Client
	config acrcloud.Config
	hosts  endpoint.Console
	token  tokenFunc
	scope  credential.Scope
}

// New makes a Client from the console half of a configuration: BearerToken (or acrcloud.WithTokenSource), BaseURL and Region. It sends
// nothing. An invalid configuration or option is an *acrcloud.ArgumentError. scope is the scope that the token needs.
func New(cfg acrcloud.Config, scope credential.Scope, opts ...acrcloud.Option) (*Client, error) {
	s, err := transport.Apply(opts)
	if err != nil {
		return nil, err
	}
	if cfg.IsActive != nil && !*cfg.IsActive {
		return nil, refuse("Config.IsActive", "is false", "this configuration was switched off; use another one or set it to true")
	}
	hosts, err := hostsOf(&cfg, s)
	if err != nil {
		return nil, err
	}
	token, err := tokens(cfg, scope, s)
	if err != nil {
		return nil, err
	}
	return &Client{http: transport.New(s), config: cfg, hosts: hosts, token: token, scope: scope}, nil
}

// hostsOf parses the addresses, and trims the region.
func hostsOf(cfg *acrcloud.Config, s *settings.Settings) (endpoint.Console, error) {
	const field = "Config.Region"
	cfg.Region = acrcloud.Region(strings.TrimSpace(string(cfg.Region)))
	if cfg.Region != "" && !endpoint.IsRegion(string(cfg.Region)) {
		return endpoint.Console{}, refuse(field, "is not the name of a region", `use one such as "eu-west-1", or leave it empty to have it looked up`)
	}
	hosts, bad := endpoint.NewConsole(cfg.BaseURL, s.InsecureHTTP)
	switch {
	case bad != nil:
		return hosts, refuse("Config.BaseURL", bad.Problem, bad.Remedy)
	case hosts.Regional && cfg.Region == acrcloud.CNNorth1:
		return hosts, refuse(field, "belongs to the product site in China", "set Config.BaseURL to the console host in China, https://cn-api-v2.acrcloud.cn")
	}
	return hosts, nil
}

// For returns a Client for another part of the API: its errors and its [Checkup] name that scope.
func (c *Client) For(scope credential.Scope) *Client {
	narrowed := *c
	narrowed.scope = scope
	return &narrowed
}

// Config is the Client's configuration, with a trimmed region.
func (c *Client) Config() acrcloud.Config { return c.config }

// Hosts returns the addresses that requests are sent to.
func (c *Client) Hosts() endpoint.Console { return c.hosts }

// HTTP sends requests outside the Console API, without the token, such as content to the storage.
func (c *Client) HTTP() *transport.Client { return c.http }

// URL returns the address of a path, such as "/buckets/7", on the main host.
func (c *Client) URL(path string) string { return c.hosts.Main + path }

// NotMade is the error of a nil or zero client.
func NotMade(constructor string) error {
	return refuse("Client", "was not created by New", "call "+constructor)
}

// Send sends a request with the token, and retries it as its cost allows. If the service refuses the token, the error
// says what to do.
func (c *Client) Send(ctx context.Context, req *transport.Request) (*transport.Response, error) {
	var used acrcloud.Secret
	req.Token = func(ctx context.Context, rejected string) (string, error) {
		token, err := c.token(ctx, rejected)
		used = token
		return token.Reveal(), err
	}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json") // without it, the service responds to invalid requests with a redirect to HTML
	}
	resp, err := c.http.Do(ctx, req)
	if e, ok := errors.AsType[*acrcloud.APIError](err); ok && e.Remedy == "" {
		if text := remedy.Of(remedy.Response(*e), credential.Describe(used, time.Now(), c.scope)); text != e.Hint() {
			e.Remedy = text // it depends on the token, which the error does not have
		}
	}
	return resp, err
}

func refuse(field, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
}
