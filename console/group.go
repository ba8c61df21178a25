package console

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/lenient"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// A group is a part of the API. The zero group belongs to a Client that was not created by New.
type group struct {
	api  *core.Client // narrowed to the scope
	base string       // the host's address, with /api
	path string       // such as "/buckets/7/files"
	bad  error        // the error of an id in path
}

// ready reports why nothing can be sent.
func (g group) ready() error {
	if g.api == nil {
		return core.NotMade("console.New")
	}
	return g.bad
}

// An action is one call of a group.
type action struct {
	op     string
	method string         // GET unless set
	path   string         // behind that of the group
	query  core.Query     //
	body   any            // sent as JSON unless it is nil
	cost   transport.Cost // Read unless set
	secret bool           // the response holds credentials

	secrets []string // in the request, such as a callback URL
}

// request makes the request of an action.
func (g group) request(a action) (*transport.Request, error) {
	if err := g.ready(); err != nil {
		return nil, err
	}
	req := &transport.Request{
		Op: a.op, Cost: a.cost, Method: a.method, URL: g.base + g.path + a.path + a.query.String(), SecretBody: a.secret, Secrets: a.secrets, Check: core.Acknowledged,
	}
	if req.Method == "" {
		req.Method = http.MethodGet
	}
	if a.body != nil {
		data, err := core.JSON(a.body)
		if err != nil {
			return nil, &acrcloud.ArgumentError{Field: "UserDefined", Problem: "cannot be encoded as JSON: " + err.Error(), Remedy: "use values that encoding/json accepts"}
		}
		core.SetJSON(req, data)
	}
	return req, nil
}

// do runs an action and ignores the response.
func (g group) do(ctx context.Context, a action) error {
	req, err := g.request(a)
	if err != nil {
		return err
	}
	_, err = g.api.Send(ctx, req)
	return err
}

// remove runs an action that deletes. If a response is lost and the thing is gone, that counts as deleted.
func (g group) remove(ctx context.Context, a action) error {
	a.method, a.cost = http.MethodDelete, transport.Write
	err := g.do(ctx, a)
	if transport.LostResponse(err) && errors.Is(err, acrcloud.ErrNotFound) {
		return nil
	}
	return err
}

// removeAll deletes by ids, in chunks; without ids it sends nothing.
func (g group) removeAll(ctx context.Context, a action, ids []string) error {
	if err := g.ready(); err != nil || len(ids) == 0 {
		return err
	}
	a.method, a.cost = http.MethodDelete, transport.Write
	path := a.path
	return core.InChunks(ctx, ids, func(ctx context.Context, ids []string) error {
		a := a
		a.path = path + "/" + strings.Join(ids, ",")
		return g.do(ctx, a)
	})
}

// raw returns the JSON of an undocumented response unchanged.
func (g group) raw(ctx context.Context, a action) ([]byte, error) {
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	req.Check = func(resp *transport.Response) error {
		if err := transport.ConsoleError(resp); err != nil {
			return err
		}
		if !isJSON(resp.Body) {
			return transport.NotJSON(resp, errors.New("the body is not JSON"))
		}
		return nil
	}
	resp, err := g.api.Send(ctx, req)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

// A settler is normalised after decoding: where the service has two spellings of one member, they become one.
type settler interface{ settle() }

func settle(v any) {
	if s, ok := v.(settler); ok {
		s.settle()
	}
}

// one runs an action that returns one thing.
func one[T any](ctx context.Context, g group, a action, valid func(*T) bool, missing error) (*T, error) {
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	var thing *T
	req.Check = core.One(&thing, valid, missing)
	if _, err := g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	settle(thing)
	return thing, nil
}

// created runs an action that creates one thing. id returns the id of a thing, or an empty text.
func created[T any](ctx context.Context, g group, a action, id func(*T) string) (*T, error) {
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	var thing *T
	req.Check = core.Made(&thing, id)
	if _, err := g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	settle(thing)
	return thing, nil
}

// idText returns an id as text; an impossible one is empty.
func idText(id int) string {
	if id < 1 {
		return ""
	}
	return strconv.Itoa(id)
}

// changed runs an action that changes a thing, and returns the changed thing: from the response, or with get if the
// response does not have it, since it is not documented.
func changed[T any](ctx context.Context, g group, a action, valid func(*T) bool, get func() (*T, error)) (*T, error) {
	a.method, a.cost = http.MethodPut, transport.Write
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	resp, err := g.api.Send(ctx, req)
	if err != nil {
		return nil, err
	}
	var thing *T
	if core.One(&thing, valid, nil)(resp) == nil {
		settle(thing)
		return thing, nil
	}
	return get()
}

// list runs an action that returns a whole list. If the service divides it into pages, all of them are fetched.
func list[T any](ctx context.Context, g group, a action, key func(*T) string) ([]*T, error) {
	fetch := func(ctx context.Context, number int) (*core.Page[T], error) {
		a := a
		if number > 1 {
			a.query = a.query.Number("page", number)
		}
		req, err := g.request(a)
		if err != nil {
			return nil, err
		}
		page, _, err := core.GetPage[T](ctx, g.api, 0, req)
		if err == nil && (page.LastPage <= 1 || key == nil) {
			page.LastPage = number
		}
		return page, err
	}
	if key == nil {
		page, err := fetch(ctx, 1)
		if err == nil && len(page.Items) == 0 && page.Total > 0 {
			err = core.ErrMissingRows
		}
		if err != nil {
			return nil, err
		}
		return settled(page.Items), nil
	}
	var items []*T
	for item, err := range core.All(ctx, 1, fetch, key) {
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return settled(items), nil
}

func settled[T any](items []*T) []*T {
	for _, item := range items {
		settle(item)
	}
	return items
}

// page runs an action that returns a page.
func page[T any](ctx context.Context, g group, number, perPage int, a action, more func(core.Query) core.Query) (*Page[T], error) {
	if err := g.ready(); err != nil {
		return nil, err
	}
	q, asked, err := core.PageQuery(number, perPage)
	if err != nil {
		return nil, err
	}
	if more != nil {
		q = more(q)
	}
	a.query = q
	req, err := g.request(a)
	if err != nil {
		return nil, err
	}
	found, _, err := core.GetPage[T](ctx, g.api, asked, req)
	if err != nil {
		return nil, err
	}
	settled(found.Items)
	return (*Page[T])(found), nil
}

// all iterates over pages. fetch gets the number of a page, and the number of its items.
func all[T any, K comparable](ctx context.Context, first, perPage int, fetch func(ctx context.Context, number, perPage int) (*Page[T], error), key func(*T) K) iter.Seq2[*T, error] {
	if perPage == 0 {
		perPage = core.AllPerPage
	}
	return core.All(ctx, first, func(ctx context.Context, number int) (*core.Page[T], error) {
		page, err := fetch(ctx, number, perPage)
		return (*core.Page[T])(page), err
	}, key)
}

// checkIDs refuses impossible ids, and formats the others.
func checkIDs(field string, ids []int) ([]string, error) {
	texts := make([]string, 0, len(ids))
	for _, id := range ids {
		if err := core.CheckID(field, id, "use the ids that the list shows"); err != nil {
			return nil, err
		}
		texts = append(texts, strconv.Itoa(id))
	}
	return texts, nil
}

func checkTextIDs(field string, ids ...string) error {
	for _, id := range ids {
		if err := core.CheckTextID(field, id, "use the ids that the list shows"); err != nil {
			return err
		}
	}
	return nil
}

func checkID(field string, id int) error {
	return core.CheckID(field, id, "use the id that the list shows")
}

func pathOf(id int) string { return "/" + strconv.Itoa(id) }

func refuse(field, problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: field, Problem: problem, Remedy: remedy}
}

// fields are the members of a body.
type fields map[string]any

// put adds a member unless the value is nil.
func put[T any](f fields, name string, value *T) {
	if value != nil {
		f[name] = *value
	}
}

// checkBuckets refuses impossible ids of buckets.
func checkBuckets(field string, ids []int) error {
	for _, id := range ids {
		if err := core.CheckID(field, id, "use the ids of Buckets.List; 23 is ACRCloud Music"); err != nil {
			return err
		}
	}
	return nil
}

func checkRegion(field string, region acrcloud.Region) error {
	if !isRegion(region) {
		return refuse(field, "is not the name of a region", "use acrcloud.EUWest1, USWest2 or APSoutheast1")
	}
	return nil
}

func checkChoice(field, value string, allowed ...string) error {
	if value == "" || slices.Contains(allowed, value) {
		return nil
	}
	return refuse(field, "is "+strconv.Quote(value), "use one of "+strings.Join(allowed, ", ")+", or leave it empty")
}

func isJSON(data []byte) bool {
	var v struct {
		Raw []byte `json:"-" lenient:"raw"`
	}
	return lenient.Unmarshal(data, &v) == nil
}
