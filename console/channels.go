package console

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"strconv"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Channels has the calls about the channels of a project of [Client.ChannelProjects], and their plays. Reading needs
// the scope read-bm-bd-projects, changing needs write-bm-bd-projects.
type Channels struct{ g group }

// A Channel is a radio or TV channel of the service's database that is monitored.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type Channel struct {
	ID         int      `json:"id"`
	AccountID  int      `json:"uid,omitzero"`        // of the console account
	ProjectID  int      `json:"project_id,omitzero"` // the project that it belongs to
	Type       string   `json:"type,omitzero"`       // "Radio", and supposedly "TV"
	Name       string   `json:"name,omitzero"`
	SubTitle   string   `json:"sub_title,omitzero"` // such as its frequency
	Language   string   `json:"language,omitzero"`  // such as "English"
	City       string   `json:"city,omitzero"`
	Province   string   `json:"province,omitzero"`
	Country    string   `json:"country,omitzero"`
	Continent  string   `json:"continent,omitzero"`
	Website    string   `json:"website,omitzero"`
	Twitter    string   `json:"twitter,omitzero"`
	MyTuner    string   `json:"mytuner,omitzero"`
	URLs       []string `json:"urls,omitzero"`
	StatusCode int      `json:"status_code"`      // 0 is running
	Timemap    bool     `json:"timemap,omitzero"` // whether it is recorded; see Channels.Recording

	// UserDefined is your own metadata, by key. Text that is not a JSON object is in Extra.
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	MonitorAt time.Time `json:"monitor_at,omitzero"` // when the service began to monitor it, in UTC
	AddedAt   time.Time `json:"add_at,omitzero"`     // when it was added to the project, in UTC

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

func (c *Channel) settle() { readUserDefined(&c.UserDefined, &c.Extra) }

// ListChannelsOptions selects channels. The zero value selects all. A page has 50.
type ListChannelsOptions struct {
	Page     int           // 1 is the first, and the default
	State    string        // only channels in this state; "All" is the default
	Timemap  *bool         // only channels that are recorded (true) or not (false)
	SearchBy ChannelSearch // the field to search; required with Search
	Search   string
}

// A ChannelSearch is the field that Search is compared with.
type ChannelSearch string

// The fields that can be searched.
const (
	SearchChannelID   ChannelSearch = "channel_id"
	SearchChannelName ChannelSearch = "channel_name"
	SearchCity        ChannelSearch = "city"
	SearchCustomID    ChannelSearch = "custom_id" // of Channels.SetCustomID
	SearchMyTunerID   ChannelSearch = "mytuner_id"
)

// channelsPerPage is the service's page size.
const channelsPerPage = 50

// List returns one page of channels; nil options mean the first page. It calls GET
// /api/bm-bd-projects/{project}/channels. It is retried.
func (c *Channels) List(ctx context.Context, opts *ListChannelsOptions) (*Page[Channel], error) {
	return c.page(ctx, valueOf(opts))
}

// All iterates over all channels, page by page; nil options mean all. It calls GET
// /api/bm-bd-projects/{project}/channels. Each range starts from the beginning, with the options as they were when All
// was called. An error is yielded last and ends the iteration.
func (c *Channels) All(ctx context.Context, opts *ListChannelsOptions) iter.Seq2[*Channel, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, channelsPerPage, func(ctx context.Context, number, _ int) (*Page[Channel], error) {
		o := o
		o.Page = number
		return c.page(ctx, o)
	}, func(c *Channel) int { return c.ID })
}

func (c *Channels) page(ctx context.Context, o ListChannelsOptions) (*Page[Channel], error) {
	switch {
	case o.Page < 0:
		return nil, refuse("ListChannelsOptions.Page", "is negative", "the first page is 1")
	case (o.Search == "") != (o.SearchBy == ""):
		return nil, refuse("ListChannelsOptions.SearchBy", "and Search belong together", "set both, or neither")
	}
	err := checkChoice("ListChannelsOptions.SearchBy", string(o.SearchBy),
		string(SearchChannelID), string(SearchChannelName), string(SearchCity), string(SearchCustomID), string(SearchMyTunerID))
	if err != nil {
		return nil, err
	}
	q := core.Query{}.Number("page", max(o.Page, 1)).Text("state", o.State).Text("search_type", string(o.SearchBy)).Text("search_value", o.Search)
	g := c.group()
	req, err := g.request(action{op: "channels.list", path: "/channels", query: flag(q, "timemap", o.Timemap)})
	if err != nil {
		return nil, err
	}
	found, _, err := core.GetPage[Channel](ctx, g.api, channelsPerPage, req)
	if err != nil {
		return nil, err
	}
	settled(found.Items)
	return (*Page[Channel])(found), nil
}

// Add adds channels to the project. From then on they are monitored and billed. Without ids it sends nothing. It calls
// POST /api/bm-bd-projects/{project}/channels. The request is sent again only if the service cannot have accepted it.
// If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for the channels with All first.
func (c *Channels) Add(ctx context.Context, channelIDs ...int) error {
	if _, err := checkIDs("channelID", channelIDs); err != nil {
		return err
	}
	g := c.group()
	if err := g.ready(); err != nil || len(channelIDs) == 0 {
		return err
	}
	return g.do(ctx, action{op: "channels.add", path: "/channels", method: http.MethodPost, cost: transport.Billed, body: fields{"channels": channelIDs}})
}

// Delete removes channels from the project; without ids it sends nothing. It calls DELETE
// /api/bm-bd-projects/{project}/channels/{channels}, in several requests if there are many. It is retried; if a
// response is lost and the channel is gone, that counts as deleted. If the service does not know one of several, they
// are deleted one by one, and the error names the unknown ones.
func (c *Channels) Delete(ctx context.Context, channelIDs ...int) error {
	ids, err := checkIDs("channelID", channelIDs)
	if err != nil {
		return err
	}
	return c.group().removeAll(ctx, action{op: "channels.delete", path: "/channels"}, ids)
}

// SetCustomID sets your own id of a channel, which List can search for. It calls POST
// /api/bm-bd-projects/{project}/channels/{channel}/user-defined. It is retried: repeating it changes nothing.
func (c *Channels) SetCustomID(ctx context.Context, channelID int, customID string) error {
	m := c.of(channelID)
	if err := m.ready(); err != nil {
		return err
	}
	if customID == "" {
		return refuse("customID", "is empty", "use your own id of the channel")
	}
	a := m.action("custom-id", "/user-defined", core.Query{}.Text("custom_id", customID))
	a.method, a.cost = http.MethodPost, transport.Write
	return m.do(ctx, a)
}

// Day returns the plays of a channel on a day in UTC. No plays are not an error. It calls GET
// /api/bm-bd-projects/{project}/channels/{channel}/results with type=day. It is retried. How long the service keeps
// plays depends on your plan; older days are empty.
func (c *Channels) Day(ctx context.Context, channelID int, date Date, filter PlayFilter) ([]*Play, error) {
	return c.of(channelID).day(ctx, date, filter)
}

// Last returns the most recent plays of a channel. It calls GET
// /api/bm-bd-projects/{project}/channels/{channel}/results with type=last. It is retried.
func (c *Channels) Last(ctx context.Context, channelID int, filter PlayFilter) ([]*Play, error) {
	return c.of(channelID).last(ctx, filter)
}

// Realtime returns what is playing on a channel now. It calls GET
// /api/bm-bd-projects/{project}/channels/{channel}/realtime_results. It is retried.
func (c *Channels) Realtime(ctx context.Context, channelID int) ([]*Play, error) {
	m := c.of(channelID)
	return m.plays(ctx, m.action("realtime", "/realtime_results", core.Query{}))
}

// Days iterates over the plays of a channel, day by day, including empty days. It calls GET
// /api/bm-bd-projects/{project}/channels/{channel}/results for each day, some of them ahead of time. Each range starts
// from the beginning. An error is yielded last and ends the iteration: a [*DayError] names the day to continue from.
func (c *Channels) Days(ctx context.Context, channelID int, opts PlaysOptions) iter.Seq2[*Day, error] {
	return c.of(channelID).days(ctx, opts)
}

// Plays iterates over the plays of [Channels.Days].
func (c *Channels) Plays(ctx context.Context, channelID int, opts PlaysOptions) iter.Seq2[*Play, error] {
	return playsOf(c.of(channelID).days(ctx, opts))
}

// Unknown returns the parts of a day in UTC with unrecognised music, as the service sends them; their format is not
// documented. It calls GET /api/bm-bd-projects/{project}/channels/{channel}/unknown_results. It is retried. The channel
// needs music detection. Only the durations of the filter are used.
func (c *Channels) Unknown(ctx context.Context, channelID int, date Date, filter PlayFilter) (json.RawMessage, error) {
	return c.of(channelID).unknown(ctx, date, filter)
}

// State returns when a channel was available; nil options leave the choice of days to the service. It calls GET
// /api/bm-bd-projects/{project}/channels/{channel}/state. It is retried.
func (c *Channels) State(ctx context.Context, channelID int, opts *StateOptions) (*StreamStates, error) {
	return c.of(channelID).state(ctx, opts)
}

// Recording writes a recorded part of a channel to w, as [Streams.Recording] does. It calls GET
// /api/bm-bd-projects/{project}/channels/{channel}/recordings.
func (c *Channels) Recording(ctx context.Context, channelID int, r RecordingRequest, w io.Writer) (*Recording, error) {
	return c.of(channelID).recording(ctx, r, w)
}

// Analytics counts the plays of the project's channels over the last seven days. It calls GET
// /api/bm-bd-projects/{project}/analytics/results. It is retried. The project needs the bucket [ACRCloudMusic].
func (c *Channels) Analytics(ctx context.Context, query AnalyticsQuery) (*Analytics, error) {
	return c.group().analytics(ctx, "channels.analytics", query, ByChannel)
}

// Report reports plays of a channel to the service; without reports it sends nothing and returns nil. It calls POST
// /api/bm-bd-projects/{project}/channels/{channel}/user-reports. The request is sent again only if the service cannot
// have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown].
func (c *Channels) Report(ctx context.Context, channelID int, reports ...UserReport) (*UserReportResult, error) {
	return c.of(channelID).report(ctx, reports)
}

func (c *Channels) group() group {
	if c == nil {
		return group{}
	}
	return c.g
}

// of returns the calls about one channel.
func (c *Channels) of(channelID int) monitored {
	return monitored{group: c.group(), noun: "channels", id: strconv.Itoa(channelID), bad: checkID("channelID", channelID)}
}
