package filescan

import (
	"context"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Files is the files of one container. Its calls go to the host of the container's region, which is looked up once.
type Files struct {
	client      *Client
	containerID int
}

// ListFilesOptions selects files. The zero value means all, without their results.
type ListFilesOptions struct {
	Page        int    // 1 is the first, and the default
	PerPage     int    // 20 by default; All uses 100
	Search      string // part of a file's name or URI
	State       *State // only files in this state
	WithResults bool   // with File.Results, which the service leaves out otherwise
}

// Get returns a file with its results. It calls GET /api/fs-containers/{container}/files/{id}. It is retried. A file that does
// not exist is [acrcloud.ErrNotFound].
func (f *Files) Get(ctx context.Context, fileID string) (*File, error) {
	if err := f.check(fileID); err != nil {
		return nil, err
	}
	file, _, err := f.get(ctx, fileID)
	return file, err
}

// get returns a file, and the service's time.
func (f *Files) get(ctx context.Context, fileID string) (file *File, now time.Time, err error) {
	base, err := f.base(ctx)
	if err != nil {
		return nil, now, err
	}
	resp, err := f.client.api.Send(ctx, &transport.Request{
		Op: "files.get", Cost: transport.Read, Method: http.MethodGet, URL: base + "/" + fileID,
		Check: console.One(&file, func(found *File) bool { return strings.EqualFold(found.ID, fileID) && f.mayHold(found) }, console.NotFound("file "+fileID)),
	})
	if err != nil {
		return nil, now, err
	}
	return file, console.TimeOf(resp), nil
}

// mayHold reports whether a file may be one of the container's, as far as it says.
func (f *Files) mayHold(file *File) bool {
	return file.ContainerID == 0 || file.ContainerID == f.containerID
}

// List returns one page of files; nil options mean the first of all. It calls GET /api/fs-containers/{container}/files. It is
// retried. The service never lists the results of channels and playlists.
func (f *Files) List(ctx context.Context, opts *ListFilesOptions) (*Page[File], error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	var o ListFilesOptions
	if opts != nil {
		o = *opts
	}
	page, _, err := f.page(ctx, o)
	return page, err
}

// All iterates over all files, page by page, by [Files.List]; nil options mean all, without results. Each range starts
// from the beginning, with the options as they were when All was called. Files may be added and deleted in the
// meantime: files that exist all the time are yielded once, unless so many change that the remaining rows cannot be
// located. An error comes last and ends it.
func (f *Files) All(ctx context.Context, opts *ListFilesOptions) iter.Seq2[*File, error] {
	var o ListFilesOptions
	if opts != nil {
		o = *opts
	}
	if o.PerPage == 0 {
		o.PerPage = console.AllPerPage
	}
	return console.All(ctx, o.Page, func(ctx context.Context, number int) (*console.Page[File], error) {
		if err := f.check(); err != nil {
			return nil, err
		}
		o := o
		o.Page = number
		page, _, err := f.page(ctx, o)
		return (*console.Page[File])(page), err
	}, func(f *File) string { return f.ID })
}

func (f *Files) page(ctx context.Context, o ListFilesOptions) (*Page[File], time.Time, error) {
	q, perPage, err := console.PageQuery(o.Page, o.PerPage)
	if err != nil {
		return nil, time.Time{}, err
	}
	base, err := f.base(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	q = q.Text("search", o.Search).Bool("with_result", o.WithResults)
	if o.State != nil {
		q = q.Text("state", strconv.Itoa(int(*o.State)))
	}
	page, now, err := console.GetPage[File](ctx, f.client.api, perPage, &transport.Request{Op: "files.list", URL: base + q.String()})
	return (*Page[File])(page), now, err
}

// check refuses what must not be sent.
func (f *Files) check(fileIDs ...string) error {
	if f == nil {
		return (*Client)(nil).usable()
	}
	if err := f.client.usable(); err != nil {
		return err
	}
	if err := checkContainerID(f.containerID); err != nil {
		return err
	}
	for _, id := range fileIDs {
		if err := console.CheckFileID("fileID", id); err != nil {
			return err
		}
	}
	return nil
}

// base returns the URL of the container's files.
func (f *Files) base(ctx context.Context) (string, error) {
	root, err := f.root(ctx)
	return root + "/files", err
}

// root returns the URL of the container on the host of its region.
func (f *Files) root(ctx context.Context) (string, error) {
	var region acrcloud.Region
	hosts := f.client.api.Hosts()
	if hosts.Regional {
		var err error
		if region, err = f.client.Containers().region(ctx, f.containerID); err != nil {
			return "", err
		}
	}
	return hosts.Region(string(region)) + containersPath(f.containerID), nil
}

// ContainerID returns the container that the files are in.
func (f *Files) ContainerID() int {
	if f == nil {
		return 0
	}
	return f.containerID
}
