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
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// HistoricalProjects has the calls about projects with past plays of channels, which are bought by the month. It is
// experimental: little is documented, and how months are chosen and paid for is not known.
type HistoricalProjects struct{ g group }

// A HistoricalProject has past plays of channels.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type HistoricalProject struct {
	ID             int                        `json:"id"`
	AccountID      int                        `json:"uid,omitzero"` // of the console account
	Name           string                     `json:"name,omitzero"`
	Region         acrcloud.Region            `json:"region,omitzero"`
	Type           HistoricalType             `json:"project_type,omitzero"`
	AccessKey      acrcloud.Secret            `json:"access_key,omitzero"`
	State          int                        `json:"state,omitzero"`
	Months         []string                   `json:"months,omitzero"`
	MonthlyDetails map[string]json.RawMessage `json:"monthly_details,omitzero"`
	TotalMonths    int                        `json:"total_months,omitzero"`
	UnitPrice      float64                    `json:"unit_price,omitzero"`
	TotalPrice     float64                    `json:"total_price,omitzero"`
	PaymentStatus  int                        `json:"payment_status,omitzero"`
	PaidAmount     float64                    `json:"paid_amount,omitzero"`
	PaidAt         time.Time                  `json:"paid_at,omitzero"`
	ReportID       int                        `json:"report_id,omitzero"`
	TotalChannels  int                        `json:"total_channels,omitzero"`
	TotalResults   int                        `json:"total_resutls,omitzero"` // the service's spelling
	TotalDurations int64                      `json:"total_durations,omitzero"`

	CreatedAt time.Time `json:"created_at,omitzero"` // UTC, by the service's clock
	UpdatedAt time.Time `json:"updated_at,omitzero"` // UTC, by the service's clock

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A HistoricalType is the kind of the project's channels.
type HistoricalType string

// The types.
const (
	Radio HistoricalType = "radio"
	TV    HistoricalType = "tv"
)

// A CreateHistoricalProjectRequest describes a new project. All fields are required.
type CreateHistoricalProjectRequest struct {
	Name     string
	Region   acrcloud.Region
	Type     HistoricalType
	Stations []int // ids of channels
}

// List returns one page of projects; zero means the first page, and 20 items. It calls GET /api/bm-hist-projects. It is
// retried.
func (h *HistoricalProjects) List(ctx context.Context, pageNumber, perPage int) (*Page[HistoricalProject], error) {
	return page[HistoricalProject](ctx, h.group(), pageNumber, perPage, action{op: "historical-projects.list", secret: true}, nil)
}

// All iterates over all projects, page by page. It calls GET /api/bm-hist-projects. Each range starts from the
// beginning. An error is yielded last and ends the iteration.
func (h *HistoricalProjects) All(ctx context.Context) iter.Seq2[*HistoricalProject, error] {
	return all(ctx, 0, 0, h.List, func(p *HistoricalProject) int { return p.ID })
}

// Create creates a project. It calls POST /api/bm-hist-projects. The request is sent again only if the service cannot
// have accepted it. If its outcome is unknown, the error matches [acrcloud.ErrOutcomeUnknown]: look for it with All
// first.
func (h *HistoricalProjects) Create(ctx context.Context, r CreateHistoricalProjectRequest) (*HistoricalProject, error) {
	const field = "CreateHistoricalProjectRequest."
	switch {
	case r.Name == "":
		return nil, refuse(field+"Name", "is empty", "give the project a name")
	case r.Type == "":
		return nil, refuse(field+"Type", "is empty", "use Radio or TV")
	case len(r.Stations) == 0:
		return nil, refuse(field+"Stations", "is empty", "name at least one channel")
	}
	if err := checkRegion(field+"Region", r.Region); err != nil {
		return nil, err
	}
	if _, err := checkIDs(field+"Stations", r.Stations); err != nil {
		return nil, err
	}
	body := fields{"name": r.Name, "region": r.Region, "project_type": r.Type, "stations": r.Stations}
	return created(ctx, h.group(), action{op: "historical-projects.create", method: http.MethodPost, cost: transport.Billed, body: body, secret: true},
		func(p *HistoricalProject) string { return idText(p.ID) })
}

// Day returns the plays of a channel on a day in UTC. No plays are not an error. It calls GET
// /api/bm-hist-projects/{project}/channels/{channel}/results. It is retried.
func (h *HistoricalProjects) Day(ctx context.Context, projectID, channelID int, date Date) ([]*Play, error) {
	if err := checkID("projectID", projectID); err != nil {
		return nil, err
	}
	if err := checkID("channelID", channelID); err != nil {
		return nil, err
	}
	if err := date.check("date"); err != nil {
		return nil, err
	}
	channel := strconv.Itoa(channelID)
	a := action{op: "historical-projects.results", path: pathOf(projectID) + "/channels/" + channel + "/results", query: core.Query{}.Text("date", date.compact())}
	return readPlays(ctx, h.group(), a, channel)
}

func (h *HistoricalProjects) group() group {
	if h == nil {
		return group{}
	}
	return h.g
}
