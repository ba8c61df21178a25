package console

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// MaxIDs is the most ids in one request; with UUIDs, the path has about 2 kB.
const MaxIDs = 50

// Chunks iterates over the ids in groups of at most MaxIDs, each id once: what is asked for twice may be billed twice.
func Chunks(ids []string) iter.Seq[[]string] {
	seen := make(map[string]bool, len(ids))
	return slices.Chunk(slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	}), MaxIDs)
}

// InChunks deletes by ids, in requests of at most MaxIDs. remove sends one request. If the service does not know one of
// several ids, they are deleted one by one, and the error names the unknown ones. If a response is lost and the thing
// is gone, that counts as deleted.
func InChunks(ctx context.Context, ids []string, remove func(ctx context.Context, ids []string) error) error {
	for chunk := range Chunks(ids) {
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
	case len(ids) == 1 && lost: // the attempt without a response deleted it
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
	if lost && missing == len(ids) { // that attempt deleted them all
		return nil
	}
	return err
}

// EachOf calls do for each id, and continues after ids that the service does not know.
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
