package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/manual"
)

// goOn says where the help of a command leads: to the commands below a group,
// or to the flags of every command.
func goOn(page *manual.Page, cmd *cobra.Command) {
	if isGroup(cmd) {
		page.Lines("NEXT", cmd.CommandPath()+" <command> --help   what it takes")
		return
	}
	page.List("FLAGS OF EVERY COMMAND", flagEntries(inherited(cmd)))
}

// isGroup reports whether a command does nothing without one of those below it.
func isGroup(cmd *cobra.Command) bool { return strings.HasSuffix(cmd.Use, " <command>") }

// inherited are the flags that the command has from above, in their order.
func inherited(cmd *cobra.Command) *pflag.FlagSet {
	flags := pflag.NewFlagSet("inherited", pflag.ContinueOnError)
	flags.SortFlags = false
	cmd.Root().PersistentFlags().VisitAll(func(flag *pflag.Flag) {
		if cmd.Flags().Lookup(flag.Name) == flag {
			flags.AddFlag(flag)
		}
	})
	return flags
}
