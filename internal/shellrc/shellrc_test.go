package shellrc_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shellrc"
)

// loader is the startup file line that loads bash-completion.
const loader = "  . /usr/share/bash-completion/bash_completion\n"

const script = "# a script\ncomplete epilot\n"

// home is a user's home; bash-completion is missing unless the test adds it.
type home struct {
	t    *testing.T
	dir  string
	env  map[string]string
	have bool
}

func newHome(t *testing.T, files map[string]string) *home {
	t.Helper()
	h := &home{t: t, dir: t.TempDir(), env: map[string]string{}}
	h.env["HOME"] = h.dir
	for name, text := range files {
		h.write(name, text)
	}
	return h
}

func (h *home) write(name, text string) {
	h.t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		h.t.Fatal(err)
	}
}

func (h *home) setup(shell string) *shellrc.Setup {
	return &shellrc.Setup{
		Shell: shell, Script: script, System: "linux",
		Getenv: func(name string) string { return h.env[name] },
		Exists: func(string) bool { return h.have },
	}
}

// state returns every file with its mode and text, every folder and every link.
func (h *home) state() map[string]string {
	h.t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(h.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		name, _ := filepath.Rel(h.dir, path)
		found[name] = info.Mode().String()
		if info.Mode().IsRegular() {
			text, err := os.ReadFile(path)
			found[name] += " " + string(text)
			return err
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return found
}

func (h *home) install(s *shellrc.Setup) []shellrc.Change {
	h.t.Helper()
	changes, err := s.Install()
	if err != nil {
		h.t.Fatal(err)
	}
	return changes
}

func shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// startFile returns the file with the block of a shell; fish has none.
func startFile(shell string) string {
	switch shell {
	case "bash":
		return ".bashrc"
	case "zsh":
		return ".zshrc"
	}
	return ".config/powershell/Microsoft.PowerShell_profile.ps1"
}

// TestPlaces checks where each shell looks, by variable and system.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		shell, system, env string
		have               bool
		want               []string
	}{
		{"bash", "linux", "", true, []string{".local/share/bash-completion/completions/epilot"}},
		{"bash", "linux", "XDG_DATA_HOME", true, []string{"set/bash-completion/completions/epilot"}},
		{"bash", "linux", "BASH_COMPLETION_USER_DIR", true, []string{"set/completions/epilot"}},
		{"bash", "linux", "", false, []string{".bashrc"}},
		{"bash", "darwin", "", false, []string{".bash_profile"}},
		{"zsh", "linux", "", false, []string{".local/share/zsh/site-functions/_epilot", ".zshrc"}},
		{"zsh", "linux", "ZDOTDIR", false, []string{".local/share/zsh/site-functions/_epilot", "set/.zshrc"}},
		{"fish", "linux", "", false, []string{".config/fish/completions/epilot.fish"}},
		{"fish", "linux", "XDG_CONFIG_HOME", false, []string{"set/fish/completions/epilot.fish"}},
		{"powershell", "linux", "", false, []string{".config/powershell/Microsoft.PowerShell_profile.ps1"}},
		{"powershell", "windows", "", false, []string{"Documents/PowerShell/Microsoft.PowerShell_profile.ps1"}},
	} {
		h := newHome(t, nil)
		h.have = row.have
		h.write(".bashrc", "# bash_completion is loaded here:\n"+loader)
		if row.env != "" {
			h.env[row.env] = "relative" + string(filepath.ListSeparator) + filepath.Join(h.dir, "set")
		}
		s := h.setup(row.shell)
		s.System = row.system
		var got []string
		for _, c := range h.install(s) {
			name, _ := filepath.Rel(h.dir, c.File)
			got = append(got, filepath.ToSlash(name))
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s on %s with %s: %q, want %q", row.shell, row.system, row.env, got, row.want)
		}
	}
}

// TestBashCompletionThatIsNotLoaded: the installed package alone completes nothing.
func TestBashCompletionThatIsNotLoaded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ system, file, text, want string }{
		{"linux", ".profile", "", ".bashrc"},
		{"linux", ".bashrc", "# . /etc/bash_completion\n", ".bashrc"},
		{"linux", ".bashrc", loader, "epilot"},
		{"darwin", ".bash_profile", loader, "epilot"},
		{"darwin", ".bashrc", "", ".bash_profile"},
	} {
		h := newHome(t, map[string]string{row.file: row.text})
		h.have = true
		s := h.setup("bash")
		s.System = row.system
		if changes := h.install(s); len(changes) != 1 || filepath.Base(changes[0].File) != row.want {
			t.Errorf("%s with %q in %s: %+v, want %s", row.system, row.text, row.file, changes, row.want)
		}
	}
}

// TestLoginShell: on macOS the block is in the startup file that bash reads, and is
// still found when bash reads another one.
func TestLoginShell(t *testing.T) {
	t.Parallel()
	h := newHome(t, map[string]string{".profile": "export A=1\n"})
	s := h.setup("bash")
	s.System = "darwin"
	before := h.state()
	if changes := h.install(s); len(changes) != 1 || filepath.Base(changes[0].File) != ".profile" {
		t.Errorf("%v", changes)
	}
	h.write(".bash_profile", "export B=1\n")
	before[".bash_profile"] = h.state()[".bash_profile"]
	if _, err := s.Uninstall(); err != nil {
		t.Fatal(err)
	}
	if after := h.state(); !maps.Equal(after, before) {
		t.Errorf("%v\nwant %v", after, before)
	}
}

func TestNoHome(t *testing.T) {
	t.Parallel()
	for _, env := range []map[string]string{{}, {"HOME": "relative"}} {
		s := &shellrc.Setup{Shell: "zsh", Getenv: func(name string) string { return env[name] }}
		if _, err := s.Install(); failure.Of(err).Kind != failure.File {
			t.Errorf("%v: %v", env, err)
		}
		if _, err := s.Uninstall(); failure.Of(err).Kind != failure.File {
			t.Errorf("%v: %v", env, err)
		}
	}
	h := newHome(t, nil)
	if _, err := h.setup("tcsh").Install(); failure.Of(err).Kind != failure.Usage {
		t.Errorf("an unknown shell: %v", err)
	}
}
