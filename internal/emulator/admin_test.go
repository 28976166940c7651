package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
)

func adminRequest(t *testing.T, with func(*emulator.Options), method, path, body string, header map[string]string, from string) *httptest.ResponseRecorder {
	t.Helper()
	o := options(stateCopy(t), time.Now)
	with(&o)
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	got := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, "http://localhost:4010"+path, strings.NewReader(body))
	r.RemoteAddr = from
	for name, value := range header {
		r.Header.Set(name, value)
	}
	e.ServeHTTP(got, r)
	return got
}

// TestWhoMayAdminister: only programs on this machine can reset, seed and list
// requests.
func TestWhoMayAdminister(t *testing.T) {
	t.Parallel()
	const local = "127.0.0.1:50000"
	on, off := func(o *emulator.Options) { o.Admin = true }, func(*emulator.Options) {}
	for _, row := range []struct {
		with         func(*emulator.Options)
		method, path string
		header       map[string]string
		from         string
		want         int
	}{
		{on, "GET", "/_requests", nil, local, 200},
		{on, "POST", "/_reset", nil, local, 204},
		{on, "GET", "/_reset", nil, local, 405},
		{on, "POST", "/_seed", nil, local, 400},
		{off, "GET", "/_requests", nil, local, 404},
		{on, "GET", "/_requests", nil, "10.0.0.1:50000", 403},
		{on, "POST", "/_reset", map[string]string{"Origin": "https://evil.example"}, local, 403},
		{on, "POST", "/_reset", map[string]string{"Sec-Fetch-Site": "cross-site"}, local, 403},
	} {
		if got := adminRequest(t, row.with, row.method, row.path, "", row.header, row.from); got.Code != row.want {
			t.Errorf("%s %s %v from %s: %d %s", row.method, row.path, row.header, row.from, got.Code, got.Body)
		}
	}
}

// TestAdmin: a test suite can reset, seed and list requests.
func TestAdmin(t *testing.T) {
	t.Parallel()
	w := newWhole(t)
	plain := func(method, path, body string) reply {
		r, err := http.NewRequestWithContext(t.Context(), method, w.url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.do(r)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := plain("POST", "/_seed", `{"entity":{"contact":[{"first_name":"Ada"}]}}`); got.status != 201 || !strings.Contains(got.body, `"collection":"/v1/entity/contact"`) {
		t.Error(got)
	}
	if got := w.raw(t, "POST", search, `{"q":"ada"}`); !strings.Contains(got.body, `"hits":1`) {
		t.Error(got)
	}
	if got := plain("GET", "/_requests", ""); !strings.Contains(got.body, `"operationId":"searchEntities","status":200`) || strings.Contains(got.body, w.token) {
		t.Error(got)
	}
	if got := plain("POST", "/_reset", ""); got.status != 204 {
		t.Error(got)
	}
	if got := w.raw(t, "POST", search, `{"q":"ada"}`); !strings.Contains(got.body, `"hits":0`) {
		t.Error(got)
	}
}

// TestCORS: only pages of the allowed origin can use the mock.
func TestCORS(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ allowed, origin, want string }{
		{"", "https://app.example", ""},
		{"*", "https://app.example", "*"},
		{"https://app.example", "https://app.example", "https://app.example"},
		{"https://app.example", "https://other.example", ""},
	} {
		with := func(o *emulator.Options) { o.CORS = row.allowed }
		header := map[string]string{
			"Origin": row.origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization",
			"Access-Control-Request-Private-Network": "true",
		}
		got := adminRequest(t, with, "OPTIONS", collection, "", header, "127.0.0.1:1")
		if allow := got.Header().Get("Access-Control-Allow-Origin"); allow != row.want || got.Code != 204 ||
			row.want != "" && got.Header().Get("Access-Control-Allow-Headers")+got.Header().Get("Access-Control-Allow-Private-Network") != "authorizationtrue" {
			t.Errorf("%+v: %d %v", row, got.Code, got.Header())
		}
		got = adminRequest(t, with, "GET", "/_health", "", map[string]string{"Origin": row.origin}, "127.0.0.1:1")
		if got.Header().Get("Access-Control-Allow-Origin") != row.want || got.Code != 200 {
			t.Errorf("%+v: %d %v", row, got.Code, got.Header())
		}
	}
}
