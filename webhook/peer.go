package webhook

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// addPrefixes appends prefixes, IPv4 always being written as such.
func addPrefixes(field string, to, prefixes []netip.Prefix) ([]netip.Prefix, error) {
	if len(prefixes) == 0 {
		return nil, argument(field, "got no network", "leave the option out to allow all")
	}
	for _, p := range prefixes {
		if !p.IsValid() {
			return nil, argument(field, "got a network that is not valid", `use netip.MustParsePrefix("203.0.113.0/24")`)
		}
		addr := p.Addr()
		if addr.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(addr.Unmap(), p.Bits()-96)
		}
		if p.Addr().Is4In6() || addr.IsMulticast() || addr.IsUnspecified() && p.IsSingleIP() {
			return nil, argument(field, "got a network that no request can come from: "+p.String(), `use one of unicast addresses, such as "203.0.113.0/24"`)
		}
		to = append(to, p.Masked())
	}
	return to, nil
}

func contains(prefixes []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// peer returns the address of the sender, or the zero Addr if it cannot be read.
func (c *config) peer(r *http.Request) netip.Addr {
	addr := parseAddr(r.RemoteAddr)
	if !addr.IsValid() || !contains(c.proxies, addr) {
		return addr
	}
	// Each proxy has appended what it saw, so the entry furthest to the right that is not a proxy of ours is the last one to believe.
	lines := r.Header.Values("X-Forwarded-For")
	for _, line := range slices.Backward(lines) {
		for _, entry := range slices.Backward(strings.Split(line, ",")) {
			addr = parseAddr(strings.TrimSpace(entry))
			if !addr.IsValid() || !contains(c.proxies, addr) {
				return addr
			}
		}
	}
	return addr
}

// parseAddr reads an address with or without a port, as in "192.0.2.1:80", "[2001:db8::1]:80", "2001:db8::1".
func parseAddr(text string) netip.Addr {
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(text, "["), "]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}
