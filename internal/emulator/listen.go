package emulator

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// Listen listens on a port of 127.0.0.1 only; 0 picks a free one. Errors are of
// kind Usage for an invalid port, otherwise Network.
func Listen(port int) (net.Listener, error) { return ListenOn("127.0.0.1", port) }

// ListenOn listens on a port of a local address: "127.0.0.1", "::1", or "0.0.0.0"
// for all. Errors are like those of Listen.
func ListenOn(host string, port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, failure.New(failure.Usage, "port %d is not between 0 and 65535", port).
			Hintf("use --port 0 for a free port")
	}
	network := "tcp"
	if ip := net.ParseIP(host); ip != nil && ip.To4() != nil {
		network = "tcp4" // "tcp" would make 0.0.0.0 include IPv6
	}
	listener, err := net.Listen(network, net.JoinHostPort(host, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, failure.New(failure.Network, "port %d is in use", port).
			Hintf("choose another with --port, or use --port 0 for a free port")
	}
	if unknown := (*net.DNSError)(nil); errors.As(err, &unknown) {
		err = errors.New("no such host") // without the address of a name server
	}
	if err != nil {
		return nil, failure.New(failure.Network, "cannot listen on %s: %w", net.JoinHostPort(host, strconv.Itoa(port)), err).
			Hintf("choose another port with --port, or an address of this machine with --listen")
	}
	return listener, nil
}

// SplitAddress parses "ADDRESS", "ADDRESS:PORT" or ":PORT"; IPv6 needs brackets
// only before a port. An empty address means all, "0.0.0.0"; a missing port is
// -1. The error is of kind Usage.
func SplitAddress(text string) (host string, port int, err error) {
	host, number, err := net.SplitHostPort(text)
	port = -1
	switch {
	case err == nil:
		port, err = strconv.Atoi(number)
		if port < 0 || port > 65535 {
			err = errors.New("no port")
		}
	case net.ParseIP(strings.Trim(text, "[]")) != nil, text != "" && !strings.Contains(text, ":"):
		host, err = strings.Trim(text, "[]"), nil
	}
	if err != nil {
		return "", 0, failure.New(failure.Usage, "%q is not an address to listen on", text).
			Hintf("use an address such as 0.0.0.0, 0.0.0.0:4010 or [::1]:4010")
	}
	if host == "" {
		host = "0.0.0.0"
	}
	return host, port, nil
}

// hosts contains the host names that the mock accepts: those of this machine, any
// below "localhost", and those of the APIs' servers. A web page can make its own
// name resolve to 127.0.0.1 (DNS rebinding), but not one of these.
type hosts struct {
	names   []string                   // the APIs
	servers func(name string) []string // hosts of an API's servers, in all stages
	foreign bool                       // accept any other name

	once sync.Once
	apis map[string]string // API by server host, and by the first label of that host
}

// api returns the API that the Host header selects, or "". The error is a 403 for
// a name that is not accepted.
func (h *hosts) api(hostport string) (string, error) {
	host := hostOf(hostport)
	if httpx.IsLoopback(host) {
		return "", nil
	}
	h.once.Do(h.learn)
	if label, local := strings.CutSuffix(host, ".localhost"); local {
		if slices.Contains(h.names, label) {
			return label, nil
		}
		return h.apis[label], nil
	}
	if name, ours := h.apis[host]; ours && strings.Contains(host, ".") {
		return name, nil
	}
	if h.foreign {
		return "", nil
	}
	return "", message.Refuse(http.StatusForbidden, "host %q is not served; use 127.0.0.1, localhost, or an API's name below it such as entity.localhost", host)
}

// hostOf returns the lower-case name of a Host header without its port.
func hostOf(hostport string) string {
	host := hostport
	if name, _, err := net.SplitHostPort(hostport); err == nil {
		host = name
	}
	return strings.TrimSuffix(strings.ToLower(strings.Trim(host, "[]")), ".")
}

func (h *hosts) learn() {
	h.apis = map[string]string{}
	if h.servers == nil {
		return
	}
	for _, name := range h.names {
		for _, host := range h.servers(name) {
			label, _, _ := strings.Cut(host, ".")
			h.apis[host], h.apis[label] = name, name
		}
	}
}

// preflightAge is how long a browser can cache a preflight, in seconds.
const preflightAge = 600

// cors lets pages of the allowed origin read responses (WHATWG Fetch, "CORS
// protocol"). It reports whether the request was a preflight, to which it has
// then responded. Without Options.CORS, no page of another origin can use the mock.
func (e *Emulator) cors(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if e.options.CORS == "" || origin == "" {
		return false
	}
	if _, err := e.hosts.api(r.Host); err != nil {
		return false
	}
	header := w.Header()
	header.Add("Vary", "Origin")
	switch {
	case e.options.CORS == "*":
		header.Set("Access-Control-Allow-Origin", "*")
	case strings.EqualFold(e.options.CORS, origin):
		header.Set("Access-Control-Allow-Origin", origin)
		header.Set("Access-Control-Allow-Credentials", "true")
	default:
		return false
	}
	header.Set("Access-Control-Expose-Headers", "*, Authorization, Allow, ETag, Retry-After, X-Epilot-Mock")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	header.Set("Access-Control-Allow-Methods", r.Header.Get("Access-Control-Request-Method"))
	if names := r.Header.Get("Access-Control-Request-Headers"); names != "" {
		header.Set("Access-Control-Allow-Headers", names)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
	header.Set("Access-Control-Max-Age", strconv.Itoa(preflightAge))
	w.WriteHeader(http.StatusNoContent)
	return true
}
