package filescan

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Containers is the account's containers. Its calls go to the main console host, for all regions.
type Containers struct{ client *Client }

// ListContainersOptions selects containers. The zero value means all.
type ListContainersOptions struct {
	Page    int             // 1 is the first, and the default
	PerPage int             // 20 by default; All uses 100
	Region  acrcloud.Region // only those of a region
	Name    string          // only those whose name matches; the service decides how
}

// Get returns a container. It calls GET /api/fs-containers/{id}. It is retried. A container that does not exist is
// [acrcloud.ErrNotFound].
func (c *Containers) Get(ctx context.Context, id int) (*Container, error) {
	if err := c.check(id); err != nil {
		return nil, err
	}
	return c.one(ctx, "containers.get", http.MethodGet, id, nil, nil)
}

// Update changes a container and returns it. It calls PUT /api/fs-containers/{id}. It is retried.
func (c *Containers) Update(ctx context.Context, id int, r *UpdateContainerRequest) (*Container, error) {
	if err := c.check(id); err != nil {
		return nil, err
	}
	body, err := r.body()
	if err != nil {
		return nil, err
	}
	data, err := console.JSON(body)
	if err != nil {
		return nil, err
	}
	var secrets []string
	if r.CallbackURL != nil {
		secrets = append(secrets, r.CallbackURL.Reveal())
	}
	return c.one(ctx, "containers.update", http.MethodPut, id, data, secrets)
}

// Delete deletes a container and its files. It calls DELETE /api/fs-containers/{id}. It is retried; a container that is gone
// after an attempt whose response was lost counts as deleted.
func (c *Containers) Delete(ctx context.Context, id int) error {
	if err := c.check(id); err != nil {
		return err
	}
	req := &transport.Request{
		Op: "containers.delete", Cost: transport.Write, Method: http.MethodDelete, URL: c.client.api.URL(containersPath(id)),
		SecretBody: true, Check: console.Acknowledged,
	}
	_, err := c.client.api.Send(ctx, req)
	if transport.LostResponse(err) && errors.Is(err, acrcloud.ErrNotFound) {
		err = nil
	}
	if err == nil {
		c.client.regions.forget(id)
	}
	return err
}

// List returns one page of containers; nil options mean the first page of all containers. It calls GET /api/fs-containers. It is retried.
func (c *Containers) List(ctx context.Context, opts *ListContainersOptions) (*Page[Container], error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	var o ListContainersOptions
	if opts != nil {
		o = *opts
	}
	page, _, err := c.page(ctx, o)
	return page, err
}

// All iterates over all containers, page by page, by [Containers.List]; nil options mean all. Each range starts from
// the beginning, with the options as they were when All was called. An error comes last and ends it.
func (c *Containers) All(ctx context.Context, opts *ListContainersOptions) iter.Seq2[*Container, error] {
	var o ListContainersOptions
	if opts != nil {
		o = *opts
	}
	if o.PerPage == 0 {
		o.PerPage = console.AllPerPage
	}
	return console.All(ctx, o.Page, func(ctx context.Context, number int) (*console.Page[Container], error) {
		if err := c.usable(); err != nil {
			return nil, err
		}
		o := o
		o.Page = number
		page, _, err := c.page(ctx, o)
		return (*console.Page[Container])(page), err
	}, func(c *Container) int { return c.ID })
}

func (c *Containers) page(ctx context.Context, o ListContainersOptions) (*Page[Container], time.Time, error) {
	q, perPage, err := console.PageQuery(o.Page, o.PerPage)
	if err != nil {
		return nil, time.Time{}, err
	}
	q = q.Text("region", string(o.Region)).Text("name", o.Name)
	page, now, err := console.GetPage[Container](ctx, c.client.api, perPage, &transport.Request{
		Op: "containers.list", URL: c.client.api.URL(containersPath(0) + q.String()), SecretBody: true,
	})
	return (*Page[Container])(page), now, err
}

func (c *Containers) usable() error {
	if c == nil {
		return (*Client)(nil).usable()
	}
	return c.client.usable()
}

func (c *Containers) check(id int) error {
	if err := c.usable(); err != nil {
		return err
	}
	return checkContainerID(id)
}

func (c *Containers) one(ctx context.Context, op, method string, id int, data []byte, secrets []string) (*Container, error) {
	cost := transport.Read
	if method != http.MethodGet {
		cost = transport.Write
	}
	var container *Container
	req := &transport.Request{
		Op: op, Cost: cost, Method: method, URL: c.client.api.URL(containersPath(id)),
		SecretBody: true, Secrets: secrets,
		Check: console.One(&container, func(c *Container) bool { return c.ID == id }, console.NotFound("container "+strconv.Itoa(id))),
	}
	if data != nil {
		console.SetJSON(req, data)
	}
	_, err := c.client.api.Send(ctx, req)
	return container, err
}

func containersPath(id int) string {
	if id == 0 {
		return "/fs-containers"
	}
	return "/fs-containers/" + strconv.Itoa(id)
}

func checkContainerID(id int) error {
	return console.CheckID("containerID", id, "use the number that the console shows for the container, such as Config.ContainerID (ACRCLOUD_CONTAINER_ID)")
}
