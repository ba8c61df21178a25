package mock

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
)

// silent keeps net/http from writing to the program's standard error.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }

const (
	storageHost  = "storage.acrcloud.test" // a reserved name: presigned URLs lead nowhere else
	identifyHost = "identify-eu-west-1.acrcloud.com"
)

// The hosts of the public service; the group is the region that a host is bound to.
var (
	mainHosts   = regexp.MustCompile(`^(?:api-v2|eu-api-v2|us-api-v2)\.acrcloud\.com$`)
	regionHosts = regexp.MustCompile(`^api-(eu-west-1|us-west-2|ap-southeast-1)\.acrcloud\.com$`)
	identHosts  = regexp.MustCompile(`^identify-(eu-west-1|us-west-2|ap-southeast-1)\.acrcloud\.com$`)
)

// regionOf returns the region of a host of the public service; none for a main host, and not ok for any other host.
func regionOf(host string) (region acrcloud.Region, ok bool) {
	host = strings.ToLower(host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if mainHosts.MatchString(host) || host == storageHost {
		return "", true
	}
	for _, hosts := range []*regexp.Regexp{regionHosts, identHosts} {
		if m := hosts.FindStringSubmatch(host); m != nil {
			return acrcloud.Region(m[1]), true
		}
	}
	return "", false
}

// HTTPClient returns a client whose requests to the public host names are served by this server, in memory: over https as far as the
// client can tell, without a socket, and never by the real network. It works inside of testing/synctest bubbles, and in several of them.
func (s *Server) HTTPClient() *http.Client { return s.memory }

// pipes makes a pipe for each request, and serves its other end: nothing outlives a request, and nothing is shared between bubbles.
func (s *Server) pipes() http.RoundTripper {
	dial := func(_ context.Context, _, address string) (net.Conn, error) {
		if _, ok := regionOf(address); !ok {
			return nil, fmt.Errorf("mock: %s is no host of the service: this client never reaches the network", address)
		}
		client, server := net.Pipe()
		srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: time.Minute, ErrorLog: silent()}
		go func() { _ = srv.Serve(&oneConn{conn: server}) }()
		return client, nil
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial, DisableKeepAlives: true, ExpectContinueTimeout: time.Second}
}

// oneConn is a listener with one connection.
type oneConn struct {
	conn  net.Conn
	taken atomic.Bool
}

// Accept implements [net.Listener].
func (l *oneConn) Accept() (net.Conn, error) {
	if l.taken.Swap(true) {
		return nil, net.ErrClosed
	}
	return l.conn, nil
}

// Close implements [net.Listener].
func (l *oneConn) Close() error { return nil }

// Addr implements [net.Listener].
func (l *oneConn) Addr() net.Addr { return l.conn.LocalAddr() }
