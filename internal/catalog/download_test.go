package catalog

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

// mirrorServer is a mirror with modifiable files; it serves them like a web server,
// including conditional requests.
type mirrorServer struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string]string
	asked []string // path, status
}

func newMirror(t *testing.T, files map[string]string) *mirrorServer {
	t.Helper()
	m := &mirrorServer{files: files}
	m.Server = httptest.NewServer(http.HandlerFunc(m.serve))
	t.Cleanup(m.Close)
	return m
}

func (m *mirrorServer) serve(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	text, known := m.files[path.Base(r.URL.Path)]
	if !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	tag := `"` + digest([]byte(text)) + `"`
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		m.asked = append(m.asked, r.URL.Path+" 304")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	m.asked = append(m.asked, r.URL.Path+" 200")
	_, _ = w.Write([]byte(text))
}

func cachedCatalog(t *testing.T) *Catalog {
	t.Helper()
	fetch := &http.Transport{}
	t.Cleanup(fetch.CloseIdleConnections)
	return New(Options{
		Cache: filepath.Join(t.TempDir(), "definitions"),
		Fetch: fetch,
		Now:   func() time.Time { return time.Unix(0, 0) },
	})
}

func mustUpdate(t *testing.T, c *Catalog, base string, names ...string) []Update {
	t.Helper()
	updates, err := c.Update(t.Context(), names, base, nil)
	if err != nil {
		t.Fatal(err)
	}
	return updates
}

func TestUpdateMovesOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	m := newMirror(t, map[string]string{"iban-api.yaml": definition("one"), "query.yaml": definition("two")})
	c := cachedCatalog(t)
	for _, want := range []Outcome{Updated, Unchanged, Unchanged} {
		for _, u := range mustUpdate(t, c, m.URL, "iban", "query") {
			if u.Outcome != want || u.Err != nil {
				t.Errorf("%+v, want %s", u, want)
			}
		}
	}
	m.files["iban-api.yaml"] = definition("three")
	if u := mustUpdate(t, c, m.URL+"/", "iban")[0]; u.Outcome != Updated || u.Operations != 1 {
		t.Errorf("%+v", u)
	}
	slices.Sort(m.asked)
	want := "/iban-api.yaml 200,/iban-api.yaml 200,/iban-api.yaml 304,/iban-api.yaml 304,/query.yaml 200,/query.yaml 304,/query.yaml 304"
	if got := strings.Join(m.asked, ","); got != want {
		t.Errorf("asked\n%s\nwant\n%s", got, want)
	}
	api, err := c.Load(t.Context(), "iban", "")
	if err != nil || api.Find("three") == nil || api.Source != c.cacheFile("iban") {
		t.Errorf("%+v, %v", api, err)
	}
}

func TestUpdateOfAll(t *testing.T) {
	t.Parallel()
	m := newMirror(t, map[string]string{"iban-api.yaml": definition("one")})
	c := cachedCatalog(t)
	heard := 0
	updates, err := c.Update(t.Context(), nil, m.URL, func(Update) { heard++ })
	if err != nil || heard != len(updates) || len(updates) != len(c.Downloadable()) {
		t.Fatalf("heard of %d of %d: %v", heard, len(updates), err)
	}
	count := map[Outcome]int{}
	for i, u := range updates {
		if count[u.Outcome]++; u.Name != c.Downloadable()[i] {
			t.Errorf("%s stands at %d", u.Name, i)
		}
	}
	if count[Updated] != 1 || count[NoAddress] != 2 || count[Failed] != len(updates)-3 {
		t.Errorf("outcomes %v", count)
	}
}

// TestUpdateKeepsTheOld serves invalid definitions: the download must stay
// unchanged, byte for byte.
func TestUpdateKeepsTheOld(t *testing.T) {
	t.Parallel()
	m := newMirror(t, map[string]string{"iban-api.yaml": definition("one")})
	c := cachedCatalog(t)
	mustUpdate(t, c, m.URL, "iban")
	old, err := os.ReadFile(c.cacheFile("iban"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "<html>", "openapi: 3.0.3\npaths: {}", `{"openapi":"3.0.3"`, strings.Repeat(" ", maxDefinition+1)} {
		m.files["iban-api.yaml"] = text
		u := mustUpdate(t, c, m.URL, "iban")[0]
		if u.Outcome != Failed || kindOf(u.Err) != failure.Network {
			t.Errorf("%.30q: %+v", text, u)
		}
	}
	if now, err := os.ReadFile(c.cacheFile("iban")); err != nil || string(now) != string(old) {
		t.Errorf("the old download is not what it was: %v", err)
	}
	entries, err := os.ReadDir(c.options.Cache)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

func TestUpdateThatCannotBegin(t *testing.T) {
	t.Parallel()
	c := cachedCatalog(t)
	for _, base := range []string{"ftp://x", "x", "http://", "https://user:word@x", "http://%zz"} {
		_, err := c.Update(t.Context(), nil, base, nil)
		if kindOf(err) != failure.Usage || strings.Contains(err.Error(), "word@") {
			t.Errorf("%s: %v", base, err)
		}
	}
	if _, err := New(Options{}).Update(t.Context(), nil, "", nil); kindOf(err) != failure.File {
		t.Errorf("no folder: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	updates, err := c.Update(ctx, []string{"iban"}, "http://127.0.0.1:1", nil)
	if err != nil || kindOf(updates[0].Err) != failure.Interrupted {
		t.Errorf("ended by the person: %+v, %v", updates, err)
	}
	if err := os.WriteFile(c.options.Cache, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	m := newMirror(t, map[string]string{"iban-api.yaml": definition("one")})
	if u := mustUpdate(t, c, m.URL, "iban")[0]; kindOf(u.Err) != failure.File {
		t.Errorf("a file where the folder should be: %+v", u)
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	var names []string
	for name, address := range published() {
		names = append(names, name)
		if !strings.HasPrefix(address, "https://") || !isFileName(name) {
			t.Errorf("%s is at %s", name, address)
		}
	}
	if len(names) != 50 || !slices.IsSorted(names) {
		t.Errorf("%d names, sorted: %t", len(names), slices.IsSorted(names))
	}
	base, err := parseBase("http://mirror/a/b?signature=x")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := mirror(addressOf("iban"), base); err != nil || got.String() != "http://mirror/a/b/iban-api.yaml?signature=x" {
		t.Errorf("%v, %v", got, err)
	}
}

// TestDownloadsOfThePackage downloads every document of the package: no operation or
// parameter may be lost.
func TestDownloadsOfThePackage(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("EPILOT_SDK_DEFINITIONS")
	if folder == "" {
		t.Skip("EPILOT_SDK_DEFINITIONS does not name the package's definitions")
	}
	files := map[string]string{}
	for name, address := range published() {
		text, err := os.ReadFile(filepath.Join(folder, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		files[path.Base(address)] = string(text)
	}
	m, c := newMirror(t, files), cachedCatalog(t)
	var names []string // all
	if testing.Short() {
		names = []string{"access-token", "entity", "file", "iban", "pricing", "workflow"} // several workers
	}
	for _, u := range mustUpdate(t, c, m.URL, names...) {
		if u.Outcome == NoAddress {
			continue
		}
		if u.Outcome != Updated {
			t.Errorf("%+v", u)
			continue
		}
		address, _ := mirror(addressOf(u.Name), nil)
		compareDownload(t, c, u.Name, files[path.Base(address.Path)])
	}
}

func compareDownload(t *testing.T, c *Catalog, name, text string) {
	t.Helper()
	api, err := c.Load(t.Context(), name, "")
	if err != nil {
		t.Error(err)
		return
	}
	want, err := reader.Parse(name, name, []byte(text))
	if err != nil {
		t.Error(err)
		return
	}
	for i, op := range want.Operations {
		got := api.Operations[i].Load()
		if got.ID != op.ID || got.Description != op.Description || len(got.Params) != len(op.Params) ||
			len(got.Responses) != len(op.Responses) || (got.Body == nil) != (op.Body == nil) || got.Line == "" && op.Line != "" {
			t.Errorf("%s %s is not what the document says", name, op.ID)
		}
	}
}

// TestUpdateLeavesOut checks that the parts left out of a download are recorded for
// the list of definitions.
func TestUpdateLeavesOut(t *testing.T) {
	t.Parallel()
	const text = `openapi: 3.0.3
paths:
  /a: {get: {operationId: a}}
  /b: {get: {operationId: "b	b", parameters: [{in: query}]}}
`
	api, err := reader.Parse("entity", "https://x.example/entity.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	cached, err := stamp{URL: "https://x.example/entity.yaml"}.text(api)
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, map[string]string{"entity.txt": string(cached)})
	c := New(Options{Cache: dir})
	d, err := c.Definition(t.Context(), "entity")
	want := "1 operation is left out; the first: GET /b: https://x.example/entity.yaml:4:47: a parameter has no name"
	if err != nil || d.Origin != IsDownloaded || len(d.API.Operations) != 1 || d.Note != want {
		t.Errorf("%v, note %q, want %q", err, d.Note, want)
	}
	if err := LeftOut(d.API, "b b"); err == nil || !strings.Contains(err.Error(), "b b cannot be called: GET /b") {
		t.Errorf("called: %v", err)
	}
}
