package filescan

import (
	"context"
	"net/url"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// hosts knows where requests go.
type hosts struct {
	main     string
	regional bool
	api      *console.Client
}

func hostsOf(api *console.Client) hosts {
	return hosts{main: api.Hosts().Main, regional: api.Hosts().Regional, api: api}
}

func (h hosts) files(region acrcloud.Region) string { return h.api.Hosts().Region(string(region)) }

func (h hosts) mayStore(u *url.URL) bool { return h.api.Hosts().MayStore(u) }

// send runs one request of the Console API.
func (c *Client) send(ctx context.Context, req *transport.Request) (*transport.Response, error) {
	return c.api.Send(ctx, req)
}

func jsonBody(v any) ([]byte, error) { return console.JSON(v) }

func setJSON(req *transport.Request, data []byte) { console.SetJSON(req, data) }

func decodeOne[T any](out **T, valid func(*T) bool, missing error) func(*transport.Response) error {
	return console.One(out, valid, missing)
}

// query builds the query of a list; empty values are left out.
type query struct{ console.Query }

func newQuery() query { return query{} }

func (q query) text(name, value string) query { return query{q.Text(name, value)} }
