package console

import (
	"context"
	"errors"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
)

// Check diagnoses the configuration: whether the token is well-formed and expired, whether the service can be reached
// and accepts the token, and which parts of the API the token may read. A part that it may not read is only a warning,
// which names the scope, since few programs need all parts.
//
// It calls GET /api/buckets, /api/base-projects, /api/bm-cs-projects, /api/bm-bd-projects and /api/ucf-projects, which
// are not billed. It does not call the Metadata API, since a look-up may be billed.
//
// The error concerns the Client or ctx only. The findings are in the Diagnosis, and [acrcloud.Diagnosis.Err] sums them
// up.
func (c *Client) Check(ctx context.Context) (*acrcloud.Diagnosis, error) {
	if c == nil || c.api == nil {
		return nil, core.NotMade("console.New")
	}
	k := c.api.Checkup()
	if !k.Token(ctx) {
		return &k.Diagnosis, ctx.Err()
	}
	parts := c.probes(ctx)
	errs := make([]error, len(parts))
	first, asked := 0, 0
	accepted := k.Service(func() error {
		for i, part := range parts {
			asked++
			if errs[i] = part.read(); !errors.Is(errs[i], acrcloud.ErrForbidden) {
				first = i
				break
			}
		}
		return errs[first]
	})
	if !accepted {
		return &k.Diagnosis, ctx.Err()
	}
	for i, part := range parts {
		err := errs[i]
		if i >= asked {
			err = part.read()
		}
		switch api, ok := errors.AsType[*acrcloud.APIError](err); {
		case err == nil:
			k.Add(part.name, acrcloud.Passed, "readable", "", nil)
		case ok && errors.Is(err, acrcloud.ErrForbidden):
			k.Add(part.name, acrcloud.Warned, "not readable with this token", "if you need them, use a token with the scope read-"+part.scope, err)
		case ok:
			k.Add(part.name, acrcloud.Warned, "cannot be read: "+causeOf(err), api.Hint(), err)
		default:
			k.Add(part.name, acrcloud.Warned, "cannot be read: "+causeOf(err), "try again later", err)
		}
	}
	return &k.Diagnosis, ctx.Err()
}

// A probe reads a part of the API.
type probe struct {
	name, scope string
	read        func() error
}

func (c *Client) probes(ctx context.Context) []probe {
	groups := []struct {
		name string
		g    group
	}{
		{"buckets", c.Buckets().g}, {"projects", c.Projects().g}, {"stream projects", c.StreamProjects().g},
		{"channel projects", c.ChannelProjects().g}, {"unknown content", c.UnknownContent().g},
	}
	scopes := []scope{bucketsScope(), projectsScope(), streamsScope(), databaseScope(), unknownContentScope()}
	probes := make([]probe, 0, len(groups))
	for i, part := range groups {
		probes = append(probes, probe{name: part.name, scope: scopes[i].Name, read: func() error {
			a := action{op: "check." + strings.ReplaceAll(part.name, " ", "-"), query: core.Query{}.Number("page", 1).Number("per_page", 1), secret: true}
			_, err := list[struct {
				ID int `json:"id"`
			}](ctx, part.g, a, nil)
			return err
		}})
	}
	return probes
}
