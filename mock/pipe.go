package mock

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// silent keeps net/http from writing to the program's standard error.
func silent() *log.Logger { return log.New(io.Discard, "", 0) }

// HTTPClient returns a client whose requests to the public host names are served by this server, in memory: over https as far as the
// client can tell, without a socket, and never by the real network. It works inside of testing/synctest bubbles, and in several of them.
//
// A request to any other host fails, and so does one over plain http, but for identification, which is known to be served both ways.
func (s *Server) HTTPClient() *http.Client {
	s.ready()
	return &http.Client{Transport: s.memory}
}

// pipes makes a pipe for each request, and serves its other end: nothing outlives a request, and nothing is shared between bubbles.
func (s *Server) pipes() http.RoundTripper {
	dial := func(secure bool) func(context.Context, string, string) (net.Conn, error) {
		return func(_ context.Context, _, address string) (net.Conn, error) {
			p := placeOf(address)
			if !p.public {
				return nil, fmt.Errorf("mock: %s is no host of the service: this client never reaches the network", address)
			}
			if !secure && !p.has(identification) {
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
