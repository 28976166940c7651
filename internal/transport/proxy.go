package transport

import (
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// ProxyFromEnvironment is http.ProxyFromEnvironment, except that a variable
// which is not a URL is an error of kind Usage: net/http would go without the
// proxy, or take part of a password for its address. getenv reads the
// environment.
func ProxyFromEnvironment(getenv func(string) string) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		if name, value := proxyVariable(getenv, req.URL.Scheme); value != "" && !isProxy(value) && !bypasses(getenv, req.URL) {
			// The value is left out: it may hold a password.
			return nil, failure.New(failure.Usage, "%s is not a valid proxy URL", name).
				Hintf("write it as http://user:password@proxy.example:3128, with special characters of user and password percent-encoded: # as %%23, @ as %%40, %% as %%25")
		}
		return http.ProxyFromEnvironment(req)
	}
}

func proxyVariable(getenv func(string) string, scheme string) (name, value string) {
	names := []string{"HTTP_PROXY", "http_proxy"}
	if strings.EqualFold(scheme, "https") {
		names = []string{"HTTPS_PROXY", "https_proxy"}
	}
	for _, name := range names {
		if value := getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// isProxy reports whether net/http reads all of the value as the address of a
// proxy: a URL, or a host and port.
func isProxy(value string) bool {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Fragment != "" || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "socks5", "socks5h":
		return !strings.HasSuffix(value, "#") && !strings.HasSuffix(value, "?")
	}
	return false
}

// bypasses reports whether a request needs no proxy: loopback, and what
// NO_PROXY lists as net/http reads it.
func bypasses(getenv func(string) string, to *url.URL) bool {
	host := strings.ToLower(strings.TrimSuffix(to.Hostname(), "."))
	list := getenv("NO_PROXY")
	if list == "" {
		list = getenv("no_proxy")
	}
	if httpx.IsLoopback(host) {
		return true
	}
	address, notAddress := netip.ParseAddr(host)
	for entry := range strings.SplitSeq(strings.ToLower(list), ",") {
		entry = strings.TrimSpace(entry)
		name, port, hasPort := strings.Cut(entry, ":")
		if network, err := netip.ParsePrefix(entry); err == nil && notAddress == nil && network.Contains(address) {
			return true
		}
		if hasPort && !strings.Contains(port, ":") {
			if port != httpx.EffectivePort(to) {
				continue
			}
			entry = name
		}
		entry = strings.TrimPrefix(entry, "*")
		domain := strings.TrimPrefix(entry, ".")
		if entry == "" && name == "*" || domain != "" && (host == entry || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}

func refusedByProxy(_ context.Context, address *url.URL, connect *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	failed := failure.New(failure.Network, "the proxy %s refused to connect to %s: status %d",
		address.Host, connect.Host, response.StatusCode)
	if response.StatusCode == http.StatusProxyAuthRequired {
		return failed.Hintf("give user and password in HTTPS_PROXY, or list the host in NO_PROXY")
	}
	return failed
}
