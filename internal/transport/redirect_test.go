package transport

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// via returns a URL on site that redirects to location.
func via(site string, status int, location string) string {
	return fmt.Sprintf("%s/to?status=%d&location=%s", site, status, url.QueryEscape(location))
}

func armed(req *http.Request) *http.Request {
	for name, value := range map[string]string{
		"Authorization": "Bearer abc", "Cookie": "a=b", "X-API-Key": "k", "X-Epilot-Org-Id": "1", "Proxy-Authorization": "p",
		"User-Agent": "me", "Accept": "application/json", "Accept-Encoding": "identity", "Referer": "typed",
	} {
		req.Header.Set(name, value)
	}
	return req
}

func TestReadsFollow(t *testing.T) {
	t.Parallel()
	const home = "https://api.example"
	for _, test := range []struct {
		name, first, location string
		arrives               string // the last requested URL
		keeps                 bool   // credentials and custom headers
	}{
		{"relative", home, "/there", "https://api.example/there", true},
		{"absolute", home, "https://api.example/there", "https://api.example/there", true},
		{"default port spelled out", home, "https://api.example:443/there", "https://api.example:443/there", true},
		{"other case", home, "HTTPS://API.Example/there", "https://API.Example/there", true},
		{"other host", home, "https://other.example/there", "https://other.example/there", false},
		{"scheme relative", home, "//other.example/there", "https://other.example/there", false},
		{"subdomain", home, "https://a.api.example/there", "https://a.api.example/there", false},
		{"parent domain", "https://a.api.example", "https://api.example/there", "https://api.example/there", false},
		{"trailing dot", home, "https://api.example./there", "https://api.example./there", false},
		{"other port", home, "https://api.example:8443/there", "https://api.example:8443/there", false},
		{"http to https", "http://api.example", "https://api.example/there", "https://api.example/there", false},
		{"127.0.0.1 to localhost", "http://127.0.0.1:80", "http://localhost:80/there", "http://localhost:80/there", false},
		{"host in userinfo", home, "https://api.example@other.example/there", "https://other.example/there", false},
		{
			"away and on, seen from the first", home,
			via("https://other.example", 302, "https://other.example/there"), "https://other.example/there", false,
		},
		{"away and back", home, via("https://other.example", 302, "https://api.example/there"), "https://api.example/there", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hosts := newHosts(t)
			chain := Options{}.over(hosts.base(t))
			for _, status := range []int{301, 302, 303, 307, 308} {
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					answer, err := chain.RoundTrip(armed(request(t, method, via(test.first, status, test.location), "")))
					if err != nil {
						t.Fatal(err)
					}
					_ = answer.Body.Close()
					all := hosts.requests()
					last := all[len(all)-1]
					if last.url != test.arrives || last.method != method || answer.StatusCode != 200 {
						t.Errorf("%d: arrived with %s at %s, status %d", status, last.method, last.url, answer.StatusCode)
					}
					checkHeaders(t, last.header, test.keeps)
				}
			}
		})
	}
}

func checkHeaders(t *testing.T, got http.Header, keeps bool) {
	t.Helper()
	for name := range armed(request(t, "GET", "http://x.example", "")).Header {
		always := strings.Contains("User-Agent Accept Accept-Encoding", name)
		if present := got.Get(name) != ""; present != (keeps || always) {
			t.Errorf("header %s: sent %v", name, present)
		}
	}
	if !keeps && len(got) != 3 {
		t.Errorf("more than the portable headers went along: %v", got)
	}
}

func TestRefererIsNeverAdded(t *testing.T) {
	t.Parallel()
	hosts := newHosts(t)
	answer, err := Options{}.over(hosts.base(t)).RoundTrip(request(t, "GET", via("http://a.example", 302, "/x"), ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if got := hosts.requests()[1].header; got["Referer"] != nil {
		t.Errorf("sent %v", got)
	}
}

func TestRefusedRedirects(t *testing.T) {
	t.Parallel()
	const secure = "https://api.example"
	for _, test := range []struct{ name, first, location, want string }{
		{"downgrade", secure, "http://api.example/x", "https to plain http"},
		{"downgrade by way of loopback", secure, via("http://127.0.0.1", 302, "http://b.example/x"), "https to plain http"},
		{"downgrade to loopback", secure, "http://127.0.0.1/x", "https to plain http"},
		{"file", secure, "file:///etc/passwd", "not a URL"},
		{"ftp", secure, "ftp://b.example/x", "only http and https"},
		{"no host", secure, "http:///x", "not a URL"},
		{"not a URL", secure, "http://[::1", "not a URL"},
		{"control characters", secure, "ftp://b.example/?\u009b2J\u202e", "Location was ftp://b.example/?%C2%9B2J%E2%80%AE"},
		{"secrets in Location", secure, "ftp://me:pass@b.example/?token=abc", "ftp://b.example/?token=***"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hosts := newHosts(t)
			_, err := Options{}.over(hosts.base(t)).RoundTrip(request(t, "GET", via(test.first, 302, test.location), ""))
			checkRefused(t, err, test.want)
		})
	}
}

func TestTenHopsAreTheLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		hops string
		sent int
		want string
	}{
		{"10", 11, ""},
		{"11", 11, "stopped after 10 redirects of GET http://a.example/hops?left=11; the last Location was http://a.example/hops?left=0"},
	} {
		hosts := newHosts(t)
		answer, err := Options{}.over(hosts.base(t)).RoundTrip(request(t, "GET", "http://a.example/hops?left="+test.hops, ""))
		if test.want == "" && err == nil {
			_ = answer.Body.Close()
		} else {
			checkRefused(t, err, test.want)
		}
		if sent := len(hosts.requests()); sent != test.sent {
			t.Errorf("%s hops: %d requests", test.hops, sent)
		}
	}
}

func TestAnswersThatAreNoRedirect(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status   int
		location string
	}{{302, ""}, {300, "/x"}, {304, "/x"}, {305, "/x"}, {201, "/x"}} {
		hosts := newHosts(t)
		answer, err := Options{}.over(hosts.base(t)).RoundTrip(request(t, "POST", via("http://a.example", test.status, test.location), "b"))
		if err != nil || answer.StatusCode != test.status || len(hosts.requests()) != 1 {
			t.Fatalf("%d: %v, %v", test.status, answer, err)
		}
		_ = answer.Body.Close()
	}
}

func TestHostOverride(t *testing.T) {
	t.Parallel()
	hosts := newHosts(t)
	req := request(t, "GET", via("http://a.example", 302, via("http://a.example", 302, "http://b.example/x")), "")
	req.Host = "tenant.example"
	answer, err := Options{}.over(hosts.base(t)).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	sent := hosts.requests()
	if sent[1].url != "http://tenant.example/to" || sent[2].url != "http://b.example/x" {
		t.Errorf("sent to %s, then %s", sent[1].url, sent[2].url)
	}
}
