package upgrade

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

// TestMinisign: what the minisign program signs, in the way that docs/release.md
// describes, is what we accept.
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
