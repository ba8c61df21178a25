package filescan

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Containers is the account's containers. Its calls go to the main console host, whatever the containers' regions.
type Containers struct{ client *Client }

// A CreateContainerRequest describes a new container. Name, Region and Engine are required.
type CreateContainerRequest struct {
	Name           string          // unique in the account; a second one of that name is refused with 422
	Region         acrcloud.Region // where its files are kept and scanned
	AudioType      AudioType       // LineIn unless set
	Buckets        []Bucket        // what to compare with; engines 1 to 3 find nothing without one
	Engine         Engine          // what to look for
	Policy         Policy          // which parts of a file are looked at; Traverse(0, 10) unless set
	CallbackURL    acrcloud.Secret // where results are posted; its query may carry a secret of yours
	Deepright      *bool           // derivative works detection
	MusicDetection *bool           // music and speech segments
	AIDetection    *bool           // AI-generated music

	Extra map[string]json.RawMessage // members that this SDK does not know, sent as they are
}

// An UpdateContainerRequest changes what is set and leaves the rest as it is. A container's region cannot change.
type UpdateContainerRequest struct {
	Name           *string
	AudioType      *AudioType
	Buckets        []Bucket // nil leaves them
	Engine         *Engine
	Policy         *Policy
	CallbackURL    *acrcloud.Secret // an empty one is sent as null; whether the service then clears its own is not known
	Deepright      *bool
	MusicDetection *bool
	AIDetection    *bool

	Extra map[string]json.RawMessage // members that this SDK does not know, sent as they are
}

// ListContainersOptions selects containers. The zero value means all.
type ListContainersOptions struct {
	Page    int             // 1 is the first, and the default
	PerPage int             // 20 by default; All uses 100
	Region  acrcloud.Region // only those of a region
	Name    string          // only those whose name the service takes for a match
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
// after an attempt whose answer was lost counts as deleted.
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

// List returns one page of containers; nil options mean the first of all. It calls GET /api/fs-containers. It is retried.
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

// All iterates over all containers, page by page; nil options mean all. Each range starts anew, with the options as they were
// when All was called. An error comes last and ends it.
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

func isContainer(c *Container) bool { return c.ID > 0 }

func (c *Containers) one(ctx context.Context, op, method string, id int, data []byte, secrets []string) (*Container, error) {
	cost := transport.Read
	if method != http.MethodGet {
		cost = transport.Write
	}
	var container *Container
	req := &transport.Request{
		Op: op, Cost: cost, Method: method, URL: c.client.api.URL(containersPath(id)),
		SecretBody: true, Secrets: secrets, Check: console.One(&container, isContainer, console.NotFound("container "+strconv.Itoa(id))),
	}
	if data != nil {
		console.SetJSON(req, data)
	}
	_, err := c.client.api.Send(ctx, req)
	return container, err
}

var errNoRegion = errors.New("the container names no region: set Config.Region")

// region returns the region of a container, from memory if possible.
func (c *Containers) region(ctx context.Context, id int) (acrcloud.Region, error) {
	return c.client.regions.get(ctx, id, func(ctx context.Context) (acrcloud.Region, error) {
		container, err := c.Get(ctx, id)
		if err != nil {
			return "", err
		}
		if !endpoint.IsRegion(string(container.Region)) {
			return "", &acrcloud.DecodeError{Op: "containers.get", StatusCode: http.StatusOK, Err: errNoRegion}
		}
		return container.Region, nil
	})
}

// body is what Create sends.
func (r *CreateContainerRequest) body() (map[string]any, error) {
	if r == nil {
		return nil, &acrcloud.ArgumentError{Field: "CreateContainerRequest", Problem: "is nil", Remedy: "give at least Name, Region and Engine"}
	}
	const field = "CreateContainerRequest."
	switch {
	case r.Name == "":
		return nil, &acrcloud.ArgumentError{Field: field + "Name", Problem: "is empty", Remedy: "give the container a name that is unique in the account"}
	case !endpoint.IsRegion(string(r.Region)):
		return nil, &acrcloud.ArgumentError{Field: field + "Region", Problem: "is not the name of a region", Remedy: "use acrcloud.EUWest1, USWest2 or APSoutheast1"}
	}
	policy := orTraverse(r.Policy)
	audioType := orDefault(r.AudioType, LineIn)
	settings := containerSettings{
		audioType: &audioType, buckets: r.Buckets, engine: &r.Engine, policy: &policy,
		deepright: r.Deepright, musicDetection: r.MusicDetection, aiDetection: r.AIDetection,
	}
	if !r.CallbackURL.IsZero() {
		settings.callbackURL = &r.CallbackURL
	}
	body, err := settings.body(field, r.Extra)
	if err != nil {
		return nil, err
	}
	body["name"], body["region"] = r.Name, r.Region
	if r.Buckets == nil {
		body["buckets"] = []any{}
	}
	return body, nil
}

// orTraverse is the policy of a request.
func orTraverse(p Policy) Policy {
	if p.Type == "" {
		return Traverse(0, 10)
	}
	return p
}

// body is what Update sends.
func (r *UpdateContainerRequest) body() (map[string]any, error) {
	const field = "UpdateContainerRequest"
	if r == nil {
		return nil, &acrcloud.ArgumentError{Field: field, Problem: "is nil", Remedy: "set what is to change"}
	}
	body, err := containerSettings{
		audioType: r.AudioType, buckets: r.Buckets, engine: r.Engine, policy: r.Policy, callbackURL: r.CallbackURL,
		deepright: r.Deepright, musicDetection: r.MusicDetection, aiDetection: r.AIDetection,
	}.body(field+".", r.Extra)
	if err != nil {
		return nil, err
	}
	if r.Name != nil {
		if *r.Name == "" {
			return nil, &acrcloud.ArgumentError{Field: field + ".Name", Problem: "is empty", Remedy: "leave it nil to keep the name"}
		}
		body["name"] = *r.Name
	}
	if len(body) == 0 {
		return nil, &acrcloud.ArgumentError{Field: field, Problem: "changes nothing", Remedy: "set what is to change"}
	}
	return body, nil
}

// containerSettings are what both requests can set.
type containerSettings struct {
	audioType                              *AudioType
	buckets                                []Bucket
	engine                                 *Engine
	policy                                 *Policy
	callbackURL                            *acrcloud.Secret
	deepright, musicDetection, aiDetection *bool
}

func (s containerSettings) body(field string, extra map[string]json.RawMessage) (map[string]any, error) {
	body := make(map[string]any, len(extra)+8)
	for name, value := range extra {
		if !json.Valid(value) {
			return nil, &acrcloud.ArgumentError{Field: field + "Extra", Problem: fmt.Sprintf("has a member %q that is not JSON", name), Remedy: "encode its value with json.Marshal"}
		}
		body[name] = value
	}
	put(body, "audio_type", s.audioType)
	put(body, "deepright", s.deepright)
	put(body, "music_detection", s.musicDetection)
	put(body, "ai_detection", s.aiDetection)
	if s.engine != nil {
		if *s.engine < 1 {
			return nil, &acrcloud.ArgumentError{Field: field + "Engine", Problem: "is below 1", Remedy: "use EngineFingerprint or another of the Engine constants"}
		}
		body["engine"] = int(*s.engine)
	}
	if s.policy != nil {
		body["policy"] = s.policy
	}
	if s.buckets != nil {
		list := make([]any, 0, len(s.buckets))
		for _, b := range s.buckets {
			switch {
			case b.ID > 0:
				list = append(list, b.ID)
			case b.ID == 0 && b.Name != "":
				list = append(list, b.Name)
			default:
				return nil, &acrcloud.ArgumentError{Field: field + "Buckets", Problem: "has a bucket without id and name", Remedy: "use BucketID or BucketName"}
			}
		}
		body["buckets"] = list
	}
	if s.callbackURL != nil {
		if s.callbackURL.IsZero() {
			body["callback_url"] = nil
			return body, nil
		}
		u, err := url.Parse(s.callbackURL.Reveal())
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, &acrcloud.ArgumentError{Field: field + "CallbackURL", Problem: "is not the URL of a web server", Remedy: "use an https URL that the service can reach"}
		}
		body["callback_url"] = s.callbackURL.Reveal()
	}
	return body, nil
}

func put[T any](body map[string]any, name string, value *T) {
	if value != nil {
		body[name] = *value
	}
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
