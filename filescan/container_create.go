package filescan

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/musicchartsai/acrcloud-go/internal/console"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// Create creates a container. It calls POST /api/fs-containers. A name that exists already is [acrcloud.ErrInvalid].
//
// It is retried if the service cannot have created the container. After a failure that leaves this open, Create looks
// for the name with GET /api/fs-containers. The name is unique in the account, so a container that is new by the
// service's own clock and has the settings that were asked for is the one that was made, and is returned. If there is
// none, the request is sent once more. If there is one with other settings, the error names it, and matches
// [acrcloud.ErrOutcomeUnknown].
func (c *Containers) Create(ctx context.Context, r *CreateContainerRequest) (*Container, error) {
	if err := c.usable(); err != nil {
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
	started := time.Now()
	creation := &console.Creation[Container]{
		Proof: console.ByService,
		Look: func(ctx context.Context, _ bool) (console.Look[Container], error) {
			return c.named(ctx, r, started)
		},
		Ours: r.made,
		Send: func(ctx context.Context, again again) (*Container, error) {
			return c.post(ctx, data, r, again)
		},
	}
	return creation.Do(ctx)
}

func (c *Containers) post(ctx context.Context, data []byte, r *CreateContainerRequest, again again) (*Container, error) {
	var created *Container
	req := &transport.Request{
		Op: "containers.create", Cost: transport.Billed, Method: http.MethodPost, URL: c.client.api.URL(containersPath(0)),
		SecretBody: true, Secrets: []string{r.CallbackURL.Reveal()}, Check: r.decode(&created), BeforeRetry: again,
	}
	console.SetJSON(req, data)
	_, err := c.client.api.Send(ctx, req)
	return created, err
}

// decode makes the check of the request. The service may change a name, but a container of another name with other settings is another.
func (r *CreateContainerRequest) decode(created **Container) func(*transport.Response) error {
	return func(resp *transport.Response) error {
		var made *Container
		if err := console.Made(&made, func(c *Container) string { return idText(c.ID) })(resp); err != nil {
			return err
		}
		if made.Name != "" && !r.names(made) && len(r.differences(made)) > 0 {
			return transport.NotJSON(resp, fmt.Errorf("the response is about container %d, which has neither the name nor the settings that were asked for", made.ID))
		}
		*created = made
		return nil
	}
}

// idText returns an id as text; an impossible one is empty.
func idText(id int) string {
	if id < 1 {
		return ""
	}
	return strconv.Itoa(id)
}

// names reports whether a container has the name that was asked for.
func (r *CreateContainerRequest) names(c *Container) bool {
	return console.PlainName(c.Name) == console.PlainName(console.ValidName(r.Name))
}

// named returns the containers of that name that were made since started, by the service's own clock. Without its clock nothing is
// certain.
func (c *Containers) named(ctx context.Context, r *CreateContainerRequest, started time.Time) (look console.Look[Container], err error) {
	var earliest time.Time
	fetch := func(ctx context.Context, number int) (*console.Page[Container], error) {
		page, now, err := c.page(ctx, ListContainersOptions{Page: number, PerPage: console.AllPerPage, Name: console.SearchTerm(console.ValidName(r.Name))})
		look.Now, earliest = now, now.Add(-time.Since(started)-console.ClockGrain)
		return (*console.Page[Container])(page), err
	}
	for found, err := range console.All(ctx, 1, fetch, func(c *Container) int { return c.ID }) {
		if err != nil {
			return console.Look[Container]{}, err
		}
		if found.ID > 0 && r.names(found) && !look.Now.IsZero() && !found.CreatedAt.IsZero() && !found.CreatedAt.Before(earliest) {
			look.Things = append(look.Things, found)
		}
	}
	return look, nil
}

// made reports what shows that a container of the name is not the one that the request has made.
func (r *CreateContainerRequest) made(c *Container) error {
	if other := r.differences(c); len(other) > 0 {
		return fmt.Errorf("container %d has the name, but not the requested settings (%s): it was not created by this call", c.ID, strings.Join(other, ", "))
	}
	return nil
}

// differences names the settings of a container that are not as they were asked for. What the service does not show is none.
func (r *CreateContainerRequest) differences(c *Container) (names []string) {
	differs := func(name string, is bool) {
		if is {
			names = append(names, name)
		}
	}
	policy := orTraverse(r.Policy)
	differs("region", c.Region != "" && c.Region != r.Region)
	differs("audio_type", c.AudioType != "" && c.AudioType != cmp.Or(r.AudioType, LineIn))
	differs("engine", c.Engine != 0 && c.Engine != r.Engine)
	differs("policy", c.Policy.Type != "" && (c.Policy.Type != policy.Type || differ(policy.Interval, c.Policy.Interval) ||
		differ(policy.RecLength, c.Policy.RecLength) || differ(policy.Points, c.Policy.Points)))
	differs("buckets", !sameBuckets(r.Buckets, c.Buckets))
	differs("callback_url", !c.CallbackURL.IsZero() && !c.CallbackURL.Equal(r.CallbackURL))
	differs("deepright", r.Deepright != nil && c.Deepright != *r.Deepright)
	differs("music_detection", r.MusicDetection != nil && c.MusicDetection != *r.MusicDetection)
	differs("ai_detection", r.AIDetection != nil && c.AIDetection != *r.AIDetection)
	return names
}

func differ(asked, got *int) bool { return asked != nil && got != nil && *asked != *got }

// sameBuckets reports whether a container may have the buckets that were asked for, by id or by name. A list that is missing says
// nothing.
func sameBuckets(asked, got []Bucket) bool {
	if got == nil {
		return true
	}
	matches := func(asked, got Bucket) bool {
		if asked.ID != 0 {
			return asked.ID == got.ID
		}
		return asked.Name == got.Name
	}
	for _, a := range asked {
		if !slices.ContainsFunc(got, func(g Bucket) bool { return matches(a, g) }) {
			return false
		}
	}
	for _, g := range got {
		if !slices.ContainsFunc(asked, func(a Bucket) bool { return matches(a, g) }) {
			return false
		}
	}
	return true
}
