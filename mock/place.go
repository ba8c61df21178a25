package mock

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// A surface is a part of the service with its own hosts.
type surface uint8

const (
	consoleAPI surface = 1 << iota
	storage
	identification
	everything = consoleAPI | storage | identification
)

// A place is what a host name serves.
type place struct {
	public bool // it is a host name of the service; other paths do not exist
	serves surface
	region acrcloud.Region // the only region; empty: all
	main   bool            // containers are created here
}

// storageHost is a reserved name, which presigned URLs use.
const storageHost = "storage.acrcloud.test"

// hosts are the hosts of the public service. China is a separate service; this server has the same accounts there.
var hosts = map[string]place{
	"api-v2.acrcloud.com":                  {true, consoleAPI, "", true},
	"eu-api-v2.acrcloud.com":               {true, consoleAPI, "", true},
	"us-api-v2.acrcloud.com":               {true, consoleAPI, "", true},
	"cn-api-v2.acrcloud.cn":                {true, consoleAPI, acrcloud.CNNorth1, true},
	"api-eu-west-1.acrcloud.com":           {true, consoleAPI, acrcloud.EUWest1, false},
	"api-us-west-2.acrcloud.com":           {true, consoleAPI, acrcloud.USWest2, false},
	"api-ap-southeast-1.acrcloud.com":      {true, consoleAPI, acrcloud.APSoutheast1, false},
	"identify-eu-west-1.acrcloud.com":      {true, identification, acrcloud.EUWest1, false},
	"identify-us-west-2.acrcloud.com":      {true, identification, acrcloud.USWest2, false},
	"identify-ap-southeast-1.acrcloud.com": {true, identification, acrcloud.APSoutheast1, false},
	"identify-cn-north-1.acrcloud.cn":      {true, identification, acrcloud.CNNorth1, false},
	"identify-cn-north-1.acrcloud.com":     {true, identification, acrcloud.CNNorth1, false}, // an old name
	"eu-west-1.api.acrcloud.com":           {true, identification, acrcloud.EUWest1, false},  // old names, which clients still have
	"us-west-2.api.acrcloud.com":           {true, identification, acrcloud.USWest2, false},
	"ap-southeast-1.api.acrcloud.com":      {true, identification, acrcloud.APSoutheast1, false},
	storageHost:                            {true, storage, "", false},
}

// Hosts returns the names of all public hosts that a server serves, sorted, for example for a certificate or for
// /etc/hosts. They include the host of presigned URLs, which is invented and reserved.
func Hosts() []string { return slices.Sorted(maps.Keys(hosts)) }

// placeOf returns the place of a host name. Unknown names serve everything.
func placeOf(host string) place {
	if p, ok := hosts[hostName(host)]; ok {
		return p
	}
	return place{serves: everything, main: true}
}

// has reports whether the place serves a part of the service.
func (p place) has(s surface) bool { return p.serves&s != 0 }

// knows reports whether the place serves a region.
func (p place) knows(r acrcloud.Region) bool { return p.region == "" || p.region == r }

// hostName returns a host without its port, in lower case.
func hostName(host string) string {
	host = strings.ToLower(host)
	if name, port, ok := strings.Cut(host, ":"); ok && !strings.Contains(port, ":") {
		return name
	}
	return host
}

// originOf returns the address of a request, as the client sees it.
func originOf(r *http.Request) string {
	if r.TLS != nil || placeOf(r.Host).public {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// storageOrigin returns the origin of presigned URLs. On the public hosts it is a host of its own, with the port of the
// request.
func storageOrigin(r *http.Request) string {
	if !placeOf(r.Host).public {
		return originOf(r)
	}
	if _, port, err := net.SplitHostPort(r.Host); err == nil && r.TLS != nil {
		return "https://" + net.JoinHostPort(storageHost, port)
	}
	return "https://" + storageHost
}
