package console

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// ChannelProjects has the calls about projects that monitor channels of the service's own database. Reading needs the
// scope read-bm-bd-projects, changing needs write-bm-bd-projects. The service has no call for a single project.
type ChannelProjects struct{ g group }

// A ChannelProject monitors radio and TV channels that the service knows; see [Client.Channels].
//
// Decoding is as tolerant as that of [acrcloud.Music].
type ChannelProject struct {
	ID            int             `json:"id"`
	AccountID     int             `json:"uid,omitzero"` // of the console account
	Name          string          `json:"name,omitzero"`
	Region        acrcloud.Region `json:"region,omitzero"`
	Type          string          `json:"type,omitzero"` // "BM-Database"
	AccessKey     acrcloud.Secret `json:"access_key,omitzero"`
	BucketIDs     string          `json:"bucket_ids,omitzero"`     // the ids of Buckets, separated by commas
	Buckets       []*Bucket       `json:"buckets,omitzero"`        // the buckets that it compares with
	MonitoringNum int             `json:"monitoring_num,omitzero"` // the number of channels
	StatusCheck   int             `json:"status_check,omitzero"`   // undocumented

	Config ChannelProjectConfig `json:"config,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A ChannelProjectConfig is the configuration of a project. The members of the untyped parts are not documented.
type ChannelProjectConfig struct {
	Record           map[string]json.RawMessage `json:"record,omitzero"`
	UCF              map[string]json.RawMessage `json:"ucf,omitzero"`
	CallbackResult   ResultCallbackConfig       `json:"callback_result,omitzero"`
	CallbackState    StateCallbackConfig        `json:"callback_state,omitzero"`
	EmailState       EmailStateConfig           `json:"email_state,omitzero"`
	AccessPermission AccessPermission           `json:"access_permission,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A ResultCallbackConfig says where results are posted. The URLs may carry a secret of yours; encoding redacts them.
type ResultCallbackConfig struct {
	Enabled       bool            `json:"enabled,omitzero"`
	TypeName      string          `json:"type_name,omitzero"`
	URL           acrcloud.Secret `json:"diy_url,omitzero"`
	SendType      int             `json:"diy_send_type,omitzero"` // 1 form, 2 JSON
	SendNoResult  bool            `json:"diy_send_noresult,omitzero"`
	ResultType    *int            `json:"diy_result_type,omitzero"` // 0 realtime, 1 delay; -1 supposedly both
	R3DSource     string          `json:"r3d_source,omitzero"`      // undocumented, and so are the rest
	R3DURL        acrcloud.Secret `json:"r3d_url,omitzero"`
	R3DKey1       acrcloud.Secret `json:"r3d_key1,omitzero"`
	R3DKey2       acrcloud.Secret `json:"r3d_key2,omitzero"`
	R3DResultType string          `json:"r3d_result_type,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A StateCallbackConfig says where state changes of channels are posted.
type StateCallbackConfig struct {
	Enabled  bool            `json:"enabled,omitzero"`
	URL      acrcloud.Secret `json:"url,omitzero"`
	SendType int             `json:"send_type,omitzero"` // 1 form, 2 JSON

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// An EmailStateConfig says where e-mails about state changes of channels are sent.
type EmailStateConfig struct {
	Email string `json:"email,omitzero"`
	Type  string `json:"type,omitzero"` // undocumented

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// An AccessPermission says what the account may do in a project.
type AccessPermission struct {
	AddTV     bool `json:"add_tv,omitzero"`
	EditURL   bool `json:"edit_url,omitzero"`
	CanModify bool `json:"can_modify,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A CreateChannelProjectRequest describes a new project. All fields are required.
type CreateChannelProjectRequest struct {
	Name    string
	Region  acrcloud.Region
	Buckets []int // ids of the buckets to compare with, such as ACRCloudMusic
}

// An UpdateChannelProjectRequest changes the fields that are set and leaves the others unchanged.
type UpdateChannelProjectRequest struct {
	Name    *string
	Buckets []int // nil keeps them
}

// A ChannelResultCallback says which results are posted, and where.
type ChannelResultCallback struct {
	URL          acrcloud.Secret // its query may carry your secret
	SendNoResult bool            // post also when nothing was recognised
	Delayed      bool            // post the results of Channels.Day instead of those of Channels.Realtime
}

// List returns the projects; an empty region means all. It calls GET /api/bm-bd-projects. It is retried.
func (c *ChannelProjects) List(ctx context.Context, region acrcloud.Region) ([]*ChannelProject, error) {
	q := core.Query{}.Text("region", string(region))
	return list(ctx, c.group(), action{op: "channel-projects.list", query: q, secret: true}, func(p *ChannelProject) string { return strconv.Itoa(p.ID) })
}

// Create creates a project. It calls POST /api/bm-bd-projects. The request is sent again only if the service cannot
// have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with List
// first.
func (c *ChannelProjects) Create(ctx context.Context, r CreateChannelProjectRequest) (*ChannelProject, error) {
	if err := checkNewProject("CreateChannelProjectRequest", r.Name, r.Region, r.Buckets); err != nil {
		return nil, err
	}
	body := fields{"name": r.Name, "region": r.Region, "buckets": r.Buckets}
	return created(ctx, c.group(), action{op: "channel-projects.create", method: http.MethodPost, cost: transport.Billed, body: body, secret: true},
		func(p *ChannelProject) string { return idText(p.ID) })
}

// Update changes a project. It calls PUT /api/bm-bd-projects/{project}. It is retried. What the service returns is not
// documented: call List for the project after the change.
func (c *ChannelProjects) Update(ctx context.Context, id int, r UpdateChannelProjectRequest) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	if err := checkBuckets("UpdateChannelProjectRequest.Buckets", r.Buckets); err != nil {
		return err
	}
	body := fields{}
	put(body, "name", r.Name)
	if r.Buckets != nil {
		body["buckets"] = r.Buckets
	}
	if err := checkChange("UpdateChannelProjectRequest", body, r.Name); err != nil {
		return err
	}
	return c.group().do(ctx, action{op: "channel-projects.update", path: pathOf(id), method: http.MethodPut, cost: transport.Write, body: body, secret: true})
}

// Delete deletes a project. It calls DELETE /api/bm-bd-projects/{project}. It is retried; if a response is lost and the
// project is gone, that counts as deleted.
func (c *ChannelProjects) Delete(ctx context.Context, id int) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	return c.group().remove(ctx, action{op: "channel-projects.delete", path: pathOf(id)})
}

// SetResultCallback sets the URL that the project posts its results to; see package webhook. It calls POST
// /api/bm-bd-projects/{project}/result-callback. It is retried: repeating it changes nothing.
func (c *ChannelProjects) SetResultCallback(ctx context.Context, id int, r ChannelResultCallback) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	if err := checkCallback("ChannelResultCallback.URL", r.URL); err != nil {
		return err
	}
	body := fields{"result_callback_url": r.URL.Reveal(), "result_callback_send_noresult": number(r.SendNoResult), "result_callback_result_type": number(r.Delayed)}
	return c.group().do(ctx, action{
		op: "channel-projects.result-callback", method: http.MethodPost, cost: transport.Write, path: pathOf(id) + "/result-callback", secret: true,
		body: body, secrets: []string{r.URL.Reveal()},
	})
}

// SetStateCallback sets the URL that the project posts state changes of its channels to. It calls POST
// /api/bm-bd-projects/{project}/state-notification. It is retried: repeating it changes nothing.
func (c *ChannelProjects) SetStateCallback(ctx context.Context, id int, url acrcloud.Secret) error {
	if err := checkID("id", id); err != nil {
		return err
	}
	if err := checkCallback("url", url); err != nil {
		return err
	}
	return c.group().do(ctx, action{
		op: "channel-projects.state-notification", method: http.MethodPost, cost: transport.Write, path: pathOf(id) + "/state-notification", secret: true,
		body: fields{"state_callback_url": url.Reveal()}, secrets: []string{url.Reveal()},
	})
}

func (c *ChannelProjects) group() group {
	if c == nil {
		return group{}
	}
	return c.g
}

// number is a bool as the service takes it.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
