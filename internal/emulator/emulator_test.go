package emulator_test

import (
	"errors"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
)

func TestRoutes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, row := range []struct {
		method, path string
		status       int
		body, allow  string
	}{
		{"GET", "/nowhere", 404, `{"status":404,"error":"no operation has the path /nowhere; /_routes lists the operations"}`, ""},
		{"GET", "/", 404, `{"status":404,"error":"no operation has the path /; /_routes lists the operations"}`, ""},
		{"GET", collection + "/", 404, `{"status":404,"error":"no operation has the path /v1/access-tokens/; /_routes lists the operations"}`, ""},
		{"PATCH", collection, 405, `{"status":405,"error":"PATCH is not allowed on /v1/access-tokens; allowed: GET, POST"}`, "GET, HEAD, OPTIONS, POST"},
		{"GET", collection + "/api_1", 405, `{"status":405,"error":"GET is not allowed on /v1/access-tokens/api_1; allowed: DELETE"}`, "DELETE, OPTIONS"},
		{"GET", "/v1/shop/all", 200, `"every"`, ""}, // before /v1/shop/{slug}
		{"HEAD", "/v1/shop/all", 200, ``, ""},
		{"DELETE", "/v1/shop/a%2Fb", 204, ``, ""}, // an encoded slash stays in its segment
		{"DELETE", "/v1/shop/a/b", 404, `{"status":404,"error":"no operation has the path /v1/shop/a/b; /_routes lists the operations"}`, ""},
		{"DELETE", "/v1/shop/.json", 204, ``, ""}, // a parameter is never empty, so {slug}.json does not match
	} {
		got := b.do(row.method, row.path, "")
		if got.status != row.status || got.body != row.body || got.header.Get("Allow") != row.allow {
			t.Errorf("%s %s: got %d %q allow %q", row.method, row.path, got.status, got.body, got.header.Get("Allow"))
		}
	}
}

func TestOtherOperationsAnswerWithTheirSample(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	put := b.as(b.token, "PUT", "/v1/shop/books.json", `{}`)
	if put.status != 201 || put.body != `{"z":1.10,"a":"ü"}` {
		t.Errorf("example: %d %s", put.status, put.body)
	}
	b.do("PUT", "/v1/shop/books.json", `{}`).want(t, 401, "bearer token")
	b.do("DELETE", "/v1/shop/books", "").want(t, 204, "")
	b.as("bad", "DELETE", "/v1/shop/books", "").want(t, 401, "not a JWT")
}

func TestOnlyLoopbackNamesAreServed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for host, status := range map[string]int{
		"127.0.0.1:4010": 200, "localhost": 200, "LOCALHOST:1": 200, "[::1]:4010": 200, "[::1]": 200,
		"evil.example": 403, "127.0.0.1.evil.example:4010": 403, "localhost.evil.example": 403, "10.0.0.1": 403,
	} {
		if got := b.do("GET", "/v1/shop/all", "", "Host: "+host); got.status != status {
			t.Errorf("%s: %d %s", host, got.status, got.body)
		}
	}
}

func TestLogHasNoQuery(t *testing.T) {
	t.Parallel()
	var entries []emulator.Entry
	o := options(stateCopy(t), func() time.Time { return time.Unix(0, 0) })
	o.Log = func(e emulator.Entry) { entries = append(entries, e) }
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"/v1/shop/all?token=secret", "/no%0Awhere?token=secret"} {
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "http://localhost"+target, nil))
	}
	want := []emulator.Entry{
		{Method: "GET", Path: "/v1/shop/all", API: "shop", Operation: "all", Status: 200},
		{Method: "GET", Path: "/no%0Awhere", Status: 404},
	}
	if len(entries) != 2 || entries[0] != want[0] || entries[1] != want[1] {
		t.Errorf("got %+v", entries)
	}
}

func TestDefinitionThatCannotBeLoaded(t *testing.T) {
	t.Parallel()
	o := options(stateCopy(t), time.Now)
	o.Names = []string{"missing"}
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequest("GET", "http://localhost/", nil))
	reply{status: w.Code, body: w.Body.String()}.want(t, 500, "loading the definition of missing: no such definition")
}

func TestNewNeedsItsOptions(t *testing.T) {
	t.Parallel()
	for _, o := range []emulator.Options{{}, options("", time.Now), options("state", nil)} {
		if _, err := emulator.New(o); err == nil {
			t.Errorf("accepted %+v", o)
		}
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	listener, err := emulator.Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	at := listener.Addr().(*net.TCPAddr)
	if !at.IP.Equal(net.IPv4(127, 0, 0, 1)) {
		t.Errorf("listens on %s", at)
	}
	for port, kind := range map[int]failure.Kind{at.Port: failure.Network, -1: failure.Usage, 65536: failure.Usage} {
		_, err := emulator.Listen(port)
		var failed *failure.Error
		if !errors.As(err, &failed) || failed.Kind != kind {
			t.Errorf("port %d: %v", port, err)
		}
	}
}

func TestSplitAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		host string
		port int
	}{
		"0.0.0.0": {"0.0.0.0", -1}, "0.0.0.0:80": {"0.0.0.0", 80}, ":4010": {"0.0.0.0", 4010}, "::1": {"::1", -1},
		"[::1]": {"::1", -1}, "[::1]:0": {"::1", 0}, "localhost": {"localhost", -1}, "mock.lan:1": {"mock.lan", 1},
	} {
		if host, port, err := emulator.SplitAddress(text); err != nil || host != want.host || port != want.port {
			t.Errorf("%q: %q %d %v", text, host, port, err)
		}
	}
	for _, text := range []string{"", "0.0.0.0:", "0.0.0.0:x", "0.0.0.0:65536", "0.0.0.0:-1", "a:b:c", "http://0.0.0.0:80"} {
		_, _, err := emulator.SplitAddress(text)
		var failed *failure.Error
		if !errors.As(err, &failed) || failed.Kind != failure.Usage {
			t.Errorf("%q: %v", text, err)
		}
	}
}
