// Command generate writes the folder completions: the scripts that "epilot
// completion" prints, under the names that packages give them.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/internal/atomicfile"
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
	to := flags.String("to", "", "`folder` for the scripts; other ones of epilot in it are removed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *to == "" {
		return fmt.Errorf("-to is needed")
	}
	return write(*to)
}

func write(folder string) error {
	scripts := map[string]string{}
	for _, shell := range cmd.Shells() {
		script, err := cmd.CompletionScript(shell)
		if err != nil {
			return err
		}
		scripts[fileName(shell)] = script
	}
	return atomicfile.WriteFolder(folder, "*epilot*", scripts)
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
