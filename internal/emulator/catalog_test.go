package emulator_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// world is an emulator of the embedded catalog that records the operation that
// each request matched, and the APIs loaded for it.
type world struct {
	*testing.T
	*emulator.Emulator
	catalog *catalog.Catalog
	met     emulator.Entry
	loaded  []string
}

func newWorld(t *testing.T, change ...func(*emulator.Options)) *world {
	t.Helper()
	w := &world{T: t, catalog: catalog.New(catalog.Options{})}
	o := options(stateCopy(t), time.Now)
	o.Names, o.APIs = w.catalog.Names(), func(name string) (*openapi.API, error) {
		w.loaded = append(w.loaded, name)
		return w.catalog.Load(context.Background(), name, "")
	}
	o.Hosts = func(name string) []string {
		var hosts []string
		for _, server := range w.catalog.Servers(name) {
			hosts = append(hosts, strings.TrimPrefix(server, "https://"))
		}
		return hosts
	}
	o.Log = func(e emulator.Entry) { w.met = e }
	for _, f := range change {
		f(&o)
	}
	var err error
	if w.Emulator, err = emulator.New(o); err != nil {
		t.Fatal(err)
	}
	return w
}

// ask sends a request within this process and returns the reply.
func (w *world) ask(method, url string, headers ...string) reply {
	w.Helper()
	r := httptest.NewRequest(method, url, nil)
	for _, header := range headers {
		key, value, _ := strings.Cut(header, ": ")
		r.Header.Set(key, value)
	}
	answer := httptest.NewRecorder()
	w.ServeHTTP(answer, r)
	return reply{answer.Code, answer.Header(), answer.Body.String()}
}

// operations calls f for each operation of the catalog.
func (w *world) operations(f func(api string, op *openapi.Operation)) {
	w.Helper()
	for _, name := range w.catalog.Names() {
		api, err := w.catalog.Load(w.Context(), name, "")
		if err != nil {
			w.Fatal(err)
		}
		for _, op := range api.Operations {
			f(name, op)
		}
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// sample fills a path template with values that differ from every literal segment.
func sample(path string) string { return parameter.ReplaceAllString(path, "Sample-1") }

// TestEachOperationIsFound requests every operation (every fifth without load) in
// each way in which a request can select an API.
func TestEachOperationIsFound(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	w := newWorld(t)
	count := 0
	w.operations(func(api string, op *openapi.Operation) {
		if count++; quick() && count%5 != 0 {
			return
		}
		urls := []string{"http://127.0.0.1:4010/" + api + sample(op.Path), "http://" + api + ".localhost" + sample(op.Path)}
		for _, server := range w.catalog.Servers(api) {
			urls = append(urls, server+sample(op.Path))
		}
		for _, url := range urls {
			w.ask(op.Method, url)
			if w.met.API != api || w.met.Operation != op.ID {
				t.Errorf("%s %s is %s %s, want %s %s", op.Method, url, w.met.API, w.met.Operation, api, op.ID)
			}
		}
	})
	if count < 1171 {
		t.Errorf("%d operations", count)
	}
}

// TestPathAlone: a request without an API selects the operation whose path
// matches best. The operations listed here lose to another one.
func TestPathAlone(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	w := newWorld(t)
	var taken []string
	w.operations(func(api string, op *openapi.Operation) {
		w.ask(op.Method, "http://127.0.0.1:4010"+sample(op.Path))
		if w.met.API != api || w.met.Operation != op.ID {
			taken = append(taken, op.Method+" "+op.Path+": "+w.met.API+" before "+api)
		}
	})
	want := []string{"GET /v1/public/suggestions: address before address-suggestions"}
	if !slices.Equal(taken, want) {
		t.Errorf("got %q", taken)
	}
	for query, want := range map[string]string{"?s3FileUrl=x&fileId=1": "address-suggestions", "?other=1": "address"} {
		if w.ask("GET", "http://localhost/v1/public/suggestions"+query); w.met.API != want {
			t.Errorf("%s: %s", query, w.met.API)
		}
	}
}

func TestAnAPIThatIsNamedIsLoadedAlone(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://127.0.0.1/entity/v1/entity/contact", "http://entity.localhost:4010/v1/entity/contact",
		"http://ENTITY.sls.epilot.io/v1/entity/contact", "http://localhost/data-governance/v1/configs",
	} {
		w := newWorld(t)
		if got := w.ask("POST", url); got.status == 404 || len(w.loaded) != 1 {
			t.Errorf("%s: %d, loaded %q", url, got.status, w.loaded)
		}
	}
}

func TestHostNamesTheAPI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ask("GET", "http://entity.localhost/v1/files").want(t, 404, "no operation of entity has the path /v1/files")
	w.ask("GET", "http://nobody.localhost/v1/public/suggestions").want(t, 401, "bearer token")
	w.ask("GET", "http://pricing-api.localhost/v1/nothing").want(t, 404, "no operation of pricing")
	w.ask("GET", "http://evil.sls.epilot.io/").want(t, 403, "evil.sls.epilot.io")
	w.ask("GET", "http://entity/v1/entity/schemas").want(t, 403, "is not served")
	open := newWorld(t, func(o *emulator.Options) { o.Foreign = true })
	open.ask("GET", "http://epilot:4010/v1/nothing").want(t, 404, "")
}

func TestOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.ask(http.MethodOptions, "http://localhost/v1/entity/contact/1", "Origin: http://page.example")
	if allow := got.header.Get("Allow"); got.status != 204 || allow != "DELETE, GET, HEAD, OPTIONS, PATCH, PUT" {
		t.Errorf("%d allow %q", got.status, allow)
	}
	for key := range got.header {
		if strings.HasPrefix(key, "Access-Control") {
			t.Errorf("a page of another origin is let in: %s", key)
		}
	}
	w.ask(http.MethodOptions, "http://localhost/nowhere").want(t, 404, "no operation")
}

// TestBasePath: an overridden definition can have base paths; both forms are served.
func TestBasePath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *emulator.Options) {
		o.Names, o.APIs = []string{"shop"}, func(string) (*openapi.API, error) {
			api := shopAPI()
			api.Servers = []string{"https://shop.example/base/v2/", "https://shop.example"}
			return api, nil
		}
	})
	for _, path := range []string{"/v1/shop/all", "/base/v2/v1/shop/all", "/shop/v1/shop/all", "/shop/base/v2/v1/shop/all"} {
		w.ask("GET", "http://localhost"+path).want(t, 200, "every")
	}
	w.ask("GET", "http://localhost/base/v1/shop/all").want(t, 404, "")
}
