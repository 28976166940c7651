package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/term"
)

// ManPages returns the facts shared by all man pages: the global flags and the flags
// of a call.
func ManPages(edition help.Edition) help.Man {
	return help.Man{
		Edition: edition,
		Global:  cmdutil.FlagEntries(cmdutil.GlobalCommand().PersistentFlags()),
		Call:    cmdutil.FlagEntries(cmdutil.CallCommand().PersistentFlags()),
		About:   catalog.About,
	}
}

// Commands returns the program with all of its commands, for the man pages.
func Commands() help.Command {
	app := &cmdutil.App{Streams: &term.Streams{}, LookupEnv: func(string) (string, bool) { return "", false }}
	r := newRoot(cmdutil.NewFactory(app), []string{allCommands})
	program := describe(r.Command)
	program.Usage = []string{r.Use, "epilot <command> [flags]"}
	version := pflag.NewFlagSet("", pflag.ContinueOnError)
	version.AddFlag(r.PersistentFlags().Lookup("version"))
	program.Flags = append(program.Flags, cmdutil.FlagEntries(version)...)
	return program
}

// APICommands returns the commands of an API that are not operations. They are not
// in the tree of Commands: only a line that names the API has them.
func APICommands(api string) []help.Command {
	var commands []help.Command
	for _, c := range extraCommands(nil, nil)[api] {
		described := c.Describe()
		described.Flags = cmdutil.FlagEntries(cmdutil.CallCommand().PersistentFlags())
		commands = append(commands, described)
	}
	return commands
}

// Runnable returns the runnable commands, including those of APIs that are not
// operations.
func Runnable() []help.Command {
	var found []help.Command
	var visit func(help.Command)
	visit = func(c help.Command) {
		if short := c.Path == "epilot login" || c.Path == "epilot logout"; short {
			return // "auth login" and "auth logout" are listed instead
		}
		if len(c.Below) == 0 || len(c.Flags) > 0 && c.Path != "epilot" {
			found = append(found, c)
		}
		for _, below := range c.Below {
			visit(below)
		}
	}
	visit(Commands())
	for api := range extraCommands(nil, nil) {
		for _, c := range extraCommands(nil, nil)[api] {
			found = append(found, c.Describe())
		}
	}
	return found
}

func describe(cmd *cobra.Command) help.Command {
	flags := cmd.LocalNonPersistentFlags()
	flags.SortFlags = false // keep the order of the help
	described := help.Command{
		Path: cmd.CommandPath(), Usage: []string{cmd.UseLine()}, Line: cmd.Short,
		Flags: cmdutil.FlagEntries(flags),
	}
	if cmd.HasExample() {
		described.Calls = strings.Split(cmd.Example, "\n")
	}
	for _, below := range cmd.Commands() {
		if !below.Hidden {
			described.Below = append(described.Below, describe(below))
		}
	}
	return described
}
