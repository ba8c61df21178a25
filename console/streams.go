package console

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Streams has the calls about the streams of a project of [Client.StreamProjects], and their plays. Reading needs the
// scope read-bm-cs-projects, changing needs write-bm-cs-projects.
type Streams struct{ g group }

// A Stream is one of your own streams that is monitored.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type Stream struct {
	ID         string   `json:"stream_id"`            // such as "s-AbC12"
	AccountID  int      `json:"uid,omitzero"`         // of the console account
	ProjectID  int      `json:"mcp_id,omitzero"`      // the project that it belongs to
	Type       string   `json:"stream_type,omitzero"` // "Audio"
	Name       string   `json:"name,omitzero"`
	State      string   `json:"state,omitzero"` // "Running", "Timeout", "Paused", "Invalid URL", "Mute" or "Other"
	Code       int      `json:"code"`           // 0 is running
	URLs       []string `json:"stream_urls,omitzero"`
	CurrentURL string   `json:"current_url,omitzero"` // the one of URLs that is in use
	Region     string   `json:"region,omitzero"`
	Remark     string   `json:"remark,omitzero"`
	EPG        string   `json:"epg,omitzero"` // undocumented

	// UserDefined is your own metadata, by key. Text that is not a JSON object is in Extra.
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	PitchShift      bool `json:"pitch_shift,omitzero"`       // undocumented
	CheckPitchShift bool `json:"check_pitch_shift,omitzero"` // undocumented
	RecordVideo     bool `json:"record_video,omitzero"`      // undocumented
	RecType         int  `json:"stream_rec_type,omitzero"`   // undocumented
	Timemap         bool `json:"timemap,omitzero"`           // whether it is recorded; see Streams.Recording
	UCF             bool `json:"ucf,omitzero"`               // whether it feeds a project of Client.UnknownContent
	AddRecordings   int  `json:"add_recordings,omitzero"`    // undocumented

	Config StreamConfig `json:"config,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

func (s *Stream) settle() { readUserDefined(&s.UserDefined, &s.Extra) }

// A StreamConfig says how a stream is analysed. The website lists the existing ones. Lengths are supposedly in seconds.
type StreamConfig struct {
	ID             int    `json:"id"`
	Name           string `json:"name,omitzero"`
	AccountID      int    `json:"uid,omitzero"`
	RecLength      int    `json:"rec_length,omitzero"`
	Interval       int    `json:"interval,omitzero"`
	RecTimeout     int    `json:"rec_timeout,omitzero"`
	MonitorTimeout int    `json:"monitor_timeout,omitzero"`
	Noise          int    `json:"noise,omitzero"`
	Delay          int    `json:"delay,omitzero"`

	Record StreamConfigRecord `json:"record,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"`
	UpdatedAt time.Time `json:"updated_at,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// A StreamConfigRecord says how much of a stream is recorded around a play.
type StreamConfigRecord struct {
	Record int `json:"record"`
	After  int `json:"record_after"`
	Before int `json:"record_before"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// DefaultStreamConfig is the id of the service's configuration "non-realtime for music".
const DefaultStreamConfig = 1

// ListStreamsOptions selects streams. The zero value selects all.
type ListStreamsOptions struct {
	Page    int    // 1 is the first, and the default
	PerPage int    // 20 by default; All uses 100
	State   string // only streams in this state, as in Stream.State
	Search  string // part of a name, id, URL, user-defined metadata or remark
	Timemap *bool  // only streams that are recorded (true) or not (false)
	Sort    string // "created_at", "stream_id" or "name"
	Order   string // "desc", the default, or "asc"
}

// An AddStreamRequest describes a new stream. URLs, Name and ConfigID are required.
type AddStreamRequest struct {
	URLs        []string // its addresses; the others are used if the first fails
	Name        string
	ConfigID    int            // such as DefaultStreamConfig; the website lists the others
	UserDefined map[string]any // sent as text
}

// An UpdateStreamRequest changes the fields that are set and leaves the others unchanged.
type UpdateStreamRequest struct {
	URLs        []string // nil keeps them
	Name        *string
	ConfigID    *int
	UserDefined map[string]any // nil keeps it; sent as an object
}

// List returns one page of streams; nil options mean the first page. It calls GET
// /api/bm-cs-projects/{project}/streams. It is retried.
func (s *Streams) List(ctx context.Context, opts *ListStreamsOptions) (*Page[Stream], error) {
	return s.page(ctx, valueOf(opts))
}

// All iterates over all streams, page by page; nil options mean all. It calls GET
// /api/bm-cs-projects/{project}/streams. Each range starts from the beginning, with the options as they were when All
// was called. An error is yielded last and ends the iteration.
func (s *Streams) All(ctx context.Context, opts *ListStreamsOptions) iter.Seq2[*Stream, error] {
	o := valueOf(opts)
	return all(ctx, o.Page, o.PerPage, func(ctx context.Context, number, perPage int) (*Page[Stream], error) {
		o := o
		o.Page, o.PerPage = number, perPage
		return s.page(ctx, o)
	}, func(s *Stream) string { return s.ID })
}

func (s *Streams) page(ctx context.Context, o ListStreamsOptions) (*Page[Stream], error) {
	if err := checkChoice("ListStreamsOptions.Sort", o.Sort, "created_at", "stream_id", "name"); err != nil {
		return nil, err
	}
	if err := checkOrder("ListStreamsOptions.Order", o.Order); err != nil {
		return nil, err
	}
	return page[Stream](ctx, s.group(), o.Page, o.PerPage, action{op: "streams.list", path: "/streams"}, func(q core.Query) core.Query {
		return flag(q, "timemap", o.Timemap).Text("state", o.State).Text("search_value", o.Search).Text("sort", o.Sort).Text("order", o.Order)
	})
}

// Add adds a stream. From then on it is monitored and billed. It calls POST /api/bm-cs-projects/{project}/streams. The
// request is sent again only if the service cannot have accepted it. If its outcome is unknown, the error matches
// [acrcloud.ErrOutcomeUnknown]: look for it with All first.
func (s *Streams) Add(ctx context.Context, r AddStreamRequest) (*Stream, error) {
	const field = "AddStreamRequest."
	if err := checkStreamURLs(field+"URLs", r.URLs); err != nil {
		return nil, err
	}
	switch {
	case len(r.URLs) == 0:
		return nil, refuse(field+"URLs", "is empty", "set the stream's addresses")
	case r.Name == "":
		return nil, refuse(field+"Name", "is empty", "give the stream a name")
	case r.ConfigID < 1:
		return nil, refuse(field+"ConfigID", "is not an id", "use DefaultStreamConfig, or another one that the website shows")
	}
	body := fields{"stream_urls": r.URLs, "name": r.Name, "config_id": r.ConfigID}
	if r.UserDefined != nil {
		text, err := userDefinedText(r.UserDefined)
		if err != nil {
			return nil, err
		}
		body["user_defined"] = text
	}
	return created(ctx, s.group(), action{op: "streams.add", path: "/streams", method: http.MethodPost, cost: transport.Billed, body: body, secrets: secretsOf(r.URLs)},
		func(s *Stream) string { return s.ID })
}

// secretsOf returns what no error may show of the addresses of a stream.
func secretsOf(urls []string) (secrets []string) {
	for _, address := range urls {
		if u, err := url.Parse(address); err == nil {
			secrets = append(secrets, core.URLSecrets(u)...)
		}
	}
	return secrets
}

// Update changes a stream. It calls PUT /api/bm-cs-projects/{project}/streams/{stream}. It is retried. What the service
// returns is not documented: call List for the stream after the change.
func (s *Streams) Update(ctx context.Context, streamID string, r UpdateStreamRequest) error {
	const field = "UpdateStreamRequest"
	if err := checkStreamURLs(field+".URLs", r.URLs); err != nil {
		return err
	}
	body := fields{}
	put(body, "name", r.Name)
	put(body, "config_id", r.ConfigID)
	switch {
	case r.URLs != nil && len(r.URLs) == 0:
		return refuse(field+".URLs", "is empty", "leave it nil to keep the URLs")
	case r.URLs != nil:
		body["stream_urls"] = r.URLs
	}
	if r.UserDefined != nil {
		body["user_defined"] = r.UserDefined
	}
	if err := checkChange(field, body, r.Name); err != nil {
		return err
	}
	m := s.of(streamID)
	if err := m.ready(); err != nil {
		return err
	}
	a := m.action("update", "", core.Query{})
	a.method, a.cost, a.body, a.secrets = http.MethodPut, transport.Write, body, secretsOf(r.URLs)
	return m.do(ctx, a)
}

// Delete deletes streams; without ids it sends nothing. It calls DELETE
// /api/bm-cs-projects/{project}/streams/{streams}, in several requests if there are many. It is retried; if a response
// is lost and the stream is gone, that counts as deleted. If the service does not know one of several, they are deleted
// one by one, and the error names the unknown ones.
func (s *Streams) Delete(ctx context.Context, streamIDs ...string) error {
	if err := checkTextIDs("streamID", streamIDs...); err != nil {
		return err
	}
	return s.group().removeAll(ctx, action{op: "streams.delete", path: "/streams"}, streamIDs)
}

// Pause pauses the monitoring of streams; without ids it sends nothing. It calls PUT
// /api/bm-cs-projects/{project}/streams/{streams}/pause, in several requests if there are many. It is retried.
func (s *Streams) Pause(ctx context.Context, streamIDs ...string) error {
	return s.each(ctx, "pause", streamIDs)
}

// Restart resumes the monitoring of streams; without ids it sends nothing. It calls PUT
// /api/bm-cs-projects/{project}/streams/{streams}/restart, in several requests if there are many. It is retried.
func (s *Streams) Restart(ctx context.Context, streamIDs ...string) error {
	return s.each(ctx, "restart", streamIDs)
}

func (s *Streams) each(ctx context.Context, verb string, ids []string) error {
	if err := checkTextIDs("streamID", ids...); err != nil {
		return err
	}
	g := s.group()
	if err := g.ready(); err != nil {
		return err
	}
	for chunk := range core.Chunks(ids) {
		a := action{op: "streams." + verb, path: "/streams/" + strings.Join(chunk, ",") + "/" + verb, method: http.MethodPut, cost: transport.Write}
		if err := g.do(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// Day returns the plays of a stream on a day in UTC. No plays are not an error. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/results with type=day. It is retried. How long the service keeps plays
// depends on your plan; older days are empty.
func (s *Streams) Day(ctx context.Context, streamID string, date Date, filter PlayFilter) ([]*Play, error) {
	return s.of(streamID).day(ctx, date, filter)
}

// Last returns the most recent plays of a stream. It calls GET /api/bm-cs-projects/{project}/streams/{stream}/results
// with type=last. It is retried.
func (s *Streams) Last(ctx context.Context, streamID string, filter PlayFilter) ([]*Play, error) {
	return s.of(streamID).last(ctx, filter)
}

// Days iterates over the plays of a stream, day by day, including empty days. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/results for each day, some of them ahead of time. Each range starts
// from the beginning. An error is yielded last and ends the iteration: a [*DayError] names the day to continue from.
func (s *Streams) Days(ctx context.Context, streamID string, opts PlaysOptions) iter.Seq2[*Day, error] {
	return s.of(streamID).days(ctx, opts)
}

// Plays iterates over the plays of [Streams.Days]. After an error, continue with the day that it names: none of its
// plays were yielded.
func (s *Streams) Plays(ctx context.Context, streamID string, opts PlaysOptions) iter.Seq2[*Play, error] {
	return playsOf(s.of(streamID).days(ctx, opts))
}

// Unknown returns the parts of a day in UTC with unrecognised music, as the service sends them; their format is not
// documented. It calls GET /api/bm-cs-projects/{project}/streams/{stream}/unknown_results. It is retried. The stream
// needs music detection. Only the durations of the filter are used.
func (s *Streams) Unknown(ctx context.Context, streamID string, date Date, filter PlayFilter) (json.RawMessage, error) {
	return s.of(streamID).unknown(ctx, date, filter)
}

// State returns when a stream was available; nil options leave the choice of days to the service. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/state. It is retried.
func (s *Streams) State(ctx context.Context, streamID string, opts *StateOptions) (*StreamStates, error) {
	return s.of(streamID).state(ctx, opts)
}

// Recording writes a recorded part of a stream to w as it arrives. It is not kept in memory. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/recordings. It is retried until the first byte arrives. Streams are
// recorded if Timemap is on; if there is no recording, the error matches [acrcloud.ErrNotFound]. After an error, w may
// have received a part of it: do not use that.
func (s *Streams) Recording(ctx context.Context, streamID string, r RecordingRequest, w io.Writer) (*Recording, error) {
	return s.of(streamID).recording(ctx, r, w)
}

// Analytics counts the plays of the project's streams over the last seven days. It calls GET
// /api/bm-cs-projects/{project}/analytics/results. It is retried. The project needs the bucket [ACRCloudMusic].
func (s *Streams) Analytics(ctx context.Context, query AnalyticsQuery) (*Analytics, error) {
	return s.group().analytics(ctx, "streams.analytics", query, ByStream)
}

// Report reports plays of a stream to the service; without reports it sends nothing and returns nil. It calls POST
// /api/bm-cs-projects/{project}/streams/{stream}/user-reports. The request is sent again only if the service cannot
// have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown].
func (s *Streams) Report(ctx context.Context, streamID string, reports ...UserReport) (*UserReportResult, error) {
	return s.of(streamID).report(ctx, reports)
}

func (s *Streams) group() group {
	if s == nil {
		return group{}
	}
	return s.g
}

// of returns the calls about one stream.
func (s *Streams) of(streamID string) monitored {
	return monitored{group: s.group(), noun: "streams", id: streamID, bad: checkTextIDs("streamID", streamID)}
}

// unknown returns the unrecognised parts of a day.
func (m monitored) unknown(ctx context.Context, date Date, f PlayFilter) (json.RawMessage, error) {
	if err := m.ready(); err != nil {
		return nil, err
	}
	if err := date.check("date"); err != nil {
		return nil, err
	}
	q, err := PlayFilter{MinDuration: f.MinDuration, MaxDuration: f.MaxDuration}.query(core.Query{}.Text("date", date.compact()))
	if err != nil {
		return nil, err
	}
	return m.raw(ctx, m.action("unknown", "/unknown_results", q))
}

func checkOrder(field, order string) error { return checkChoice(field, order, "asc", "desc") }

func checkStreamURLs(field string, urls []string) error {
	for _, u := range urls {
		if strings.TrimSpace(u) == "" || strings.ContainsFunc(u, func(r rune) bool { return r < ' ' }) {
			return refuse(field, "has an empty URL, or one with control characters", "use URLs such as http://example.org/radio.mp3")
		}
	}
	return nil
}

// flag adds a parameter as 1 or 0, unless it is nil.
func flag(q core.Query, name string, value *bool) core.Query {
	switch {
	case value == nil:
		return q
	case *value:
		return q.Text(name, "1")
	}
	return q.Text(name, "0")
}
