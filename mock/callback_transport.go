package mock

import (
	"context"
	"net"
	"net/http"
	"time"
)

// HandlerTransport returns a transport whose requests h handles, in memory and for any URL: for [WithCallbackTransport], to try a
// receiver of callbacks without a socket and inside of testing/synctest bubbles. Each request has a connection of its own, over which
// real HTTP is spoken. A nil h responds with 404.
func HandlerTransport(h http.Handler) http.RoundTripper {
	if h == nil {
		h = http.NotFoundHandler()
	}
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute, ErrorLog: silent()}
		go func() { _ = srv.Serve(&oneConn{conn: loopbackConn{server}}) }()
		return client, nil
	}
	return &http.Transport{DialContext: dial, DialTLSContext: dial, DisableKeepAlives: true}
}

// loopbackConn gives a pipe an address, which receivers look at.
type loopbackConn struct{ net.Conn }

// RemoteAddr implements [net.Conn].
func (loopbackConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
