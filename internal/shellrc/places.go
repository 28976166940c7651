package shellrc

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// place is where a part of the setup stands.
type place interface {
	install(*Setup) ([]step, error)
	remove(*Setup) ([]step, error)
}

// wanted are the places for the shell as it is set up here.
func (s *Setup) wanted() ([]place, error) {
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
func (s *Setup) all() ([]place, error) {
	home := s.home()
	if home == "" {
		return nil, failure.New(failure.File, "there is no home folder").Hintf("set HOME to an absolute path")
	}
	data := s.folder("XDG_DATA_HOME", filepath.Join(home, ".local", "share"))
	config := s.folder("XDG_CONFIG_HOME", filepath.Join(home, ".config"))
	switch s.Shell {
	case "bash":
		return s.bashPlaces(home, data), nil
	case "zsh":
		return s.zshPlaces(home, data), nil
	case "fish":
		return []place{&file{path: filepath.Join(config, "fish", "completions", "epilot.fish")}}, nil
	case "powershell":
		return []place{&block{path: s.powerShellProfile(home, config), lines: []string{
			"if (Get-Command epilot -ErrorAction SilentlyContinue) { epilot completion powershell | Out-String | Invoke-Expression }",
		}}}, nil
	}
	return nil, failure.New(failure.Usage, "there is no completion for the shell %q", s.Shell).
		Hintf("the shells are bash, zsh, fish and powershell")
}

// bashPlaces are a file that the package bash-completion loads when it is
// needed, and a block for where that is missing or not loaded itself.
func (s *Setup) bashPlaces(home, data string) []place {
	user := s.folder("BASH_COMPLETION_USER_DIR", filepath.Join(data, "bash-completion"))
	places := []place{&file{path: filepath.Join(user, "completions", "epilot")}}
	for _, start := range s.bashStarts(home) {
		places = append(places, &block{path: start, lines: []string{
			`if command -v epilot >/dev/null; then eval "$(epilot completion bash)"; fi`,
		}})
	}
	return places
}

func (s *Setup) zshPlaces(home, data string) []place {
	functions := filepath.Join(data, "zsh", "site-functions")
	return []place{
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
