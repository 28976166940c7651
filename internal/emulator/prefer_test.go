package emulator_test

import (
	"bytes"
	"encoding/json"
	"image/png"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// mediaAPI returns one media type, or several.
func mediaAPI() *openapi.API {
	object := Object(property("id", StringOf()))
	get := func(id string, types ...string) *openapi.Operation {
		response := &openapi.Response{Status: "200"}
		for _, mediaType := range types {
			response.Contents = append(response.Contents, &openapi.Content{MediaType: mediaType, Schema: object})
		}
		return &openapi.Operation{ID: id, Method: "GET", Path: "/" + id, Security: openapi.Public, Responses: []*openapi.Response{response}}
	}
	several := get("several", "text/csv", "application/pdf", "application/json")
	several.Responses = append(several.Responses,
		&openapi.Response{Status: "404", Contents: []*openapi.Content{{MediaType: "application/json", Schema: object, Examples: []openapi.Example{
			{Name: "gone", Value: `{"id":"gone"}`}, {Name: "never", Value: `{"id":"never"}`},
		}}}},
		&openapi.Response{Status: "5XX"},
	)
	moved := get("moved")
	moved.Responses[0].Status = "302"
	return &openapi.API{Name: "media", Operations: []*openapi.Operation{
		several, moved, get("csv", "text/csv"), get("pdf", "application/pdf"), get("png", "image/png"), get("events", "text/event-stream"),
		get("xml", "application/xml"), get("html", "text/html; charset=utf-8"), get("any", "*/*"), get("lines", "application/x-ndjson"),
		get("bytes", "application/octet-stream"), get("image", "image/*"), get("none"),
	}}
}

func newMedia(t *testing.T) *world {
	t.Helper()
	return newWorld(t, func(o *emulator.Options) {
		o.Names, o.APIs = []string{"media"}, func(string) (*openapi.API, error) { return mediaAPI(), nil }
	})
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	w := newMedia(t)
	for path, want := range map[string]struct{ mediaType, begins string }{
		"/csv": {"text/csv", "id,name\r\n"}, "/pdf": {"application/pdf", "%PDF-"}, "/png": {"image/png", "\x89PNG\r\n\x1a\n"},
		"/events": {"text/event-stream", `data: {"id":"`}, "/xml": {"application/xml", "<?xml"}, "/html": {"text/html; charset=utf-8", "<!doctype html>"},
		"/any": {"application/json", `{"id":"`}, "/lines": {"application/x-ndjson", `{"id":"`}, "/bytes": {"application/octet-stream", "sample"},
		"/image": {"image/png", "\x89PNG"}, "/none": {"", ""},
	} {
		got := w.ask("GET", "http://localhost"+path)
		if got.status != 200 || got.header.Get("Content-Type") != want.mediaType || !strings.HasPrefix(got.body, want.begins) {
			t.Errorf("%s: %d %q %q", path, got.status, got.header.Get("Content-Type"), got.body)
		}
	}
	if _, err := png.Decode(strings.NewReader(w.ask("GET", "http://localhost/png").body)); err != nil {
		t.Error(err)
	}
	if pdf := w.ask("GET", "http://localhost/pdf").body; !strings.HasSuffix(pdf, "%%EOF\n") || strings.Index(pdf, "xref\n") != xrefOf(t, pdf) {
		t.Errorf("%s", pdf)
	}
}

// xrefOf returns the offset of the cross-reference table that a PDF declares.
func xrefOf(t *testing.T, pdf string) (at int) {
	t.Helper()
	_, rest, _ := strings.Cut(pdf, "startxref\n")
	if err := json.Unmarshal([]byte(strings.SplitN(rest, "\n", 2)[0]), &at); err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAccept(t *testing.T) {
	t.Parallel()
	w := newMedia(t)
	for accept, want := range map[string]string{
		"": "application/json", "*/*": "application/json", "text/csv": "text/csv", "text/*": "text/csv",
		"application/pdf, */*;q=0.5": "application/pdf", "application/*": "application/json",
		"application/json;q=0.1, text/csv;q=0.2": "text/csv", "application/json;q=0, */*": "text/csv",
		"text/csv, application/pdf, application/json, */*;q=0.5": "application/json",
		"image/png":               "application/json", // no match: the documented type
		`text/csv;x="a,b";q=0.9`:  "text/csv",
		"Application/PDF ; Q=0.7": "application/pdf",
	} {
		if got := w.ask("GET", "http://localhost/several", "Accept: "+accept).header.Get("Content-Type"); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestPrefer(t *testing.T) {
	t.Parallel()
	w := newMedia(t)
	for _, row := range []struct {
		prefer  string
		status  int
		says    string
		applied string
	}{
		{"", 200, `{"id":"`, ""},
		{"code=404", 404, `{"id":"gone"}`, "code=404"},
		{`code="404"`, 404, `{"id":"gone"}`, "code=404"},
		{"code=404, example=never", 404, `{"id":"never"}`, "code=404, example=never"},
		{"CODE=404; example=never", 404, `{"id":"never"}`, "code=404, example=never"},
		{"code=404, code=503", 404, "gone", "code=404"},
		{"respond-async, code=503; x=1", 503, "", "code=503"},
		{`x="a, code=404", return=minimal`, 200, "id", ""},
		{"code=409", 400, "several has no response 409; it has 200, 404, 5XX", ""},
		{"code=abc", 400, "header parameter Prefer: code", ""},
		{"code=1000", 400, "a status from 200 to 599", ""},
		{"code=404,example=other", 400, `no example \"other\"; it has gone, never`, ""},
		{"example=other", 400, "it has no named examples", ""},
		{"dynamic=perhaps", 400, "true or false", ""},
		{"wait=x", 400, "seconds from 0 to 60", ""},
		{"wait=61", 400, "seconds from 0 to 60", ""},
		{"wait=NaN", 400, "seconds from 0 to 60", ""},
		{"wait=0.001, dynamic", 200, `{`, "wait=0.001, dynamic"},
	} {
		got := w.ask("GET", "http://localhost/several", "Prefer: "+row.prefer)
		if got.status != row.status || !strings.Contains(got.body, row.says) || got.header.Get("Preference-Applied") != row.applied {
			t.Errorf("%s: %d %q %s", row.prefer, got.status, got.header.Get("Preference-Applied"), got.body)
		}
	}
}

// TestPreferencesAreOfOneRequest: responses are cached, the preferences of a
// request are not.
func TestPreferencesAreOfOneRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token, err := w.BootstrapToken()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Seed(t.Context(), []byte(`{"entity":{"contact":[{"_id":"3fa85f64-5717-4562-b3fc-2c963f66afa6","first_name":"Ada"}]}}`)); err != nil {
		t.Fatal(err)
	}
	const thing = "http://localhost/entity/v1/entity/contact/3fa85f64-5717-4562-b3fc-2c963f66afa6"
	for _, prefer := range []string{"wait=0", "", "wait=0.001", ""} {
		got := w.ask("GET", thing, "Authorization: Bearer "+token, "Prefer: "+prefer)
		got.want(t, 200, "Ada")
		if applied := got.header.Get("Preference-Applied"); applied != prefer {
			t.Errorf("Prefer: %s: %q", prefer, applied)
		}
	}
}

func TestRedirectLeadsToTheEmulator(t *testing.T) {
	t.Parallel()
	w := newMedia(t)
	got := w.ask("GET", "http://localhost/moved")
	if got.status != 302 || got.body != "" {
		t.Errorf("%d %s", got.status, got.body)
	}
	w.ask("GET", "http://localhost"+got.header.Get("Location")).want(t, 200, "sample")
}

// TestWaitEndsWithTheRequest: a wait ends when its request is canceled.
func TestWaitEndsWithTheRequest(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	r, err := newRequest(t, b.url+"/v1/shop/all", "Prefer", "wait=50")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bareClient().RoundTrip(r); err == nil {
		t.Error("it has not waited")
	}
}

// TestDynamic: with one seed, equal requests get equal samples, in any order, and
// different requests different ones.
func TestDynamic(t *testing.T) {
	t.Parallel()
	seed := uint64(7)
	seeded := func(o *emulator.Options) { o.Seed = &seed }
	always := func(o *emulator.Options) { o.Dynamic = true }
	one, two := newWorld(t, seeded, always), newWorld(t, seeded)
	const jwks = "http://localhost/v1/access-tokens/.well-known/jwks.json"
	fixed, random := newWorld(t).ask("GET", jwks).body, one.ask("GET", jwks, "Prefer: dynamic=true").body
	if fixed == random {
		t.Error("a random sample is the fixed one")
	}
	if again := two.ask("GET", jwks, "Prefer: dynamic=true").body; again != random {
		t.Errorf("not repeated:\n%s\n%s", random, again)
	}
	if other := two.ask("GET", jwks+"?x=1", "Prefer: dynamic=true").body; other == random {
		t.Error("another request has the same sample")
	}
	seed = 8
	if other := two.ask("GET", jwks, "Prefer: dynamic=true").body; other == random {
		t.Error("another seed has the same sample")
	}
	fresh := newWorld(t)
	seen := map[string]bool{}
	for range 50 { // a small sample can repeat
		seen[fresh.ask("GET", jwks, "Prefer: dynamic=true").body] = true
	}
	if len(seen) < 2 {
		t.Error("without a seed samples repeat")
	}
}

func TestInside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *emulator.Options) { o.Version = "1.2.3" })
	w.ask("GET", "http://localhost/_health").want(t, 200, `{"status":"ok","version":"1.2.3","apis":52}`)
	if len(w.loaded) > 0 {
		t.Errorf("health loads %q", w.loaded)
	}
	var all []struct{ API, OperationID, Method, Path string }
	if err := json.NewDecoder(bytes.NewBufferString(w.ask("GET", "http://localhost/_routes").body)).Decode(&all); err != nil || len(all) < 1171 {
		t.Errorf("%d routes, %v", len(all), err)
	}
	w.ask("GET", "http://localhost/_routes?api=entity").want(t, 200, `{"api":"entity","operationId":"listSchemas","method":"GET","path":"/v1/entity/schemas"}`)
	w.ask("GET", "http://localhost/_routes?api=nothing").want(t, 404, "nothing")
	w.ask("POST", "http://localhost/_health").want(t, 405, "GET, HEAD")
	w.ask("GET", "http://localhost/_else").want(t, 404, "_health")
	w.ask("GET", "http://evil.example/_routes").want(t, 403, "evil.example")
}
