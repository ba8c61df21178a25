package endpoint

import (
	"net/url"
	"strings"
)

// A Console knows where calls of the Console API go.
type Console struct {
	Main     string // base of most calls, up to and with /api
	Regional bool   // files are on the host of their container's region; else everything is on Main

	loopback bool // Main is this machine
}

const (
	domain   = ".acrcloud.com"
	mainHost = "api-v2" + domain
	european = "eu-api-v2" + domain
	american = "us-api-v2" + domain
)

// IsConsoleHost reports whether a host, without its port, is one of the public service's for the Console API.
func IsConsoleHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == mainHost || host == european || host == american {
		return true
	}
	region, ok := strings.CutPrefix(strings.TrimSuffix(host, domain), "api-")
	return ok && strings.HasSuffix(host, domain) && IsRegion(region)
}

// NewConsole reads the address of the Console API. Empty, or any public host of it, means the public service; any other address takes
// all calls.
func NewConsole(base string, insecure bool) (Console, *Error) {
	if base = strings.TrimSpace(base); base == "" {
		base = "https://" + mainHost
	}
	u, err := Rules{ //nolint:gosec // it says where credentials belong
		Example:     `use one such as "https://api-v2.acrcloud.com", or leave it empty for the public service`,
		Credentials: "take them out: the token belongs in Config.BearerToken",
		PlainHTTP:   "use https: the token would travel readable; WithInsecureHTTP allows it",
		Insecure:    insecure,
	}.Parse(base)
	if err != nil {
		return Console{}, err
	}
	c := Console{loopback: IsLoopback(u.Hostname())}
	u = u.JoinPath() // one slash where there are several
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	if IsConsoleHost(u.Hostname()) && u.Port() == "" && (u.Path == "" || u.Path == "/api") {
		c.Regional = true
		if u.Host = strings.TrimSuffix(u.Host, "."); u.Host != european && u.Host != american {
			u.Host = mainHost // a region's host knows only its own containers
		}
	}
	c.Main = strings.TrimSuffix(u.String(), "/api") + "/api"
	return c, nil
}

// Region returns the base of calls about what lives in a region.
func (c Console) Region(region string) string {
	if !c.Regional {
		return c.Main
	}
	return "https://api-" + region + domain + "/api"
}

// Metadata returns the base of the Metadata API, which is documented on the European host.
func (c Console) Metadata() string {
	if c.Main == "https://"+mainHost+"/api" {
		return "https://" + european + "/api"
	}
	return c.Main
}

// MayStore reports whether content may be sent to a presigned URL: over https, or within this machine.
func (c Console) MayStore(u *url.URL) bool {
	switch {
	case u.User != nil || u.Opaque != "" || !isHost(u.Hostname()):
		return false
	case u.Scheme == "https":
		return true
	}
	return u.Scheme == "http" && c.loopback && IsLoopback(u.Hostname())
}
