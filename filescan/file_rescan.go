package filescan

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Rescan processes files again with the container's current settings. It returns the service's response, which need not
// be all of them; without an id it sends nothing. It calls PUT /api/fs-containers/{container}/files/{ids}/rescan, for many files in
// several requests. It is presumably billed again, and so retried only if the service cannot have accepted it; otherwise the
// error matches [acrcloud.ErrOutcomeUnknown].
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
	for chunk := range slices.Chunk(fileIDs, console.MaxIDs) {
		files, err := f.rescan(ctx, base, chunk)
		if errors.Is(err, acrcloud.ErrNotFound) && len(chunk) > 1 {
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

func (f *Files) rescan(ctx context.Context, base string, ids []string) ([]*File, error) {
	var files []*File
	_, err := f.client.api.Send(ctx, &transport.Request{
		Op: "files.rescan", Cost: transport.Billed, Method: http.MethodPut, URL: base + "/" + strings.Join(ids, ",") + "/rescan",
		Check: func(resp *transport.Response) error {
			files = rescanned(resp.Body)
			return console.Acknowledged(resp)
		},
	})
	return files, err
}

// rescanned reads the response to a rescan, which is not documented: the files that can be found in it.
func rescanned(data []byte) []*File {
	var body struct {
		Data []*File `json:"data"`
	}
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		data = slices.Concat([]byte(`{"data":`), data, []byte("}"))
	}
	_ = lenient.Unmarshal(data, &body)
	return slices.DeleteFunc(body.Data, func(file *File) bool { return file == nil || file.ID == "" })
}
