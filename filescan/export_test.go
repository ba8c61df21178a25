package filescan

import (
	"context"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// UploadAnySize uploads without the limit on forms, to measure both methods with the same content.
func UploadAnySize(ctx context.Context, f *Files, src acrcloud.Source, method Method) (*File, error) {
	content, err := src.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // it was only read
	u := &upload{files: f, content: content, opts: UploadOptions{Method: method}, limit: 1 << 40}
	if err := u.prepare(src.Name()); err != nil {
		return nil, err
	}
	return u.run(ctx)
}
