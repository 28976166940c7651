// Command generate writes the folder completions: the scripts that "epilot
// completion" prints, under the names that packages give them.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/epilot-cli/epilot/cmd"
)

func main() {
	if err := run(os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(args []string, log io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(log)
	to := flags.String("to", "", "`folder` for the scripts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *to == "" {
		return fmt.Errorf("-to is needed")
	}
	return write(*to)
}

func write(folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, shell := range cmd.Shells() {
		script, err := cmd.CompletionScript(shell)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, fileName(shell)), []byte(script), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fileName is how packages call the script: the name tells zsh and fish which
// program it is for.
func fileName(shell string) string {
	switch shell {
	case "zsh":
		return "_epilot"
	case "powershell":
		return "epilot.ps1"
	}
	return "epilot." + shell
}
