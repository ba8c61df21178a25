package acrcloud

import (
	"context"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/internal/text"
)

// A TokenSource gives out Console API tokens, for services that rotate them. It must be safe for concurrent use and should
// cache: it is asked before each call.
type TokenSource interface {
	// Token returns the token to use. rejected is zero on the first ask. After a 401 or 403 the source is asked once more,
	// naming the token that was refused; if it returns another one, the call is tried once with that.
	Token(ctx context.Context, rejected Secret) (Secret, error)
}

// A TokenError says that a [TokenSource] failed or gave out nothing that can be sent. The call was not made.
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
