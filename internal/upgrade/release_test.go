package upgrade

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

func TestLatestAndNamedReleases(t *testing.T) {
	t.Parallel()
	by, files := upgradetest.NewSigner(1), upgradetest.Files{}
	files.Publish(t, by, "1.0.0", system, machine, []byte("old"))
	files.Publish(t, by, "2.0.0-rc.1", system, machine, []byte("new"))
	f := open(t, by, files)
	if latest, err := f.Latest(t.Context()); err == nil || !strings.Contains(err.Error(), "prerelease 2.0.0-rc.1") {
		t.Fatalf("got %v, %v", latest, err)
	}
	if candidate, err := f.Find(t.Context(), "2.0.0-rc.1"); err != nil || candidate.Version != "2.0.0-rc.1" {
		t.Fatalf("got %v, %v", candidate, err)
	}
	named, err := f.Find(t.Context(), "1.0.0")
	if err != nil || named.Version != "1.0.0" {
		t.Fatalf("got %v, %v", named, err)
	}
	if name, sum, err := named.archive("linux", "amd64"); err != nil || name != "epilot_1.0.0_linux_amd64.tar.gz" || len(sum) != 32 {
		t.Errorf("got %s, %x, %v", name, sum, err)
	}
	if _, _, err := named.archive("windows", "arm64"); err == nil || !strings.Contains(err.Error(), "no program for windows on arm64") {
		t.Errorf("got %v", err)
	}
}

// TestReleaseIsRefused: a release that is not signed exactly as served is rejected.
func TestReleaseIsRefused(t *testing.T) {
	t.Parallel()
	const latest, folder = "/latest/download/checksums.txt.minisig", "/download/v1.0.0/"
	by := upgradetest.NewSigner(1)
	for name, row := range map[string]struct {
		spoil func(*testing.T, upgradetest.Files)
		want  string
	}{
		"checksums changed": {func(_ *testing.T, s upgradetest.Files) {
			s[folder+"checksums.txt"] = bytes.Replace(s[folder+"checksums.txt"], []byte("other"), []byte("otter"), 1)
		}, "signature of release 1.0.0 is not valid"},
		"another key": {func(t *testing.T, s upgradetest.Files) {
			s[latest] = upgradetest.NewSigner(2).Signature(t, s[folder+"checksums.txt"], "epilot 1.0.0")
		}, "signature of release 1.0.0 is not valid"},
		"another key with our id": {func(t *testing.T, s upgradetest.Files) {
			other := upgradetest.NewSigner(2)
			other.KeyId = by.KeyId
			s[latest] = other.Signature(t, s[folder+"checksums.txt"], "epilot 1.0.0")
		}, "signature of release 1.0.0 is not valid"},
		"old checksums as a new release": {func(_ *testing.T, s upgradetest.Files) {
			s["/download/v9.0.0/checksums.txt"] = s[folder+"checksums.txt"]
			s[latest] = bytes.Replace(s[latest], []byte("epilot 1.0.0"), []byte("epilot 9.0.0"), 1)
		}, "signature of release 9.0.0 is not valid"},
		"signed for another program": {func(t *testing.T, s upgradetest.Files) {
			s[latest] = by.Signature(t, s[folder+"checksums.txt"], "tool 1.0.0")
		}, "has no version of epilot"},
		"a path for a version": {func(t *testing.T, s upgradetest.Files) {
			s[latest] = by.Signature(t, s[folder+"checksums.txt"], "epilot ../1.0.0")
		}, "has no version of epilot"},
		"no signature":     {func(_ *testing.T, s upgradetest.Files) { s[latest] = []byte("<html>\n\n\n\n") }, "is not a minisign signature"},
		"empty signature":  {func(_ *testing.T, s upgradetest.Files) { s[latest] = nil }, "is not a minisign signature"},
		"huge signature":   {func(_ *testing.T, s upgradetest.Files) { s[latest] = make([]byte, mostSignature+1) }, "is too long"},
		"huge checksums":   {func(_ *testing.T, s upgradetest.Files) { s[folder+"checksums.txt"] = make([]byte, mostSums+1) }, "is too long"},
		"no checksums":     {func(_ *testing.T, s upgradetest.Files) { delete(s, folder+"checksums.txt") }, "has no download/v1.0.0/checksums.txt"},
		"nothing released": {func(_ *testing.T, s upgradetest.Files) { clear(s) }, "has no latest/download/checksums.txt.minisig"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := upgradetest.Files{}
			files.Publish(t, by, "1.0.0", system, machine, []byte("archive"))
			row.spoil(t, files)
			got, err := open(t, by, files).Latest(t.Context())
			if err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestOldReleaseUnderANewName: a feed that serves one release as another.
func TestOldReleaseUnderANewName(t *testing.T) {
	t.Parallel()
	by, files := upgradetest.NewSigner(1), upgradetest.Files{}
	files.Publish(t, by, "1.0.0", system, machine, nil)
	files["/download/v2.0.0/checksums.txt.minisig"] = files["/download/v1.0.0/checksums.txt.minisig"]
	_, err := open(t, by, files).Find(t.Context(), "2.0.0")
	if err == nil || !strings.Contains(err.Error(), "returned release 1.0.0 for 2.0.0") {
		t.Errorf("got %v", err)
	}
}

func TestFeedAnswersWithAnError(t *testing.T) {
	t.Parallel()
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	_, err := open(t, upgradetest.NewSigner(1), refuse).Latest(t.Context())
	if err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), "returned 403") {
		t.Errorf("got %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	key := upgradetest.NewSigner(1).Public()
	for address, want := range map[string]string{
		"":                          "not an https URL",
		"releases.example":          "not an https URL",
		"http://releases.example/":  "not an https URL",
		"file:///releases":          "not an https URL",
		"https://u:w@files.example": "user name or password",
	} {
		if _, err := Open(Options{Address: address, Key: key}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", address, err)
		}
	}
	for _, key := range []string{"", "RWQ=", "no base64"} {
		if _, err := Open(Options{Address: "https://files.example", Key: key}); err == nil || failure.Of(err).Kind != failure.Usage {
			t.Errorf("key %q: got %v", key, err)
		}
	}
	for _, address := range []string{"https://files.example/releases/", "http://127.0.0.1:80", "http://localhost"} {
		if _, err := Open(Options{Address: address, Key: key}); err != nil {
			t.Errorf("%q: got %v", address, err)
		}
	}
}

func TestVersions(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"1.2.3": true, "1.2.3-rc.1": true, "0.0.0": true,
		"": false, "v1.2.3": false, "1.2": false, "1": false, "1.2.3+build": false, "1.2.3-": false, "1.2.03": false, "1.2.3/..": false,
	} {
		if got := IsVersion(text); got != want {
			t.Errorf("%q: got %v", text, got)
		}
	}
	ordered := []string{"no version", "0.0.0-dev", "0.9.0", "1.0.0-rc.1", "1.0.0-rc.2", "1.0.0-rc.10", "1.0.0", "1.0.1", "1.10.0", "2.0.0"}
	for i, older := range ordered[:len(ordered)-1] {
		if Compare(older, ordered[i+1]) >= 0 || Compare(ordered[i+1], older) <= 0 || Compare(older, older) != 0 {
			t.Errorf("%s is not older than %s", older, ordered[i+1])
		}
	}
}

const system, machine = "linux", "amd64"

type entry = upgradetest.Entry

func file(name, text string) entry { return entry{Name: name, Text: text} }

// published returns the files of a feed with one release whose archive has these
// entries.
func published(t *testing.T, by *upgradetest.Signer, version string, entries ...entry) upgradetest.Files {
	t.Helper()
	files := upgradetest.Files{}
	files.Publish(t, by, version, system, machine, upgradetest.Tar(t, entries...))
	return files
}

// open returns the feed of a server for the signer's releases.
func open(t *testing.T, by *upgradetest.Signer, handler http.Handler) *Feed {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	f, err := Open(Options{Address: server.URL, Key: by.Public(), Send: transport.New(transport.Options{})})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// latest returns the latest release of a server.
func latest(t *testing.T, by *upgradetest.Signer, handler http.Handler) *Release {
	t.Helper()
	release, err := open(t, by, handler).Latest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return release
}

// TestMinisign: signatures of the minisign program, made as docs/release.md
// describes, are accepted.
func TestMinisign(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("minisign"); err != nil {
		t.Skip("minisign is not installed")
	}
	dir, by := t.TempDir(), upgradetest.NewSigner(1)
	minisign := func(args ...string) {
		t.Helper()
		cmd := exec.Command("minisign", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	minisign("-G", "-W", "-p", "key.pub", "-s", "key")
	public, err := os.ReadFile(filepath.Join(dir, "key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	files := published(t, by, "1.0.0", file("epilot", ""))
	sums := filepath.Join(dir, "checksums.txt")
	if err := os.WriteFile(sums, files["/download/v1.0.0/checksums.txt"], 0o600); err != nil {
		t.Fatal(err)
	}
	minisign("-S", "-s", "key", "-m", sums, "-t", "epilot 1.0.0")
	if files[upgradetest.Latest], err = os.ReadFile(sums + ".minisig"); err != nil {
		t.Fatal(err)
	}
	f := open(t, by, files)
	if _, err := f.Latest(t.Context()); err == nil {
		t.Error("accepted by another key")
	}
	_, key, _ := strings.Cut(strings.TrimSpace(string(public)), "\n")
	o := Options{Address: f.base.String(), Key: key, Send: f.send}
	if f, err = Open(o); err != nil {
		t.Fatal(err)
	}
	if release, err := f.Latest(t.Context()); err != nil || release.Version != "1.0.0" {
		t.Errorf("got %v, %v", release, err)
	}
}

func TestNews(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		latest, current string
		told            time.Duration // before now
		want            string
	}{
		"never told":         {"2.0.0", "1.0.0", 100 * 365 * pause, "2.0.0"},
		"told yesterday":     {"2.0.0", "1.0.0", pause, "2.0.0"},
		"told today":         {"2.0.0", "1.0.0", pause - time.Second, ""},
		"told tomorrow":      {"2.0.0", "1.0.0", -time.Hour, "2.0.0"},
		"the same":           {"2.0.0", "2.0.0", pause, ""},
		"older":              {"2.0.0", "2.0.1", pause, ""},
		"out of a candidate": {"2.0.0", "2.0.0-rc.1", pause, "2.0.0"},
		"nothing known":      {"", "1.0.0", pause, ""},
	} {
		m := Memory{Latest: row.latest, Notified: now.Add(-row.told)}
		if got := m.News(row.current, now); got != row.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	for age, want := range map[time.Duration]bool{0: false, pause - 1: false, pause: true, -time.Second: true} {
		if got := (Memory{Checked: now.Add(-age)}).Due(now); got != want {
			t.Errorf("%s: got %v", age, got)
		}
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state", "upgrade.json")
	if got := ReadMemory(file); got != (Memory{}) {
		t.Errorf("got %+v", got)
	}
	want := Memory{Checked: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Latest: "1.2.3"}
	if err := want.Write(file); err != nil {
		t.Fatal(err)
	}
	if got := ReadMemory(file); got != want {
		t.Errorf("got %+v", got)
	}
	for _, text := range []string{"", "{", `{"checked":1}`, `{"latest":"\u001b[2J"}`, `{"latest":"` + strings.Repeat("1", mostMemory) + `"}`} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := ReadMemory(file); got != (Memory{}) {
			t.Errorf("%.20q: got %+v", text, got)
		}
	}
}
