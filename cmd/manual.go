package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/manual"
)

// Manual are the facts that every man page needs: the flags of all commands
// and those of an API call.
func Manual(edition manual.Edition) manual.Man {
	o := &callOptions{}
	return manual.Man{Edition: edition, Global: flagsOf(o.addGlobalFlags), Call: flagsOf(o.addCallFlags)}
}

// flagsOf are the flags that a function adds.
func flagsOf(add func(*pflag.FlagSet)) []manual.Entry {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	add(flags)
	return flagEntries(flags)
}

// Commands is the program with all of its commands, as the man pages describe
// them.
func Commands() manual.Command {
	nothing := func(string) (string, bool) { return "", false }
	root, o := newRootCmd(&App{Getenv: func(string) string { return "" }, LookupEnv: nothing}, nil)
	root.ResetCommands() // of a line without words they are names alone
	for _, c := range commands() {
		root.AddCommand(c.command(o))
	}
	program := manualOf(root)
	program.Usage = []string{root.Use, "epilot <command> [flags]"}
	version := pflag.NewFlagSet("", pflag.ContinueOnError)
	version.AddFlag(root.PersistentFlags().Lookup("version"))
	program.Flags = append(program.Flags, flagEntries(version)...)
	return program
}

// APICommands are the commands of an API that are no operations. They are not
// in that tree: only a line that names the API has them.
func APICommands(api string) []manual.Command {
	if api != fileAPI {
		return nil
	}
	commands := []manual.Command{transferCommand(fileUpload), transferCommand(fileDownload)}
	for i := range commands {
		commands[i].Flags = flagsOf(new(callOptions).addCallFlags)
	}
	return commands
}

func manualOf(cmd *cobra.Command) manual.Command {
	flags := cmd.LocalNonPersistentFlags()
	flags.SortFlags = false // as its help has them
	described := manual.Command{
		Words: cmd.CommandPath(), Usage: []string{cmd.UseLine()}, Line: cmd.Short,
		Flags: flagEntries(flags),
	}
	if cmd.HasExample() {
		described.Calls = strings.Split(cmd.Example, "\n")
	}
	for _, below := range cmd.Commands() {
		if !below.Hidden {
			described.Below = append(described.Below, manualOf(below))
		}
	}
	return described
}
