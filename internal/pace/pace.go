// Package pace slows uploads down. The content of an upload may be read more than once, such as by an upload policy, but
// only what is sent counts, so a limit cannot be part of the content. It is part of the upload's context.
package pace

import (
	"context"
	"io"
)

// A Wrap returns a reader that reads from r at its own pace, until ctx ends.
type Wrap func(ctx context.Context, r io.ReadCloser) io.ReadCloser

type key struct{}

// With returns a context whose uploads send what wrap reads.
func With(ctx context.Context, wrap Wrap) context.Context {
	return context.WithValue(ctx, key{}, wrap)
}

// Reader returns the reader of content that is about to be sent.
func Reader(ctx context.Context, r io.ReadCloser) io.ReadCloser {
	if wrap, ok := ctx.Value(key{}).(Wrap); ok {
		return wrap(ctx, r)
	}
	return r
}
