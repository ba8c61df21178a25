package filescan

import (
	"context"
	"net/http"
	"strings"

	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Delete deletes files; without an id it sends nothing. It calls DELETE /api/fs-containers/{container}/files/{ids}, for many
// files in several requests. It is retried; a file that is gone after an attempt whose response was lost counts as deleted. Where
// the service does not know one of several, they are deleted one by one, and the error names those that it does not know.
func (f *Files) Delete(ctx context.Context, fileIDs ...string) error {
	if err := f.check(fileIDs...); err != nil || len(fileIDs) == 0 {
		return err
	}
	base, err := f.base(ctx)
	if err != nil {
		return err
	}
	return console.InChunks(ctx, fileIDs, func(ctx context.Context, ids []string) error {
		_, err := f.client.api.Send(ctx, &transport.Request{
			Op: "files.delete", Cost: transport.Write, Method: http.MethodDelete, URL: base + "/" + strings.Join(ids, ","), Check: console.Acknowledged,
		})
		return err
	})
}
