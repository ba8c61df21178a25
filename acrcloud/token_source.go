package acrcloud

import "context"

// A TokenSource gives out Console API tokens, for services that rotate them. It must be safe for concurrent use and should
// cache: it is asked before each call.
type TokenSource interface {
	// Token returns the token to use. rejected is zero on the first ask. After a 401 or 403 the source is asked once more,
	// naming the token that was refused; if it returns another one, the call is tried once with that.
	Token(ctx context.Context, rejected Secret) (Secret, error)
}
