//go:build unix

package cmd_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

// TestUpgrade replaces a real program by a real one, and lets everything go
// wrong that can.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	b := build(t)
	for name, test := range map[string]func(*testing.T, builds){
		"good": good, "check": checkOnly, "link": byLink, "elsewhere": elsewhere, "named": named, "older": older,
		"wrong signature": wrongSignature, "wrong checksum": wrongChecksum, "does not run": doesNotRun,
		"no feed to be reached": notReached, "wrong mirror": wrongMirror,
		"no permission": noPermission, "package manager": packaged, "held": held,
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
	if out, _ := m.runs(0, m.program, "--version"); out != "epilot 1.1.0\n" {
		t.Errorf("got %q", out)
	}
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
	if out != "epilot 1.1.0 is there, this is 1.0.0; run: epilot upgrade\n" || errs != "" {
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
	if out, _ := m.runs(0, m.program, "--version"); out != "epilot 1.1.0\n" {
		t.Errorf("got %q", out)
	}
}

// elsewhere: a feed may send to another host for its files, as GitHub does.
func elsewhere(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "2.0.0")
	moved := m.serve(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", m.feed.URL+r.URL.Path)
		w.WriteHeader(http.StatusFound)
	})
	m.env = append(m.env, "EPILOT_RELEASES_URL="+moved.URL)
	m.runs(0, m.program, "upgrade")
	if out, _ := m.runs(0, m.program, "--version"); out != "epilot 2.0.0\n" {
		t.Errorf("got %q", out)
	}
}

// named: an older release is installed only when the line says so.
func named(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "0.9.0")
	_, errs := m.runs(2, m.program, "upgrade", "0.9.0")
	has(t, errs, "0.9.0 is older than this program, 1.0.0")
	has(t, errs, "epilot upgrade 0.9.0 --yes")
	m.unchanged(b)
	_, errs = m.runs(2, m.program, "upgrade", "v0.9.0")
	has(t, errs, `"v0.9.0" is not a version`)
	_, errs = m.runs(3, m.program, "upgrade", "0.8.0")
	has(t, errs, "the release feed has no download/v0.8.0/")
	m.unchanged(b)
	out, _ := m.runs(0, m.program, "upgrade", "0.9.0", "--yes", "--json")
	has(t, out, `"current":"1.0.0","version":"0.9.0","newer":false,"upgraded":true`)
	if out, _ := m.runs(0, m.program, "--version"); out != "epilot 0.9.0\n" {
		t.Errorf("got %q", out)
	}
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

func wrongSignature(t *testing.T, b builds) {
	m := b.machine(t)
	folder, _ := m.release(b, "1.1.0")
	m.files[upgradetest.Latest] = upgradetest.NewSigner(8).Signature(t, m.files[folder+upgradetest.Checksums], "epilot 1.1.0")
	for _, flags := range [][]string{nil, {"--check"}} {
		_, errs := m.runs(3, m.program, append([]string{"upgrade"}, flags...)...)
		has(t, errs, "error: the signature of release 1.1.0 is not valid\n")
	}
	m.unchanged(b)
}

func wrongChecksum(t *testing.T, b builds) {
	m := b.machine(t)
	folder, name := m.release(b, "1.1.0")
	m.files[folder+name] = upgradetest.Tar(t, upgradetest.Entry{Name: "epilot", Text: "#!/bin/sh\necho epilot 1.1.0\n"})
	_, errs := m.runs(3, m.program, "upgrade", "--json")
	has(t, errs, `{"error":{"kind":"network","message":"`+name+` is not what the release signed: its checksum differs"`)
	m.unchanged(b)
}

func doesNotRun(t *testing.T, b builds) {
	m := b.machine(t)
	whole := m.read(b.fresh)
	m.files.Publish(t, b.by, "1.1.0", runtime.GOOS, runtime.GOARCH, upgradetest.Tar(t, upgradetest.Entry{Name: "epilot", Text: whole[:len(whole)/2]}))
	_, errs := m.runs(3, m.program, "upgrade")
	has(t, errs, "epilot 1.1.0 does not run here")
	m.unchanged(b)
}

// notReached: without the variable it is the feed of the build that is asked.
func notReached(t *testing.T, b builds) {
	m := b.machine(t)
	m.env = append(m.env, "EPILOT_RELEASES_URL=")
	_, errs := m.runs(3, m.program, "upgrade")
	has(t, errs, "127.0.0.1:1")
	m.unchanged(b)
}

func wrongMirror(t *testing.T, b builds) {
	m := b.machine(t)
	m.env = append(m.env, "EPILOT_RELEASES_URL=http://mirror.example/releases")
	_, errs := m.runs(2, m.program, "upgrade")
	has(t, errs, "not an https URL")
}

// noPermission: root may write everywhere, so somebody else tries.
func noPermission(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	home := filepath.Join(m.dir, "home")
	if err := os.Mkdir(home, 0o777); err != nil {
		t.Fatal(err)
	}
	m.env = append(m.env, "HOME="+home)
	bin := filepath.Dir(m.program)
	if os.Geteuid() == 0 {
		m.user = &syscall.Credential{Uid: 65534, Gid: 65534}
		for _, folder := range []string{home, m.dir, filepath.Dir(m.dir)} {
			if err := os.Chmod(folder, 0o777); err != nil {
				t.Fatal(err)
			}
		}
	} else {
		t.Cleanup(func() { _ = os.Chmod(bin, 0o755) })
	}
	if err := os.Chmod(bin, 0o555); err != nil {
		t.Fatal(err)
	}
	_, errs := m.runs(5, m.program, "upgrade")
	has(t, errs, "error: "+m.program+" cannot be replaced: permission denied\nhint: ")
	m.unchanged(b)
}

// packaged: what a package manager brought is told of, and left alone.
func packaged(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	m.program = m.put(b.old, "Cellar", "epilot", "1.0.0", "bin")
	link := filepath.Join(m.dir, "epilot")
	if err := os.Symlink(m.program, link); err != nil {
		t.Fatal(err)
	}
	_, errs := m.runs(5, link, "upgrade")
	has(t, errs, "belongs to Homebrew")
	has(t, errs, "run: brew upgrade epilot")
	out, _ := m.runs(0, link, "upgrade", "--check")
	has(t, out, "epilot 1.1.0 is there, this is 1.0.0; run: brew upgrade epilot")
	m.unchanged(b)
}

// held: another process is at it, for longer than this one has time.
func held(t *testing.T, b builds) {
	m := b.machine(t)
	m.release(b, "1.1.0")
	lock := filepath.Join(m.dir, ".local", "state", "epilot", "upgrade.lock")
	if err := os.MkdirAll(filepath.Dir(lock), 0o700); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(lock)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	_, errs := m.runs(5, m.program, "upgrade", "--timeout", "3s")
	has(t, errs, "is held by another process")
	m.unchanged(b)
}
