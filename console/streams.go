package console

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"

	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Streams is the streams of a project of [Client.StreamProjects], and what was played on them. Tokens need the scope read-bm-cs-projects,
// and write-bm-cs-projects to change something.
type Streams struct{ g group }

// A Stream is a stream of your own that is monitored.
//
// Decoding is tolerant in the way of [acrcloud.Music].
type Stream struct {
	ID         string   `json:"stream_id"`            // such as "s-AbC12"
	AccountID  int      `json:"uid,omitzero"`         // of the console account
	ProjectID  int      `json:"mcp_id,omitzero"`      // of the project that it is in
	Type       string   `json:"stream_type,omitzero"` // "Audio"
	Name       string   `json:"name,omitzero"`
	State      string   `json:"state,omitzero"` // "Running", "Timeout", "Paused", "Invalid URL", "Mute" or "Other"
	Code       int      `json:"code"`           // 0 is running
	URLs       []string `json:"stream_urls,omitzero"`
	CurrentURL string   `json:"current_url,omitzero"` // the one of URLs that is listened to
	Region     string   `json:"region,omitzero"`
	Remark     string   `json:"remark,omitzero"`
	EPG        string   `json:"epg,omitzero"` // undocumented

	// UserDefined is what you gave it, by key. A text that is no JSON object is in Extra.
	UserDefined map[string]json.RawMessage `json:"user_defined,omitzero"`

	PitchShift      bool `json:"pitch_shift,omitzero"`       // undocumented
	CheckPitchShift bool `json:"check_pitch_shift,omitzero"` // undocumented
	RecordVideo     bool `json:"record_video,omitzero"`      // undocumented
	RecType         int  `json:"stream_rec_type,omitzero"`   // undocumented
	Timemap         bool `json:"timemap,omitzero"`           // whether it is recorded: Streams.Recording
	UCF             bool `json:"ucf,omitzero"`               // whether it feeds a project of Client.UnknownContent
	AddRecordings   int  `json:"add_recordings,omitzero"`    // undocumented

	Config StreamConfig `json:"config,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has every member that is not above, and those above that had an unreadable value.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

func (s *Stream) settle() { readUserDefined(&s.UserDefined, &s.Extra) }

// A StreamConfig says how a stream is listened to. The console lists those that there are; lengths are supposedly in seconds.
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

// A StreamConfigRecord says how much of a stream is kept around what was recognised.
type StreamConfigRecord struct {
	Record int `json:"record"`
	After  int `json:"record_after"`
	Before int `json:"record_before"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// DefaultStreamConfig is the id of the service's configuration "non-realtime for music".
const DefaultStreamConfig = 1

// ListStreamsOptions selects streams. The zero value means all.
type ListStreamsOptions struct {
	Page    int    // 1 is the first, and the default
	PerPage int    // 20 by default; All uses 100
	State   string // only those in a state, as Stream.State has it
	Search  string // part of a name, id, URL, user-defined metadata or remark
	Timemap *bool  // only those that are recorded, or are not
	Sort    string // "created_at", "stream_id" or "name"
	Order   string // "desc", the default, or "asc"
}

// An AddStreamRequest describes a new stream. URLs, Name and ConfigID are required.
type AddStreamRequest struct {
	URLs        []string // where it can be listened to; the others are for when the first fails
	Name        string
	ConfigID    int            // such as DefaultStreamConfig; the console lists the others
	UserDefined map[string]any // sent as a text
}

// An UpdateStreamRequest changes what is set and leaves the rest as it is.
type UpdateStreamRequest struct {
	URLs        []string // nil leaves them
	Name        *string
	ConfigID    *int
	UserDefined map[string]any // nil leaves it; sent as an object
}

// List returns one page of streams; nil options mean the first of all. It calls GET /api/bm-cs-projects/{project}/streams. It is retried.
func (s *Streams) List(ctx context.Context, opts *ListStreamsOptions) (*Page[Stream], error) {
	return s.page(ctx, valueOf(opts))
}

// All iterates over all streams, page by page; nil options mean all. It calls GET /api/bm-cs-projects/{project}/streams. Each range starts
// anew, with the options as they were when All was called. An error comes last and ends it.
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

// Add adds a stream, which is monitored from then on, and billed. It calls POST /api/bm-cs-projects/{project}/streams, once, unless the
// service cannot have accepted it. If it may have been added although no success came back, the error matches
// [acrcloud.ErrOutcomeUnknown]: look for it by All.
func (s *Streams) Add(ctx context.Context, r AddStreamRequest) (*Stream, error) {
	const field = "AddStreamRequest."
	if err := checkStreamURLs(field+"URLs", r.URLs); err != nil {
		return nil, err
	}
	switch {
	case len(r.URLs) == 0:
		return nil, refuse(field+"URLs", "is empty", "say where the stream can be listened to")
	case r.Name == "":
		return nil, refuse(field+"Name", "is empty", "give the stream a name")
	case r.ConfigID < 1:
		return nil, refuse(field+"ConfigID", "is no id", "use DefaultStreamConfig, or another one that the console shows")
	}
	body := fields{"stream_urls": r.URLs, "name": r.Name, "config_id": r.ConfigID}
	if r.UserDefined != nil {
		text, err := userDefinedText(r.UserDefined)
		if err != nil {
			return nil, err
		}
		body["user_defined"] = text
	}
	return one(ctx, s.group(), action{op: "streams.add", path: "/streams", method: http.MethodPost, cost: transport.Billed, body: body},
		func(s *Stream) bool { return s.ID != "" }, nil)
}

// Update changes a stream. It calls PUT /api/bm-cs-projects/{project}/streams/{stream}. It is retried. What the service returns is not
// documented; List shows the stream as it is then.
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
		return refuse(field+".URLs", "is empty", "leave it nil to keep them")
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
	a.method, a.cost, a.body = http.MethodPut, transport.Write, body
	return m.do(ctx, a)
}

// Delete deletes streams; without an id it sends nothing. It calls DELETE /api/bm-cs-projects/{project}/streams/{streams}, for many
// streams in several requests. It is retried; a stream that is gone after an attempt whose response was lost counts as deleted. Where the
// service does not know one of several, they are deleted one by one, and the error names those that it does not know.
func (s *Streams) Delete(ctx context.Context, streamIDs ...string) error {
	if err := checkTextIDs("streamID", streamIDs...); err != nil {
		return err
	}
	return s.group().removeAll(ctx, action{op: "streams.delete", path: "/streams"}, streamIDs)
}

// Pause stops the monitoring of streams; without an id it sends nothing. It calls PUT
// /api/bm-cs-projects/{project}/streams/{streams}/pause, for many streams in several requests. It is retried.
func (s *Streams) Pause(ctx context.Context, streamIDs ...string) error {
	return s.each(ctx, "pause", streamIDs)
}

// Restart begins the monitoring of streams again; without an id it sends nothing. It calls PUT
// /api/bm-cs-projects/{project}/streams/{streams}/restart, for many streams in several requests. It is retried.
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
	for chunk := range slices.Chunk(ids, core.MaxIDs) {
		a := action{op: "streams." + verb, path: "/streams/" + strings.Join(chunk, ",") + "/" + verb, method: http.MethodPut, cost: transport.Write}
		if err := g.do(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// Day returns what was played on a stream on a day of UTC; nothing is no error. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/results with type=day. It is retried. How long the service keeps plays depends on
// the plan; older days are empty.
func (s *Streams) Day(ctx context.Context, streamID string, date Date, filter PlayFilter) ([]*Play, error) {
	return s.of(streamID).day(ctx, date, filter)
}

// Last returns what was played on a stream last. It calls GET /api/bm-cs-projects/{project}/streams/{stream}/results with type=last. It is
// retried.
func (s *Streams) Last(ctx context.Context, streamID string, filter PlayFilter) ([]*Play, error) {
	return s.of(streamID).last(ctx, filter)
}

// Days iterates over what was played on a stream, day by day, empty days included. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/results for each day, some of them ahead. Each range starts anew. An error comes
// last and ends it: a [*DayError] names the day to go on from.
func (s *Streams) Days(ctx context.Context, streamID string, opts PlaysOptions) iter.Seq2[*Day, error] {
	return s.of(streamID).days(ctx, opts)
}

// Plays iterates over the plays of [Streams.Days]. After an error begin the day that it names anew: a part of it may have come already
// only if you stopped yourself.
func (s *Streams) Plays(ctx context.Context, streamID string, opts PlaysOptions) iter.Seq2[*Play, error] {
	return playsOf(s.of(streamID).days(ctx, opts))
}

// Unknown returns the parts of a day of UTC that were music, but not recognised, as the service writes them; their shape is not
// documented. It calls GET /api/bm-cs-projects/{project}/streams/{stream}/unknown_results. It is retried. The stream needs music
// detection. Only the durations of the filter are used.
func (s *Streams) Unknown(ctx context.Context, streamID string, date Date, filter PlayFilter) (json.RawMessage, error) {
	return s.of(streamID).unknown(ctx, date, filter)
}

// State returns when a stream could be listened to; nil options leave the days to the service. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/state. It is retried.
func (s *Streams) State(ctx context.Context, streamID string, opts *StateOptions) (*StreamStates, error) {
	return s.of(streamID).state(ctx, opts)
}

// Recording writes the recording of a part of a stream to w, as it arrives: nothing of it is kept. It calls GET
// /api/bm-cs-projects/{project}/streams/{stream}/recordings. It is retried until the first byte has come. Streams are recorded where
// Timemap is on; a recording that is not there is [acrcloud.ErrNotFound]. After an error w may have got a part of it: do not use that.
func (s *Streams) Recording(ctx context.Context, streamID string, r RecordingRequest, w io.Writer) (*Recording, error) {
	return s.of(streamID).recording(ctx, r, w)
}

// Analytics counts the plays of the project's streams over the last seven days. It calls GET
// /api/bm-cs-projects/{project}/analytics/results. It is retried. The project needs the bucket [ACRCloudMusic].
func (s *Streams) Analytics(ctx context.Context, query AnalyticsQuery) (*Analytics, error) {
	return s.group().analytics(ctx, "streams.analytics", query, ByStream)
}

// Report tells the service what was played on a stream; without reports it sends nothing and returns nil. It calls POST
// /api/bm-cs-projects/{project}/streams/{stream}/user-reports, once, unless the service cannot have accepted it. If it may have been
// processed although no success came back, the error matches [acrcloud.ErrOutcomeUnknown].
func (s *Streams) Report(ctx context.Context, streamID string, reports ...UserReport) (*UserReportResult, error) {
	return s.of(streamID).report(ctx, reports)
}

func (s *Streams) group() group {
	if s == nil {
		return group{}
	}
	return s.g
}

// of is what is asked about a stream.
func (s *Streams) of(streamID string) monitored {
	return monitored{group: s.group(), noun: "streams", id: streamID, bad: checkTextIDs("streamID", streamID)}
}

// unknown returns what was not recognised.
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
