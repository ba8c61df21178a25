package filescan

import (
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// hosts knows where requests go.
type hosts struct {
	main     string // base of container calls, up to and with /api
	regional bool   // files are on the host of their container's region; else on main
	loopback bool   // main is this machine
}

// publicHost matches the console hosts of the public service; the first group is there for one that is bound to a region.
var publicHost = regexp.MustCompile(`^(?:api-v2|eu-api-v2|us-api-v2|api-([a-z0-9-]+))\.acrcloud\.com$`)

// regionName is what may stand in a host name.
var regionName = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

const mainHost = "api-v2.acrcloud.com"

func newHosts(cfg acrcloud.Config, insecure bool) (hosts, error) {
	if cfg.Region != "" && !regionName.MatchString(string(cfg.Region)) {
		return hosts{}, &acrcloud.ArgumentError{Field: "Config.Region", Problem: "is not the name of a region", Remedy: `use one such as "eu-west-1", or leave it empty to have it looked up`}
	}
	base := strings.TrimSpace(cfg.BaseURL)
	if base == "" {
		base = "https://" + mainHost
	}
	u, err := parseBase(base)
	if err != nil {
		return hosts{}, err
	}
	h := hosts{loopback: isLoopback(u.Hostname())}
	if u.Scheme == "http" && !h.loopback && !insecure {
		return hosts{}, baseError("is plain http", "use https: the token would travel readable; WithInsecureHTTP allows it")
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	host = strings.TrimSuffix(host, ".")
	if m := publicHost.FindStringSubmatch(host); m != nil && (u.Path == "" || u.Path == "/api") {
		h.regional = true
		if strings.HasPrefix(host, "api-") && host != mainHost { // a region's host knows only its own containers
			host = mainHost
		}
		if cfg.Region == acrcloud.CNNorth1 {
			return hosts{}, &acrcloud.ArgumentError{Field: "Config.Region", Problem: "belongs to the product site in China", Remedy: "set Config.BaseURL to the console host in China"}
		}
		u.Host = host
	}
	h.main = u.Scheme + "://" + u.Host + strings.TrimSuffix(u.EscapedPath(), "/api") + "/api"
	return h, nil
}

func parseBase(base string) (*url.URL, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return nil, baseError("is not the URL of a web server", `use one such as "https://api-v2.acrcloud.com", or leave it empty for the public service`)
	case u.User != nil:
		return nil, baseError("has credentials in it", "take them out: the token belongs in Config.BearerToken")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, baseError("has a query or fragment", "use scheme, host and path only")
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	return u, nil
}

func baseError(problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: "Config.BaseURL", Problem: problem, Remedy: remedy}
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// files returns the base of file calls for a container of that region.
func (h hosts) files(region acrcloud.Region) string {
	if !h.regional {
		return h.main
	}
	return "https://api-" + string(region) + ".acrcloud.com/api"
}

// mayStore reports whether content may be sent to a presigned URL: over https, or within this machine.
func (h hosts) mayStore(u *url.URL) bool {
	switch {
	case u.Host == "" || u.User != nil:
		return false
	case u.Scheme == "https":
		return true
	}
	host := u.Host
	if name, _, err := net.SplitHostPort(u.Host); err == nil {
		host = name
	}
	return u.Scheme == "http" && h.loopback && isLoopback(strings.Trim(host, "[]"))
}
