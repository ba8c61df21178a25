package filescan

import (
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
)

// A RemoteURL is the URL from which content was imported. It may be signed, so it appears without its credentials
// wherever it is formatted, logged or encoded: without user and password, and without the values of its query, except
// those that name a video or playlist on a platform. Convert it to a string for the whole URL. Two places do not ask
// it, and show it whole: fmt in an unexported field of a struct of yours, and encoding/json as the key of a map.
type RemoteURL string

// shownParameters are those of pages of platforms that say which video is meant, and where in it; shownValue is what their values look like.
var (
	shownParameters = map[string]bool{"v": true, "list": true, "index": true, "t": true}
	shownValue      = regexp.MustCompile(`^[\w-]{1,64}$`)
)

// platformHosts are the hosts of platforms whose pages have such parameters.
var platformHosts = map[string]bool{
	"youtube.com": true, "youtube-nocookie.com": true, "youtu.be": true, "vimeo.com": true, "twitch.tv": true, "dailymotion.com": true,
	"facebook.com": true, "tiktok.com": true, "twitter.com": true, "x.com": true,
}

// pathParameter is a parameter of a path, as in /a.mp3;signature=x.
var pathParameter = regexp.MustCompile(`;([^;/=]*)=[^;/]*`)

const redacted = "[redacted]"

// String returns the URL without its credentials, as https://cdn.example.com/a.mp3?expires=[redacted]&signature=[redacted].
func (u RemoteURL) String() string {
	parsed, err := url.Parse(strings.Replace(string(u), "//"+redacted+"@", "//", 1)) // what was shown before shows again
	if err != nil || parsed.Opaque != "" {
		return redacted // its parts cannot be identified
	}
	rest, fragment, hasFragment := strings.Cut(string(u), "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	if parsed.User != nil {
		scheme, address, _ := strings.Cut(rest, "//")
		host, _, _ := strings.Cut(address, "/")
		rest = scheme + "//" + redacted + address[strings.LastIndex(host, "@"):]
	}
	rest = pathParameter.ReplaceAllString(rest, ";$1="+redacted)
	if hasQuery {
		shown := isPlatform(parsed.Hostname())
		parameters := strings.Split(query, "&")
		for i, parameter := range parameters {
			parameters[i] = withoutValue(parameter, shown)
		}
		rest += "?" + strings.Join(parameters, "&")
	}
	if hasFragment && fragment != "" {
		rest += "#" + redacted
	}
	return rest
}

// isPlatform reports whether a host, or the one that it is a part of, is a platform's.
func isPlatform(host string) bool {
	for host = strings.ToLower(host); host != ""; _, host, _ = strings.Cut(host, ".") {
		if platformHosts[host] {
			return true
		}
	}
	return false
}

func withoutValue(parameter string, shown bool) string {
	name, value, ok := strings.Cut(parameter, "=")
	switch {
	case parameter == "", ok && value == "", shown && shownParameters[name] && shownValue.MatchString(value):
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
