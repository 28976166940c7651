package catalog

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
)

// downloadedCatalog has the definition as a download of access-token.
func downloadedCatalog(t *testing.T, text string) *Catalog {
	t.Helper()
	m, c := newMirror(t, map[string]string{"access-token.yaml": text}), cachedCatalog(t)
	if u := mustUpdate(t, c, m.URL, "access-token")[0]; u.Outcome != Updated {
		t.Fatal(u)
	}
	return c
}

func TestWhoseLine(t *testing.T) {
	t.Parallel()
	c := downloadedCatalog(t, `{"openapi":"3.1.0","paths":{"/x":{
		"get":{"operationId":"listAccessTokens","summary":"Theirs"},
		"put":{"operationId":"op a","summary":"New\nand long"},
		"post":{"operationId":"silent"}}}}`)
	api, err := c.Load(t.Context(), "access-token", "")
	if err != nil {
		t.Fatal(err)
	}
	embedded := load(t, "access-token").Find("listAccessTokens").Line
	for id, want := range map[string]string{"listAccessTokens": embedded, "op a": "New and long", "silent": ""} {
		if got := api.Find(id); got == nil || got.Line != want {
			t.Errorf("%s: %+v, want the line %q", id, got, want)
		}
	}
	if whole, err := os.ReadFile(c.cacheFile("access-token")); err != nil || api.Digest() != digest(whole) {
		t.Errorf("the digest is not the file's: %v", err)
	}
}

// TestSpoiledCache changes every byte (every fourth without load) of a cached file in
// turn, and truncates the file there: the result is an error with a hint, or another format version.
func TestSpoiledCache(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("sequential: nothing for the race detector")
	}
	c := downloadedCatalog(t, definition("one"))
	file := c.cacheFile("access-token")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := range whole {
		if i%4 != 0 && os.Getenv("EPILOT_TEST_LOAD") == "" {
			continue
		}
		flipped := slices.Clone(whole)
		flipped[i] ^= 1
		for _, text := range [][]byte{whole[:i], flipped} {
			checkSpoiled(t, c, text)
		}
	}
}

func checkSpoiled(t *testing.T, c *Catalog, text []byte) {
	t.Helper()
	file := c.cacheFile("access-token")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	api, err := c.Load(t.Context(), "access-token", "")
	var failed *failure.Error
	switch {
	case err == nil && (api.Source == "" || api.Find("one") != nil): // another format, or a harmless byte of the stamp
	case !errors.As(err, &failed) || failed.Kind != failure.File || !strings.Contains(failed.Hint, "definitions reset access-token"):
		t.Errorf("%q: %v", text, err)
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	m := newMirror(t, map[string]string{"iban-api.yaml": definition("one"), "query.yaml": definition("two")})
	c := cachedCatalog(t)
	if removed, err := c.Reset(nil); err != nil || removed != nil {
		t.Errorf("nothing is there: %q, %v", removed, err)
	}
	mustUpdate(t, c, m.URL, "iban", "query")
	for _, step := range []struct{ names, want []string }{
		{[]string{"access-token"}, nil},
		{[]string{"query"}, []string{"query"}},
		{nil, []string{"iban"}},
	} {
		if removed, err := c.Reset(step.names); err != nil || !slices.Equal(removed, step.want) {
			t.Errorf("reset of %q removed %q, %v", step.names, removed, err)
		}
	}
	if api, err := c.Load(t.Context(), "iban", ""); err != nil || api.Source != "" {
		t.Errorf("%v, %v", api, err)
	}
}

// TestNamesThatAreNoFiles checks names that lead outside the cache.
func TestNamesThatAreNoFiles(t *testing.T) {
	t.Parallel()
	c := downloadedCatalog(t, definition("one"))
	beside := filepath.Join(c.options.Cache, "..", "beside.txt")
	if err := os.Rename(c.cacheFile("access-token"), beside); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../beside", "..", "", "a\x00"} {
		if c.Has(name) {
			t.Errorf("%q is known", name)
		}
	}
}
