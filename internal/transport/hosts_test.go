package transport

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// hosts is a small internet on loopback: every name resolves to it, with TLS on
// ports 443 and 8443. The path /to redirects as its query says ("status",
// "location"), /hops as many times as "left" says.
type hosts struct {
	plain, secure *httptest.Server
	mutex         sync.Mutex
	seen          []received
}

type received struct {
	url, method, body string
	header            http.Header
}

func newHosts(t *testing.T) *hosts {
	t.Helper()
	h := &hosts{}
	h.plain = httptest.NewServer(http.HandlerFunc(h.serve))
	h.secure = httptest.NewUnstartedServer(http.HandlerFunc(h.serve))
	h.secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	h.secure.StartTLS()
	t.Cleanup(h.plain.Close)
	t.Cleanup(h.secure.Close)
	return h
}

func (h *hosts) serve(w http.ResponseWriter, req *http.Request) {
	body, _ := io.ReadAll(req.Body)
	scheme := "http://"
	if req.TLS != nil {
		scheme = "https://"
	}
	h.mutex.Lock()
	h.seen = append(h.seen, received{
		url: scheme + req.Host + req.URL.Path, method: req.Method, body: string(body), header: req.Header,
	})
	h.mutex.Unlock()
	redirect(w, req)
}

func redirect(w http.ResponseWriter, req *http.Request) {
	left, _ := strconv.Atoi(req.FormValue("left"))
	if left > 0 {
		http.Redirect(w, req, "/hops?left="+strconv.Itoa(left-1), http.StatusFound)
		return
	}
	if req.URL.Path != "/to" {
		_, _ = io.WriteString(w, "arrived")
		return
	}
	status, _ := strconv.Atoi(req.FormValue("status"))
	if location := req.FormValue("location"); location != "" {
		w.Header()["Location"] = []string{location}
	}
	w.WriteHeader(status)
}

// base connects to the loopback servers for any name. Only DialContext differs from
// what New creates.
func (h *hosts) base(t *testing.T) *http.Transport {
	t.Helper()
	base := newBase(Options{}.withDefaults(), connectTimeout)
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		server := h.plain
		if strings.HasSuffix(address, "443") {
			server = h.secure
		}
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	base.TLSClientConfig = &tls.Config{InsecureSkipVerify: true} //nolint:gosec // names are made up
	t.Cleanup(base.CloseIdleConnections)
	return base
}

func (h *hosts) requests() []received {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	return append([]received(nil), h.seen...)
}

func request(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, reader)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func read(t *testing.T, answer *http.Response) string {
	t.Helper()
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
