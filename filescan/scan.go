package filescan

import (
	"context"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// ScanOptions are the options of a scan.
type ScanOptions struct {
	Upload UploadOptions
	Wait   WaitOptions
}

// Scan uploads content, waits until it is processed and returns the file with its results: [Files.Upload] and [Files.Wait] in one.
// Once the upload has succeeded the file is returned with any error, so that its id is never lost. Each scan is billed.
func (f *Files) Scan(ctx context.Context, src acrcloud.Source, opts *ScanOptions) (*File, error) {
	var o ScanOptions
	if opts != nil {
		o = *opts
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	if _, err := o.Wait.wait(); err != nil {
		return nil, err // before anything is billed
	}
	uploaded, err := f.Upload(ctx, src, &o.Upload)
	if err != nil {
		return nil, err
	}
	file, err := f.Wait(ctx, uploaded.ID, &o.Wait)
	if file == nil {
		file = uploaded
	}
	return file, err
}
