package filescan

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"
)

// A RemoteURL is the URL from which content was imported. It may be signed, so it appears without its credentials
// wherever it is formatted, logged or encoded: without user and password, and without the values of its query, except
// those that name a video or playlist. Convert it to a string for the whole URL. In an unexported field of a struct of
// yours fmt does not ask it, and shows it whole.
type RemoteURL string

// shownParameters are those of pages of platforms that say which video is meant, and where in it.
var shownParameters = map[string]bool{"v": true, "list": true, "index": true, "t": true}

const redacted = "[redacted]"

// String returns the URL without its credentials, as https://cdn.example.com/a.mp3?expires=[redacted]&signature=[redacted].
func (u RemoteURL) String() string {
	parsed, err := url.Parse(strings.Replace(string(u), "//"+redacted+"@", "//", 1)) // what was shown before shows again
	if err != nil {
		return redacted // its parts cannot be identified
	}
	rest, fragment, hasFragment := strings.Cut(string(u), "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	if parsed.User != nil {
		scheme, address, _ := strings.Cut(rest, "//")
		host, _, _ := strings.Cut(address, "/")
		rest = scheme + "//" + redacted + address[strings.LastIndex(host, "@"):]
	}
	if hasQuery {
		parameters := strings.Split(query, "&")
		for i, parameter := range parameters {
			parameters[i] = withoutValue(parameter)
		}
		rest += "?" + strings.Join(parameters, "&")
	}
	if hasFragment && fragment != "" {
		rest += "#" + redacted
	}
	return rest
}

func withoutValue(parameter string) string {
	name, value, ok := strings.Cut(parameter, "=")
	switch {
	case parameter == "", ok && value == "", shownParameters[name]:
		return parameter
	case !ok:
		return redacted
	}
	return name + "=" + redacted
}

// Format formats what String returns, with any verb.
func (u RemoteURL) Format(s fmt.State, verb rune) {
	if verb == 'v' && s.Flag('#') {
		verb = 'q'
	}
	_, _ = fmt.Fprintf(s, fmt.FormatString(s, verb), u.String())
}

// LogValue logs what String returns.
func (u RemoteURL) LogValue() slog.Value { return slog.StringValue(u.String()) }

// MarshalText encodes what String returns.
func (u RemoteURL) MarshalText() ([]byte, error) { return []byte(u.String()), nil }
