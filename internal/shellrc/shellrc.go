// Package shellrc sets a script up for the shell of a person: in a file that
// the shell reads by itself, in a marked block of a start file, or in both. What
// it does can be undone to the byte, and what a person changed by hand is left
// alone. It does not know what the script does.
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
	System string            // as runtime.GOOS has it
	Exists func(string) bool // whether a file of the system is there; nil: os.Stat
	Force  bool              // also what was changed by hand
}

// Change is what happened to a file.
type Change struct {
	File string `json:"file"`
	What string `json:"what"`
}

// step is a change that is sure to be allowed, and not made yet.
type step struct {
	Change
	do func() error
}

// Install writes what is missing or older, and says what that was: nothing,
// where all is there. It first looks at everything, so that what cannot be done
// leaves no half of it. A file that cannot be read or written, or was changed by
// hand, is an error of kind File.
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

// Uninstall removes all that Install may have written for the shell, whatever
// it would write now, and says what that was. Its errors are those of Install.
func (s *Setup) Uninstall() ([]Change, error) {
	parts, err := s.all()
	if err != nil {
		return nil, err
	}
	return s.change(parts, part.remove)
}

// change looks at every place before it takes the first step.
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
	return failure.New(failure.File, "%s was changed by hand, and is left as it is", file).
		Hintf("keep what you need of it, then use --force")
}

// part is where a part of the setup stands.
type part interface {
	install(*Setup) ([]step, error)
	remove(*Setup) ([]step, error)
}

// wanted are the places for the shell as it is set up here.
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

// all are the places that the shell may read, on any system like this one.
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

// bashParts are a file that the package bash-completion loads when it is
// needed, and a block for where that is missing or not loaded itself.
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

// zshLines work in front of a start of the completion system as well as behind
// it, and start it where nobody else does.
func zshLines(functions string) []string {
	quoted := "'" + strings.ReplaceAll(functions, "'", `'\''`) + "'"
	return []string{
		"fpath=(" + quoted + " $fpath)",
		"(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }",
		"autoload -Uz _epilot && compdef _epilot epilot",
	}
}

// bashStarts are the start files of the shells that a terminal opens, first the
// one that is read. On macOS they are login shells, which read the first that is
// there: a new .bash_profile would take the place of a person's .profile.
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

// powerShellProfile is $PROFILE of PowerShell 7, which only it can tell for sure.
func (s *Setup) powerShellProfile(home, config string) string {
	folder := filepath.Join(config, "powershell")
	if s.System == "windows" {
		folder = filepath.Join(home, "Documents", "PowerShell")
	}
	return filepath.Join(folder, "Microsoft.PowerShell_profile.ps1")
}

// hasBashCompletion tells whether the package is there that loads a program's
// file when it is needed.
func (s *Setup) hasBashCompletion() bool {
	for _, root := range []string{"/usr", "/usr/local", "/opt/homebrew", "/opt/local", s.Getenv("HOMEBREW_PREFIX"), s.Getenv("PREFIX")} {
		if root != "" && s.exists(filepath.Join(root, "share", "bash-completion", "bash_completion")) {
			return true
		}
	}
	return false
}

// loadsBashCompletion tells whether a start file of the person loads that
// package. Some systems do it in files of their own, which differ too much to
// rely on, and many have it without loading it, as for root.
func (s *Setup) loadsBashCompletion() bool {
	home := s.home()
	for _, start := range []string{filepath.Join(home, ".bashrc"), s.bashStarts(home)[0]} {
		f, err := readFile(start)
		if err != nil {
			continue // whoever has to write it will say so
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

// folder is what the variable names, the first where it is a list, and where
// that is a path to rely on.
func (s *Setup) folder(variable, fallback string) string {
	for _, path := range filepath.SplitList(s.Getenv(variable)) {
		if filepath.IsAbs(path) {
			return path
		}
	}
	return fallback
}
