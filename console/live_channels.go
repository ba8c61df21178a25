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

// LiveChannels is the channels of a bucket of type LiveBucket, LiveRecBucket or LiveTimeshiftBucket, which live channel detection finds.
// Tokens need the scope read-channels, and write-channels to change something.
type LiveChannels struct{ g group }

// A LiveChannel is a channel that is compared with while it is on the air.
//
// Decoding is tolerant in the way of [acrcloud.Music].
type LiveChannel struct {
	ID        int    `json:"id"`
	AccountID int    `json:"uid,omitzero"`       // of the console account
	BucketID  int    `json:"bucket_id,omitzero"` // of the bucket that it is in
	ACRID     string `json:"acr_id,omitzero"`
	ChannelID string `json:"channel_id,omitzero"` // often empty
	State     int    `json:"state"`               // 0 when it is new, 1 later
	Title     string `json:"title,omitzero"`      // also read from name, as the official command line tool has it
	URL       string `json:"url,omitzero"`        // where it can be listened to; udp:// of a tool on a machine of yours
	Timeshift bool   `json:"timeshift,omitzero"`  // it is found with a delay, too

	// UserDefined is what you gave it, by key.
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	BucketType BucketType `json:"bucket_type,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has every member that is not above, and those above that had an unreadable value.
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

// A LiveChannelRequest describes a channel. To create one, Title and URL are required; to update one, what is empty or nil is left as it is.
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

// List returns one page of channels; nil options mean the first of all. It calls GET /api/buckets/{bucket}/channels. It is retried.
func (c *LiveChannels) List(ctx context.Context, opts *ListLiveChannelsOptions) (*Page[LiveChannel], error) {
	return c.page(ctx, valueOf(opts))
}

// All iterates over all channels, page by page; nil options mean all. It calls GET /api/buckets/{bucket}/channels. Each range starts anew,
// with the options as they were when All was called. An error comes last and ends it.
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

// Get returns a channel. It calls GET /api/buckets/{bucket}/channels/{channel}. It is retried. A channel that does not exist is
// [acrcloud.ErrNotFound].
func (c *LiveChannels) Get(ctx context.Context, id int) (*LiveChannel, error) {
	if err := checkID("id", id); err != nil {
		return nil, err
	}
	return one(ctx, c.group(), action{op: "live-channels.get", path: "/channels" + pathOf(id)}, func(c *LiveChannel) bool { return c.ID == id },
		core.NotFound("channel "+strconv.Itoa(id)))
}

// Create makes a channel. It calls POST /api/buckets/{bucket}/channels, once, unless the service cannot have accepted it. If it may have
// been made although no success came back, the error matches [acrcloud.ErrOutcomeUnknown]: look for it by All. Channels are billed.
func (c *LiveChannels) Create(ctx context.Context, r LiveChannelRequest) (*LiveChannel, error) {
	switch {
	case r.Title == "":
		return nil, refuse("LiveChannelRequest.Title", "is empty", "give the channel a title")
	case r.URL == "":
		return nil, refuse("LiveChannelRequest.URL", "is empty", "say where the channel can be listened to")
	}
	return one(ctx, c.group(), action{op: "live-channels.create", path: "/channels", method: http.MethodPost, cost: transport.Billed, body: r.body()},
		func(c *LiveChannel) bool { return c.ID > 0 }, nil)
}

// Update changes a channel and returns it. It calls PUT /api/buckets/{bucket}/channels/{channel}, and GET where that returns no channel.
// It is retried.
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

// Delete deletes channels; without an id it sends nothing. It calls DELETE /api/buckets/{bucket}/channels/{channels}, for many channels in
// several requests. It is retried; a channel that is gone after an attempt whose response was lost counts as deleted. Where the service does
// not know one of several, they are deleted one by one, and the error names those that it does not know.
func (c *LiveChannels) Delete(ctx context.Context, ids ...int) error {
	texts, err := checkIDs("id", ids)
	if err != nil {
		return err
	}
	return c.group().removeAll(ctx, action{op: "live-channels.delete", path: "/channels"}, texts)
}

// AddRecorded adds channels of the service to a bucket of type LiveRecBucket; without an id it sends nothing. It calls POST
// /api/buckets/{bucket}/rec-channels, once, unless the service cannot have accepted it. If it may have been processed although no success
// came back, the error matches [acrcloud.ErrOutcomeUnknown].
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

// DeleteRecorded takes channels out of a bucket of type LiveRecBucket; without an id it sends nothing. It calls DELETE
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
