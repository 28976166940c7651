package acceptance

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestOfficialShares lets both programs use the same files in turn: each sees what
// the other wrote, and neither loses the other's data. EPILOT_OFFICIAL_CLI is as for
// TestOfficial.
func TestOfficialShares(t *testing.T) {
	t.Parallel()
	script := os.Getenv("EPILOT_OFFICIAL_CLI")
	node, err := exec.LookPath("node")
	if script == "" || err != nil {
		t.Skip("EPILOT_OFFICIAL_CLI does not name the script of @epilot/cli, or node is not installed")
	}
	home := t.TempDir()
	ours := func(args ...string) string { return printed(t, epilotIn(t, home, args...)) }
	theirs := func(args ...string) string {
		program := exec.CommandContext(t.Context(), node, append([]string{script}, args...)...)
		program.Dir, program.Env = home, []string{"HOME=" + home, "NO_COLOR=1", "PATH=" + os.Getenv("PATH")}
		return printed(t, program)
	}
	ours("config", "set", "stage", "prod") // our program creates the file
	theirs("profile", "create", "b", "--server", "http://127.0.0.1:1", "--token", "SeCrEt-token-of-b")
	ours("profile", "set", "b", "--stage", "dev", "--token-command", "print it", "--org", "7")
	ours("profile", "set", "b", "--unset", "token-command", "--token", "SeCrEt-second-of-b")
	ours("profile", "create", "a", "--token", "SeCrEt-token-of-a")
	ours("profile", "use", "a")
	escapes := regexp.MustCompile(`\x1b\[\d*m`)
	shown := escapes.ReplaceAllString(theirs("profile", "list"), "")
	if !strings.Contains(shown, "* a token=***") || !strings.Contains(shown, "b server=http://127.0.0.1:1 token=***") {
		t.Errorf("the official CLI shows %s", shown)
	}
	theirs("profile", "use", "b")
	theirs("profile", "delete", "a")
	var got shownForTest
	if err := json.Unmarshal([]byte(ours("profile", "show", "--json")), &got); err != nil {
		t.Fatal(err)
	}
	if got.Name != "b" || !got.Active || got.Stage != "dev" || got.Headers["x-epilot-org-id"] != "7" || got.Token != "…of-b" {
		t.Errorf("ours shows %+v", got)
	}
	if list := ours("profile", "list", "--json"); strings.Contains(list, `"name":"a"`) {
		t.Errorf("a is still there: %s", list)
	}
}

type shownForTest struct {
	Name, Stage, Token string
	Active             bool
	Headers            map[string]string
}

// printed returns the stdout of a program and fails the test if the program fails.
func printed(t *testing.T, program *exec.Cmd) string {
	t.Helper()
	out, err := program.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%q: %v: %s%s", program.Args, err, out, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
