package client_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/params"
)

// arrived is the part of a request that the server saw.
type arrived struct {
	uri, method, body string
	host              string
	header            http.Header
}

func send(t *testing.T, c *client.Call, prefix string) arrived {
	t.Helper()
	var seen arrived
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		seen = arrived{r.RequestURI, r.Method, string(text), r.Host, r.Header}
	}))
	defer server.Close()
	c.Server, _ = url.Parse(server.URL + prefix)
	req, err := c.Request(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.New(client.Environment{}, client.Policy{}).Send(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return seen
}

func TestRequest(t *testing.T) {
	t.Parallel()
	seen := send(t, &client.Call{
		Operation: &openapi.Operation{Method: "PUT"},
		Params:    &params.Result{Path: "/a%2Fb", Query: "q=1%202", Header: http.Header{}},
		Body:      &body.Body{MediaType: "application/json", Bytes: []byte(`{"n":1.10}`)},
		Token:     &auth.Token{Value: "t"},
	}, "/base/")
	if seen.uri != "/base/a%2Fb?q=1%202" || seen.method != "PUT" || seen.body != `{"n":1.10}` {
		t.Errorf("%s %s %s", seen.method, seen.uri, seen.body)
	}
	if seen.header.Get("Content-Type") != "application/json" || seen.header.Get("Authorization") != "Bearer t" {
		t.Errorf("headers %v", seen.header)
	}
}

func TestNoBodyNoContentType(t *testing.T) {
	t.Parallel()
	seen := send(t, &client.Call{
		Operation: &openapi.Operation{Method: "POST"},
		Params:    &params.Result{Path: "/x"},
	}, "")
	if _, given := seen.header["Content-Type"]; given || seen.body != "" || seen.header.Get("Authorization") != "" {
		t.Errorf("headers %v, body %q", seen.header, seen.body)
	}
}

// TestHeaderOrder checks the precedence: typed, token, profile, default.
func TestHeaderOrder(t *testing.T) {
	t.Parallel()
	profile := http.Header{"Authorization": {"profile"}, "X-Team": {"profile"}, "Accept": {"profile"}}
	typed := http.Header{"X-Team": {"typed"}, "Host": {"typed.example"}}
	base := client.Call{Operation: &openapi.Operation{Method: "GET"}, Header: profile}

	base.Params = &params.Result{Path: "/", Header: typed}
	base.Token = &auth.Token{Value: "token"}
	seen := send(t, &base, "")
	for name, want := range map[string]string{"Authorization": "Bearer token", "X-Team": "typed", "Accept": "profile"} {
		if got := seen.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if seen.host != "typed.example" {
		t.Errorf("Host %q", seen.host)
	}

	base.Params = &params.Result{Path: "/", Header: http.Header{"Authorization": {"typed"}}}
	if seen := send(t, &base, ""); seen.header.Get("Authorization") != "typed" {
		t.Errorf("Authorization %q, want the typed one", seen.header.Get("Authorization"))
	}
}

func TestAccept(t *testing.T) {
	t.Parallel()
	op := &openapi.Operation{Method: "GET", Responses: []*openapi.Response{
		{Status: "404", Contents: []*openapi.Content{{MediaType: "text/plain"}}},
		{Status: "200", Contents: []*openapi.Content{{MediaType: "text/csv"}, {MediaType: "application/json"}}},
	}}
	seen := send(t, &client.Call{Operation: op, Params: &params.Result{Path: "/"}}, "")
	if got := seen.header.Get("Accept"); got != "text/csv, application/json, */*;q=0.5" {
		t.Errorf("Accept %q", got)
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	c := &client.Call{
		Operation: &openapi.Operation{Method: "GET"},
		Params:    &params.Result{Path: "/"},
		Server:    &url.URL{Scheme: "http", Host: "127.0.0.1:1"},
	}
	req, err := c.Request(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err = client.New(client.Environment{}, client.Policy{}).Send(req); failure.ExitStatus(err) != 3 {
		t.Errorf("%v: exit status %d, want 3", err, failure.ExitStatus(err))
	}
}
