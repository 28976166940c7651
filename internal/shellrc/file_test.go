package shellrc_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shellrc"
)

// refused checks that work rejects a file that must not be changed.
func refused(t *testing.T, h *home, work func() ([]shellrc.Change, error), want string) {
	t.Helper()
	was := h.state()
	changes, err := work()
	if err == nil || failure.Of(err).Kind != failure.File || !strings.Contains(err.Error(), want) {
		t.Errorf("got %+v, %v; want %s", changes, err, want)
	}
	if !maps.Equal(h.state(), was) {
		t.Errorf("%s: something was changed:\n%q", want, h.state())
	}
}

func TestChangesByHandStay(t *testing.T) {
	t.Parallel()
	for _, shell := range shells() {
		h := newHome(t, nil)
		h.have = true
		h.write(".bashrc", loader)
		h.install(h.setup(shell))
		for name, text := range h.state() {
			_, text, isFile := strings.Cut(text, " ")
			if !isFile || strings.Contains(name, "site-functions") {
				continue
			}
			h.write(name, strings.Replace(text, "epilot\n", "epilot # mine\n", 1)+strings.Repeat("\n", 1))
			if shell == "powershell" {
				h.write(name, strings.Replace(text, "Out-String", "Out-Null", 1))
			}
		}
		other := h.setup(shell)
		other.Script += "\n"
		refused(t, h, other.Uninstall, "was edited by hand")
		refused(t, h, other.Install, "was edited by hand")
		other.Force = true
		if _, err := other.Install(); err != nil {
			t.Errorf("%s: by force: %v", shell, err)
		}
		other.Force = false
		if _, err := other.Uninstall(); err != nil {
			t.Errorf("%s: after force: %v", shell, err)
		}
	}
}

func TestWhatIsNotOursStays(t *testing.T) {
	t.Parallel()
	const path = ".config/fish/completions/epilot.fish"
	h := newHome(t, map[string]string{path: "complete -c epilot -f\n"})
	was := h.state()
	refused(t, h, h.setup("fish").Install, "was not written by epilot")
	if changes, err := h.setup("fish").Uninstall(); err != nil || len(changes) != 0 {
		t.Errorf("removed: %+v, %v", changes, err)
	}
	forced := h.setup("fish")
	forced.Force = true
	h.install(forced)
	if again := h.install(h.setup("fish")); len(again) != 0 {
		t.Errorf("a second time changes %+v", again)
	}
	if _, err := h.setup("fish").Uninstall(); err != nil || !maps.Equal(h.state(), was) {
		t.Errorf("it did not come back: %v\n%q", err, h.state())
	}
	h.install(forced)
	h.write(path, "another\n")
	refused(t, h, forced.Install, "would be overwritten")
}

// TestOfficialScript replaces the script of the official CLI and restores it.
func TestOfficialScript(t *testing.T) {
	t.Parallel()
	h := newHome(t, map[string]string{".config/fish/completions/epilot.fish": "complete -c epilot -a '(epilot --_completions subcommands)'\n"})
	was := h.state()
	if changes := h.install(h.setup("fish")); len(changes) != 2 {
		t.Errorf("%+v", changes)
	}
	if _, err := h.setup("fish").Uninstall(); err != nil || !maps.Equal(h.state(), was) {
		t.Errorf("it did not come back: %v\n%q", err, h.state())
	}
}

// TestLoadedAlready: a script that the user's own line loads is left alone.
func TestLoadedAlready(t *testing.T) {
	t.Parallel()
	for shell, line := range map[string]string{
		"bash": `eval "$(epilot completion bash)"`, "zsh": `  source <(epilot completion zsh)`,
		"powershell": `epilot completion powershell | Out-String | Invoke-Expression`,
	} {
		h := newHome(t, map[string]string{startFile(shell): "# epilot CLI completions\n" + line + "\n"})
		was := h.state()
		changes := h.install(h.setup(shell))
		if len(changes) != 1 || !strings.Contains(changes[0].What, "in line 2") || !maps.Equal(h.state(), was) {
			t.Errorf("%s: %+v", shell, changes)
		}
		h.write(startFile(shell), "# "+line+"\n")
		if changes := h.install(h.setup(shell)); len(changes) == 0 || strings.Contains(changes[0].What, "line") {
			t.Errorf("%s: a comment loads nothing: %+v", shell, changes)
		}
	}
}

func TestBrokenMarks(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no end":     "# >>> epilot completion 0 >>>\nx\n",
		"twice":      "# >>> epilot completion 0 >>>\n# >>> epilot completion 0 >>>\n# <<< epilot completion <<<\n",
		"end first":  "# <<< epilot completion <<<\n# >>> epilot completion 0 >>>\n",
		"cut in two": "# >>> epilot completion",
	} {
		h := newHome(t, map[string]string{".bashrc": text})
		if name == "cut in two" {
			h.install(h.setup("bash")) // no mark of ours
			continue
		}
		refused(t, h, h.setup("bash").Install, "do not match")
		refused(t, h, h.setup("bash").Uninstall, "do not match")
	}
}

// TestLinksStay writes and removes the target of a link.
func TestLinksStay(t *testing.T) {
	t.Parallel()
	h := newHome(t, map[string]string{"dotfiles/zshrc": "mine\n"})
	if err := os.Symlink(filepath.Join("dotfiles", "zshrc"), filepath.Join(h.dir, ".zshrc")); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := os.Symlink("dotfiles/bashrc", filepath.Join(h.dir, ".bashrc")); err != nil {
		t.Fatal(err)
	}
	for _, shell := range []string{"zsh", "bash"} {
		undone(t, h, shell)
	}
	h.install(h.setup("zsh"))
	if !strings.Contains(h.state()["dotfiles/zshrc"], "compdef") || !strings.HasPrefix(h.state()[".zshrc"], "L") {
		t.Errorf("the link was replaced: %q", h.state())
	}
}

func TestUnreadableFilesStay(t *testing.T) {
	t.Parallel()
	h := newHome(t, map[string]string{".zshrc/inside": "x", ".bashrc": "mine\n"})
	refused(t, h, h.setup("zsh").Install, "is not a regular file")
	refused(t, h, h.setup("zsh").Uninstall, "is not a regular file")
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		return // root can read and write whatever the mode
	}
	path := filepath.Join(h.dir, ".bashrc")
	for mode, want := range map[fs.FileMode]string{0: "cannot be read", 0o400: "cannot be written"} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := h.setup("bash").Install(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("mode %v: %v, want %s", mode, err, want)
		}
	}
}

// TestUndoneToTheByte installs and uninstalls twice with various startup files.
func TestUndoneToTheByte(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "\n", "alias x=y\n", "no end", "two\nlines", "ends\r\n", "\n\n\n", "# >>> other >>>\nx\n# <<< other <<<\n", "\x00\xff"} {
		for _, shell := range shells() {
			for _, have := range []bool{true, false} {
				h := newHome(t, map[string]string{startFile(shell): before})
				if h.have = have; have && shell == "bash" {
					h.write(".bashrc", loader+before)
				}
				undone(t, h, shell)
			}
		}
	}
	for _, shell := range shells() {
		undone(t, newHome(t, nil), shell)
	}
}

func undone(t *testing.T, h *home, shell string) {
	t.Helper()
	was, s := h.state(), h.setup(shell)
	if changes := h.install(s); len(changes) == 0 {
		t.Fatalf("%s: nothing was changed", shell)
	}
	installed := h.state()
	if again := h.install(s); len(again) != 0 || !maps.Equal(h.state(), installed) {
		t.Errorf("%s: a second time changes %+v", shell, again)
	}
	if _, err := s.Uninstall(); err != nil {
		t.Fatal(err)
	}
	if now := h.state(); !maps.Equal(now, was) {
		t.Errorf("%s: after\n%q\nbefore\n%q", shell, now, was)
	}
	if again, err := s.Uninstall(); err != nil || len(again) != 0 {
		t.Errorf("%s: a second time removes %+v, %v", shell, again, err)
	}
}

// TestWhatCameLaterStays uninstalls after the user has added lines.
func TestWhatCameLaterStays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ before, after, want string }{
		{"first\n", "last\n", "first\nlast\n"},
		{"first", "last\n", "first\nlast\n"},
		{"", "last\n", "last\n"},
	} {
		h := newHome(t, map[string]string{".bashrc": row.before})
		h.install(h.setup("bash"))
		text, err := os.ReadFile(filepath.Join(h.dir, ".bashrc"))
		if err != nil {
			t.Fatal(err)
		}
		h.write(".bashrc", string(text)+row.after)
		if _, err := h.setup("bash").Uninstall(); err != nil {
			t.Fatal(err)
		}
		if text, err = os.ReadFile(filepath.Join(h.dir, ".bashrc")); string(text) != row.want {
			t.Errorf("%q + %q: %q, %v", row.before, row.after, text, err)
		}
	}
}

// TestRenewed replaces an older version's installation and can still undo all of it.
func TestRenewed(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"zsh", "fish"} {
		h := newHome(t, map[string]string{".zshrc": "no end"})
		was, old := h.state(), h.setup(shell)
		old.Script = "# an older script\n"
		h.install(old)
		changes := h.install(h.setup(shell))
		if len(changes) != 1 || changes[0].What != "updated" {
			t.Errorf("%s: %+v", shell, changes)
		}
		if _, err := h.setup(shell).Uninstall(); err != nil || !maps.Equal(h.state(), was) {
			t.Errorf("%s: %v\n%q", shell, err, h.state())
		}
	}
	h := newHome(t, nil)
	h.install(h.setup("zsh"))
	h.env["XDG_DATA_HOME"] = filepath.Join(h.dir, "it's here")
	changes := h.install(h.setup("zsh"))
	if len(changes) != 2 || changes[1].What != "updated completions" {
		t.Errorf("another folder: %+v", changes)
	}
	if text := h.state()[".zshrc"]; !strings.Contains(text, `it'\''s here/zsh`) || strings.Count(text, "fpath") != 2 {
		t.Errorf("the block is %s", text)
	}
}
