package console

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// BucketFiles has the calls about the files of one bucket. Reading needs the scope read-audios, changing needs
// write-audios.
type BucketFiles struct {
	g        group
	client   *Client
	bucketID int
}

// ListBucketFilesOptions selects files. The zero value means all.
type ListBucketFilesOptions struct {
	Page    int        // 1 is the first, and the default
	PerPage int        // 20 by default; All uses 100
	Search  string     // part of a title
	State   *FileState // only files in this state
	Sort    string     // "id", the default, or "status"
	Order   string     // "asc", the default, or "desc"
}

// An UpdateBucketFileRequest changes the fields that are set and leaves the others unchanged.
type UpdateBucketFileRequest struct {
	Title       *string
	UserDefined map[string]any // replaces all existing values; nil keeps them
}

// List returns one page of files; nil options mean the first page. It calls GET /api/buckets/{bucket}/files. It is
// retried.
func (f *BucketFiles) List(ctx context.Context, opts *ListBucketFilesOptions) (*Page[BucketFile], error) {
	page, _, err := f.page(ctx, valueOf(opts))
	return page, err
}

// All iterates over all files, page by page; nil options mean all. It calls GET /api/buckets/{bucket}/files. Each range
// starts from the beginning, with the options as they were when All was called. An error is yielded last and ends the
// iteration.
func (f *BucketFiles) All(ctx context.Context, opts *ListBucketFilesOptions) iter.Seq2[*BucketFile, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[BucketFile], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		page, _, err := f.page(ctx, o)
		return page, err
	}, func(f *BucketFile) int { return f.ID })
}

// page returns a page, and the service's time.
func (f *BucketFiles) page(ctx context.Context, o ListBucketFilesOptions) (*Page[BucketFile], time.Time, error) {
	g := f.group()
	if err := g.ready(); err != nil {
		return nil, time.Time{}, err
	}
	if err := checkChoice("ListBucketFilesOptions.Sort", o.Sort, "id", "status"); err != nil {
		return nil, time.Time{}, err
	}
	if err := checkOrder("ListBucketFilesOptions.Order", o.Order); err != nil {
		return nil, time.Time{}, err
	}
	q, perPage, err := core.PageQuery(o.Page, o.PerPage)
	if err != nil {
		return nil, time.Time{}, err
	}
	q = q.Text("search", o.Search).Text("sort", o.Sort).Text("order", o.Order)
	if o.State != nil {
		q = q.Text("state", strconv.Itoa(int(*o.State)))
	}
	req, err := g.request(action{op: "bucket-files.list", query: q})
	if err != nil {
		return nil, time.Time{}, err
	}
	found, now, err := core.GetPage[BucketFile](ctx, g.api, perPage, req)
	if err != nil {
		return nil, time.Time{}, err
	}
	settled(found.Items)
	return (*Page[BucketFile])(found), now, nil
}

// Get returns a file. It calls GET /api/buckets/{bucket}/files/{file}. It is retried. If there is no such file, the
// error matches [acrcloud.ErrNotFound].
func (f *BucketFiles) Get(ctx context.Context, fileID int) (*BucketFile, error) {
	if err := checkID("fileID", fileID); err != nil {
		return nil, err
	}
	return one(ctx, f.group(), action{op: "bucket-files.get", path: pathOf(fileID)}, func(f *BucketFile) bool { return f.ID == fileID },
		core.NotFound("file "+strconv.Itoa(fileID)))
}

// GetByACRID returns the file with an ACRID, such as the [acrcloud.CustomFile.ACRID] of a result. It calls GET
// /api/buckets/{bucket}/files/{acrid}. It is retried. If there is no such file, the error matches
// [acrcloud.ErrNotFound].
func (f *BucketFiles) GetByACRID(ctx context.Context, acrid string) (*BucketFile, error) {
	if err := core.CheckTextID("acrid", acrid, "use CustomFile.ACRID of a result"); err != nil {
		return nil, err
	}
	return one(ctx, f.group(), action{op: "bucket-files.get", path: "/" + acrid}, func(f *BucketFile) bool { return strings.EqualFold(f.ACRID, acrid) },
		core.NotFound("file "+acrid))
}

// Update changes a file and returns it. It calls PUT /api/buckets/{bucket}/files/{file}, and GET if the response has no
// file. It is retried.
func (f *BucketFiles) Update(ctx context.Context, fileID int, r UpdateBucketFileRequest) (*BucketFile, error) {
	const field = "UpdateBucketFileRequest"
	if err := checkID("fileID", fileID); err != nil {
		return nil, err
	}
	body := fields{}
	if r.Title != nil {
		if *r.Title == "" {
			return nil, refuse(field+".Title", "is empty", "leave it nil to keep the title")
		}
		body["title"] = *r.Title
	}
	if r.UserDefined != nil {
		body["user_defined"] = r.UserDefined
	}
	if err := checkChange(field, body, nil); err != nil {
		return nil, err
	}
	return changed(ctx, f.group(), action{op: "bucket-files.update", path: pathOf(fileID), body: body}, func(f *BucketFile) bool { return f.ID == fileID },
		func() (*BucketFile, error) { return f.Get(ctx, fileID) })
}

// Delete deletes files; without ids it sends nothing. It calls DELETE /api/buckets/{bucket}/files/{files}, in several
// requests if there are many. It is retried; if a response is lost and the file is gone, that counts as deleted. If the
// service does not know one of several, they are deleted one by one, and the error names the unknown ones.
func (f *BucketFiles) Delete(ctx context.Context, fileIDs ...int) error {
	ids, err := checkIDs("fileID", fileIDs)
	if err != nil {
		return err
	}
	return f.group().removeAll(ctx, action{op: "bucket-files.delete"}, ids)
}

// Move moves files to another bucket; without ids it sends nothing. It calls PUT
// /api/buckets/{target}/files/{files}/move, in several requests if there are many. It is retried.
func (f *BucketFiles) Move(ctx context.Context, targetBucketID int, fileIDs ...int) error {
	ids, err := checkIDs("fileID", fileIDs)
	if err != nil {
		return err
	}
	g := f.group()
	if err := g.ready(); err != nil {
		return err
	}
	if err := core.CheckID("targetBucketID", targetBucketID, "use an id from Buckets.List"); err != nil {
		return err
	}
	if targetBucketID == f.bucketID {
		return refuse("targetBucketID", "is the bucket that holds the files already", "use the id of another bucket")
	}
	g.path = "/buckets/" + strconv.Itoa(targetBucketID) + "/files"
	for chunk := range core.Chunks(ids) {
		a := action{op: "bucket-files.move", path: "/" + strings.Join(chunk, ",") + "/move", method: http.MethodPut, cost: transport.Write}
		if err := g.do(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// Dump returns the service's dump of the whole bucket; its format is not documented. It calls GET
// /api/buckets/{bucket}/files/dump. According to the official command line tool, this is possible once a day. It is
// retried.
func (f *BucketFiles) Dump(ctx context.Context) (json.RawMessage, error) {
	return f.group().raw(ctx, action{op: "bucket-files.dump", path: "/dump"})
}

func (f *BucketFiles) group() group {
	if f == nil {
		return group{}
	}
	return f.g
}
