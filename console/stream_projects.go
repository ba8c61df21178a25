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

// StreamProjects has the calls about projects that monitor your own streams. Reading needs the scope
// read-bm-cs-projects, changing needs write-bm-cs-projects.
type StreamProjects struct{ g group }

// A StreamProject monitors your own streams; see [Client.Streams].
//
// Decoding is as tolerant as that of [acrcloud.Music].
type StreamProject struct {
	ID        int               `json:"id"`
	AccountID int               `json:"uid,omitzero"` // of the console account
	Name      string            `json:"name,omitzero"`
	Region    acrcloud.Region   `json:"region,omitzero"`
	Type      StreamProjectType `json:"type,omitzero"`
	State     int               `json:"state,omitzero"` // 1 is active
	AccessKey acrcloud.Secret   `json:"access_key,omitzero"`

	BucketGroup      string    `json:"bucket_group,omitzero"` // the ids of Buckets, separated by commas
	Buckets          []*Bucket `json:"buckets,omitzero"`      // the buckets that it compares with
	ExternalID       string    `json:"external_id,omitzero"`
	ExternalIDs      []string  `json:"external_ids,omitzero"`      // the ids in results, such as "isrc"
	MetadataTemplate string    `json:"metadata_template,omitzero"` // such as "StreamId,City,FM"
	MonitoringNum    int       `json:"monitoring_num,omitzero"`    // the number of streams
	Noise            int       `json:"noise,omitzero"`             // undocumented
	ISWC             int       `json:"iswc,omitzero"`              // undocumented
	StatusCheck      int       `json:"status_check,omitzero"`      // undocumented

	// The URLs may carry your secret; encoding redacts them.
	ResultCallbackURL        acrcloud.Secret `json:"result_callback_url,omitzero"`
	ResultCallbackSendType   int             `json:"result_callback_send_type,omitzero"` // 1 form, 2 JSON
	ResultCallbackNoResult   bool            `json:"result_callback_send_noresult,omitzero"`
	ResultCallbackRetry      int             `json:"result_callback_retry,omitzero"` // undocumented
	StateNotificationURL     acrcloud.Secret `json:"state_notification_url,omitzero"`
	StateNotificationEmail   string          `json:"state_notification_email,omitzero"`
	StateNotificationEmails  *EmailFrequency `json:"state_notification_email_frequency,omitzero"`
	StateNotificationMinutes int             `json:"state_notification_email_custom_interval,omitzero"` // undocumented

	Config StreamProjectConfig `json:"config,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// StreamProjectConfig is the known part of a project's configuration.
type StreamProjectConfig struct {
	Record map[string]json.RawMessage `json:"record,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A StreamProjectType says what receives the streams.
type StreamProjectType string

// The types.
const (
	Hosted StreamProjectType = "BM-ACRC"  // the service
	Local  StreamProjectType = "BM-LOCAL" // a tool on a machine of yours
)

// EmailFrequency is how often e-mails about the state of streams are sent.
type EmailFrequency int

// The frequencies.
const (
	EmailHigh EmailFrequency = 0
	EmailLow  EmailFrequency = 1
	EmailNone EmailFrequency = 2
)

// ListStreamProjectsOptions selects projects. The zero value means all.
type ListStreamProjectsOptions struct {
	Page    int               // 1 is the first, and the default
	PerPage int               // 20 by default; All uses 100
	Region  acrcloud.Region   // only those of a region
	Type    StreamProjectType // only those of a type
}

// A CreateStreamProjectRequest describes a new project. Name, Region and Buckets are required.
type CreateStreamProjectRequest struct {
	Name             string
	Region           acrcloud.Region
	Buckets          []int             // ids of the buckets to compare with, such as ACRCloudMusic
	Type             StreamProjectType // Hosted unless set
	ExternalIDs      []string          // the ids that results should have, such as "isrc", "spotify" and "deezer"
	MetadataTemplate string
}

// An UpdateStreamProjectRequest changes the fields that are set and leaves the others unchanged.
type UpdateStreamProjectRequest struct {
	Name             *string
	Buckets          []int    // nil leaves them
	ExternalIDs      []string // nil leaves them
	MetadataTemplate *string
}

// A StateNotification says where state changes of streams are sent. Set Email, URL, or both.
type StateNotification struct {
	Email     string
	Frequency EmailFrequency
	URL       acrcloud.Secret // its query may carry your secret
}

// List returns one page of projects; nil options mean the first page. It calls GET /api/bm-cs-projects. It is retried.
func (s *StreamProjects) List(ctx context.Context, opts *ListStreamProjectsOptions) (*Page[StreamProject], error) {
	return s.page(ctx, valueOf(opts))
}

// All iterates over all projects, page by page; nil options mean all. It calls GET /api/bm-cs-projects. Each range
// starts from the beginning, with the options as they were when All was called. An error is yielded last and ends the
// iteration.
func (s *StreamProjects) All(ctx context.Context, opts *ListStreamProjectsOptions) iter.Seq2[*StreamProject, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[StreamProject], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		return s.page(ctx, o)
	}, func(p *StreamProject) int { return p.ID })
}

func (s *StreamProjects) page(ctx context.Context, o ListStreamProjectsOptions) (*Page[StreamProject], error) {
	return page[StreamProject](ctx, s.group(), o.Page, o.PerPage, action{op: "stream-projects.list", secret: true}, func(q core.Query) core.Query {
		return q.Text("region", string(o.Region)).Text("types", string(o.Type))
	})
}

// Get returns a project. It calls GET /api/bm-cs-projects/{project}. It is retried. If there is no such project, the
// error matches [acrcloud.ErrNotFound].
func (s *StreamProjects) Get(ctx context.Context, id int) (*StreamProject, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return one(ctx, s.group(), action{op: "stream-projects.get", path: pathOf(id), secret: true}, func(p *StreamProject) bool { return p.ID == id },
		core.NotFound("project "+strconv.Itoa(id)))
}

// Create creates a project. It calls POST /api/bm-cs-projects. The request is sent again only if the service cannot
// have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with All
// first.
func (s *StreamProjects) Create(ctx context.Context, r CreateStreamProjectRequest) (*StreamProject, error) {
	const field = "CreateStreamProjectRequest"
	if err := checkNewProject(field, r.Name, r.Region, r.Buckets); err != nil {
		return nil, err
	}
	body := fields{"name": r.Name, "region": r.Region, "buckets": r.Buckets, "type": Hosted}
	if r.Type != "" {
		body["type"] = r.Type
	}
	if len(r.ExternalIDs) > 0 {
		body["external_ids"] = r.ExternalIDs
	}
	if r.MetadataTemplate != "" {
		body["metadata_template"] = r.MetadataTemplate
	}
	return created(ctx, s.group(), action{op: "stream-projects.create", method: http.MethodPost, cost: transport.Billed, body: body, secret: true},
		func(p *StreamProject) string { return idText(p.ID) })
}

// checkNewProject refuses an incomplete monitoring project.
func checkNewProject(field, name string, region acrcloud.Region, buckets []int) error {
	switch {
	case name == "":
		return refuse(field+".Name", "is empty", "give the project a name")
	case len(buckets) == 0:
		return refuse(field+".Buckets", "is empty", "set at least one bucket, such as ACRCloudMusic: without one, nothing is recognised")
	}
	if err := checkRegion(field+".Region", region); err != nil {
		return err
	}
	return checkBuckets(field+".Buckets", buckets)
}

// Update changes a project and returns it. It calls PUT /api/bm-cs-projects/{project}, and GET if the response has no
// project. It is retried.
func (s *StreamProjects) Update(ctx context.Context, id int, r UpdateStreamProjectRequest) (*StreamProject, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	if err := checkBuckets("UpdateStreamProjectRequest.Buckets", r.Buckets); err != nil {
		return nil, err
	}
	body := fields{}
	put(body, "name", r.Name)
	put(body, "metadata_template", r.MetadataTemplate)
	if r.Buckets != nil {
		body["buckets"] = r.Buckets
	}
	if r.ExternalIDs != nil {
		body["external_ids"] = r.ExternalIDs
	}
	if err := checkChange("UpdateStreamProjectRequest", body, r.Name); err != nil {
		return nil, err
	}
	return changed(ctx, s.group(), action{op: "stream-projects.update", path: pathOf(id), body: body, secret: true},
		func(p *StreamProject) bool { return p.ID == id }, func() (*StreamProject, error) { return s.Get(ctx, id) })
}

// Delete deletes a project with its streams. It calls DELETE /api/bm-cs-projects/{project}. It is retried; if a
// response is lost and the project is gone, that counts as deleted.
func (s *StreamProjects) Delete(ctx context.Context, id int) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return s.group().remove(ctx, action{op: "stream-projects.delete", path: pathOf(id)})
}

// SetResultCallback sets the URL that the project posts its results to; see package webhook. It calls POST
// /api/bm-cs-projects/{project}/result-callback. It is retried: repeating it changes nothing.
func (s *StreamProjects) SetResultCallback(ctx context.Context, id int, url acrcloud.Secret) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	if err := checkCallback("url", url); err != nil {
		return err
	}
	return s.group().do(ctx, action{
		op: "stream-projects.result-callback", method: http.MethodPost, cost: transport.Write, path: pathOf(id) + "/result-callback", secret: true,
		body: fields{"result_callback_url": url.Reveal()}, secrets: []string{url.Reveal()},
	})
}

// SetStateNotification sets who is notified when a stream fails or recovers. It calls POST
// /api/bm-cs-projects/{project}/state-notification. It is retried: repeating it changes nothing.
func (s *StreamProjects) SetStateNotification(ctx context.Context, id int, n StateNotification) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	body := fields{"state_notification_email_frequency": int(n.Frequency)}
	switch {
	case n.Email == "" && n.URL.IsZero():
		return refuse("StateNotification", "has neither Email nor URL", "set at least one of the two")
	case n.Frequency < EmailHigh || n.Frequency > EmailNone:
		return refuse("StateNotification.Frequency", "is unknown", "use EmailHigh, EmailLow or EmailNone")
	}
	if n.Email != "" {
		body["state_notification_email"] = n.Email
	}
	a := action{
		op: "stream-projects.state-notification", method: http.MethodPost, cost: transport.Write, path: pathOf(id) + "/state-notification", body: body, secret: true,
	}
	if !n.URL.IsZero() {
		if err := checkCallback("StateNotification.URL", n.URL); err != nil {
			return err
		}
		body["state_notification_url"], a.secrets = n.URL.Reveal(), []string{n.URL.Reveal()}
	}
	return s.group().do(ctx, a)
}

func (s *StreamProjects) group() group {
	if s == nil {
		return group{}
	}
	return s.g
}

// checkCallback refuses a URL that the service cannot post to.
func checkCallback(field string, url acrcloud.Secret) error {
	rules := endpoint.Rules{Example: "use an https URL that the service can reach", Insecure: true, Query: true, UserInfo: true}
	if _, bad := rules.Parse(url.Reveal()); bad != nil {
		return refuse(field, bad.Problem, bad.Remedy)
	}
	return nil
}
