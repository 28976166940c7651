package cmd

import (
	"fmt"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shellrc"
)

// completionOptions is what the line says about completion.
type completionOptions struct {
	call                      *callOptions
	install, uninstall, force bool
}

func newCompletionCmd(call *callOptions) *cobra.Command {
	o := &completionOptions{call: call}
	cmd := &cobra.Command{
		Use:       "completion [bash|zsh|fish|powershell]",
		ValidArgs: Shells(),
		Example:   "epilot completion --install\nepilot completion zsh > _epilot\nepilot completion --uninstall",
		RunE:      func(_ *cobra.Command, words []string) error { return o.run(words) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.install, "install", false, "Set it up for this user, in the shell's own files")
	flags.BoolVar(&o.uninstall, "uninstall", false, "Undo --install")
	flags.BoolVar(&o.force, "force", false, "Also replace or remove what was changed by hand")
	return cmd
}

func (o *completionOptions) run(words []string) error {
	shell, err := o.shell(words)
	if err != nil {
		return err
	}
	switch {
	case o.install && o.uninstall:
		return failure.New(failure.Usage, "--install and --uninstall exclude each other").Hintf("give one of them")
	case o.force && !o.install && !o.uninstall:
		return failure.New(failure.Usage, "--force needs --install or --uninstall").Hintf("leave it out to print the script")
	}
	script, err := CompletionScript(shell)
	if err != nil {
		return err
	}
	if !o.install && !o.uninstall {
		_, err := fmt.Fprint(o.call.app.Streams.Out, script)
		return asWriteError(err)
	}
	setup := &shellrc.Setup{Shell: shell, Script: script, Getenv: o.call.app.Getenv, System: runtime.GOOS, Force: o.force}
	if o.install {
		return o.report(shell, setup.Install)
	}
	return o.report(shell, setup.Uninstall)
}

// shell is the one that the line names, else the person's.
func (o *completionOptions) shell(words []string) (string, error) {
	if len(words) > 1 {
		return "", failure.New(failure.Usage, "\"epilot completion\" takes one shell, got %d words", len(words)).
			Hintf("as in: epilot completion zsh")
	}
	if len(words) == 1 {
		return shellName(words[0], words[0]), nil
	}
	fallback := "bash"
	if runtime.GOOS == "windows" {
		fallback = "powershell"
	}
	name := shellName(o.call.app.Getenv("SHELL"), fallback)
	if !slices.Contains(Shells(), name) {
		return fallback, nil
	}
	return name, nil
}

// shellName is the shell of a program such as /usr/bin/zsh or pwsh.exe.
func shellName(program, fallback string) string {
	if program == "" {
		return fallback
	}
	name := strings.TrimSuffix(strings.ToLower(path.Base(filepath.ToSlash(program))), ".exe")
	if name == "pwsh" {
		return "powershell"
	}
	return name
}

// setUp is what was done, as --json writes it.
type setUp struct {
	Shell   string           `json:"shell"`
	Changes []shellrc.Change `json:"changes"`
}

// report makes the changes and says what they were, the data of --json.
func (o *completionOptions) report(shell string, work func() ([]shellrc.Change, error)) error {
	changes, err := work()
	if err != nil {
		return err
	}
	if o.call.json {
		return o.call.printJSON(setUp{shell, append([]shellrc.Change{}, changes...)})
	}
	for _, c := range changes {
		o.call.app.say("%s: %s", c.File, c.What)
	}
	switch {
	case len(changes) == 0 && o.install:
		o.call.app.say("completion for %s is installed already", shell)
	case len(changes) == 0:
		o.call.app.say("completion for %s is not installed", shell)
	case o.install:
		o.call.app.say("a new %s completes epilot's command lines with Tab", shell)
	}
	return nil
}
