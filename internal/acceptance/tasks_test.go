//go:build unix

package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/help"
)

// TestTasksRun runs the output of "epilot examples" in a shell against the mock,
// line by line.
func TestTasksRun(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "offers"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"offers/4713.pdf": "%PDF-1.4\n",
		"people.csv":      "first,last\nAnna,Schmidt\nJonas,Weber\n", "offer.pdf": "%PDF-1.4\n", "contract.pdf": "%PDF-1.4\n",
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := giveMockKey(filepath.Join(home, ".local", "state")); err != nil {
		t.Fatal(err)
	}
	run := func(script string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", script)
		cmd.Dir = home
		cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=",
			"EPILOT_SERVER=mock", "EPILOT_CREDENTIAL_STORE=file")
		if text, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s\n%v\n%s", script, err, text)
		}
	}
	run("epilot profile create staging --stage prod; epilot profile create production --stage prod; epilot entity createEntity contact -f customer_number=4713")
	tasks := help.Tasks()
	if len(tasks) < 20 {
		t.Errorf("%d tasks", len(tasks))
	}
	for i, task := range tasks {
		if i == 0 { // signs in; the others need no account
			run("EPILOT_TOKEN=$(epilot mock token) sh -ec '" + task.Command + "'; epilot auth logout --all")
			continue
		}
		run(task.Command)
	}
	// Columns are mapped to fields: none becomes a field of its own.
	run(`epilot entity searchEntities -d '{"q":"_schema:contact"}' --all -o ndjson > contacts; grep -q '"first_name":"Anna"' contacts; if grep '"first":' contacts; then exit 1; fi`)
}
