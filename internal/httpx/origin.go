// Package httpx contains HTTP rules that several packages need: loopback hosts,
// origins, header syntax, media types, and the error for a refused request.
package httpx

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// SameOrigin reports whether two http or https URLs have the same scheme, host and
// port (RFC 6454, section 4). Hosts are compared as strings: another spelling of a
// host is another origin.
func SameOrigin(a, b *url.URL) bool {
	return originOf(a) == originOf(b)
}

type origin struct{ scheme, host, port string }

func originOf(u *url.URL) origin {
	return origin{strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), EffectivePort(u)}
}

// EffectivePort returns the port of an http or https URL, or the scheme's default if
// the URL has none.
func EffectivePort(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}

// IsWeb reports whether a URL can be called: http or https, with a host, and with a
// port from 1 to 65535 if it has one.
func IsWeb(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && HasPort(u)
}

// HasPort reports whether the port of an http, https or proxy URL exists: none, or 1 to
// 65535.
func HasPort(u *url.URL) bool {
	port, err := strconv.ParseUint(EffectivePort(u), 10, 16)
	return err == nil && port > 0
}

// IsLoopback reports whether a host, without port or brackets, never leaves this
// machine: "localhost" in any case, with or without a final dot, 127.0.0.0/8, ::1,
// and 127.0.0.0/8 mapped to IPv6. Names are not resolved, and "x.localhost" is not
// loopback. Tokens are sent over plain http to loopback only, so notations that a
// resolver could read differently (127.1, 0x7f000001, an address with a zone or a
// final dot) are not loopback either.
func IsLoopback(host string) bool {
	if isASCII(host) && strings.ToLower(strings.TrimSuffix(host, ".")) == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Zone() == "" && address.Unmap().IsLoopback()
}

// isASCII guards against Unicode case folding, which maps the long s to s.
func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}
