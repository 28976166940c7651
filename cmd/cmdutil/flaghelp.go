package cmdutil

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/help"
)

// APICommand is a command of an API that is not an operation: it takes several
// operations, and the flags of a call.
type APICommand struct {
	Name, Takes, Line string // "upload", "<path>…", "Upload files and save them"
	Describe          func() help.Command
	Run               func(cmd *cobra.Command, args []string) error
	Files             bool // the arguments are paths
}

// Usage is the command's line in a list of an API.
func (c *APICommand) Usage(api string) string { return "epilot " + api + " " + c.Name + " " + c.Takes }

// FlagEntries are the flags as help lists them.
func FlagEntries(flags *pflag.FlagSet) []help.Entry {
	var entries []help.Entry
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		name := "    --" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", --" + flag.Name
		}
		kind, line := FlagText(flag)
		switch {
		case kind != "" && flag.NoOptDefVal == "":
			name += " " + kind
		case kind != "":
			name += "[=" + kind + "]"
		}
		entries = append(entries, help.Entry{Name: name, Line: line})
	})
	return entries
}

// FlagText is the kind of a flag's value, such as DURATION, and what the flag
// does. The kind stands in backquotes in the flag's usage, as pflag has it; a
// flag without a value has none.
func FlagText(flag *pflag.Flag) (kind, line string) {
	kind, line = pflag.UnquoteUsage(flag)
	if flag.NoOptDefVal != "" && line == flag.Usage {
		kind = ""
	}
	return kind, line
}

// CallCommand is a command that has the flags of a call, for help and --map.
func CallCommand() *cobra.Command {
	cmd := &cobra.Command{}
	include := false
	new(CallFlags).AddTo(cmd, &include)
	return cmd
}

// GlobalCommand is a command that has the flags of every command.
func GlobalCommand() *cobra.Command {
	cmd := &cobra.Command{}
	new(GlobalFlags).AddTo(cmd, cobra.NoFileCompletions)
	return cmd
}
