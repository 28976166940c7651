package emulator

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Listen opens the port on 127.0.0.1 and on no other address; 0 takes a free
// one. Errors are of kind Usage for a number that is no port, else Network.
func Listen(port int) (net.Listener, error) { return ListenOn("127.0.0.1", port) }

// ListenOn opens the port on an address of this machine: "127.0.0.1", "::1",
// or "0.0.0.0" for all. Errors are as those of Listen.
func ListenOn(host string, port int) (net.Listener, error) {
	if port < 0 || port > 65535 {
		return nil, failure.New(failure.Usage, "port %d is not between 0 and 65535", port).
			Hintf("--port 0 takes a free one")
	}
	network := "tcp"
	if ip := net.ParseIP(host); ip != nil && ip.To4() != nil {
		network = "tcp4" // else "0.0.0.0" would mean IPv6 too
	}
	listener, err := net.Listen(network, net.JoinHostPort(host, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, failure.New(failure.Network, "port %d is in use", port).
			Hintf("choose another with --port, or --port 0 for a free one")
	}
	if err != nil {
		return nil, failure.New(failure.Network, "cannot listen on %s: %w", net.JoinHostPort(host, strconv.Itoa(port)), err).
			Hintf("choose another port with --port, or an address of this machine with --listen")
	}
	return listener, nil
}

// SplitAddress reads "ADDRESS", "ADDRESS:PORT" or ":PORT", IPv6 with or, before
// a port, only with brackets. An empty address is all of them, "0.0.0.0"; a
// port that is left out is -1. The error is of kind Usage.
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
		return "", 0, failure.New(failure.Usage, "%q is no address to listen on", text).
			Hintf("give it as in --listen 0.0.0.0, --listen 0.0.0.0:4010 or --listen [::1]:4010")
	}
	if host == "" {
		host = "0.0.0.0"
	}
	return host, port, nil
}

// IsLoopback reports whether only this machine reaches an address to listen on.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
