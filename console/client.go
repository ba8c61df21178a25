package console

import (
	"context"
	"strconv"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
)

// A Client makes the calls of the Console API. Create one with [New] and share it: it is immutable and safe for
// concurrent use.
type Client struct {
	api   *core.Client
	names *core.Names // unique names of files in buckets
}

// New returns a Client from the configuration's console half: BearerToken (or [acrcloud.WithTokenSource]), and
// optionally BaseURL. It sends nothing. An invalid configuration or option is an [*acrcloud.ArgumentError]. Region and
// ContainerID are for package filescan and are ignored.
func New(cfg acrcloud.Config, opts ...acrcloud.Option) (*Client, error) {
	api, err := core.New(cfg, noScope(), opts...)
	if err != nil {
		return nil, err
	}
	return &Client{api: api, names: &core.Names{}}, nil
}

// Metadata returns the calls that look up recordings. The token needs the scope read-metadata for it.
func (c *Client) Metadata() *Metadata {
	m := &Metadata{c.group(metadataScope(), "/external-metadata")}
	if m.g.api != nil {
		m.g.base = m.g.api.Hosts().Metadata()
	}
	return m
}

// Buckets returns the account's buckets. The token needs the scopes read-buckets and write-buckets.
func (c *Client) Buckets() *Buckets { return &Buckets{c.group(bucketsScope(), "/buckets")} }

// BucketFiles returns the files of a bucket. The token needs the scopes read-audios and write-audios.
func (c *Client) BucketFiles(bucketID int) *BucketFiles {
	return &BucketFiles{g: c.inside(audiosScope(), "/buckets", "bucketID", bucketID, "/files"), client: c, bucketID: bucketID}
}

// LiveChannels returns the live and recorded channels of a bucket. The token needs the scopes read-channels and
// write-channels.
func (c *Client) LiveChannels(bucketID int) *LiveChannels {
	return &LiveChannels{c.inside(channelsScope(), "/buckets", "bucketID", bucketID, "")}
}

// DedupFiles returns the files of a bucket that rejects duplicates. The token needs the scopes read-audios and
// write-audios.
func (c *Client) DedupFiles(bucketID int) *DedupFiles {
	return &DedupFiles{c.inside(audiosScope(), "/buckets", "bucketID", bucketID, "/dedup-files")}
}

// Projects returns the account's recognition projects, whose access keys are for package identify. The token needs the
// scopes read-base-projects and write-base-projects.
func (c *Client) Projects() *Projects { return &Projects{c.group(projectsScope(), "/base-projects")} }

// StreamProjects returns the projects that monitor streams of your own (Broadcast Monitoring, custom streams). The
// token needs the scopes read-bm-cs-projects and write-bm-cs-projects.
func (c *Client) StreamProjects() *StreamProjects {
	return &StreamProjects{c.group(streamsScope(), streamProjectsPath)}
}

// Streams returns the streams of a project of [Client.StreamProjects], and their plays.
func (c *Client) Streams(projectID int) *Streams {
	return &Streams{c.inside(streamsScope(), streamProjectsPath, "projectID", projectID, "")}
}

// ChannelProjects returns the projects that monitor channels of the service's own database (Broadcast Monitoring,
// broadcast database). The token needs the scopes read-bm-bd-projects and write-bm-bd-projects.
func (c *Client) ChannelProjects() *ChannelProjects {
	return &ChannelProjects{c.group(databaseScope(), channelProjectsPath)}
}

// Channels returns the channels of a project of [Client.ChannelProjects], and their plays.
func (c *Client) Channels(projectID int) *Channels {
	return &Channels{c.inside(databaseScope(), channelProjectsPath, "projectID", projectID, "")}
}

// HistoricalProjects returns the projects with past results. Their scope is not known.
func (c *Client) HistoricalProjects() *HistoricalProjects {
	return &HistoricalProjects{c.group(noScope(), "/bm-hist-projects")}
}

// UnknownContent returns the projects that collect content that is played repeatedly but not recognised (Unknown
// Content Filter). Tokens need the scopes read-ucf, write-ucf and delete-ucf for them.
func (c *Client) UnknownContent() *UnknownContent {
	return &UnknownContent{c.group(unknownContentScope(), "/ucf-projects")}
}

// UnknownStreams returns the monitored streams that feed a project of [Client.UnknownContent].
func (c *Client) UnknownStreams(projectID int) *UnknownStreams {
	return &UnknownStreams{c.inside(unknownContentScope(), "/ucf-projects", "projectID", projectID, "/streams")}
}

// UnknownResults returns what a project of [Client.UnknownContent] has collected.
func (c *Client) UnknownResults(projectID int) *UnknownResults {
	return &UnknownResults{c.inside(unknownContentScope(), "/ucf-projects", "projectID", projectID, "/results")}
}

// Billing returns the account's bills and prices. Their scope is not known.
func (c *Client) Billing() *Billing { return &Billing{c.group(noScope(), "")} }

// Do makes any call of the Console API, with this client's host, token, retries and errors. It works like filescan's
// Client.Do.
//
// in is sent as JSON, unless it is nil. out receives the response: an [io.Writer] receives its bytes; any other pointer
// is decoded into with encoding/json; nil ignores it. GET, HEAD, PUT and DELETE are retried after temporary failures.
// POST and PATCH are retried only if the service cannot have accepted them; if their outcome is unknown, the error
// matches [acrcloud.ErrOutcomeUnknown].
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	if c == nil || c.api == nil {
		return core.NotMade("console.New")
	}
	return c.api.Do(ctx, method, path, in, out)
}

const (
	streamProjectsPath  = "/bm-cs-projects"
	channelProjectsPath = "/bm-bd-projects"
)

// group is a part of the API.
func (c *Client) group(scope scope, path string) group {
	if c == nil || c.api == nil {
		return group{}
	}
	api := c.api.For(scope)
	return group{api: api, base: api.Hosts().Main, path: path}
}

// inside is a part of the API within one thing, such as a bucket.
func (c *Client) inside(scope scope, parent, field string, id int, path string) group {
	g := c.group(scope, parent+"/"+strconv.Itoa(id)+path)
	g.bad = core.CheckID(field, id, "use the number that the list and the website show")
	return g
}
