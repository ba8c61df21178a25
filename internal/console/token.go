package console

import (
	"context"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/credential"
	"github.com/musicchartsai/acrcloud-go/internal/settings"
)

// A tokenFunc returns the token for a call; rejected is a token that the service has just refused.
type tokenFunc func(ctx context.Context, rejected string) (acrcloud.Secret, error)

// tokens returns the token from the source, if there is one, otherwise from the configuration.
func tokens(cfg acrcloud.Config, scope credential.Scope, s *settings.Settings) (tokenFunc, error) {
	if s.Token != nil {
		return func(ctx context.Context, rejected string) (acrcloud.Secret, error) {
			text, err := s.Token(ctx, rejected)
			if err != nil {
				return acrcloud.Secret{}, err
			}
			return credential.Token("TokenSource", acrcloud.NewSecret(text), scope)
		}, nil
	}
	const field = "Config.BearerToken"
	token, err := credential.Token(field, cfg.BearerToken, scope)
	if err != nil {
		return nil, err
	}
	for _, other := range []acrcloud.Secret{cfg.IdentifyAccessKey, cfg.IdentifyAccessSecret} {
		if !other.IsZero() && token.Equal(other) {
			return nil, refuse(field, "is the same as the project's access key or access secret", "one of them is in the wrong place: this client needs a Console API token (it begins with eyJ), made under Account, Developer Settings; key and secret are on the project's page")
		}
	}
	return func(context.Context, string) (acrcloud.Secret, error) { return token, nil }, nil
}
