package filescan

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// maxIDs is how many ids go into one request; with UUIDs that makes a path of about 2 kB.
const maxIDs = 50

// Delete deletes files; without an id it sends nothing. It calls DELETE /api/fs-containers/{container}/files/{ids}, for many
// files in several requests. It is retried; a file that is gone after an attempt whose answer was lost counts as deleted. Where
// the service does not know one of several, they are deleted one by one, and the error names those that it does not know.
func (f *Files) Delete(ctx context.Context, fileIDs ...string) error {
	if err := f.check(fileIDs...); err != nil || len(fileIDs) == 0 {
		return err
	}
	base, err := f.base(ctx)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(fileIDs, maxIDs) {
		if err := f.deleteChunk(ctx, base, chunk); err != nil {
			return err
		}
	}
	return nil
}

// deleteChunk deletes files in one request, or one by one if the service does not know one of them.
func (f *Files) deleteChunk(ctx context.Context, base string, ids []string) error {
	req := &transport.Request{Op: "files.delete", Cost: transport.Write, Method: http.MethodDelete, URL: base + "/" + strings.Join(ids, ","), Check: console.Acknowledged}
	_, err := f.client.api.Send(ctx, req)
	switch {
	case !errors.Is(err, acrcloud.ErrNotFound):
		return err
	case len(ids) == 1 && transport.LostResponse(err): // the attempt that was lost has deleted it
		return nil
	case len(ids) == 1:
		return err
	}
	missing, lost := 0, transport.LostResponse(err)
	err = eachOf(ctx, ids, func(id string) error {
		err := f.deleteChunk(ctx, base, []string{id})
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

// eachOf runs do for each id, and goes on over those that the service does not know.
func eachOf(ctx context.Context, ids []string, do func(id string) error) error {
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
