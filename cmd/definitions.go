package cmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// newDefinitionsCmd is the group of commands about the definitions that calls
// use, and about which of them are trusted.
func newDefinitionsCmd(call *callOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use: "definitions <command>",
		RunE: func(cmd *cobra.Command, words []string) error {
			if len(words) == 0 {
				return call.help(cmd)
			}
			return unknownSubcommand(cmd, words[0])
		},
	}
	cmd.AddCommand(
		newListCmd(call), newShowCmd(call), newUpdateCmd(call), newResetCmd(call),
		newPathCmd(call), newTrustCmd(call), newUntrustCmd(call),
	)
	return cmd
}

func unknownSubcommand(cmd *cobra.Command, word string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	unknown := failure.New(failure.Usage, "unknown command %q of %q", word, cmd.CommandPath())
	if near := nearest.Match(word, names); near != "" {
		return unknown.Hintf("did you mean %s? \"%s\" lists them", near, cmd.CommandPath())
	}
	return unknown.Hintf("\"%s\" lists them", cmd.CommandPath())
}

func oneWord(cmd *cobra.Command, words []string, what, example string) error {
	if len(words) == 1 {
		return nil
	}
	return failure.New(failure.Usage, "%q takes one %s, got %d words", cmd.CommandPath(), what, len(words)).
		Hintf("as in: %s", example)
}

func newPathCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the folder of the downloaded definitions",
		Args:  noWords,
		RunE:  func(*cobra.Command, []string) error { return call.printCache() },
	}
}

func (o *callOptions) printCache() error {
	folder := o.app.cache()
	if folder == "" {
		return failure.New(failure.File, "there is no folder for downloaded definitions").
			Hintf("set HOME or XDG_CACHE_HOME")
	}
	if o.json {
		return o.printJSON(map[string]string{"path": folder})
	}
	_, err := fmt.Fprintln(o.app.Streams.Out, folder)
	return asWriteError(err)
}
