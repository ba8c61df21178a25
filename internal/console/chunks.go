package console

import (
	"context"
	"errors"
	"slices"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// MaxIDs is how many ids go into one request; with UUIDs that makes a path of about 2 kB.
const MaxIDs = 50

// InChunks has many ids deleted, so many in a request. remove sends one. Where the service does not know one of several, they are deleted
// one by one, and the error names those that it does not know. What is gone after an attempt whose response was lost counts as
// deleted.
func InChunks(ctx context.Context, ids []string, remove func(ctx context.Context, ids []string) error) error {
	for chunk := range slices.Chunk(ids, MaxIDs) {
		if err := inChunk(ctx, chunk, remove); err != nil {
			return err
		}
	}
	return nil
}

func inChunk(ctx context.Context, ids []string, remove func(ctx context.Context, ids []string) error) error {
	err := remove(ctx, ids)
	lost := transport.LostResponse(err)
	switch {
	case !errors.Is(err, acrcloud.ErrNotFound):
		return err
	case len(ids) == 1 && lost: // the attempt that was lost has deleted it
		return nil
	case len(ids) == 1:
		return err
	}
	missing := 0
	err = EachOf(ctx, ids, func(id string) error {
		err := inChunk(ctx, []string{id}, remove)
		if errors.Is(err, acrcloud.ErrNotFound) {
			missing++
		}
		return err
	})
	if lost && missing == len(ids) { // it has deleted them all
		return nil
	}
	return err
}

// EachOf runs do for each id, and goes on over those that the service does not know.
func EachOf(ctx context.Context, ids []string, do func(id string) error) error {
	var missing []error
	for _, id := range ids {
		err := do(id)
		if errors.Is(err, acrcloud.ErrNotFound) {
			missing = append(missing, err)
			continue
		}
		if err != nil || ctx.Err() != nil {
			return errors.Join(append(missing, err)...)
		}
	}
	return errors.Join(missing...)
}
