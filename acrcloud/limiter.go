package acrcloud

import "context"

// A Limiter spaces out requests: Wait returns when the next one may be sent, or with an error if ctx ends first.
type Limiter interface {
	Wait(ctx context.Context) error
}
