package identify

import (
	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A Client identifies samples through the Identification API. Make one with [New] and share it: it is immutable and safe for
// concurrent use. Calls share its pauses too: when the service reports too many requests per second, all of them wait.
type Client struct {
	http   *transport.Client
	url    string
	key    acrcloud.Secret
	secret acrcloud.Secret
}

// New returns a Client from the configuration's identification half: IdentifyHost, which is a host or a URL of it,
// IdentifyAccessKey and IdentifyAccessSecret. The console shows the three together for a project. It sends nothing;
// [Client.Check] does. An invalid configuration or option is an [*acrcloud.ArgumentError].
func New(cfg acrcloud.Config, opts ...acrcloud.Option) (*Client, error) {
	s, err := transport.Apply(opts)
	if err != nil {
		return nil, err
	}
	if s.Token != nil {
		return nil, &acrcloud.ArgumentError{Field: "WithTokenSource", Problem: "does not apply to identification", Remedy: "leave it out: this client uses Config.IdentifyAccessKey and Config.IdentifyAccessSecret"}
	}
	if s.StallTimeout != 0 {
		return nil, &acrcloud.ArgumentError{Field: "WithStallTimeout", Problem: "does not apply to identification", Remedy: "leave it out: samples are small, and WithAttemptTimeout bounds their sending"}
	}
	if cfg.IsActive != nil && !*cfg.IsActive {
		return nil, &acrcloud.ArgumentError{Field: "Config.IsActive", Problem: "is false", Remedy: "this configuration was switched off; use another one or set it to true"}
	}
	url, err := address(cfg.IdentifyHost, s.InsecureHTTP)
	if err != nil {
		return nil, err
	}
	key, err := credential.Key("Config.IdentifyAccessKey", cfg.IdentifyAccessKey)
	if err != nil {
		return nil, err
	}
	secret, err := credential.Key("Config.IdentifyAccessSecret", cfg.IdentifyAccessSecret)
	if err != nil {
		return nil, err
	}
	return &Client{http: transport.New(s), url: url, key: key, secret: secret}, nil
}

// usable reports a Client that New has not made.
func (c *Client) usable() error {
	if c == nil || c.http == nil {
		return &acrcloud.ArgumentError{Field: "Client", Problem: "was not made by New", Remedy: "call identify.New"}
	}
	return nil
}
