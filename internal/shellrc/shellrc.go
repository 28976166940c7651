// Package shellrc installs a script for the user's shell: in a file that the shell
// reads automatically, in a marked block of a startup file, or in both. An
// installation can be undone to the byte, and manual changes are left alone. The
// content of the script does not matter.
package shellrc

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Setup is one script for one shell.
type Setup struct {
	Shell  string // bash, zsh, fish or powershell
	Script string
	Getenv func(string) string
	System string            // a runtime.GOOS value
	Exists func(string) bool // reports whether a system file exists; nil for os.Stat
	Force  bool              // also replace manual changes
}

// Change is a change to a file.
type Change struct {
	File string `json:"file"`
	What string `json:"what"`
}

// step is a change that was validated but not made yet.
type step struct {
	Change
	do func() error
}

// Install writes what is missing or outdated and returns the changes, or none if
// everything is up to date. It validates everything first, so that a failure leaves
// no partial installation. A file that cannot be read or written, or was changed
// manually, is an error of kind File.
func (s *Setup) Install() ([]Change, error) {
	parts, err := s.wanted()
	if err != nil {
		return nil, err
	}
	if loaded, err := s.loaded(); err != nil || loaded != nil {
		return loaded, err
	}
	return s.change(parts, part.install)
}

// Uninstall removes everything that Install may have written for the shell, also
// with other settings, and returns the changes. Its errors are those of Install.
func (s *Setup) Uninstall() ([]Change, error) {
	parts, err := s.all()
	if err != nil {
		return nil, err
	}
	return s.change(parts, part.remove)
}

// change checks every place before making the first change.
func (s *Setup) change(parts []part, plan func(part, *Setup) ([]step, error)) ([]Change, error) {
	var steps []step
	for _, p := range parts {
		more, err := plan(p, s)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	var changes []Change
	for _, s := range steps {
		if err := s.do(); err != nil {
			return changes, err
		}
		changes = append(changes, s.Change)
	}
	return changes, nil
}

func changedByHand(file string) error {
	return failure.New(failure.File, "%s was edited by hand, so it was not changed", file).
		Hintf("save what you need from it, then use --force")
}

// part is one place of the setup.
type part interface {
	install(*Setup) ([]step, error)
	remove(*Setup) ([]step, error)
}

// wanted returns the places for the shell's current setup.
func (s *Setup) wanted() ([]part, error) {
	all, err := s.all()
	if err != nil || s.Shell != "bash" {
		return all, err
	}
	if s.hasBashCompletion() && s.loadsBashCompletion() {
		return all[:1], nil
	}
	return all[1:2], nil
}

// all returns the places that the shell may read on any such system.
func (s *Setup) all() ([]part, error) {
	home := s.home()
	if home == "" {
		return nil, failure.New(failure.File, "no home folder").Hintf("set HOME to an absolute path")
	}
	data := s.folder("XDG_DATA_HOME", filepath.Join(home, ".local", "share"))
	config := s.folder("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	switch s.Shell {
	case "bash":
		return s.bashParts(home, data), nil
	case "zsh":
		return s.zshParts(home, data), nil
	case "fish":
		return []part{&file{path: filepath.Join(config, "fish", "completions", "epilot.fish")}}, nil
	case "powershell":
		return []part{&block{path: s.powerShellProfile(home, config), lines: []string{
			"if (Get-Command epilot -ErrorAction SilentlyContinue) { epilot completion powershell | Out-String | Invoke-Expression }",
		}}}, nil
	}
	return nil, failure.New(failure.Usage, "unsupported shell %q", s.Shell).
		Hintf("the shells are bash, zsh, fish and powershell")
}

// bashParts returns a file that the package bash-completion loads on demand, and a
// block in case that package is missing or not loaded.
func (s *Setup) bashParts(home, data string) []part {
	user := s.folder("BASH_COMPLETION_USER_DIR", filepath.Join(data, "bash-completion"))
	parts := []part{&file{path: filepath.Join(user, "completions", "epilot")}}
	for _, start := range s.bashStarts(home) {
		parts = append(parts, &block{path: start, lines: []string{
			`if command -v epilot >/dev/null; then eval "$(epilot completion bash)"; fi`,
		}})
	}
	return parts
}

func (s *Setup) zshParts(home, data string) []part {
	functions := filepath.Join(data, "zsh", "site-functions")
	return []part{
		&file{path: filepath.Join(functions, "_epilot")},
		&block{path: filepath.Join(s.folder("ZDOTDIR", home), ".zshrc"), lines: zshLines(functions)},
	}
}

// zshLines work before and after the start of the completion system, and start it if
// nothing else does.
func zshLines(functions string) []string {
	quoted := "'" + strings.ReplaceAll(functions, "'", `'\''`) + "'"
	return []string{
		"fpath=(" + quoted + " $fpath)",
		"(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }",
		"autoload -Uz _epilot && compdef _epilot epilot",
	}
}

// bashStarts returns the startup files of interactive shells in a terminal, the
// first one read first. On macOS these are login shells, which read only the first
// existing file: a new .bash_profile would hide the user's .profile.
func (s *Setup) bashStarts(home string) []string {
	if s.System != "darwin" {
		return []string{filepath.Join(home, ".bashrc")}
	}
	var there, missing []string
	for _, name := range []string{".bash_profile", ".bash_login", ".profile"} {
		if path := filepath.Join(home, name); isThere(path) {
			there = append(there, path)
		} else {
			missing = append(missing, path)
		}
	}
	return append(there, missing...)
}

// powerShellProfile returns the usual $PROFILE of PowerShell 7; only PowerShell
// knows it for certain.
func (s *Setup) powerShellProfile(home, config string) string {
	folder := filepath.Join(config, "powershell")
	if s.System == "windows" {
		folder = filepath.Join(home, "Documents", "PowerShell")
	}
	return filepath.Join(folder, "Microsoft.PowerShell_profile.ps1")
}

// hasBashCompletion reports whether the package bash-completion is installed, which
// loads completions on demand.
func (s *Setup) hasBashCompletion() bool {
	for _, root := range []string{"/usr", "/usr/local", "/opt/homebrew", "/opt/local", s.Getenv("HOMEBREW_PREFIX"), s.Getenv("PREFIX")} {
		if root != "" && s.exists(filepath.Join(root, "share", "bash-completion", "bash_completion")) {
			return true
		}
	}
	return false
}

// loadsBashCompletion reports whether a startup file of the user loads that package.
// Some systems load it in files that vary too much to rely on, and many have it
// without loading it, for example for root.
func (s *Setup) loadsBashCompletion() bool {
	home := s.home()
	for _, start := range []string{filepath.Join(home, ".bashrc"), s.bashStarts(home)[0]} {
		f, err := readFile(start)
		if err != nil {
			continue // reported by the write, if there is one
		}
		for line := range strings.Lines(f.text) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "#") && strings.Contains(line, "bash_completion") {
				return true
			}
		}
	}
	return false
}

func (s *Setup) exists(path string) bool {
	if s.Exists != nil {
		return s.Exists(path)
	}
	_, err := os.Stat(path)
	return err == nil
}

func (s *Setup) home() string {
	for _, home := range []string{s.Getenv("HOME"), s.Getenv("USERPROFILE")} {
		if filepath.IsAbs(home) {
			return home
		}
	}
	return ""
}

// folder returns the first absolute path in the variable, else fallback.
func (s *Setup) folder(variable, fallback string) string {
	for _, path := range filepath.SplitList(s.Getenv(variable)) {
		if filepath.IsAbs(path) {
			return path
		}
	}
	return fallback
}
