// Package completion implements the command that prints or installs shell
// completions.
package completion

import (
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/completions"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shellrc"
)

type options struct {
	f                         *cmdutil.Factory
	install, uninstall, force bool
}

// New returns the completion command.
func New(f *cmdutil.Factory) *cobra.Command {
	o := &options{f: f}
	cmd := &cobra.Command{
		Use:       "completion [bash|zsh|fish|powershell]",
		ValidArgs: Shells(),
		Example:   "epilot completion --install\nepilot completion zsh > _epilot\nepilot config set complete_ids on\nepilot completion --uninstall",
		RunE:      func(_ *cobra.Command, args []string) error { return o.run(args) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.install, "install", false, "Install completions for the current user")
	flags.BoolVar(&o.uninstall, "uninstall", false, "Undo --install")
	flags.BoolVar(&o.force, "force", false, "Overwrite or remove files that were edited by hand")
	cmdutil.Excludes(flags, "install", "uninstall")
	cmdutil.Writes(flags, "install", "uninstall")
	return cmd
}

func (o *options) run(args []string) error {
	shell, err := o.shell(args)
	if err != nil {
		return err
	}
	if o.force && !o.install && !o.uninstall {
		return failure.New(failure.Usage, "--force needs --install or --uninstall").Hintf("remove it to print the script")
	}
	script, err := Script(shell)
	if err != nil {
		return err
	}
	if !o.install && !o.uninstall {
		return o.f.Out.Text(script)
	}
	setup := &shellrc.Setup{Shell: shell, Script: script, Getenv: o.f.Getenv, System: runtime.GOOS, Force: o.force}
	if o.install {
		return o.report(shell, setup.Install)
	}
	return o.report(shell, setup.Uninstall)
}

// shell returns the shell named on the command line, else the user's shell.
func (o *options) shell(args []string) (string, error) {
	if len(args) > 1 {
		return "", failure.New(failure.Usage, "\"epilot completion\" takes one shell, got %s", failure.Count(len(args), "argument")).
			Hintf("for example: epilot completion zsh")
	}
	if len(args) == 1 {
		return shellName(args[0], args[0]), nil
	}
	fallback := "bash"
	if runtime.GOOS == "windows" {
		fallback = "powershell"
	}
	name := shellName(o.f.Getenv("SHELL"), fallback)
	if !slices.Contains(Shells(), name) {
		return fallback, nil
	}
	return name, nil
}

// shellName returns the shell of a program such as /usr/bin/zsh or pwsh.exe.
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

// setUp is the result of an installation, as printed with --json.
type setUp struct {
	Shell   string           `json:"shell"`
	Changes []shellrc.Change `json:"changes"`
}

// report makes the changes and prints them, or their data with --json.
func (o *options) report(shell string, work func() ([]shellrc.Change, error)) error {
	changes, err := work()
	if err != nil {
		return err
	}
	if o.f.Flags.JSON {
		return o.f.Out.PrintJSON(setUp{shell, append([]shellrc.Change{}, changes...)})
	}
	for _, c := range changes {
		o.f.Out.Note("%s: %s", c.File, c.What)
	}
	switch {
	case len(changes) == 0 && o.install:
		o.f.Out.Note("completion for %s is already installed", shell)
	case len(changes) == 0:
		o.f.Out.Note("completion for %s is not installed", shell)
	case o.install:
		o.f.Out.Note("open a new terminal to use the completions of %s", shell)
	}
	return nil
}

// Shells returns the supported shells.
func Shells() []string { return completions.Shells() }

// Script returns the completion script for a shell. An unsupported shell is an error
// of kind Usage.
func Script(shell string) (string, error) {
	script, ok := completions.Script(shell)
	if !ok {
		return "", failure.New(failure.Usage, "unsupported shell %q", shell).
			Hintf("the shells are %s", strings.Join(Shells(), ", "))
	}
	return script, nil
}
