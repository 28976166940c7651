package catalog

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func newTrust(t *testing.T, dir string) *Trust {
	t.Helper()
	return &Trust{
		File: filepath.Join(t.TempDir(), "epilot", "trusted.json"),
		Dir:  dir, Now: func() time.Time { return time.Unix(0, 0) },
	}
}

func readDefinition(t *testing.T, c *Catalog, file string) *openapi.API {
	t.Helper()
	api, err := c.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return api
}

func holds(t *testing.T, trust *Trust, api *openapi.API, want bool) {
	t.Helper()
	if got, err := trust.Holds(api); err != nil || got != want {
		t.Errorf("%s is trusted: %t, want %t (%v)", api.Source, got, want, err)
	}
}

func TestTrust(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"own.yaml": definition("own"), "copy.yaml": definition("own")})
	file := filepath.Join(dir, "own.yaml")
	c, trust := New(Options{Dir: dir}), newTrust(t, dir)
	api := readDefinition(t, c, file)
	holds(t, trust, api, false)
	if err := trust.Add(t.Context(), api); err != nil {
		t.Fatal(err)
	}
	holds(t, trust, api, true)
	holds(t, trust, readDefinition(t, c, filepath.Join(dir, "copy.yaml")), false)
	api.Source = "own.yaml" // as typed in the folder
	holds(t, trust, api, true)
	api.Source = "https://own.example/own.yaml"
	holds(t, trust, api, false)
	holds(t, trust, &openapi.API{}, false)

	if err := os.WriteFile(file, []byte(definition("own")+" "), 0o600); err != nil {
		t.Fatal(err)
	}
	changed := readDefinition(t, c, file)
	holds(t, trust, changed, false)
	if err := trust.Add(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	holds(t, trust, changed, true)
	if files, err := trust.List(); err != nil || len(files) != 1 {
		t.Errorf("the list is %+v, %v", files, err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if found, err := trust.Remove(t.Context(), "own.yaml"); err != nil || found != want {
			t.Errorf("removed %t, want %t: %v", found, want, err)
		}
	}
}

// TestTrustThroughALink checks that trust applies to the target of a symbolic link,
// not to the link.
func TestTrustThroughALink(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"a.yaml": definition("a"), "b.yaml": definition("b")})
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink("a.yaml", link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	c, trust := New(Options{Dir: dir}), newTrust(t, dir)
	if err := trust.Add(t.Context(), readDefinition(t, c, link)); err != nil {
		t.Fatal(err)
	}
	holds(t, trust, readDefinition(t, c, filepath.Join(dir, "a.yaml")), true)
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("b.yaml", link); err != nil {
		t.Fatal(err)
	}
	holds(t, trust, readDefinition(t, c, link), false)
}

func TestTrustOfSeveralAtOnce(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		files[name+".yaml"] = definition(name)
	}
	dir := folder(t, files)
	c, trust := New(Options{Dir: dir}), newTrust(t, dir)
	var people sync.WaitGroup
	for name := range files {
		api := readDefinition(t, c, filepath.Join(dir, name))
		people.Go(func() {
			if err := trust.Add(t.Context(), api); err != nil {
				t.Error(err)
			}
		})
	}
	people.Wait()
	if listed, err := trust.List(); err != nil || len(listed) != len(files) {
		t.Errorf("%d of %d are listed: %v", len(listed), len(files), err)
	}
}

func TestSpoiledTrust(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"own.yaml": definition("own")})
	api := readDefinition(t, New(Options{Dir: dir}), filepath.Join(dir, "own.yaml"))
	for _, text := range []string{"", "{", "[]", `{"files":{}}`, `{"files":[{"path":1}]}`, `{"files":[],"files":[]}`, "files: []"} {
		trust := newTrust(t, dir)
		if err := os.MkdirAll(filepath.Dir(trust.File), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(trust.File, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := trust.Holds(api); kindOf(err) != failure.File {
			t.Errorf("%q: %v", text, err)
		}
		if err := trust.Add(t.Context(), api); kindOf(err) != failure.File {
			t.Errorf("%q: %v", text, err)
		}
		if now, err := os.ReadFile(trust.File); err != nil || string(now) != text {
			t.Errorf("%q became %q, %v", text, now, err)
		}
	}
	if err := (&Trust{Dir: dir, Now: time.Now}).Add(t.Context(), api); kindOf(err) != failure.File {
		t.Errorf("no folder: %v", err)
	}
}

// TestTrustSweeps checks that leftovers of a killed process are removed.
func TestTrustSweeps(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"own.yaml": definition("own")})
	trust := newTrust(t, dir)
	left := filepath.Join(filepath.Dir(trust.File), ".trusted.json.123")
	if err := os.MkdirAll(filepath.Dir(left), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(left, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := trust.Add(t.Context(), readDefinition(t, New(Options{Dir: dir}), filepath.Join(dir, "own.yaml"))); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("%s is still there: %v", left, err)
	}
}
