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

// LiveChannels has the calls about the channels of a bucket of type LiveBucket, LiveRecBucket or LiveTimeshiftBucket,
// which live channel detection finds. Reading needs the scope read-channels, changing needs write-channels.
type LiveChannels struct{ g group }

// A LiveChannel is a channel that recognition compares with while it is on the air.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type LiveChannel struct {
	ID        int    `json:"id"`
	AccountID int    `json:"uid,omitzero"`       // of the console account
	BucketID  int    `json:"bucket_id,omitzero"` // of the bucket that it is in
	ACRID     string `json:"acr_id,omitzero"`
	ChannelID string `json:"channel_id,omitzero"` // often empty
	State     int    `json:"state"`               // 0 when it is new, 1 later
	Title     string `json:"title,omitzero"`      // also read from name, as in the official command line tool
	URL       string `json:"url,omitzero"`        // where it can be heard; udp:// for a tool on a machine of yours
	Timeshift bool   `json:"timeshift,omitzero"`  // it is also found with a delay

	// UserDefined is your own metadata, by key.
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	BucketType BucketType `json:"bucket_type,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

func (c *LiveChannel) settle() {
	readUserDefined(&c.UserDefined, &c.Extra)
	var name string
	if c.Title == "" && json.Unmarshal(c.Extra["name"], &name) == nil {
		c.Title, c.Extra = name, without(c.Extra, "name")
	}
}

// ListLiveChannelsOptions selects channels. The zero value means all.
type ListLiveChannelsOptions struct {
	Page    int    // 1 is the first, and the default
	PerPage int    // 20 by default; All uses 100
	Search  string // part of a title
	Sort    string // "id" or "status"
	Order   string // "desc", the default, or "asc"
}

// A LiveChannelRequest describes a channel. To create one, Title and URL are required. An update keeps the fields that
// are empty or nil.
type LiveChannelRequest struct {
	Title       string
	URL         string
	Timeshift   *bool
	UserDefined map[string]any
}

func (r LiveChannelRequest) body() fields {
	body := fields{}
	if r.Title != "" {
		body["title"] = r.Title
	}
	if r.URL != "" {
		body["url"] = r.URL
	}
	if r.Timeshift != nil {
		body["timeshift"] = number(*r.Timeshift)
	}
	if r.UserDefined != nil {
		body["user_defined"] = r.UserDefined
	}
	return body
}

// List returns one page of channels; nil options mean the first page. It calls GET /api/buckets/{bucket}/channels. It
// is retried.
func (c *LiveChannels) List(ctx context.Context, opts *ListLiveChannelsOptions) (*Page[LiveChannel], error) {
	return c.page(ctx, valueOf(opts))
}

// All iterates over all channels, page by page; nil options mean all. It calls GET /api/buckets/{bucket}/channels. Each
// range starts from the beginning, with the options as they were when All was called. An error is yielded last and ends
// the iteration.
func (c *LiveChannels) All(ctx context.Context, opts *ListLiveChannelsOptions) iter.Seq2[*LiveChannel, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[LiveChannel], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		return c.page(ctx, o)
	}, func(c *LiveChannel) int { return c.ID })
}

func (c *LiveChannels) page(ctx context.Context, o ListLiveChannelsOptions) (*Page[LiveChannel], error) {
	if err := checkChoice("ListLiveChannelsOptions.Sort", o.Sort, "id", "status"); err != nil {
		return nil, err
	}
	if err := checkOrder("ListLiveChannelsOptions.Order", o.Order); err != nil {
		return nil, err
	}
	return page[LiveChannel](ctx, c.group(), o.Page, o.PerPage, action{op: "live-channels.list", path: "/channels"}, func(q core.Query) core.Query {
		return q.Text("search", o.Search).Text("sort", o.Sort).Text("order", o.Order)
	})
}

// Get returns a channel. It calls GET /api/buckets/{bucket}/channels/{channel}. It is retried. If there is no such
// channel, the error matches [acrcloud.ErrNotFound].
func (c *LiveChannels) Get(ctx context.Context, id int) (*LiveChannel, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return one(ctx, c.group(), action{op: "live-channels.get", path: "/channels" + pathOf(id)}, func(c *LiveChannel) bool { return c.ID == id },
		core.NotFound("channel "+strconv.Itoa(id)))
}

// Create creates a channel. It calls POST /api/buckets/{bucket}/channels. The request is sent again only if the service
// cannot have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with
// All first. Channels are billed.
func (c *LiveChannels) Create(ctx context.Context, r LiveChannelRequest) (*LiveChannel, error) {
	switch {
	case r.Title == "":
		return nil, refuse("LiveChannelRequest.Title", "is empty", "give the channel a title")
	case r.URL == "":
		return nil, refuse("LiveChannelRequest.URL", "is empty", "set it to the address of the channel's stream")
	}
	return created(ctx, c.group(), action{op: "live-channels.create", path: "/channels", method: http.MethodPost, cost: transport.Billed, body: r.body()},
		func(c *LiveChannel) string { return idText(c.ID) })
}

// Update changes a channel and returns it. It calls PUT /api/buckets/{bucket}/channels/{channel}, and GET if the
// response has no channel. It is retried.
func (c *LiveChannels) Update(ctx context.Context, id int, r LiveChannelRequest) (*LiveChannel, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	body := r.body()
	if err := checkChange("LiveChannelRequest", body, nil); err != nil {
		return nil, err
	}
	return changed(ctx, c.group(), action{op: "live-channels.update", path: "/channels" + pathOf(id), body: body},
		func(c *LiveChannel) bool { return c.ID == id }, func() (*LiveChannel, error) { return c.Get(ctx, id) })
}

// Delete deletes channels; without ids it sends nothing. It calls DELETE /api/buckets/{bucket}/channels/{channels}, in
// several requests if there are many. It is retried; if a response is lost and the channel is gone, that counts as
// deleted. If the service does not know one of several, they are deleted one by one, and the error names the unknown
// ones.
func (c *LiveChannels) Delete(ctx context.Context, ids ...int) error {
	texts, err := checkIDs("id", ids)
	if err != nil {
		return err
	}
	return c.group().removeAll(ctx, action{op: "live-channels.delete", path: "/channels"}, texts)
}

// AddRecorded adds the service's channels to a bucket of type LiveRecBucket; without ids it sends nothing. It calls
// POST /api/buckets/{bucket}/rec-channels. The request is sent again only if the service cannot have accepted it. If
// its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown].
func (c *LiveChannels) AddRecorded(ctx context.Context, channelIDs ...int) error {
	ids, err := checkIDs("channelID", channelIDs)
	if err != nil {
		return err
	}
	g := c.group()
	if err := g.ready(); err != nil || len(ids) == 0 {
		return err
	}
	return g.do(ctx, action{op: "live-channels.add-recorded", path: "/rec-channels", method: http.MethodPost, cost: transport.Billed, body: fields{"ids": strings.Join(ids, ",")}})
}

// DeleteRecorded removes channels from a bucket of type LiveRecBucket; without ids it sends nothing. It calls DELETE
// /api/buckets/{bucket}/rec-channels/{channels}, as Delete does.
func (c *LiveChannels) DeleteRecorded(ctx context.Context, channelIDs ...int) error {
	ids, err := checkIDs("channelID", channelIDs)
	if err != nil {
		return err
	}
	return c.group().removeAll(ctx, action{op: "live-channels.delete-recorded", path: "/rec-channels"}, ids)
}

func (c *LiveChannels) group() group {
	if c == nil {
		return group{}
	}
	return c.g
}
