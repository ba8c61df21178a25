package identify

import (
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/endpoint"
)

// address returns the URL that samples are sent to. A host belongs to its project, and there is no complete list of
// hosts, so any host is accepted.
func address(host string, insecure bool) (string, error) {
	host = strings.TrimSpace(host)
	if host == "" {
		return "", hostError("is empty", `set it to the host that the console shows next to the project's access key, such as "identify-eu-west-1.acrcloud.com"`)
	}
	if !strings.Contains(host, "://") {
		host = "https://" + host
	}
	const example = `use the host that the console shows for the project, such as "identify-eu-west-1.acrcloud.com"`
	u, bad := endpoint.Rules{ //nolint:gosec // an advice, not a credential
		Example:     example,
		Credentials: "take them out: they belong in Config.IdentifyAccessKey and Config.IdentifyAccessSecret",
		PlainHTTP:   "use https: the samples would travel readable; WithInsecureHTTP allows it",
		Insecure:    insecure,
	}.Parse(host)
	switch {
	case bad != nil:
		return "", hostError(bad.Problem, bad.Remedy)
	case strings.Trim(u.Path, "/") != "":
		return "", hostError("has a path", "use the host alone: the path is always "+identifyPath)
	case endpoint.IsConsoleHost(u.Hostname()):
		return "", hostError("is a host of the Console API", example)
	}
	u.Path, u.RawPath = identifyPath, ""
	return u.String(), nil
}

func hostError(problem, remedy string) error {
	return &acrcloud.ArgumentError{Field: "Config.IdentifyHost", Problem: problem, Remedy: remedy}
}
