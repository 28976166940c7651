//go:build unix

package acceptance

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

// TestUpgrade replaces a real program by a real one, and tests every failure.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	needsLoad(t, "builds the program twice")
	b := build(t)
	for name, test := range map[string]func(*testing.T, builds){
		"good": good, "check": checkOnly, "link": byLink, "elsewhere": elsewhere, "named": named, "older": older,
		"wrong signature": wrongSignature, "wrong checksum": wrongChecksum, "does not run": doesNotRun,
		"no feed to be reached": notReached, "wrong mirror": wrongMirror,
		"no permission": noPermission, "package manager": packaged, "held": held, "interrupted": interrupted, "killed": killed,
		"notice": notice, "nobody to tell": nobodyToTell, "feed is silent": silentFeed,
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); test(t, b) })
	}
}

func good(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	out, errs := m.runs(0, m.program, "upgrade")
	if out != "epilot 1.0.0 is now 1.1.0: "+m.program+"\n" || errs != "" {
		t.Errorf("got %q, %q", out, errs)
	}
	m.is("1.1.0")
	if entries, err := os.ReadDir(filepath.Dir(m.program)); err != nil || len(entries) != 1 {
		t.Errorf("beside it: %v, %v", entries, err)
	}
	if out, _ := m.runs(0, m.program, "upgrade"); out != "epilot 1.1.0 is up to date\n" {
		t.Errorf("got %q", out)
	}
}

// checkOnly: it writes nothing, not even its state.
func checkOnly(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	out, errs := m.runs(0, m.program, "upgrade", "--check")
	if out != "epilot 1.1.0 is available (this is 1.0.0); run: epilot upgrade\n" || errs != "" {
		t.Errorf("got %q, %q", out, errs)
	}
	out, _ = m.runs(0, m.program, "upgrade", "--check", "--json")
	var got map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"current": "1.0.0", "latest": "1.1.0", "newer": true, "upgraded": false,
		"path": m.program, "run": "epilot upgrade",
	}
	for name, value := range want {
		if got[name] != value || len(got) != len(want) {
			t.Errorf("got %v", got)
		}
	}
	m.unchanged(b)
	if entries, err := os.ReadDir(m.dir); err != nil || len(entries) != 1 {
		t.Errorf("it wrote %v, %v", entries, err)
	}
}

func byLink(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	link := filepath.Join(m.dir, "epilot")
	if err := os.Symlink("bin/epilot", link); err != nil {
		t.Fatal(err)
	}
	m.runs(0, link, "upgrade")
	if to, err := os.Readlink(link); err != nil || to != "bin/epilot" {
		t.Errorf("the link leads to %q, %v", to, err)
	}
	m.is("1.1.0")
}

// elsewhere: a feed may redirect to another host for its files, as GitHub does.
func elsewhere(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "2.0.0")
	moved := m.serve(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", m.feed.URL+r.URL.Path)
		w.WriteHeader(http.StatusFound)
	})
	m.env = append(m.env, "EPILOT_RELEASES_URL="+moved.URL)
	m.runs(0, m.program, "upgrade")
	m.is("2.0.0")
}

// named: an older release is installed only when requested.
func named(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "0.9.0")
	_, errs := m.runs(2, m.program, "upgrade", "0.9.0")
	has(t, errs, "0.9.0 is older than the installed 1.0.0")
	has(t, errs, "epilot upgrade 0.9.0 --yes")
	m.unchanged(b)
	_, errs = m.runs(2, m.program, "upgrade", "v0.9.0")
	has(t, errs, `"v0.9.0" is not a version`)
	_, errs = m.runs(3, m.program, "upgrade", "0.8.0")
	has(t, errs, "the release feed has no download/v0.8.0/")
	m.unchanged(b)
	out, _ := m.runs(0, m.program, "upgrade", "0.9.0", "--yes", "--json")
	has(t, out, `"current":"1.0.0","version":"0.9.0","newer":false,"upgraded":true`)
	m.is("0.9.0")
}

func older(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "0.9.0")
	out, _ := m.runs(0, m.program, "upgrade")
	if out != "epilot 1.0.0 is newer than the release 0.9.0\n" {
		t.Errorf("got %q", out)
	}
	m.unchanged(b)
}
