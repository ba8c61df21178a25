package console

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Buckets has the calls about the account's buckets, the collections of audio that recognition compares with. Reading
// needs the scope read-buckets, changing needs write-buckets.
type Buckets struct{ g group }

// A Bucket is a collection of audio, or of channels, that recognition compares with.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type Bucket struct {
	ID        int             `json:"id"`
	AccountID int             `json:"uid,omitzero"` // of the console account
	Name      string          `json:"name,omitzero"`
	Type      BucketType      `json:"type,omitzero"`
	State     int             `json:"state,omitzero"` // 1 is active
	Region    acrcloud.Region `json:"region,omitzero"`
	NetType   *NetType        `json:"net_type,omitzero"` // nil if unknown

	Labels           []string `json:"labels,omitzero"`
	MetadataTemplate string   `json:"metadata_template,omitzero"` // which metadata its files have, for the console; a list or JSON
	Num              int      `json:"num,omitzero"`               // the number of files
	Size             int64    `json:"size,omitzero"`              // of all files; the unit is not documented
	AccessPermission string   `json:"access_permission,omitzero"` // such as "private"
	Node             string   `json:"node,omitzero"`              // internal
	Tracker          int      `json:"tracker,omitzero"`           // undocumented

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A BucketType is the kind of content that a bucket holds. The service may add others.
type BucketType string

// The documented types.
const (
	FileBucket          BucketType = "File"          // audio files and fingerprints: BucketFiles
	LiveBucket          BucketType = "Live"          // live channels: LiveChannels
	LiveRecBucket       BucketType = "LiveRec"       // recorded channels
	LiveTimeshiftBucket BucketType = "LiveTimeshift" // channels with time shift
	DedupBucket         BucketType = "DedupFile"     // files without duplicates: DedupFiles
)

// A NetType is where a bucket is used for recognition.
type NetType int

// The net types, as documented. The official command line tool uses other words.
const (
	NetBoth    NetType = 0
	NetOnline  NetType = 1 // by the service
	NetOffline NetType = 2 // in databases on devices
)

// ListBucketsOptions selects buckets. The zero value means all.
type ListBucketsOptions struct {
	Page    int             // 1 is the first, and the default
	PerPage int             // 20 by default; All uses 100
	Region  acrcloud.Region // only those of a region
	Type    BucketType      // only those of a type
	Search  string          // part of a name; whether the service uses it is not documented
}

// A CreateBucketRequest describes a new bucket. Name, Type and Region are required.
type CreateBucketRequest struct {
	Name             string
	Type             BucketType
	Region           acrcloud.Region
	NetType          *NetType // NetOnline unless set
	Labels           []string
	MetadataTemplate string
}

// An UpdateBucketRequest changes the fields that are set and leaves the others unchanged.
type UpdateBucketRequest struct {
	Name             *string
	Labels           []string // nil keeps them
	MetadataTemplate *string
}

// List returns one page of buckets; nil options mean the first page. It calls GET /api/buckets. It is retried.
func (b *Buckets) List(ctx context.Context, opts *ListBucketsOptions) (*Page[Bucket], error) {
	return b.page(ctx, valueOf(opts))
}

// All iterates over all buckets, page by page; nil options mean all. It calls GET /api/buckets. Each range starts from
// the beginning, with the options as they were when All was called. An error is yielded last and ends the iteration.
func (b *Buckets) All(ctx context.Context, opts *ListBucketsOptions) iter.Seq2[*Bucket, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[Bucket], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		return b.page(ctx, o)
	}, func(b *Bucket) int { return b.ID })
}

func (b *Buckets) page(ctx context.Context, o ListBucketsOptions) (*Page[Bucket], error) {
	return page[Bucket](ctx, b.group(), o.Page, o.PerPage, action{op: "buckets.list"}, func(q core.Query) core.Query {
		return q.Text("region", string(o.Region)).Text("type", string(o.Type)).Text("search", o.Search)
	})
}

// Get returns a bucket. It calls GET /api/buckets/{bucket}. It is retried. If there is no such bucket, the error
// matches [acrcloud.ErrNotFound].
func (b *Buckets) Get(ctx context.Context, id int) (*Bucket, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return one(ctx, b.group(), action{op: "buckets.get", path: pathOf(id)}, func(b *Bucket) bool { return b.ID == id }, core.NotFound("bucket "+strconv.Itoa(id)))
}

// Create creates a bucket. It calls POST /api/buckets. The request is sent again only if the service cannot have
// accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with All first.
// Whether a bucket is billed is not known.
func (b *Buckets) Create(ctx context.Context, r CreateBucketRequest) (*Bucket, error) {
	const field = "CreateBucketRequest."
	switch {
	case r.Name == "":
		return nil, refuse(field+"Name", "is empty", "give the bucket a name")
	case r.Type == "":
		return nil, refuse(field+"Type", "is empty", "use FileBucket or another of the BucketType constants")
	}
	if err := checkRegion(field+"Region", r.Region); err != nil {
		return nil, err
	}
	body := fields{"name": r.Name, "type": r.Type, "region": r.Region, "net_type": NetOnline}
	put(body, "net_type", r.NetType)
	if len(r.Labels) > 0 {
		body["labels"] = r.Labels
	}
	if r.MetadataTemplate != "" {
		body["metadata_template"] = r.MetadataTemplate
	}
	return created(ctx, b.group(), action{op: "buckets.create", method: http.MethodPost, cost: transport.Billed, body: body}, func(b *Bucket) string { return idText(b.ID) })
}

// Update changes a bucket and returns it. It calls PUT /api/buckets/{bucket}, and GET if the response has no bucket. It
// is retried.
func (b *Buckets) Update(ctx context.Context, id int, r UpdateBucketRequest) (*Bucket, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	body := fields{}
	put(body, "name", r.Name)
	put(body, "metadata_template", r.MetadataTemplate)
	if r.Labels != nil {
		body["labels"] = r.Labels
	}
	if err := checkChange("UpdateBucketRequest", body, r.Name); err != nil {
		return nil, err
	}
	return changed(ctx, b.group(), action{op: "buckets.update", path: pathOf(id), body: body}, func(b *Bucket) bool { return b.ID == id },
		func() (*Bucket, error) { return b.Get(ctx, id) })
}

// Delete deletes a bucket with all its content. It calls DELETE /api/buckets/{bucket}. It is retried; if a response is
// lost and the bucket is gone, that counts as deleted.
func (b *Buckets) Delete(ctx context.Context, id int) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return b.group().remove(ctx, action{op: "buckets.delete", path: pathOf(id)})
}

func (b *Buckets) group() group {
	if b == nil {
		return group{}
	}
	return b.g
}

// checkChange refuses an update without changes, and an empty name.
func checkChange(field string, body fields, name *string) error {
	switch {
	case name != nil && *name == "":
		return refuse(field+".Name", "is empty", "leave it nil to keep the name")
	case len(body) == 0:
		return refuse(field, "changes nothing", "set at least one field")
	}
	return nil
}

func isRegion(r acrcloud.Region) bool { return endpoint.IsRegion(string(r)) }

// valueOf copies options; nil means their zero value.
func valueOf[T any](opts *T) (o T) {
	if opts != nil {
		o = *opts
	}
	return o
}
