package emulator

import (
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// hosts are the names that the emulator answers to: this machine's own, any
// below "localhost", and those of the APIs' servers. A web page can make its
// own name resolve to 127.0.0.1 (DNS rebinding), but not one of these.
type hosts struct {
	names   []string                   // the APIs
	servers func(name string) []string // their hosts, in all stages
	foreign bool                       // any other name is answered too

	once  sync.Once
	known map[string]string // host of a server, and its first label, to the API
}

// api is the name of the API that the Host header names, "" where it names
// none. The problem is a 403 for a name that is not answered.
func (h *hosts) api(hostport string) (string, error) {
	host := hostOf(hostport)
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return "", nil
	}
	h.once.Do(h.learn)
	if label, local := strings.CutSuffix(host, ".localhost"); local {
		if slices.Contains(h.names, label) {
			return label, nil
		}
		return h.known[label], nil
	}
	if name, ours := h.known[host]; ours && strings.Contains(host, ".") {
		return name, nil
	}
	if h.foreign {
		return "", nil
	}
	return "", refuse(http.StatusForbidden, "host %q is not served; use 127.0.0.1, localhost, or an API's name below it such as entity.localhost", host)
}

// hostOf is the lower-case name of a Host header without its port.
func hostOf(hostport string) string {
	host := hostport
	if name, _, err := net.SplitHostPort(hostport); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

func (h *hosts) learn() {
	h.known = map[string]string{}
	if h.servers == nil {
		return
	}
	for _, name := range h.names {
		for _, host := range h.servers(name) {
			label, _, _ := strings.Cut(host, ".")
			h.known[host], h.known[label] = name, name
		}
	}
}
