package transport

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

func TestUserAgent(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.WriteString(w, req.UserAgent())
	})
	for typed, want := range map[string]string{"": "epilot-cli/1", "mine": "mine"} {
		req := request(t, "GET", server.URL, "")
		if typed != "" {
			req.Header.Set("User-Agent", typed)
		}
		answer, err := New(Options{UserAgent: "epilot-cli/1"}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, answer); got != want {
			t.Errorf("sent %q, want %q", got, want)
		}
		if typed == "" && len(req.Header) != 0 {
			t.Errorf("the caller's request was changed: %v", req.Header)
		}
	}
}

func TestGzipIsUnpacked(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("Content-Encoding", req.Header.Get("Accept-Encoding"))
		packed := gzip.NewWriter(w)
		_, _ = io.WriteString(packed, "packed")
		if req.URL.Path != "/cut" {
			_ = packed.Close()
		} else {
			_ = packed.Flush()
		}
	})
	answer, err := New(Options{}).RoundTrip(request(t, "GET", server.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, answer); got != "packed" {
		t.Errorf("got %q", got)
	}
	answer, err = New(Options{}).RoundTrip(request(t, "GET", server.URL+"/cut", ""))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	_, err = io.ReadAll(answer.Body)
	checkRefused(t, Classify(err), "the response ended early")
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	base := newBase(Options{}.withDefaults(), connectTimeout)
	base.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	base.TLSClientConfig.NextProtos = nil
	t.Cleanup(base.CloseIdleConnections)
	answer, err := Options{}.over(base).RoundTrip(request(t, "GET", server.URL, ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.ProtoMajor != 2 {
		t.Errorf("spoke %s", answer.Proto)
	}
}

func TestUnknownAuthority(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	_, err := New(Options{}).RoundTrip(request(t, "GET", server.URL+"/?token=abc", ""))
	checkRefused(t, err, "TLS: certificate signed by unknown authority ("+server.Listener.Addr().String()+")")
	if unknown := (x509.UnknownAuthorityError{}); !errors.As(err, &unknown) {
		t.Error("the cause is gone")
	}
}

func TestSchemeMismatch(t *testing.T) {
	t.Parallel()
	server := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err := New(Options{}).RoundTrip(request(t, "GET", "https"+strings.TrimPrefix(server.URL, "http"), ""))
	checkRefused(t, err, "TLS: the server does not speak TLS")
}

// closedPort returns a loopback address where nothing listens.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	return listener.Addr().String()
}

func TestNotReached(t *testing.T) {
	t.Parallel()
	closed := closedPort(t)
	slow := serve(t, func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
	hangsUp := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	proxy := func(address string) func(*http.Request) (*url.URL, error) {
		return func(*http.Request) (*url.URL, error) { return url.Parse(address) }
	}
	refuses := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) })
	for _, test := range []struct {
		name, url string
		options   Options
		want      string
	}{
		{"refused", "http://" + closed + "/?token=abc", Options{}, "cannot connect to " + closed + ": connection refused"},
		{
			"silent", slow.URL,
			Options{HeaderTimeout: 20 * time.Millisecond},
			"no response within 0.02s from " + slow.Listener.Addr().String(),
		},
		{"hangs up", hangsUp.URL, Options{}, "closed the connection without a response"},
		{
			"proxy refused", "http://a.example",
			Options{Proxy: proxy("http://me:pass@" + closed)},
			"cannot connect to the proxy " + closed + ": connection refused",
		},
		{
			"proxy says no", "https://a.example",
			Options{Proxy: proxy("http://me:pass@" + refuses.Listener.Addr().String())},
			"refused to connect to a.example:443: status 407",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := New(test.options).RoundTrip(request(t, "GET", test.url, ""))
			checkRefused(t, err, test.want)
			if text := err.Error(); strings.Contains(text, "pass") || strings.Contains(text, "abc") || strings.Contains(text, "\n") {
				t.Errorf("shows too much: %s", text)
			}
		})
	}
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	server := serve(t, func(_ http.ResponseWriter, req *http.Request) {
		asked <- struct{}{}
		<-req.Context().Done()
	})
	terminated := failure.New(failure.Terminated, "terminated")
	for _, test := range []struct {
		name  string
		cause error
		kind  failure.Kind
		is    error
	}{
		{"cancelled", nil, failure.Interrupted, context.Canceled},
		{"with a failure as the cause", terminated, failure.Terminated, terminated},
		{"with another cause", errors.New("signal"), failure.Interrupted, context.Canceled},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		req := request(t, "GET", server.URL, "").WithContext(ctx)
		go func() {
			<-asked
			cancel(test.cause)
		}()
		_, err := New(Options{}).RoundTrip(req)
		if failure.Of(err).Kind != test.kind || !errors.Is(err, test.is) {
			t.Errorf("%s: got %v (%s)", test.name, err, failure.Of(err).Kind)
		}
	}
}

func TestDeadline(t *testing.T) {
	t.Parallel()
	server := serve(t, func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := New(Options{}).RoundTrip(request(t, "GET", server.URL, "").WithContext(ctx))
	checkRefused(t, err, "the time limit ran out before "+server.Listener.Addr().String()+" answered")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error("the cause is gone")
	}
}

func TestDefaultTimeouts(t *testing.T) {
	t.Parallel()
	base := newBase(Options{}.withDefaults(), connectTimeout)
	if base.TLSHandshakeTimeout != 10*time.Second || base.ResponseHeaderTimeout != time.Minute || !base.ForceAttemptHTTP2 {
		t.Errorf("%+v", base)
	}
	if got := within(base.ResponseHeaderTimeout); got != " within 60s" {
		t.Errorf("says %q", got)
	}
	if base := newBase(Options{HeaderTimeout: -1}.withDefaults(), connectTimeout); base.ResponseHeaderTimeout != 0 {
		t.Errorf("without a bound: %v", base.ResponseHeaderTimeout)
	}
}

// TestStalledBody: only the wait for the next bytes is limited, not the time of the
// body.
func TestStalledBody(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"", "gzip"} {
		server := serve(t, func(w http.ResponseWriter, req *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			out := io.Writer(w)
			if encoding == "gzip" {
				packed := gzip.NewWriter(w)
				defer packed.Flush()
				out = packed
			}
			_, _ = io.WriteString(out, strings.Repeat("some", 4096))
			if packed, is := out.(*gzip.Writer); is {
				_ = packed.Flush()
			}
			w.(http.Flusher).Flush()
			<-req.Context().Done()
		})
		response, err := New(Options{StallTimeout: 50 * time.Millisecond}).RoundTrip(request(t, "GET", server.URL, ""))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		checkRefused(t, Classify(err), "the response stalled: no data within 0.05s")
		if len(text) != 4*4096 {
			t.Errorf("%q: %d bytes arrived before", encoding, len(text))
		}
		_ = response.Body.Close()
	}
}

// TestOnlyReads: a read-only POST is retried like a GET.
func TestOnlyReads(t *testing.T) {
	t.Parallel()
	url, count := answers(t, says(502, ""), hangsUp, says(200, ""))
	var w waits
	req := request(t, "POST", url, "query")
	response, err := New(w.options(3)).RoundTrip(req.WithContext(OnlyReads(req.Context())))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, response); got != "POST query" || count.Load() != 3 {
		t.Errorf("got %q after %d attempts", got, count.Load())
	}
}

func TestProxyVariables(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, value, noProxy, url string
		refused                   bool
	}{
		{"HTTPS_PROXY", "http://user:pa#ss@h", "", "https://a.example", true},
		{"https_proxy", "http://user:pa%ss@h", "", "https://a.example", true},
		{"HTTP_PROXY", "http://user:pa/ss@h", "", "http://a.example", true},
		{"HTTP_PROXY", "user:pa?ss@h:1", "", "http://a.example", true},
		{"HTTP_PROXY", "ftp://h:1", "", "http://a.example", true},
		{"HTTP_PROXY", "http://h:1#", "", "http://a.example", true},
		{"HTTP_PROXY", "http://user:pa#ss@h", "", "https://a.example", false},
		{"HTTPS_PROXY", "http://user:pa#ss@h", "", "https://127.0.0.1", false},
		{"HTTPS_PROXY", "http://user:pa#ss@h", "x, .example", "https://a.example", false},
		{"HTTPS_PROXY", "http://user:pa#ss@h", "a.example:443", "https://a.example", false},
		{"HTTPS_PROXY", "http://user:pa#ss@h", "a.example:80", "https://a.example", true},
		{"HTTPS_PROXY", "http://user:pa#ss@h", "10.0.0.0/8", "https://10.1.2.3", false},
		{"HTTPS_PROXY", "http://user:pa#ss@h", "*", "https://a.example", false},
		{"HTTPS_PROXY", "http://user:pa%23ss@h:3128/", "", "https://a.example", false},
		{"HTTPS_PROXY", "h:3128", "", "https://a.example", false},
		{"HTTPS_PROXY", "socks5://h:1", "", "https://a.example", false},
	} {
		environment := map[string]string{c.name: c.value, "NO_PROXY": c.noProxy}
		_, err := ProxyFromEnvironment(func(name string) string { return environment[name] })(request(t, "GET", c.url, ""))
		if !c.refused && err != nil || c.refused && (err == nil || failure.Of(err).Kind != failure.Usage) {
			t.Errorf("%s=%s, NO_PROXY=%s, %s: %v", c.name, c.value, c.noProxy, c.url, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.name) || strings.Contains(err.Error(), "ss@")) {
			t.Errorf("says %v", err)
		}
	}
}
