package transport

import (
	"net/netip"
	"net/url"
	"strings"
)

// origin is the scheme, host and port that a request goes to (RFC 6454 section
// 4). Hosts are compared as text: another spelling of a host is a stranger.
type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	return origin{strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), effectivePort(u)}
}

func effectivePort(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	if strings.EqualFold(u.Scheme, "https") {
		return "443"
	}
	return "80"
}

// Loopback reports whether the host, without port or brackets, is this
// machine: "localhost", 127.0.0.0/8 or ::1. Names are not looked up, and
// "x.localhost" is not taken for one.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Zone() == "" && address.Unmap().IsLoopback()
}
