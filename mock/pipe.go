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

// HTTPClient returns a client whose requests to the public host names are served by this server, in memory. To the
// client they look like https, but they use no sockets and never reach the network. It works within testing/synctest
// bubbles, also in several of them.
//
// Requests to other hosts fail. Plain http fails, too, except for identification, which is known to accept it.
func (s *Server) HTTPClient() *http.Client {
	s.ready()
	return &http.Client{Transport: s.memory}
}

// pipes makes a pipe for each request, and serves its other end. Nothing outlives a request, and nothing is shared
// between bubbles.
func (s *Server) pipes() http.RoundTripper {
	dial := func(secure bool) func(context.Context, string, string) (net.Conn, error) {
		return func(_ context.Context, _, address string) (net.Conn, error) {
			p := placeOf(address)
			if !p.public {
				return nil, fmt.Errorf("mock: %s is not a host of the service: this client never reaches the network", address)
			}
			if !secure && !p.has(identification) {
				return nil, fmt.Errorf("mock: %s is served over https only: this client never reaches the network", address)
			}
			return s.pipe(), nil //nolint:contextcheck // a connection outlives its dialling
		}
	}
	return &http.Transport{DialContext: dial(false), DialTLSContext: dial(true), DisableKeepAlives: true, ExpectContinueTimeout: time.Second}
}

// pipe returns the client's end of a connection whose other end has its own server.
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

// A nearConn notifies the server when the client closes the connection. Otherwise the server would notice only when it
// reads, which it does not do while a fault delays a request.
type nearConn struct {
	net.Conn

	gone context.CancelFunc
}

// Close implements [net.Conn].
func (c *nearConn) Close() error {
	c.gone()
	return c.Conn.Close()
}

// A oneConn is a listener with one connection.
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
