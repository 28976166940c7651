// Package help is the command that explains: the program, its commands, topics,
// and everything at once as a map for other programs.
package help

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/help"
)

// New is what the list of commands says of "help", which is read as --help
// before cobra sees it.
func New() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command, API or topic]",
		Short: "Read about a command, an API, an operation or a topic",
	}
}

// Root writes the help of the program.
func Root(f *cmdutil.Factory, root *cobra.Command) error {
	page := f.Out.Page()
	page.Paragraph(root.Short + " from a terminal, a script, CI or another program")
	page.Lines("START HERE",
		"epilot login",
		"epilot access-token listAccessTokens --server mock",
		"epilot search invite user",
		"epilot examples")
	page.Lines("USAGE", root.Use)
	page.List("COMMANDS", commandEntries(root))
	var groups []help.Entry
	for _, group := range f.Catalog().Groups() {
		var names []string
		for _, api := range group.APIs {
			names = append(names, api.Name)
		}
		groups = append(groups, help.Entry{Name: group.Name, Line: strings.Join(names, ", ")})
	}
	page.List("APIS", groups)
	page.List("LEARN MORE", []help.Entry{
		{Name: "epilot <api>", Line: "list the operations of an API"},
		{Name: "epilot <api> <operationId> --help", Line: "read what an operation takes and returns"},
		{Name: "epilot help <topic>", Line: "read about " + strings.Join(TopicNames(), ", ")},
	})
	return f.Out.Print(page)
}

// Command writes the help of a command that is not the program or an API.
func Command(f *cmdutil.Factory, cmd *cobra.Command) error {
	if args := cmd.Flags().Args(); cmd.HasSubCommands() && len(args) > 0 {
		return cmdutil.UnknownSubcommand(cmd, args[0])
	}
	if f.Flags.JSON {
		return f.Out.PrintJSON(describeCommand(cmd))
	}
	page := f.Out.Page()
	page.Paragraph(cmd.Short)
	page.Lines("USAGE", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		page.List("COMMANDS", commandEntries(cmd))
	}
	page.List("FLAGS", cmdutil.FlagEntries(cmd.LocalFlags()))
	if cmd.HasExample() {
		page.Lines("EXAMPLES", strings.Split(cmd.Example, "\n")...)
	}
	if cmdutil.IsGroup(cmd) {
		page.Lines("LEARN MORE", cmd.CommandPath()+" <command> --help")
	} else {
		page.List("FLAGS OF EVERY COMMAND", cmdutil.FlagEntries(inherited(cmd)))
	}
	return f.Out.Print(page)
}

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

func commandEntries(cmd *cobra.Command) []help.Entry {
	var entries []help.Entry
	for _, c := range cmd.Commands() {
		entries = append(entries, help.Entry{Name: c.Name(), Line: c.Short})
	}
	return entries
}
