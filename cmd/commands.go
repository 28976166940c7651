package cmd

import (
	"slices"

	"github.com/spf13/cobra"
)

// command is one of the program's own, as the help lists it, and how it is made.
type command struct {
	name, short string
	build       func(*callOptions) *cobra.Command
}

func commands() []command {
	return []command{
		{"auth", "Sign in and out, and show who is signed in", newAuthCmd},
		{"profile", "List, create and change profiles: an account, its server and headers", newProfileCmd},
		{"config", "Show and change the settings: stage, pager, timeout and others", newConfigCmd},
		{"search", "Find operations of all APIs by id, path and words", newSearchCmd},
		{"definitions", "Show, update and trust the definitions that calls use", newDefinitionsCmd},
		{"mock", "Run a local epilot on loopback: every API, from its definition, with state", newMockCmd},
		{"upgrade", "Replace this program by the latest release, or by the one named", newUpgradeCmd},
		{"completion", "Print or install what completes command lines with Tab", newCompletionCmd},
	}
}

func isCommand(word string) bool {
	return slices.ContainsFunc(commands(), func(c command) bool { return c.name == word })
}

// addCommands adds the program's own commands, of which a line needs few: the
// one that the word names, none beside an API, only names and lines in the help
// of the program. A word that is neither may be a flag's value: then it is all.
func (o *callOptions) addCommands(root *cobra.Command, words []string) {
	for _, c := range commands() {
		switch {
		case len(words) == 0:
			root.AddCommand(&cobra.Command{Use: c.name, Short: c.short})
		case !isCommand(words[0]):
			o.unknown = &words[0]
			root.AddCommand(c.command(o))
		case c.name == words[0]:
			root.AddCommand(c.command(o))
		}
	}
}

func (c command) command(o *callOptions) *cobra.Command {
	cmd := c.build(o)
	cmd.Short = c.short
	return cmd
}
