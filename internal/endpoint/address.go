// Package endpoint is the one place that decides about addresses: which hosts are this machine, what a usable URL is, what can be a
// region's name, and where calls of the Console API go.
//
// It imports the standard library only, because package acrcloud uses it.
package endpoint

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An Error describes the problem of an address, in the terms of acrcloud.ArgumentError. It never repeats the address: people paste
// credentials into every field.
type Error struct {
	Problem string
	Remedy  string
}

// Error returns the problem and its remedy.
func (e *Error) Error() string { return e.Problem + ": " + e.Remedy }

// Rules say which addresses are acceptable. The zero value accepts the https URL of a web server with nothing but a path, and http to
// this machine.
type Rules struct {
	Example     string // remedy for text that is not an address at all
	Credentials string // where credentials belong instead
	PlainHTTP   string // remedy for http to another machine
	Insecure    bool   // http to another machine is allowed
	Query       bool   // a query is allowed
	UserInfo    bool   // a user name and password are allowed
}

// NotAServer is the problem of text that is not an address at all.
const NotAServer = "is not the address of a web server"

// Parse reads the absolute URL of a web server. The result has a host in small letters and no default or empty port.
func (r Rules) Parse(text string) (*url.URL, *Error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Opaque != "" || !slices.Contains([]string{"http", "https"}, u.Scheme) || !isHost(u.Hostname()) || !normalize(u) {
		return nil, &Error{NotAServer, r.Example}
	}
	switch {
	case u.User != nil && !r.UserInfo:
		return nil, &Error{"has a user name or password in it", r.Credentials}
	case !r.Query && (u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#")):
		return nil, &Error{"has a query or fragment", "keep the host, and its path if it has one"}
	case strings.Contains(text, "#"):
		return nil, &Error{"has a fragment", "leave out what follows the #"}
	case u.Scheme == "http" && !r.Insecure && !IsLoopback(u.Hostname()):
		return nil, &Error{"is plain http", r.PlainHTTP}
	}
	return u, nil
}

// normalize writes the host and port in one way. It reports whether the port is one.
func normalize(u *url.URL) bool {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	}
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		port = ""
	}
	if u.Host = host; port != "" {
		u.Host += ":" + port
	}
	return true
}

// isHost refuses what is neither an IP address nor a name that DNS can know: above all a token in the place of a host, for which a
// name server would be asked. Names may have letters of any script and underscores, and one dot at the end.
func isHost(host string) bool {
	if strings.Contains(host, ":") {
		addr, err := netip.ParseAddr(host)
		return err == nil && isZone(addr.Zone())
	}
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, notInNames) {
			return false
		}
	}
	return true
}

// isZone accepts the usual names of network interfaces.
func isZone(zone string) bool {
	return !strings.ContainsFunc(zone, func(r rune) bool { return r > '~' || notInNames(r) && r != '.' })
}

func notInNames(r rune) bool {
	inNames := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r >= 0x80
	return !inNames || r == '\uFFFD'
}

// IsLoopback reports whether a host, without its port, is this machine: an address of the loopback network, localhost, or a name under
// it, which RFC 6761 reserves for loopback (http://app.localhost). An address with a zone is not: loopback has none.
func IsLoopback(host string) bool {
	if name := strings.ToLower(strings.TrimSuffix(host, ".")); name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Zone() == "" && addr.Unmap().IsLoopback()
}

// IsRegion reports whether a name can be a region's. It becomes part of a host name.
func IsRegion(name string) bool {
	const most = 63 - len("api-") // of a label
	if name == "" || len(name) > most || strings.Contains(name, "--") || strings.Trim(name, "-") != name {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}
