package console

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Projects has the calls about the account's recognition projects (base projects). Reading needs the scope
// read-base-projects, changing needs write-base-projects.
type Projects struct{ g group }

// A Project is a recognition project. Package identify uses its access key and access secret.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type Project struct {
	ID        int             `json:"id"`
	AccountID int             `json:"uid,omitzero"` // of the console account
	Name      string          `json:"name,omitzero"`
	Region    acrcloud.Region `json:"region,omitzero"`
	Type      ProjectType     `json:"service_type,omitzero"`

	AccessKey    acrcloud.Secret `json:"access_key,omitzero"`
	AccessSecret acrcloud.Secret `json:"access_secret,omitzero"` // encoding redacts it, and the access key

	State       int       `json:"state,omitzero"`       // 1 is active
	DayLimit    int       `json:"day_limit,omitzero"`   // requests per day; 0 is no limit
	TotalLimit  int       `json:"total_limit,omitzero"` // requests in all; 0 is no limit
	AudioType   AudioType `json:"audio_type,omitzero"`
	Version     int       `json:"version,omitzero"`
	ExternalID  string    `json:"external_id,omitzero"`  // the old form of ExternalIDs
	ExternalIDs []string  `json:"external_ids,omitzero"` // the ids in results, such as "isrc" and "spotify"
	Buckets     []*Bucket `json:"buckets,omitzero"`      // the buckets that it compares with; only their id, name, type and template are set
	StatusCheck int       `json:"status_check,omitzero"` // undocumented

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A ProjectType is the kind of recognition. The service may add others.
type ProjectType string

// The documented types.
const (
	AudioVideoRecognition ProjectType = "AVR"
	LiveChannelDetection  ProjectType = "LCD"
	HumRecognition        ProjectType = "HR"
)

// AudioType is the kind of audio that a project expects. The wrong one costs accuracy.
type AudioType string

// The audio types.
const (
	LineIn   AudioType = "linein"   // original files and clean streams
	Recorded AudioType = "recorded" // recordings through a microphone, with noise
)

// ACRCloudMusic is the id of the bucket with the service's own music.
const ACRCloudMusic = 23

// Config returns the configuration for identify.New: the project's access key and secret, and the host of its region.
// If identifications go to a mock or a proxy, set IdentifyHost to its address.
func (p Project) Config() acrcloud.Config {
	cfg := acrcloud.Config{Name: p.Name, IdentifyAccessKey: p.AccessKey, IdentifyAccessSecret: p.AccessSecret}
	switch {
	case p.Region == acrcloud.CNNorth1:
		cfg.IdentifyHost = "identify-" + string(p.Region) + ".acrcloud.cn"
	case isRegion(p.Region):
		cfg.IdentifyHost = "identify-" + string(p.Region) + ".acrcloud.com"
	}
	return cfg
}

// ListProjectsOptions selects projects. The zero value means all.
type ListProjectsOptions struct {
	Page    int             // 1 is the first, and the default
	PerPage int             // 20 by default; All uses 100
	Region  acrcloud.Region // only those of a region
	Type    ProjectType     // only those of a type
}

// A CreateProjectRequest describes a new project. Name, Region, Type and Buckets are required.
type CreateProjectRequest struct {
	Name        string
	Region      acrcloud.Region
	Type        ProjectType
	Buckets     []int     // ids of the buckets to compare with, such as ACRCloudMusic
	AudioType   AudioType // LineIn unless set
	ExternalIDs []string  // the ids that results should have, such as "isrc", "upc", "spotify", "deezer" and "musicbrainz"
}

// An UpdateProjectRequest changes the fields that are set and leaves the others unchanged.
type UpdateProjectRequest struct {
	Name      *string
	Buckets   []int // nil keeps them
	AudioType *AudioType
}

// List returns one page of projects; nil options mean the first page. It calls GET /api/base-projects. It is retried.
func (p *Projects) List(ctx context.Context, opts *ListProjectsOptions) (*Page[Project], error) {
	return p.page(ctx, valueOf(opts))
}

// All iterates over all projects, page by page; nil options mean all. It calls GET /api/base-projects. Each range
// starts from the beginning, with the options as they were when All was called. An error is yielded last and ends the
// iteration.
func (p *Projects) All(ctx context.Context, opts *ListProjectsOptions) iter.Seq2[*Project, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[Project], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		return p.page(ctx, o)
	}, func(p *Project) int { return p.ID })
}

func (p *Projects) page(ctx context.Context, o ListProjectsOptions) (*Page[Project], error) {
	return page[Project](ctx, p.group(), o.Page, o.PerPage, action{op: "projects.list", secret: true}, func(q core.Query) core.Query {
		return q.Text("region", string(o.Region)).Text("type", string(o.Type))
	})
}

// Get returns a project. It calls GET /api/base-projects/{project}. It is retried. If there is no such project, the
// error matches [acrcloud.ErrNotFound].
func (p *Projects) Get(ctx context.Context, id int) (*Project, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return one(ctx, p.group(), action{op: "projects.get", path: pathOf(id), secret: true}, func(p *Project) bool { return p.ID == id },
		core.NotFound("project "+strconv.Itoa(id)))
}

// Create creates a project. It calls POST /api/base-projects. The request is sent again only if the service cannot have
// accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with All first.
func (p *Projects) Create(ctx context.Context, r CreateProjectRequest) (*Project, error) {
	const field = "CreateProjectRequest."
	switch {
	case r.Name == "":
		return nil, refuse(field+"Name", "is empty", "give the project a name")
	case r.Type == "":
		return nil, refuse(field+"Type", "is empty", "use AudioVideoRecognition or another of the ProjectType constants")
	case len(r.Buckets) == 0:
		return nil, refuse(field+"Buckets", "is empty", "set at least one bucket, such as ACRCloudMusic: without one, nothing is recognised")
	}
	if err := checkRegion(field+"Region", r.Region); err != nil {
		return nil, err
	}
	if err := checkBuckets(field+"Buckets", r.Buckets); err != nil {
		return nil, err
	}
	body := fields{"name": r.Name, "region": r.Region, "type": r.Type, "buckets": r.Buckets, "audio_type": LineIn}
	if r.AudioType != "" {
		body["audio_type"] = r.AudioType
	}
	if len(r.ExternalIDs) > 0 {
		body["external_ids"] = r.ExternalIDs
	}
	return created(ctx, p.group(), action{op: "projects.create", method: http.MethodPost, cost: transport.Billed, body: body, secret: true},
		func(p *Project) string { return idText(p.ID) })
}

// Update changes a project and returns it. It calls PUT /api/base-projects/{project}, and GET if the response has no
// project. It is retried.
func (p *Projects) Update(ctx context.Context, id int, r UpdateProjectRequest) (*Project, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if err := checkBuckets("UpdateProjectRequest.Buckets", r.Buckets); err != nil {
		return nil, err
	}
	body := fields{}
	put(body, "name", r.Name)
	put(body, "audio_type", r.AudioType)
	if r.Buckets != nil {
		body["buckets"] = r.Buckets
	}
	if err := checkChange("UpdateProjectRequest", body, r.Name); err != nil {
		return nil, err
	}
	return changed(ctx, p.group(), action{op: "projects.update", path: pathOf(id), body: body, secret: true}, func(p *Project) bool { return p.ID == id },
		func() (*Project, error) { return p.Get(ctx, id) })
}

// Delete deletes a project. Its access key stops working. It calls DELETE /api/base-projects/{project}. It is retried;
// if a response is lost and the project is gone, that counts as deleted.
func (p *Projects) Delete(ctx context.Context, id int) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return p.group().remove(ctx, action{op: "projects.delete", path: pathOf(id)})
}

// BucketStatus returns the state of a project's buckets as the service sends it; its format is not documented. It calls
// GET /api/base-projects/{project}/bucket-status. It is retried.
func (p *Projects) BucketStatus(ctx context.Context, id int) (json.RawMessage, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return p.group().raw(ctx, action{op: "projects.bucket-status", path: pathOf(id) + "/bucket-status"})
}

// Statistics returns the statistics of a project for a range of days, as the service sends them; their format is not
// documented. It calls GET /api/base-projects/{project}/statistics. It is retried. [Projects.DayUsage] returns typed
// numbers.
func (p *Projects) Statistics(ctx context.Context, id int, days DateRange) (json.RawMessage, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if err := days.check("days"); err != nil {
		return nil, err
	}
	q := core.Query{}.Text("start_date", days.From.String()).Text("end_date", days.To.String())
	return p.group().raw(ctx, action{op: "projects.statistics", path: pathOf(id) + "/statistics", query: q})
}

// A DayUsage is the number of identifications of a project on one day.
type DayUsage struct {
	Date     string `json:"date"`     // "2006-01-02"; see ParseDate
	Result   int    `json:"result"`   // identifications with a result
	NoResult int    `json:"noresult"` // without a result; one public user's bill counts them half
	Error    int    `json:"error"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// DayUsage returns the identifications of a project on each day of a range. It calls GET
// /api/base-projects/{project}/day-stat, which the website uses and the documentation does not mention. It is retried.
func (p *Projects) DayUsage(ctx context.Context, id int, days DateRange) ([]*DayUsage, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if err := days.check("days"); err != nil {
		return nil, err
	}
	q := core.Query{}.Text("start", days.From.String()).Text("end", days.To.String())
	data, err := p.group().raw(ctx, action{op: "projects.day-usage", path: pathOf(id) + "/day-stat", query: q})
	if err != nil {
		return nil, err
	}
	var body struct {
		Data []*DayUsage `json:"data"`
	}
	if data = bytes.TrimSpace(data); data[0] == '[' { // without the envelope, as one public client expects
		data = slices.Concat([]byte(`{"data":`), data, []byte("}"))
	}
	if err := lenient.Unmarshal(data, &body); err != nil {
		return nil, &acrcloud.DecodeError{Op: "projects.day-usage", StatusCode: http.StatusOK, Err: err}
	}
	return settled(body.Data), nil
}

func (p *Projects) group() group {
	if p == nil {
		return group{}
	}
	return p.g
}
