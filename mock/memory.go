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

// storageHost is a reserved name: presigned URLs lead nowhere else.
const storageHost = "storage.acrcloud.test"

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

// A surface is a part of the service that has hosts of its own.
type surface int

const (
	consoleAPI surface = iota
	storage
)

// serves reports whether a part of the service is found on a host. One that is not of the public service has everything.
func (p surface) on(host string) bool {
	if _, public := regionOf(host); !public {
		return true
	}
	if p == storage {
		return isStorage(host)
	}
	return !isStorage(host) && !identHosts.MatchString(hostName(host))
}

func isStorage(host string) bool { return hostName(host) == storageHost }

// HTTPClient returns a client whose requests to the public host names are served by this server, in memory: over https as far as the
// client can tell, without a socket, and never by the real network. It works inside of testing/synctest bubbles, and in several of them.
//
// A request to any other host fails, and so does one over plain http, but for identification, which is known to be served both ways.
func (s *Server) HTTPClient() *http.Client { return &http.Client{Transport: s.memory} }

// pipes makes a pipe for each request, and serves its other end: nothing outlives a request, and nothing is shared between bubbles.
func (s *Server) pipes() http.RoundTripper {
	dial := func(secure bool) func(context.Context, string, string) (net.Conn, error) {
		return func(_ context.Context, _, address string) (net.Conn, error) {
			if _, ok := regionOf(address); !ok {
				return nil, fmt.Errorf("mock: %s is no host of the service: this client never reaches the network", address)
			}
			if !secure && !identHosts.MatchString(hostName(address)) {
				return nil, fmt.Errorf("mock: %s is served over https only: this client never reaches the network", address)
			}
			return s.pipe(), nil //nolint:contextcheck // a connection outlives its dialling
		}
	}
	return &http.Transport{DialContext: dial(false), DialTLSContext: dial(true), DisableKeepAlives: true, ExpectContinueTimeout: time.Second}
}

// pipe returns the client's end of a connection, whose other end has a server of its own.
func (s *Server) pipe() net.Conn {
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(context.Background())
	srv := &http.Server{
		Handler: s.Handler(), ReadHeaderTimeout: time.Minute, ErrorLog: silent(),
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	go func() { _ = srv.Serve(&oneConn{conn: far}) }()
	return &nearConn{Conn: near, gone: cancel}
}

// nearConn lets the server know at once that the client has hung up. By itself it finds out when it reads, and while a fault holds up
// a request it does not read.
type nearConn struct {
	net.Conn

	gone context.CancelFunc
}

// Close implements [net.Conn].
func (c *nearConn) Close() error {
	c.gone()
	return c.Conn.Close()
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
