package emulator_test

import (
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/openapi"
)

// formAPI accepts forms, text and binary data.
func formAPI() *openapi.API {
	fields := Object(property("name", StringOf()), property("count", &openapi.Schema{Types: []string{"integer"}}), property("tags", integers()))
	fields.Required = []string{"name"}
	short := StringOf()
	most := 5
	short.MaxLength = &most
	body := &openapi.Body{Contents: []*openapi.Content{
		{MediaType: "multipart/form-data", Schema: fields},
		{MediaType: "application/x-www-form-urlencoded", Schema: fields},
		{MediaType: "text/plain", Schema: short},
		{MediaType: "image/*"},
	}}
	return &openapi.API{Name: "forms", Operations: []*openapi.Operation{
		{ID: "send", Method: "POST", Path: "/v1/forms", Security: openapi.Public, Body: body, Responses: answers("200", Object())},
	}}
}

func TestBodiesThatAreNotJSON(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const multipart, form, plain = "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "text/plain"
	part := func(head, value string) string {
		return "--x\r\nContent-Disposition: form-data; " + head + "\r\n\r\n" + value + "\r\n"
	}
	name := part(`name="name"`, "7")
	for _, row := range []struct {
		mediaType, body string
		status          int
		want            string
	}{
		{multipart, name + "--x--\r\n", 200, ""},
		{multipart, name + part(`name="count"`, "2") + part(`name="tags"`, "1") + part(`name="tags"`, "2") + "--x--\r\n", 200, ""},
		{multipart, name + part(`name="other"; filename="a.bin"`, "\x00\xff") + "--x--\r\n", 200, ""},
		{multipart, part(`name="count"`, "2") + "--x--\r\n", 400, `body: $: \"name\" is required`},
		{multipart, name + part(`name="count"`, "two") + "--x--\r\n", 400, "body: $.count: must be integer"},
		{multipart, name + part(`name="tags"`, "x") + "--x--\r\n", 400, "body: $.tags[0]"},
		{multipart, part(`filename="x"`, "2") + "--x--\r\n", 400, "has no name"},
		{multipart, name, 400, "ends early"},
		{"multipart/form-data", name, 400, "needs a boundary"},
		{form, "name=a&count=2&tags=1&tags=2", 200, ""},
		{form, "count=x", 400, `\"name\" is required; body: $.count`},
		{form, "name=%zz", 400, "the form cannot be read"},
		{plain, "short", 200, ""},
		{plain + "; charset=utf-8", "much too long", 400, "body: $: must have at most 5"},
		{"image/png", "\x89PNG", 200, ""},
		{"application/json", "{}", 415, "accepted: multipart/form-data, application/x-www-form-urlencoded, text/plain, image/*"},
		{plain + "; charset", "short", 415, "cannot be read"},
	} {
		got := b.do("POST", "/v1/forms", row.body, "Content-Type: "+row.mediaType)
		if got.status != row.status || !strings.Contains(got.body, row.want) {
			t.Errorf("%s %q: got %d %s\nwant %d with %q", row.mediaType, row.body, got.status, got.body, row.status, row.want)
		}
	}
}

func TestJSONAsTheProgramReadsIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	auth := "Authorization: Bearer " + b.token
	for body, want := range map[string]string{
		`{"name":"n","name":"m"}`: "duplicate",
		"{\"name\":\"\xff\"}":     "UTF-8",
		`{"name":"n"} {}`:         "text after the value",
		`{"name":"n",}`:           "invalid JSON",
	} {
		b.do("POST", collection, body, auth).want(t, 400, want)
	}
	json := `{"name":"n"}`
	b.do("POST", collection, json, auth, "Content-Type: application/json; charset=UTF-8").want(t, 201, "n")
	b.do("POST", collection, json, auth, "Content-Type: application/json; charset=latin1").want(t, 415, "JSON is UTF-8")
	gzip := b.do("POST", collection, json, auth, "Content-Encoding: gzip")
	gzip.want(t, 415, "content encoding")
	if gzip.header.Get("Accept-Encoding") != "identity" {
		t.Errorf("Accept-Encoding: %q", gzip.header.Get("Accept-Encoding"))
	}
}

func TestEveryFaultIsNamedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.do("GET", "/v1/shop/shoes?size=x&sort=a%7Cb%7Cc&filter=%7B", "", "Authorization: Bearer "+b.token, "X-Tenant: west")
	got.want(t, 400, "path parameter slug: ")
	got.want(t, 400, "query parameter size: ")
	got.want(t, 400, "; and 2 more")
}
