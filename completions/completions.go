// Package completions holds the scripts that complete command lines in a shell,
// under the names that packages give them.
package completions

import "embed"

//go:embed _epilot epilot.bash epilot.fish epilot.ps1
var scripts embed.FS

// Shells lists the shells that have a script.
func Shells() []string { return []string{"bash", "zsh", "fish", "powershell"} }

// Script is the text of a shell's script; ok is false for an unknown shell.
func Script(shell string) (text string, ok bool) {
	name := map[string]string{
		"bash": "epilot.bash", "zsh": "_epilot", "fish": "epilot.fish", "powershell": "epilot.ps1", "pwsh": "epilot.ps1",
	}[shell]
	if name == "" {
		return "", false
	}
	script, err := scripts.ReadFile(name)
	return string(script), err == nil
}
