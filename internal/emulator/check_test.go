package emulator_test

import (
	"strings"
	"testing"
)

func TestBodiesAreChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for body, want := range map[string]string{
		``:                                    "a request body is required",
		`{"name":`:                            "body: invalid JSON",
		`[]`:                                  "body: $",
		`{}`:                                  `$`,
		`{"name":7}`:                          "$.name",
		`{"name":"n","token_type":"journey"}`: "journey_id",
		`{"name":"n","token_type":"bogus"}`:   "$.token_type",
		`{"name":"n","expires_in":true}`:      "$.expires_in",
		`{"name":"n","expires_in":"soon"}`:    "body: $.expires_in: ",
		`{"name":"n","expires_in":-1}`:        "body: $.expires_in: must not be negative",
		`{"name":"n","expires_in":1e30}`:      "100 years",
		`{"name":"n","assignments":["a",1]}`:  "$.assignments[1]",
	} {
		got := b.as(b.token, "POST", collection, body)
		if got.status != 400 || !strings.HasPrefix(got.body, `{"status":400,"error":"`) || !strings.Contains(got.body, want) {
			t.Errorf("%s\ngot  %d %s\nwant 400 with %q", body, got.status, got.body, want)
		}
	}
	b.as(b.token, "GET", collection, "").want(t, 200, "[]")
}

func TestMediaTypeAndLengthOfBodies(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	auth := "Authorization: Bearer " + b.token
	post := func(body string, headers ...string) reply {
		return b.do("POST", collection, body, append(headers, auth)...)
	}
	got := post(`name=n`, "Content-Type: application/x-www-form-urlencoded")
	got.want(t, 415, "accepted: application/json")
	post(`{"name":"n"}`, "Content-Type: ").want(t, 415, `content type \"\"`)
	post(`{"name":"n"}`, "Content-Type: Application/JSON; charset=utf-8").want(t, 201, "n")
	padded := `{"name":"n"}` + strings.Repeat(" ", 10<<20-len(`{"name":"n"}`))
	post(padded).want(t, 201, "n")
	post(padded+" ").want(t, 413, "10485760")
}

func TestParametersAreChecked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, row := range []struct {
		path, tenant string
		status       int
		want         string
	}{
		{"/v1/shop/books?size=2", "north", 200, ""},
		{"/v1/shop/books?size=2&sort=name%7Cprice&extra=1", "south", 200, ""},
		{"/v1/shop/books?size=2&filter=%7B%7D", "south", 200, ""},
		{"/v1/shop/books", "north", 400, "query parameter size: is required"},
		{"/v1/shop/books?size=two", "north", 400, "query parameter size: "},
		{"/v1/shop/books?size=1&size=2", "north", 400, "given 2 times"},
		{"/v1/shop/books?size=1&sort=name%7Ccolour", "north", 400, "query parameter sort: "},
		{"/v1/shop/books?size=1&filter=%7B", "north", 400, "query parameter filter: invalid JSON"},
		{"/v1/shop/books?size=1&filter=%5B%5D", "north", 400, "query parameter filter: $"},
		{"/v1/shop/shoes?size=1", "north", 400, "path parameter slug: "},
		{"/v1/shop/books?size=1", "west", 400, "header parameter X-Tenant: "},
		{"/v1/shop/books?size=%zz", "north", 400, "the query cannot be read"},
	} {
		got := b.do("GET", row.path, "", "Authorization: Bearer "+b.token, "X-Tenant: "+row.tenant)
		if got.status != row.status || !strings.Contains(got.body, row.want) {
			t.Errorf("%s %s: got %d %s\nwant %d with %q", row.path, row.tenant, got.status, got.body, row.status, row.want)
		}
	}
}
