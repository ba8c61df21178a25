package console

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/multipart"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// DedupFiles has the calls about the files of a bucket that rejects duplicates: a file that sounds like an existing one
// is not added. Reading needs the scope read-audios, changing needs write-audios. No public program is known to use
// these calls.
type DedupFiles struct{ g group }

// A DedupFile is one recording in the bucket.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type DedupFile struct {
	ACRID      string   `json:"acr_id"`
	Duplicates []string `json:"dup_files,omitzero"` // your ids of the tracks that sound like it
	Added      *bool    `json:"do_db,omitzero"`     // whether an upload added it; nil in lists

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A DedupUpload describes the uploaded fingerprint. ID is required.
type DedupUpload struct {
	ID        string // your id of the track
	CheckOnly bool   // only look for duplicates, and never add it
}

// Upload looks for duplicates of a fingerprint, and adds it if there are none. It calls POST
// /api/buckets/{bucket}/dedup-files. The content is streamed and never held in memory. The request is sent again only
// if the service cannot have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown].
func (d *DedupFiles) Upload(ctx context.Context, src acrcloud.Source, r DedupUpload) (*DedupFile, error) {
	g := d.group()
	if err := g.ready(); err != nil {
		return nil, err
	}
	switch {
	case r.ID == "":
		return nil, refuse("DedupUpload.ID", "is empty", "use your own id of the track")
	case core.CheckName("DedupUpload.ID", r.ID) != nil:
		return nil, core.CheckName("DedupUpload.ID", r.ID)
	}
	content, err := src.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer content.Close() //nolint:errcheck // it was only read
	if content.Size() < 0 {
		if err := content.Spool(ctx, maxSpool); err != nil {
			return nil, err
		}
	}
	add := "1"
	if r.CheckOnly {
		add = "0"
	}
	name := core.ValidName(src.Name())
	if name == "" {
		name = r.ID
	}
	form, err := multipart.New([]multipart.Field{{Name: "id", Value: r.ID}, {Name: "db_if_nodup", Value: add}},
		multipart.File{Field: "file", Name: name, ContentType: "application/octet-stream"})
	if err != nil {
		return nil, err
	}
	req, err := g.request(action{op: "dedup-files.upload", method: http.MethodPost, cost: transport.Billed})
	if err != nil {
		return nil, err
	}
	var file *DedupFile
	req.Header = http.Header{"Content-Type": {form.ContentType()}}
	req.Body = &transport.Body{Length: form.Length(content.Size()), Upload: true, Repeatable: content.Repeatable, Open: func(ctx context.Context) (io.ReadCloser, error) {
		r, err := content.NewReader(ctx)
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{form.Reader(r), r}, nil
	}}
	req.Check = core.One(&file, func(f *DedupFile) bool { return f.ACRID != "" || f.Added != nil || f.Duplicates != nil }, nil)
	if _, err := g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	return file, nil
}

// List returns one page of files; zero means the first page, and 20 items. It calls GET
// /api/buckets/{bucket}/dedup-files. It is retried.
func (d *DedupFiles) List(ctx context.Context, pageNumber, perPage int) (*Page[DedupFile], error) {
	return page[DedupFile](ctx, d.group(), pageNumber, perPage, action{op: "dedup-files.list"}, nil)
}

// All iterates over all files, page by page. It calls GET /api/buckets/{bucket}/dedup-files. Each range starts from the
// beginning. An error is yielded last and ends the iteration.
func (d *DedupFiles) All(ctx context.Context) iter.Seq2[*DedupFile, error] {
	return all(ctx, 0, 0, d.List, func(f *DedupFile) string { return f.ACRID })
}

// Get returns a file by its id. Which ids the service accepts is not documented; supposedly ACRIDs. It calls GET
// /api/buckets/{bucket}/dedup-files/{file}. It is retried. If there is no such file, the error matches
// [acrcloud.ErrNotFound].
func (d *DedupFiles) Get(ctx context.Context, fileID string) (*DedupFile, error) {
	if err := checkTextIDs("fileID", fileID); err != nil {
		return nil, err
	}
	return one(ctx, d.group(), action{op: "dedup-files.get", path: "/" + fileID}, func(f *DedupFile) bool {
		return strings.EqualFold(f.ACRID, fileID) || slices.Contains(f.Duplicates, fileID)
	}, core.NotFound("file "+fileID))
}

// Delete deletes files by their ACRIDs; without any it sends nothing. It calls DELETE
// /api/buckets/{bucket}/dedup-files/{acrids}, in several requests if there are many. It is retried; if a response is
// lost and the file is gone, that counts as deleted. If the service does not know one of several, they are deleted one
// by one, and the error names the unknown ones.
func (d *DedupFiles) Delete(ctx context.Context, acrids ...string) error {
	if err := checkTextIDs("acrid", acrids...); err != nil {
		return err
	}
	return d.group().removeAll(ctx, action{op: "dedup-files.delete"}, acrids)
}

func (d *DedupFiles) group() group {
	if d == nil {
		return group{}
	}
	return d.g
}
