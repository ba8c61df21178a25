package webhook

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
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
		return acrcloud.Secret{}, argument("secret", "is empty", "make one with acrcloud.NewSecret from 32 random characters or more")
	}
	u, err := url.Parse(strings.TrimSpace(base))
	switch {
	case err != nil: // it would repeat base, which may have a secret of its own
		return refuse("is not a URL", like)
	case u.Hostname() == "" || u.Opaque != "":
		return refuse("has no host", like)
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("is neither https nor http", like)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return refuse("is http, which shows the secret to anyone on the way", "use https")
	case u.User != nil:
		return refuse("has a user or password", "leave it out: the secret goes into the query")
	case u.Fragment != "" || strings.Contains(base, "#"):
		return refuse("has a fragment", "leave out what follows the #")
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

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") || strings.HasSuffix(strings.ToLower(host), ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback() && net.ParseIP(host) != nil
}
