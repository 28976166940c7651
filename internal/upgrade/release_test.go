package upgrade

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

func TestLatestAndNamedReleases(t *testing.T) {
	t.Parallel()
	by, files := upgradetest.NewSigner(1), upgradetest.Shelf{}
	files.Publish(t, by, "1.0.0", system, machine, []byte("old"))
	files.Publish(t, by, "2.0.0-rc.1", system, machine, []byte("new"))
	f := open(t, by, files)
	latest, err := f.Latest(t.Context())
	if err != nil || latest.Version != "2.0.0-rc.1" {
		t.Fatalf("got %v, %v", latest, err)
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

// TestReleaseIsRefused: whatever is not signed as it is, for what it is, is
// none.
func TestReleaseIsRefused(t *testing.T) {
	t.Parallel()
	const latest, folder = "/latest/download/checksums.txt.minisig", "/download/v1.0.0/"
	by := upgradetest.NewSigner(1)
	for name, row := range map[string]struct {
		spoil func(*testing.T, upgradetest.Shelf)
		want  string
	}{
		"checksums changed": {func(_ *testing.T, s upgradetest.Shelf) {
			s[folder+"checksums.txt"] = bytes.Replace(s[folder+"checksums.txt"], []byte("other"), []byte("otter"), 1)
		}, "signature of release 1.0.0 is not valid"},
		"another key": {func(t *testing.T, s upgradetest.Shelf) {
			s[latest] = upgradetest.NewSigner(2).Signature(t, s[folder+"checksums.txt"], "epilot 1.0.0")
		}, "signature of release 1.0.0 is not valid"},
		"another key with our id": {func(t *testing.T, s upgradetest.Shelf) {
			other := upgradetest.NewSigner(2)
			other.KeyId = by.KeyId
			s[latest] = other.Signature(t, s[folder+"checksums.txt"], "epilot 1.0.0")
		}, "signature of release 1.0.0 is not valid"},
		"old checksums as a new release": {func(_ *testing.T, s upgradetest.Shelf) {
			s["/download/v9.0.0/checksums.txt"] = s[folder+"checksums.txt"]
			s[latest] = bytes.Replace(s[latest], []byte("epilot 1.0.0"), []byte("epilot 9.0.0"), 1)
		}, "signature of release 9.0.0 is not valid"},
		"signed for another program": {func(t *testing.T, s upgradetest.Shelf) {
			s[latest] = by.Signature(t, s[folder+"checksums.txt"], "tool 1.0.0")
		}, "names no version of epilot"},
		"a path for a version": {func(t *testing.T, s upgradetest.Shelf) {
			s[latest] = by.Signature(t, s[folder+"checksums.txt"], "epilot ../1.0.0")
		}, "names no version of epilot"},
		"no signature":     {func(_ *testing.T, s upgradetest.Shelf) { s[latest] = []byte("<html>\n\n\n\n") }, "no minisign signature"},
		"empty signature":  {func(_ *testing.T, s upgradetest.Shelf) { s[latest] = nil }, "no minisign signature"},
		"huge signature":   {func(_ *testing.T, s upgradetest.Shelf) { s[latest] = make([]byte, mostSignature+1) }, "longer than it may be"},
		"huge checksums":   {func(_ *testing.T, s upgradetest.Shelf) { s[folder+"checksums.txt"] = make([]byte, mostSums+1) }, "longer than it may be"},
		"no checksums":     {func(_ *testing.T, s upgradetest.Shelf) { delete(s, folder+"checksums.txt") }, "has no download/v1.0.0/checksums.txt"},
		"nothing released": {func(_ *testing.T, s upgradetest.Shelf) { clear(s) }, "has no latest/download/checksums.txt.minisig"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := upgradetest.Shelf{}
			files.Publish(t, by, "1.0.0", system, machine, []byte("archive"))
			row.spoil(t, files)
			got, err := open(t, by, files).Latest(t.Context())
			if err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, %v", got, err)
			}
		})
	}
}

// TestOldReleaseUnderANewName: a feed that gives out one release for another.
func TestOldReleaseUnderANewName(t *testing.T) {
	t.Parallel()
	by, files := upgradetest.NewSigner(1), upgradetest.Shelf{}
	files.Publish(t, by, "1.0.0", system, machine, nil)
	files["/download/v2.0.0/checksums.txt.minisig"] = files["/download/v1.0.0/checksums.txt.minisig"]
	_, err := open(t, by, files).Find(t.Context(), "2.0.0")
	if err == nil || !strings.Contains(err.Error(), "release 1.0.0 under the name of 2.0.0") {
		t.Errorf("got %v", err)
	}
}

func TestFeedAnswersWithAnError(t *testing.T) {
	t.Parallel()
	refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	_, err := open(t, upgradetest.NewSigner(1), refuse).Latest(t.Context())
	if err == nil || failure.Of(err).Kind != failure.Network || !strings.Contains(err.Error(), "answered 403") {
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
