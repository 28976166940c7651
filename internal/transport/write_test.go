package transport

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

func TestWrites(t *testing.T) {
	t.Parallel()
	const home, other = "http://api.example", "http://other.example/there"
	for _, test := range []struct {
		method, location string
		status           int
		want             string // part of the error, "" if sent again
	}{
		{"POST", "/there", 307, ""},
		{"PUT", "/there", 308, ""},
		{"PATCH", "http://api.example:80/there", 307, ""},
		{"DELETE", "/there", 308, ""},
		{"GET", "/there", 307, ""},
		{"POST", "/there", 301, "returned 301 for POST http://api.example/to?status=301&location=%2Fthere: " +
			"redirects of a POST are not followed; Location was http://api.example/there"},
		{"POST", other, 302, "redirects of a POST are not followed; Location was http://other.example/there"},
		{"DELETE", "/there", 303, "redirects of a DELETE are not followed"},
		{"GET", "/there", 302, "redirects of a GET are not followed"}, // the request has a body
		{"POST", other, 307, "redirects of a POST to another origin are not followed"},
		{"POST", "https://api.example/there", 308, "redirects of a POST to another origin are not followed"},
		{"PUT", "http://api.example:8080/there", 308, "redirects of a PUT to another origin"},
		{"GET", other, 307, "redirects of a GET to another origin"}, // the request has a body
	} {
		t.Run(fmt.Sprint(test.method, test.status, test.location), func(t *testing.T) {
			t.Parallel()
			hosts := newHosts(t)
			req := armed(request(t, test.method, via(home, test.status, test.location), "the body"))
			answer, err := Options{}.over(hosts.base(t)).RoundTrip(req)
			if test.want != "" {
				checkRefused(t, err, test.want)
				if sent := hosts.requests(); len(sent) != 1 {
					t.Errorf("something was sent: %v", sent[1:])
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			second := hosts.requests()[1]
			if second.method != test.method || second.body != "the body" || second.header.Get("X-Api-Key") != "k" {
				t.Errorf("sent again as %+v", second)
			}
		})
	}
}

func checkRefused(t *testing.T, err error, words string) {
	t.Helper()
	if err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), words) {
		t.Errorf("got error %v\nwant %s", err, words)
	}
}

func TestStreamedBodyIsNotSentAgain(t *testing.T) {
	t.Parallel()
	hosts := newHosts(t)
	req := request(t, "POST", via("http://api.example", 307, "/there"), "")
	req.Body = io.NopCloser(io.LimitReader(strings.NewReader("body"), 9))
	_, err := Options{}.over(hosts.base(t)).RoundTrip(req)
	checkRefused(t, err, "cannot be sent again")
}
