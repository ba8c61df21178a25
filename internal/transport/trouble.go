package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
)

// Trouble says why a request got no response: what was seen, and what to do about it.
func Trouble(err error) (seen, remedy string) {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsTimeout {
			return fmt.Sprintf("looking up the name of host %s took too long", dns.Name), "check the machine's DNS servers"
		}
		return fmt.Sprintf("host %s has no address in DNS", dns.Name), "check the host's name in the configuration, and the machine's DNS servers"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "proxyconnect" {
		return "the proxy does not respond", "check the environment variables HTTPS_PROXY and NO_PROXY"
	}
	if proxy, ok := errors.AsType[*proxyError](err); ok {
		return proxy.Error(), "check that the proxy lets the host pass, and the environment variables HTTPS_PROXY and NO_PROXY"
	}
	if errors.Is(err, errProxy) {
		return "the address of the proxy cannot be read", "check the environment variables HTTPS_PROXY and NO_PROXY"
	}
	if cert, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "TLS: the certificate is not trusted: " + cert.Err.Error(), "is there a proxy that reads along, or a wrong clock? Install the proxy's certificate, or correct the time"
	}
	if alert, ok := errors.AsType[tls.AlertError](err); ok {
		return "TLS: " + alert.Error(), "check that the host speaks https, and any proxy or firewall in between"
	}
	if errors.Is(err, http.ErrSchemeMismatch) {
		return "TLS: the server speaks plain http", "the host does not speak https at that port: check the URL"
	}
	if timeout, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || (ok && timeout.Timeout()) {
		return "no response in time", "check the network, firewall and proxy"
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "the connection was refused", "check host and port, and the firewall"
	}
	return err.Error(), "check the network, firewall and proxy"
}
