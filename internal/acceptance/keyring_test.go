package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// secretService is a script with its own session bus and a keyring that is discarded
// at the end.
const secretService = `set -e
printf 'a-password' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
printf 'SeCrEt-kept-token-9876' | epilot auth token - --profile dev
epilot auth status --profile dev --json
test "$(epilot auth print-token --profile dev)" = SeCrEt-kept-token-9876
printf 'SeCrEt-more-token-5432' | epilot auth token -
printf 'SeCrEt-entity-token-1111' | epilot profile set dev --api entity --token -
XDG_CONFIG_HOME=$HOME/other epilot auth token SeCrEt-other-token-2222 --profile dev
XDG_CONFIG_HOME=$HOME/other epilot auth logout --all
epilot profile rename dev work >/dev/null
test "$(epilot auth print-token --profile work)" = SeCrEt-kept-token-9876
test "$(epilot auth print-token --profile work --api entity)" = SeCrEt-entity-token-1111
echo "found $(secret-tool search --all service epilot 2>&1 | grep -c '^attribute.username')"
epilot auth logout --all
echo "left $(secret-tool search --all service epilot 2>&1 | grep -c '^attribute.username' || true)"
`

// TestSecretService stores tokens in a real keyring and reads them back.
func TestSecretService(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon", "secret-tool"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("skipped: there is no %s (apt-get install dbus gnome-keyring libsecret-tools)", program)
		}
	}
	dir := t.TempDir()
	run := exec.Command("dbus-run-session", "--", "sh", "-c", secretService)
	run.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_CONFIG_HOME=" + dir, "XDG_DATA_HOME=" + dir,
		"XDG_RUNTIME_DIR=" + dir, "EPILOT_CREDENTIAL_STORE=keyring",
	}
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{`"store":"keyring"`, `"token":"…9876"`, "found 3\n", "left 0\n", `the token of profile "work" was removed`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in: %s", want, out)
		}
	}
	if strings.Contains(string(out), "SeCrEt") {
		t.Errorf("a token is shown: %s", out)
	}
	for _, name := range []string{"profiles.json", "credentials.json"} {
		if text, _ := os.ReadFile(filepath.Join(dir, "epilot", name)); strings.Contains(string(text), "SeCrEt") {
			t.Errorf("%s has a token: %s", name, text)
		}
	}
}
