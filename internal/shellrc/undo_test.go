package shellrc_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUndoneToTheByte installs twice and uninstalls twice, beside whatever the
// start file may hold.
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

// TestWhatCameLaterStays uninstalls after the person has added lines.
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

// TestRenewed replaces what an older version has installed, and can still undo
// all of it.
func TestRenewed(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"zsh", "fish"} {
		h := newHome(t, map[string]string{".zshrc": "no end"})
		was, old := h.state(), h.setup(shell)
		old.Script = "# an older script\n"
		h.install(old)
		changes := h.install(h.setup(shell))
		if len(changes) != 1 || changes[0].What != "is renewed" {
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
	if len(changes) != 2 || changes[1].What != "its block is renewed" {
		t.Errorf("another folder: %+v", changes)
	}
	if text := h.state()[".zshrc"]; !strings.Contains(text, `it'\''s here/zsh`) || strings.Count(text, "fpath") != 2 {
		t.Errorf("the block is %s", text)
	}
}
