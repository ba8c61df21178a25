package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// mockDomains are the domains that the authority can sign for. --name adds others.
var mockDomains = []string{"acrcloud.com", "acrcloud.cn", "acrcloud.test", "localhost"}

// authority opens the mock's authority. It returns nil without TLS.
func (s *mockSettings) authority() (*authority, error) {
	for _, name := range s.names {
		if net.ParseIP(name) != nil || name == "" || strings.ContainsAny(name, ":/ *") || strings.Trim(name, ".") != name {
			return nil, usagef("--name %q is not a host name: give it without a port, such as --name acrcloud-mock; IP addresses need no --name", name)
		}
	}
	if !s.tls && !s.hosts {
		if s.ca != "" {
			return nil, usagef("--ca applies to TLS only: add --tls or --hosts")
		}
		return nil, nil //nolint:nilnil // there is none
	}
	dir := s.ca
	if dir == "" {
		config, err := os.UserConfigDir()
		if err != nil {
			return nil, usagef("cannot find a folder for the certificate authority: give one with --ca: %v", err)
		}
		dir = filepath.Join(config, "acrcloud", "mock-ca")
	}
	a, err := openAuthority(dir, append(append([]string{}, mockDomains...), lower(s.names)...))
	if err != nil {
		return nil, usagef("cannot use the certificate authority in %s (--ca): %v", dir, err)
	}
	return a, nil
}

func lower(names []string) []string {
	list := make([]string, 0, len(names))
	for _, name := range names {
		list = append(list, strings.ToLower(name))
	}
	return list
}

// serveTLS makes the authority sign for the names of the mock, writes a file with the lines for /etc/hosts, and
// explains how to make clients trust the authority.
func (p *program) serveTLS(a *authority, s *mockSettings, listeners []net.Listener) error {
	names := append([]string{"localhost"}, lower(s.names)...)
	a.serve(append(names, mock.Hosts()...), addresses(listeners))
	ca := filepath.Join(a.dir, authorityCert)
	if a.made {
		p.note("Created the certificate authority %s. It can only sign for %s and private addresses.", ca, strings.Join(a.cert.PermittedDNSDomains, ", "))
	}
	p.note("To make clients trust it: curl --cacert FILE; SSL_CERT_FILE=FILE for Go, Ruby and Python; REQUESTS_CA_BUNDLE=FILE for Python's requests; NODE_EXTRA_CA_CERTS=FILE for Node.js; php -d curl.cainfo=FILE; FILE is %s", ca)
	if !s.hosts {
		return nil
	}
	host, port, err := net.SplitHostPort(reachable(listeners[0].Addr()))
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, name := range mock.Hosts() {
		fmt.Fprintf(&lines, "%s %s\n", host, name)
	}
	file := filepath.Join(a.dir, authorityHosts)
	if err := replaceFile(file, []byte(lines.String()), 0o644); err != nil {
		return usagef("cannot write %s (--ca): %v", file, err)
	}
	p.note("To send clients here, add these lines to /etc/hosts (they are also in %s):\n\n%s", file, lines.String())
	if port != "443" {
		p.note("Clients that cannot use port %s need it to be mapped to 443. Others can use it: curl --connect-to ::%s", port, net.JoinHostPort(host, port))
	}
	return nil
}
