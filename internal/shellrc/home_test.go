package shellrc_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/shellrc"
)

// loader is the line by which a start file loads bash-completion.
const loader = "  . /usr/share/bash-completion/bash_completion\n"

const script = "# a script\ncomplete epilot\n"

// home is the home of a person; bash-completion is not there unless it says so.
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

// state is every file with its mode and text, every folder and every link.
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

// startFile is where the block of a shell stands; fish has none.
func startFile(shell string) string {
	switch shell {
	case "bash":
		return ".bashrc"
	case "zsh":
		return ".zshrc"
	}
	return ".config/powershell/Microsoft.PowerShell_profile.ps1"
}
