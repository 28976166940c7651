package transport

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

const (
	keepAlive   = 30 * time.Second
	idleTimeout = 90 * time.Second
	idlePerHost = 32 // bulk runs talk to one host with many calls at once
)

// newBase is the only place that opens connections. It has no cookie jar, and
// leaves Accept-Encoding to net/http, which then unpacks gzip as it streams.
func newBase(o Options) *http.Transport {
	dialer := &net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: keepAlive}
	return &http.Transport{
		Proxy:                  proxy(o.Proxy),
		OnProxyConnectResponse: refusedByProxy,
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    o.ConnectTimeout,
		ResponseHeaderTimeout:  max(o.HeaderTimeout, 0),
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		// A peer that vanished under HTTP/2 would otherwise hold a body for
		// ever: TCP keep-alive does not notice a proxy in between.
		HTTP2: &http.HTTP2Config{SendPingTimeout: keepAlive, PingTimeout: keepAlive / 2},
	}
}

// proxy hides the text of a bad proxy address, which may hold a password.
func proxy(find func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	if find == nil {
		return nil
	}
	return func(req *http.Request) (*url.URL, error) {
		address, err := find(req)
		if err == nil {
			return address, nil
		}
		return nil, failure.New(failure.Network, "the proxy address from the environment is not a valid URL").
			Hintf("correct HTTPS_PROXY or HTTP_PROXY, for example http://proxy.example:3128, or list the host in NO_PROXY")
	}
}

func refusedByProxy(_ context.Context, address *url.URL, connect *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	failed := failure.New(failure.Network, "the proxy %s refused to connect to %s: status %d",
		address.Host, connect.Host, answer.StatusCode)
	if answer.StatusCode == http.StatusProxyAuthRequired {
		return failed.Hintf("give user and password in HTTPS_PROXY, or list the host in NO_PROXY")
	}
	return failed
}
