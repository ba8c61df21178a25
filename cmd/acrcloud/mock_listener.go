package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// The default addresses of the mock.
const (
	mockAddress      = "127.0.0.1:8750"
	hostsAddress     = "127.0.0.1:443"
	hostsHTTPAddress = "127.0.0.1:80" // identification over plain HTTP, which official clients use
)

// address makes a bare port a loopback address. As usual, ":8750" means all interfaces.
func address(listen string) string {
	if _, err := strconv.Atoi(listen); err == nil {
		return net.JoinHostPort("127.0.0.1", listen)
	}
	return listen
}

// listenAll listens on the addresses. Each serves plain HTTP, and TLS as well if there is a configuration for it.
func listenAll(ctx context.Context, addresses []string, secure *tls.Config) ([]net.Listener, error) {
	var open []net.Listener
	var lc net.ListenConfig
	for _, a := range addresses {
		l, err := lc.Listen(ctx, "tcp", address(a))
		if err != nil {
			for _, l := range open {
				_ = l.Close() // no client has connected yet
			}
			return nil, listenError(a, err)
		}
		if secure != nil {
			l = bothWays(l, secure)
		}
		open = append(open, l)
	}
	return open, nil
}

func listenError(at string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return usagef("%s is in use: stop the program that listens there, or choose another port with --listen; port 0 chooses a free port", at)
	case errors.Is(err, fs.ErrPermission):
		return usagef("cannot listen on %s: %v: ports below 1024 need privileges: run the mock in a container, or choose another port, such as --listen 8443, and point the clients to it", at, err)
	}
	return usagef("cannot listen on %s: %v", at, err)
}

// helloTimeout is how long a client may take to say whether it speaks TLS.
const helloTimeout = 10 * time.Second

// A dual listener accepts TLS and plain HTTP on one port. It looks at the first byte of each connection.
type dual struct {
	net.Listener

	secure   *tls.Config
	accepted chan accepted
	closed   chan struct{}
	once     sync.Once
}

// An accepted is the result of one Accept.
type accepted struct {
	conn net.Conn
	err  error
}

const handshake = 0x16 // the first byte of TLS

func bothWays(l net.Listener, secure *tls.Config) net.Listener {
	d := &dual{Listener: l, secure: secure, accepted: make(chan accepted), closed: make(chan struct{})}
	go d.run()
	return d
}

// run accepts until the listener is closed. Errors are left to the server, which pauses where one passes, such as that there are too many
// open files.
func (d *dual) run() {
	for {
		c, err := d.Listener.Accept()
		switch {
		case err == nil:
			go d.sort(c)
		case !d.hand(nil, err) || errors.Is(err, net.ErrClosed):
			return
		}
	}
}

// hand hands a connection or an error to the server, unless the listener is closed.
func (d *dual) hand(c net.Conn, err error) bool {
	select {
	case d.accepted <- accepted{c, err}:
		return true
	case <-d.closed:
		return false
	}
}

// sort detects which protocol a client uses, and passes the connection on.
func (d *dual) sort(c net.Conn) {
	r := bufio.NewReader(c)
	_ = c.SetReadDeadline(time.Now().Add(helloTimeout))
	first, err := r.Peek(1)
	if err != nil {
		_ = c.Close()
		return
	}
	_ = c.SetReadDeadline(time.Time{})
	c = &peeked{c, r}
	if first[0] == handshake {
		c = tls.Server(c, d.secure)
	}
	if !d.hand(c, nil) {
		_ = c.Close()
	}
}

// Accept implements [net.Listener].
func (d *dual) Accept() (net.Conn, error) {
	select {
	case a := <-d.accepted:
		return a.conn, a.err
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (d *dual) Close() error {
	d.once.Do(func() { close(d.closed) })
	return d.Listener.Close()
}

// A peeked connection returns the first byte again.
type peeked struct {
	net.Conn

	r *bufio.Reader
}

// Read implements [net.Conn].
func (p *peeked) Read(b []byte) (int, error) { return p.r.Read(b) }

// reachable returns an address for clients on this machine.
func reachable(at net.Addr) string {
	host, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return at.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// addresses returns the IP addresses of the listeners. A listener on all interfaces has those of this machine.
func addresses(listeners []net.Listener) []net.IP {
	ips := []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}
	for _, l := range listeners {
		tcp, ok := l.Addr().(*net.TCPAddr)
		switch {
		case !ok:
		case !tcp.IP.IsUnspecified():
			ips = append(ips, tcp.IP)
		default:
			own, err := net.InterfaceAddrs()
			if err != nil {
				continue
			}
			for _, a := range own {
				if n, ok := a.(*net.IPNet); ok {
					ips = append(ips, n.IP)
				}
			}
		}
	}
	return ips
}

// portOf returns the port of a listener.
func portOf(l net.Listener) string {
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return fmt.Sprint(l.Addr())
	}
	return port
}
