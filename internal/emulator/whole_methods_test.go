package emulator_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// TestEveryMethod: HEAD answers as GET does, without a body. Allow names the
// methods that a path has, and no others: they alone are not refused with 405. A
// slash at the end makes a path that no definition has, as an empty parameter does.
func TestEveryMethod(t *testing.T) {
	t.Parallel()
	newWhole(t).each(t, func(t *testing.T, s *sent) {
		request := s.least()
		ask := func(method string, anonymous bool) reply {
			one := *request
			one.other, one.anonymous = method, anonymous
			return one.send(t, &one)
		}
		if s.op.Method == http.MethodGet {
			get, head := ask(http.MethodGet, false), ask(http.MethodHead, false)
			for _, name := range []string{"Content-Type", "X-Epilot-Mock", "Location"} {
				if get.status != head.status || get.header.Get(name) != head.header.Get(name) || head.body != "" {
					t.Errorf("%s: GET %d, HEAD %d; %s %q and %q; body %.100q", request, get.status, head.status, name, get.header.Get(name), head.header.Get(name), head.body)
				}
			}
			if length := head.header.Get("Content-Length"); get.body != "" && length == "" {
				t.Errorf("%s: HEAD has no Content-Length", request)
			}
		}
		slash := *request
		slash.tail += "/"
		if got := slash.send(t, &slash); got.status != http.StatusNotFound {
			t.Errorf("%s: %d", &slash, got.status)
		}
		options := ask(http.MethodOptions, true)
		allowed := strings.Split(options.header.Get("Allow"), ", ")
		if options.status != http.StatusNoContent || !slices.Contains(allowed, s.op.Method) || !slices.IsSorted(allowed) {
			t.Errorf("%s: OPTIONS %d %q", request, options.status, allowed)
		}
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			got := ask(method, true)
			if refused := got.status == http.StatusMethodNotAllowed; refused == slices.Contains(allowed, method) {
				t.Errorf("%s: %s %d, but OPTIONS allows %q", request, method, got.status, allowed)
			}
			if got.status == http.StatusMethodNotAllowed && got.header.Get("Allow") != options.header.Get("Allow") {
				t.Errorf("%s: %s allows %q, OPTIONS %q", request, method, got.header.Get("Allow"), allowed)
			}
		}
	})
}

// TestEveryPreflight: a page of the allowed origin can call every operation, and
// reads the response; a page of another origin cannot.
func TestEveryPreflight(t *testing.T) {
	t.Parallel()
	const page = "http://localhost:3000"
	w := newWhole(t)
	e, err := emulator.New(emulator.Options{
		APIs: func(name string) (*openapi.API, error) { return w.apis.Load(t.Context(), name, "") }, Names: w.apis.Names(), StatePath: filepath.Join(t.TempDir(), "state"), Issuer: issuer, Now: time.Now, Random: rand.Reader,
		Access: emulator.Access{CORS: page},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.each(t, func(t *testing.T, s *sent) {
		request := s.least()
		for _, origin := range []string{page, "http://evil.example"} {
			target := w.url + "/" + s.api + request.target()
			preflight, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			preflight.Header.Set("Origin", origin)
			preflight.Header.Set("Access-Control-Request-Method", s.op.Method)
			preflight.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
			got, err := w.do(preflight)
			if err != nil {
				t.Fatal(err)
			}
			want := ""
			if origin == page {
				want = page + " " + s.op.Method + " authorization,content-type"
			}
			h := got.header
			if allows := strings.TrimSpace(h.Get("Access-Control-Allow-Origin") + " " + h.Get("Access-Control-Allow-Methods") + " " + h.Get("Access-Control-Allow-Headers")); allows != want || got.status != http.StatusNoContent {
				t.Errorf("%s: preflight from %s: %d %q", request, origin, got.status, allows)
			}
		}
	})
}
