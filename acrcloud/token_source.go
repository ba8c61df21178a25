package acrcloud

import (
	"context"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A TokenSource returns Console API tokens, for services that rotate them. It must be safe for concurrent use and should
// cache: it is called before each call.
type TokenSource interface {
	// Token returns the token to use. rejected is zero at first. After a 401 or 403 it is called once more with the
	// refused token; if it returns a different one, the call is retried once with that.
	Token(ctx context.Context, rejected Secret) (Secret, error)
}

// A TokenError reports that a [TokenSource] failed or returned a token that cannot be sent. The call was not made.
type TokenError struct {
	Op  string // the operation that needed the token
	Err error  // the cause
}

// Error names the operation and the cause.
func (e *TokenError) Error() string {
	return text.Terminal(fmt.Sprintf("acrcloud: %s: no token to send: %v", e.Op, e.Err))
}

// Unwrap returns the cause.
func (e *TokenError) Unwrap() error { return e.Err }
