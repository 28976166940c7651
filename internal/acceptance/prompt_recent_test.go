//go:build unix

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// TestRecent: the user's last calls are at the top of the pickers; calls of scripts
// are not, and the file contains only names.
func TestRecent(t *testing.T) {
	t.Parallel()
	s := sit(t)
	file := filepath.Join(s.dir, "state", "epilot", "recent.json")
	s.run("epilot access-token createAccessToken -d '{\"name\":\"n\"}' --server mock")
	if _, err := os.Stat(file); err == nil {
		t.Error("a script is remembered")
	}
	p := s.types("access-token", "listAccessTokens", "-p", "token_type=api", "--server", "mock")
	p.Wait("200 OK")
	exits(t, p, 0)
	p = s.types("entity", "searchEntities", "-d", `{"q":"_schema:contact"}`, "--server", "mock")
	p.Wait("200 OK")
	exits(t, p, 0)
	text, err := os.ReadFile(file)
	want := `[{"api":"entity","operation":"searchEntities"},{"api":"access-token","operation":"listAccessTokens"}]` + "\n"
	if info, _ := os.Stat(file); err != nil || string(text) != want || info.Mode() != 0o600 {
		t.Errorf("%s %v, want %s", text, err, want)
	}

	p = s.types("access-token", "--server", "mock")
	p.Wait("> GET    listAccessTokens")
	p.Wait("recent: List")
	p.Type("\x1b")
	exits(t, p, 130)

	p = s.types("--guided", "--server", "mock")
	p.Wait("> entity searchEntities")
	p.Type("\x1b[B")
	p.Wait("> access-token listAccessTokens")
	p.Type("\r")
	p.Ask("Optional parameters", "\r")
	p.Ask("Send it? (Y/n)", "\r")
	p.Wait("200 OK")
	exits(t, p, 0)
	if text, _ := os.ReadFile(file); !strings.HasPrefix(string(text), `[{"api":"access-token","operation":"listAccessTokens"},{"api":"entity"`) {
		t.Errorf("kept %s", text)
	}
}

// TestRecentIsBounded: ten operations are stored, each once, and one that no longer
// exists is omitted.
func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	s := sit(t)
	var kept []string
	for _, name := range strings.Fields("a b c d e f g h i listAccessTokens") {
		kept = append(kept, `{"api":"access-token","operation":"`+name+`"}`)
	}
	kept[0] = `{"api":"gone","operation":"x"}`
	if err := os.MkdirAll(filepath.Join(s.dir, "state", "epilot"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.file("state/epilot/recent.json", "["+strings.Join(kept, ",")+"]", 0o600)
	p := s.types("access-token", "--server", "mock")
	p.Wait("> GET    listAccessTokens")
	p.Type("create")
	p.Wait("> POST   createAccessToken")
	p.Type("\x03")
	exits(t, p, 130)
	p = s.types("entity", "searchEntities", "-d", `{"q":"*"}`, "--server", "mock")
	p.Wait("200 OK")
	exits(t, p, 0)
	text, err := os.ReadFile(filepath.Join(s.dir, "state/epilot/recent.json"))
	if n := strings.Count(string(text), "operation"); err != nil || n != 10 || strings.Contains(string(text), "listAccessTokens") {
		t.Errorf("%d are kept: %s, %v", n, text, err)
	}
}

// TestHistoryOff: nothing is stored, and no earlier answers are offered.
func TestHistoryOff(t *testing.T) {
	t.Parallel()
	s := sit(t, "EPILOT_HISTORY=off")
	if err := os.MkdirAll(filepath.Join(s.dir, "state", "epilot"), 0o700); err != nil {
		t.Fatal(err)
	}
	s.file("state/epilot/recent.json", `[{"api":"access-token","operation":"listAccessTokens"}]`, 0o600)
	p := s.types("access-token", "--server", "mock")
	p.Wait("> POST   createAccessToken")
	p.Type("\x1b")
	exits(t, p, 130)
	p = s.types("access-token", "revokeAccessToken", "--guided", "--server", "mock")
	p.Ask("? id", "api_of_mine\r")
	p.Ask("Send it? (y/N)", "\r")
	exits(t, p, 130)
	if strings.Contains(p.Raw(), "Ctrl-C") {
		t.Error("says that answers are kept")
	}
	if _, err := os.Stat(filepath.Join(s.dir, "state/epilot/answers")); err == nil {
		t.Error("answers are kept")
	}
}

// TestPickerShowsWhatIsCalled: the picker shows a legend of the keys and, from 100
// columns on, the command line of the highlighted operation.
func TestPickerShowsWhatIsCalled(t *testing.T) {
	t.Parallel()
	s := sit(t)
	for _, row := range []struct {
		columns int
		want    bool
	}{{100, true}, {80, false}} {
		p := prompttest.Start(t, s.command("access-token", "--server", "mock"), row.columns, 30)
		p.Type("revoke")
		p.Wait("> DELETE revokeAccessToken")
		p.Wait("Enter selects, type to filter, Esc leaves")
		if got := strings.Contains(p.Text(), "epilot access-token revokeAccessToken <id>"); got != row.want {
			t.Errorf("%d columns: the call is shown: %v\n%s", row.columns, got, p.Text())
		}
		p.Type("\x1b")
		exits(t, p, 130)
	}
}
