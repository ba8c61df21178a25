package filescan

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A Client scans files through the Console API. Make one with [New] and share it: it is immutable and safe for concurrent use.
type Client struct {
	http    *transport.Client
	config  acrcloud.Config
	hosts   hosts
	token   func(ctx context.Context, rejected string) (string, error)
	regions *regions
	direct  *containerSet // containers without presigned upload
	records *records
}

// New makes a Client from the configuration's console half: BearerToken (or [acrcloud.WithTokenSource]), and optionally
// BaseURL, Region and ContainerID. It sends nothing. What is wrong with the configuration or an option is an
// [*acrcloud.ArgumentError].
func New(cfg acrcloud.Config, opts ...acrcloud.Option) (*Client, error) {
	s, err := transport.Apply(opts)
	if err != nil {
		return nil, err
	}
	if cfg.IsActive != nil && !*cfg.IsActive {
		return nil, &acrcloud.ArgumentError{Field: "Config.IsActive", Problem: "is false", Remedy: "this configuration was switched off; use another one or set it to true"}
	}
	cfg.Region = acrcloud.Region(strings.TrimSpace(string(cfg.Region)))
	if cfg.ContainerID < 0 {
		return nil, &acrcloud.ArgumentError{Field: "Config.ContainerID", Problem: "is negative", Remedy: "use the number that the console shows for the container"}
	}
	h, err := newHosts(cfg, s.InsecureHTTP)
	if err != nil {
		return nil, err
	}
	token, err := tokens(cfg, s)
	if err != nil {
		return nil, err
	}
	c := &Client{
		http:    transport.New(s),
		config:  cfg,
		hosts:   h,
		token:   token,
		regions: newRegions(),
		direct:  &containerSet{},
		records: newRecords(),
	}
	if cfg.Region != "" && cfg.ContainerID != 0 {
		c.regions.set(cfg.ContainerID, cfg.Region)
	}
	return c, nil
}

// tokens returns what gives out the token of a call.
func tokens(cfg acrcloud.Config, s *settings.Settings) (func(context.Context, string) (string, error), error) {
	if s.Token != nil {
		return func(ctx context.Context, rejected string) (string, error) {
			text, err := s.Token(ctx, rejected)
			if err != nil {
				return "", err
			}
			token, err := credential.Token("TokenSource", acrcloud.NewSecret(text))
			return token.Reveal(), err
		}, nil
	}
	const field = "Config.BearerToken"
	token, err := credential.Token(field, cfg.BearerToken)
	if err != nil {
		return nil, err
	}
	for _, other := range []acrcloud.Secret{cfg.IdentifyAccessKey, cfg.IdentifyAccessSecret} {
		if !other.IsZero() && token.Equal(other) {
			return nil, &acrcloud.ArgumentError{Field: field, Problem: "is the same as the project's access key or access secret", Remedy: "one of them is in the wrong place: File Scanning needs a Console API token (it begins with eyJ), made under Account, Developer Settings; key and secret are on the project's page"}
		}
	}
	return func(context.Context, string) (string, error) { return token.Reveal(), nil }, nil
}

// Containers returns the account's containers.
func (c *Client) Containers() *Containers { return &Containers{client: c} }

// Files returns the files of a container; 0 means Config.ContainerID. A container id that makes no sense is reported by the
// first call.
func (c *Client) Files(containerID int) *Files {
	if containerID == 0 && c != nil {
		containerID = c.config.ContainerID
	}
	return &Files{client: c, containerID: containerID}
}

// usable reports a Client that New has not made.
func (c *Client) usable() error {
	if c == nil || c.http == nil {
		return &acrcloud.ArgumentError{Field: "Client", Problem: "was not made by New", Remedy: "call filescan.New"}
	}
	return nil
}

// send runs one request of the Console API.
func (c *Client) send(ctx context.Context, req *transport.Request) (*transport.Response, error) {
	var used string
	req.Token = func(ctx context.Context, rejected string) (token string, err error) {
		used, err = c.token(ctx, rejected)
		return used, err
	}
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set("Accept", "application/json") // without it the service answers validation errors with a redirect to HTML
	resp, err := c.http.Do(ctx, req)
	if errors.Is(err, acrcloud.ErrCredentials) {
		if e, ok := errors.AsType[*acrcloud.APIError](err); ok {
			remedy, explained := credential.Rejected(acrcloud.NewSecret(used), time.Now())
			switch {
			case strings.Contains(strings.ToLower(e.Message), "container"): // it is not about the token
			case explained || !strings.HasPrefix(e.Message, "<"): // a page is not the service's answer, and has a hint of its own
				e.Remedy = remedy
			}
		}
	}
	return resp, err
}
