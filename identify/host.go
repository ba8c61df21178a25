package identify

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// consoleHost matches the hosts of the Console API, which do not identify anything.
var consoleHost = regexp.MustCompile(`^(?:api-v2|eu-api-v2|us-api-v2|api-(?:eu-west-1|us-west-2|ap-southeast-1))\.acrcloud\.com$`)

// endpoint returns the URL that samples are sent to. A host belongs to its project, and nobody has a complete list of them, so any
// host will do.
func endpoint(host string, insecure bool) (string, error) {
	host = strings.TrimSpace(host)
	if host == "" {
		return "", hostError("is empty", `set it to the host that the console shows next to the project's access key, such as "identify-eu-west-1.acrcloud.com"`)
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	u, err := url.Parse(host)
	const example = `use the host that the console shows for the project, such as "identify-eu-west-1.acrcloud.com"`
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || strings.ContainsAny(u.Host, " \t\r\n"):
		return "", hostError("is not the host of a web server", example)
	case u.User != nil:
		return "", hostError("has credentials in it", "take them out: they belong in Config.IdentifyAccessKey and Config.IdentifyAccessSecret")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", hostError("has a query or fragment", "use the host alone")
	case strings.Trim(u.Path, "/") != "":
		return "", hostError("has a path", "use the host alone: the path is always "+identifyPath)
	case consoleHost.MatchString(strings.ToLower(u.Hostname())):
		return "", hostError("is a host of the Console API", example)
	case u.Scheme == "http" && !insecure && !isLoopback(u.Hostname()):
		return "", hostError("is plain http", "use https: the samples would travel readable; WithInsecureHTTP allows it")
	}
	return u.Scheme + "://" + u.Host + identifyPath, nil
}

func hostError(problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: "Config.IdentifyHost", Problem: problem, Remedy: remedy}
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
