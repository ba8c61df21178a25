package console

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// UnknownContent has the calls about projects that collect content that is played repeatedly but not recognised
// (Unknown Content Filter, UCF). Reading needs the scope read-ucf, changing needs write-ucf and delete-ucf.
type UnknownContent struct{ g group }

// An UnknownProject collects unrecognised content.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type UnknownProject struct {
	ID        int             `json:"id"`
	AccountID int             `json:"uid,omitzero"` // of the console account
	Name      string          `json:"name,omitzero"`
	Region    acrcloud.Region `json:"region,omitzero"`
	Type      UnknownType     `json:"type,omitzero"`
	Config    UnknownConfig   `json:"config,omitzero"`
	CreatedAt time.Time       `json:"created_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// An UnknownType says where the content comes from.
type UnknownType string

// The types.
const (
	UnknownOfStreams UnknownType = "BM"
	UnknownOfFiles   UnknownType = "FILES"
)

// An UnknownConfig selects what is collected. The service's defaults are not known.
type UnknownConfig struct {
	Days  int   `json:"days,omitzero"`   // how many days are considered
	MinMS int64 `json:"min_ms,omitzero"` // the shortest content, in milliseconds
	MaxMS int64 `json:"max_ms,omitzero"` // the longest content, in milliseconds

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// body returns the fields that are sent.
func (c UnknownConfig) body(field string) (fields, error) {
	if c.Days < 0 || c.MinMS < 0 || c.MaxMS < 0 || c.MaxMS > 0 && c.MaxMS < c.MinMS {
		return nil, refuse(field, "has a negative number, or its MaxMS is less than MinMS", "use positive numbers, or zero for the service's choice")
	}
	body := fields{}
	for name, n := range map[string]int64{"days": int64(c.Days), "min_ms": c.MinMS, "max_ms": c.MaxMS} {
		if n > 0 {
			body[name] = n
		}
	}
	return body, nil
}

// A CreateUnknownProjectRequest describes a new project. Name and Region are required.
type CreateUnknownProjectRequest struct {
	Name   string
	Region acrcloud.Region
	Type   UnknownType // empty: the service chooses
	Config UnknownConfig
}

// An UpdateUnknownProjectRequest changes the fields that are set and leaves the others unchanged.
type UpdateUnknownProjectRequest struct {
	Name   *string
	Config *UnknownConfig
}

// List returns the projects; an empty region means all. It calls GET /api/ucf-projects. It is retried.
func (u *UnknownContent) List(ctx context.Context, region acrcloud.Region) ([]*UnknownProject, error) {
	return list(ctx, u.group(), action{op: "unknown-projects.list", query: core.Query{}.Text("region", string(region))}, func(p *UnknownProject) string { return strconv.Itoa(p.ID) })
}

// Create creates a project. It calls POST /api/ucf-projects. The request is sent again only if the service cannot have
// accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with List first.
func (u *UnknownContent) Create(ctx context.Context, r CreateUnknownProjectRequest) (*UnknownProject, error) {
	const field = "CreateUnknownProjectRequest."
	if r.Name == "" {
		return nil, refuse(field+"Name", "is empty", "give the project a name")
	}
	if err := checkRegion(field+"Region", r.Region); err != nil {
		return nil, err
	}
	config, err := r.Config.body(field + "Config")
	if err != nil {
		return nil, err
	}
	body := fields{"name": r.Name, "region": r.Region}
	if r.Type != "" {
		body["type"] = r.Type
	}
	if len(config) > 0 {
		body["config"] = config
	}
	return created(ctx, u.group(), action{op: "unknown-projects.create", method: http.MethodPost, cost: transport.Billed, body: body},
		func(p *UnknownProject) string { return idText(p.ID) })
}

// Update changes a project. It calls PUT /api/ucf-projects/{project}. It is retried. What the service returns is not
// documented: call List for the project after the change.
func (u *UnknownContent) Update(ctx context.Context, id int, r UpdateUnknownProjectRequest) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	body := fields{}
	put(body, "name", r.Name)
	if r.Config != nil {
		config, err := r.Config.body("UpdateUnknownProjectRequest.Config")
		if err != nil {
			return err
		}
		body["config"] = config
	}
	if err := checkChange("UpdateUnknownProjectRequest", body, r.Name); err != nil {
		return err
	}
	return u.group().do(ctx, action{op: "unknown-projects.update", path: pathOf(id), method: http.MethodPut, cost: transport.Write, body: body})
}

// Delete deletes a project and its results. It calls DELETE /api/ucf-projects/{project}. It is retried; if a response
// is lost and the project is gone, that counts as deleted.
func (u *UnknownContent) Delete(ctx context.Context, id int) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return u.group().remove(ctx, action{op: "unknown-projects.delete", path: pathOf(id)})
}

func (u *UnknownContent) group() group {
	if u == nil {
		return group{}
	}
	return u.g
}

// UnknownStreams has the calls about the monitored streams that feed a project.
type UnknownStreams struct{ g group }

// An UnknownStream is a monitored stream that feeds a project.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type UnknownStream struct {
	ID                  int           `json:"id"`
	AccountID           int           `json:"uid,omitzero"`          // of the console account
	ProjectID           int           `json:"pid,omitzero"`          // of the project that it feeds
	StreamID            string        `json:"bm_stream_id,omitzero"` // of the stream, or that of the channel in digits
	MonitoringProjectID int           `json:"bm_project_id,omitzero"`
	From                UnknownSource `json:"from,omitzero"`
	State               int           `json:"state,omitzero"`
	StreamName          string        `json:"bm_stream_name,omitzero"`
	ProjectName         string        `json:"bm_project_name,omitzero"` // of the monitoring project

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// An UnknownSource is the kind of project that monitors a stream.
type UnknownSource string

// The kinds of projects.
const (
	FromStreams  UnknownSource = "BM-CUSTOM"   // of Client.StreamProjects
	FromChannels UnknownSource = "BM-DATABASE" // of Client.ChannelProjects
)

// List returns one page of streams; zero means the first page, and 20 items. It calls GET
// /api/ucf-projects/{project}/streams. It is retried.
func (u *UnknownStreams) List(ctx context.Context, pageNumber, perPage int) (*Page[UnknownStream], error) {
	return page[UnknownStream](ctx, u.group(), pageNumber, perPage, action{op: "unknown-streams.list"}, nil)
}

// All iterates over all streams, page by page. It calls GET /api/ucf-projects/{project}/streams. Each range starts from
// the beginning. An error is yielded last and ends the iteration.
func (u *UnknownStreams) All(ctx context.Context) iter.Seq2[*UnknownStream, error] {
	return all(ctx, 0, 0, u.List, func(s *UnknownStream) int { return s.ID })
}

// Add adds streams of a monitoring project; without ids it sends nothing. It calls POST
// /api/ucf-projects/{project}/streams. The request is sent again only if the service cannot have accepted it. If its
// outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown].
func (u *UnknownStreams) Add(ctx context.Context, from UnknownSource, monitoringProjectID int, streamIDs ...string) ([]*UnknownStream, error) {
	if from != FromStreams && from != FromChannels {
		return nil, refuse("from", "is unknown", "use FromStreams or FromChannels")
	}
	if err := checkID("monitoringProjectID", monitoringProjectID); err != nil {
		return nil, err
	}
	if err := checkTextIDs("streamID", streamIDs...); err != nil {
		return nil, err
	}
	g := u.group()
	if err := g.ready(); err != nil || len(streamIDs) == 0 {
		return nil, err
	}
	req, err := g.request(action{op: "unknown-streams.add", method: http.MethodPost, cost: transport.Billed, body: fields{
		"bm_stream_ids": streamIDs, "from": from, "bm_project_id": monitoringProjectID,
	}})
	if err != nil {
		return nil, err
	}
	var body struct {
		Data []*UnknownStream `json:"data"`
	}
	req.Check = core.Into(&body)
	if _, err := g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	return body.Data, nil
}

// Delete removes streams from the project, by UnknownStream.ID; without ids it sends nothing. It calls DELETE
// /api/ucf-projects/{project}/streams/{streams}, in several requests if there are many. It is retried; if a response is
// lost and the stream is gone, that counts as deleted. If the service does not know one of several, they are deleted
// one by one, and the error names the unknown ones.
func (u *UnknownStreams) Delete(ctx context.Context, ids ...int) error {
	texts, err := checkIDs("id", ids)
	if err != nil {
		return err
	}
	return u.group().removeAll(ctx, action{op: "unknown-streams.delete"}, texts)
}

func (u *UnknownStreams) group() group {
	if u == nil {
		return group{}
	}
	return u.g
}

// UnknownResults has the calls about the results of a project.
type UnknownResults struct{ g group }

// An UnknownResult is content that was played repeatedly.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type UnknownResult struct {
	ID         int                        `json:"id"`
	ProjectID  int                        `json:"pid,omitzero"`
	ACRID      string                     `json:"acr_id,omitzero"`
	Status     UnknownStatus              `json:"status"`
	Label      UnknownLabel               `json:"label"`
	Num        int                        `json:"num,omitzero"`         // how often it was played
	DurationMS int64                      `json:"duration_ms,omitzero"` // in milliseconds
	Metadata   map[string]json.RawMessage `json:"metadata,omitzero"`    // entered by people; undocumented
	Operators  []UnknownOperator          `json:"operators,omitzero"`   // who edited it

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// An UnknownOperator is a person who edited a result, and when.
type UnknownOperator struct {
	Operator  string    `json:"operator,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// An UnknownStatus is the status of a result. The service may add others.
type UnknownStatus int

// The documented statuses.
const (
	UnknownPending             UnknownStatus = 0
	UnknownEdited              UnknownStatus = 2
	UnknownReported            UnknownStatus = 6
	UnknownBucketed            UnknownStatus = 10
	UnknownReportedAndBucketed UnknownStatus = 14
	UnknownDeleted             UnknownStatus = -1
)

// An UnknownLabel is the kind of audio of a result. The service may add others.
type UnknownLabel int

// The documented labels.
const (
	LabelUnknown        UnknownLabel = 0
	LabelMusic          UnknownLabel = 1
	LabelSpeech         UnknownLabel = 2
	LabelMusicAndSpeech UnknownLabel = 3
	LabelAdvertisement  UnknownLabel = 4
)

// ListUnknownResultsOptions selects results. The zero value means all.
type ListUnknownResultsOptions struct {
	Page      int       // 1 is the first, and the default
	PerPage   int       // 20 by default; All uses 100
	Days      DateRange // only of these days
	Sort      string    // "id", "num" or "duration_ms"
	Order     string    // "desc" or "asc"
	Status    *UnknownStatus
	Label     *UnknownLabel
	LabelText string        // undocumented: label_value of the official command line tool
	Min, Max  time.Duration // the shortest and longest length, in whole seconds
	StreamIDs []string      // only content that was played on these
	ID        string        // only this one
}

// List returns one page of results; nil options mean the first page. It calls GET /api/ucf-projects/{project}/results.
// It is retried.
func (u *UnknownResults) List(ctx context.Context, opts *ListUnknownResultsOptions) (*Page[UnknownResult], error) {
	return u.page(ctx, valueOf(opts))
}

// All iterates over all results, page by page; nil options mean all. It calls GET /api/ucf-projects/{project}/results.
// Each range starts from the beginning, with the options as they were when All was called. An error is yielded last and
// ends the iteration.
func (u *UnknownResults) All(ctx context.Context, opts *ListUnknownResultsOptions) iter.Seq2[*UnknownResult, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[UnknownResult], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		return u.page(ctx, o)
	}, func(r *UnknownResult) int { return r.ID })
}

func (u *UnknownResults) page(ctx context.Context, o ListUnknownResultsOptions) (*Page[UnknownResult], error) {
	const field = "ListUnknownResultsOptions."
	if err := checkChoice(field+"Sort", o.Sort, "id", "num", "duration_ms"); err != nil {
		return nil, err
	}
	if err := checkOrder(field+"Order", o.Order); err != nil {
		return nil, err
	}
	if err := checkTextIDs(field+"StreamIDs", o.StreamIDs...); err != nil {
		return nil, err
	}
	if o.Min < 0 || o.Max < 0 || o.Max > 0 && o.Max < o.Min {
		return nil, refuse(field+"Min", "or Max is negative, or Max is less than Min", "leave them zero for any length")
	}
	var begin, end string
	if o.Days != (DateRange{}) {
		if err := o.Days.check(field + "Days"); err != nil {
			return nil, err
		}
		begin, end = o.Days.From.String(), o.Days.To.String()
	}
	return page[UnknownResult](ctx, u.group(), o.Page, o.PerPage, action{op: "unknown-results.list"}, func(q core.Query) core.Query {
		q = q.Text("begin_date", begin).Text("end_date", end).Text("sortby", o.Sort).Text("order", o.Order).Text("label_value", o.LabelText).
			Number("min", wholeSeconds(o.Min)).Number("max", wholeSeconds(o.Max)).Text("streams", strings.Join(o.StreamIDs, ",")).Text("ucf_id", o.ID)
		if o.Status != nil {
			q = q.Text("status", strconv.Itoa(int(*o.Status)))
		}
		if o.Label != nil {
			q = q.Text("label", strconv.Itoa(int(*o.Label)))
		}
		return q
	})
}

// Get returns a result, by its ID in digits or by its ACRID. It calls GET /api/ucf-projects/{project}/results/{result}. It is retried. One
// that does not exist is [acrcloud.ErrNotFound].
func (u *UnknownResults) Get(ctx context.Context, id string) (*UnknownResult, error) {
	if err := checkTextIDs("id", id); err != nil {
		return nil, err
	}
	return one(ctx, u.group(), action{op: "unknown-results.get", path: "/" + id}, func(r *UnknownResult) bool {
		return strconv.Itoa(r.ID) == id || strings.EqualFold(r.ACRID, id)
	}, core.NotFound("result "+id))
}

// Details returns one page of when and where a result was played, as the service sends it; its format is not
// documented. A zero range means all days. It calls GET /api/ucf-projects/{project}/results/{result}/details. It is
// retried.
func (u *UnknownResults) Details(ctx context.Context, id int, days DateRange, pageNumber, perPage int) (json.RawMessage, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	q, _, err := core.PageQuery(pageNumber, perPage)
	if err != nil {
		return nil, err
	}
	if days != (DateRange{}) {
		if err := days.check("days"); err != nil {
			return nil, err
		}
		q = q.Text("begin_date", days.From.String()).Text("end_date", days.To.String())
	}
	return u.group().raw(ctx, action{op: "unknown-results.details", path: pathOf(id) + "/details", query: q})
}

// Record returns the address of a result's audio, as the service sends it; its format is not documented, but it has a
// URL. extend is how much to include before and after, in whole seconds. It calls GET
// /api/ucf-projects/{project}/results/{result}/record. It is retried.
func (u *UnknownResults) Record(ctx context.Context, id int, extend time.Duration) (json.RawMessage, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if extend < 0 {
		return nil, refuse("extend", "is negative", "use 0 or more")
	}
	q := core.Query{}.Number("extend", wholeSeconds(extend))
	return u.group().raw(ctx, action{op: "unknown-results.record", path: pathOf(id) + "/record", query: q, secret: true})
}

// Delete deletes a result. It is collected again when it is played again. It calls DELETE
// /api/ucf-projects/{project}/results/{result} with reserved=0. It is retried; if a response is lost and the result is
// gone, that counts as deleted.
func (u *UnknownResults) Delete(ctx context.Context, id int) error { return u.remove(ctx, id, "0") }

// Ignore keeps a result, and stops collecting it. It calls DELETE /api/ucf-projects/{project}/results/{result} with
// reserved=1. It is retried.
func (u *UnknownResults) Ignore(ctx context.Context, id int) error { return u.remove(ctx, id, "1") }

func (u *UnknownResults) remove(ctx context.Context, id int, reserved string) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return u.group().remove(ctx, action{op: "unknown-results.delete", path: pathOf(id), query: core.Query{}.Text("reserved", reserved)})
}

// SetPending sets the status of a result back to pending. It calls POST
// /api/ucf-projects/{project}/results/{result}/pending. It is retried: repeating it changes nothing.
func (u *UnknownResults) SetPending(ctx context.Context, id int) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return u.group().do(ctx, action{op: "unknown-results.pending", path: pathOf(id) + "/pending", method: http.MethodPost, cost: transport.Write})
}

func (u *UnknownResults) group() group {
	if u == nil {
		return group{}
	}
	return u.g
}
