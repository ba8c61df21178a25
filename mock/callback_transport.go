package mock

import (
	"context"
	"net"
	"net/http"
	"time"
)

// HandlerTransport returns a transport that sends all requests to h, in memory and for any URL. Use it with
// [WithCallbackTransport] to test a receiver of callbacks without sockets and within testing/synctest bubbles. Each
// request has its own connection, with real HTTP. A nil h responds with 404.
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

// A loopbackConn gives a pipe an address, which receivers check.
type loopbackConn struct{ net.Conn }

// RemoteAddr implements [net.Conn].
func (loopbackConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
