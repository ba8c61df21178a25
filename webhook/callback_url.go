package webhook

import (
	"net/url"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

// CallbackURL adds a secret to the URL of a handler, as the query parameter that [WithSecret] looks for: what to give to a container
// as its CallbackURL. base is the handler's public URL. It must be https, since the secret travels in it; http is allowed to loopback,
// for tests. The result is a Secret too: print base instead.
func CallbackURL(base, name string, secret acrcloud.Secret) (acrcloud.Secret, error) {
	refuse := func(problem, remedy string) (acrcloud.Secret, error) {
		return acrcloud.Secret{}, argument("base", problem, remedy)
	}
	const like = `use a URL like "https://example.com/acrcloud"`
	switch {
	case !isParameterName(name):
		return acrcloud.Secret{}, argument("name", "cannot be that of a query parameter", `use letters, digits, "-" and "_", such as "key"`)
	case secret.IsZero():
		return acrcloud.Secret{}, argument("secret", "is empty", "make one with webhook.NewSecret()")
	}
	u, bad := endpoint.Rules{ //nolint:gosec // G101: advice about credentials, and none itself
		Example:     like,
		Credentials: "leave it out: the secret goes into the query",
		PlainHTTP:   "use https: http shows the secret to anyone on the way",
		Query:       true,
	}.Parse(base)
	if bad != nil { // it does not repeat base, which may contain a secret
		return refuse(bad.Problem, bad.Remedy)
	}
	query, err := url.ParseQuery(u.RawQuery)
	switch {
	case err != nil:
		return refuse("has a query that cannot be read", like)
	case query.Has(name):
		return refuse("has a parameter of that name already", "choose another name: a secret that is given twice is refused")
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += name + "=" + url.QueryEscape(secret.Reveal())
	return acrcloud.NewSecret(u.String()), nil
}
