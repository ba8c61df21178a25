package filescan

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Rescan processes files again with the container's current settings. It returns the service's response, which need not
// be all of them; without an id it sends nothing, and an id that is given twice counts once. It calls PUT /api/fs-containers/{container}/files/{ids}/rescan, for many files in
// several requests. It is presumably billed again, and so retried only if the service cannot have accepted it; otherwise the
// error matches [acrcloud.ErrOutcomeUnknown]. Even then a file is looked at first: one that is being processed is not rescanned again.
//
// Where the service does not know one of several files, the others are checked and rescanned one by one, unless they are being
// processed already; the error names those that it does not know. The files rescanned so far are returned with any error.
//
// To wait for the new results, give [Files.Wait] the old File.UpdatedAt as WaitOptions.NewerThan.
func (f *Files) Rescan(ctx context.Context, fileIDs ...string) ([]*File, error) {
	if err := f.check(fileIDs...); err != nil || len(fileIDs) == 0 {
		return nil, err
	}
	base, err := f.base(ctx)
	if err != nil {
		return nil, err
	}
	var all []*File
	for chunk := range console.Chunks(fileIDs) {
		files, err := f.rescan(ctx, base, chunk)
		if _, begun := errors.AsType[*begunError](err); (begun || errors.Is(err, acrcloud.ErrNotFound)) && len(chunk) > 1 {
			err = console.EachOf(ctx, chunk, func(id string) error {
				one, err := f.rescanOne(ctx, base, id)
				files = append(files, one...)
				return err
			})
		}
		all = append(all, files...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// rescanOne rescans a file of a request that was refused, unless it was accepted there in part.
func (f *Files) rescanOne(ctx context.Context, base, id string) ([]*File, error) {
	file, err := f.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	if file.State == StateProcessing {
		return []*File{file}, nil
	}
	return f.rescan(ctx, base, []string{id})
}

// rescan sends one request. It is refused for now (429, 503) even where it has been accepted, so a file is looked at before it is sent
// again, and in the end.
func (f *Files) rescan(ctx context.Context, base string, ids []string) (files []*File, err error) {
	sent := time.Now()
	_, err = f.client.api.Send(ctx, &transport.Request{
		Op: "files.rescan", Cost: transport.Billed, Method: http.MethodPut, URL: base + "/" + strings.Join(ids, ",") + "/rescan",
		Check: func(resp *transport.Response) error {
			files = rescanned(resp.Body, ids)
			return console.Acknowledged(resp)
		},
		BeforeRetry: func(ctx context.Context, _ time.Duration) error { return f.unchanged(ctx, ids[0], sent) },
	})
	if console.RefusedForNow(err) && !unknownOutcome(err) {
		if doubt := f.unchanged(ctx, ids[0], sent); doubt != nil {
			err = fmt.Errorf("%w; before that: %w", doubt, err)
		}
	}
	if begun, ok := errors.AsType[*begunError](err); ok && len(ids) == 1 {
		return []*File{begun.file}, nil
	}
	return files, err
}

// A begunError stops a rescan that was refused, but that the service has begun all the same.
type begunError struct{ file *File }

// Error implements error.
func (e *begunError) Error() string { return "file " + e.file.ID + " is being processed" }

// unchanged returns nil if a file is as it was before its rescan was sent. If it is being processed, the rescan has begun; if it has changed,
// the rescan may have ended.
func (f *Files) unchanged(ctx context.Context, id string, sent time.Time) error {
	file, now, err := f.get(ctx, id)
	switch {
	case errors.Is(err, acrcloud.ErrNotFound): // there is nothing to rescan, and the rescan's own response says so
		return nil
	case err != nil:
		return fmt.Errorf("%w: the rescan was refused, and whether it has begun all the same cannot be seen: %w", acrcloud.ErrOutcomeUnknown, err)
	case !file.State.Done():
		return &begunError{file}
	case !now.IsZero() && file.UpdatedAt.After(now.Add(-time.Since(sent)-console.ClockGrain)):
		return fmt.Errorf("%w: the rescan was refused, but file %s has changed since it was sent", acrcloud.ErrOutcomeUnknown, id)
	}
	return nil
}

// rescanned reads the response to a rescan, which is not documented: the files of ids that can be found in it.
func rescanned(data []byte, ids []string) []*File {
	var body struct {
		Data []*File `json:"data"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		data = slices.Concat([]byte(`{"data":`), data, []byte("}"))
	}
	_ = lenient.Unmarshal(data, &body)
	return slices.DeleteFunc(body.Data, func(file *File) bool {
		return file == nil || !slices.ContainsFunc(ids, func(id string) bool { return strings.EqualFold(id, file.ID) })
	})
}
