package cmd

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// newRootCmd builds the commands that this command line can mean: one of its
// own, or the API that it names. The others cost nothing.
func newRootCmd(a *App, args []string) (*cobra.Command, *callOptions) {
	o := &callOptions{app: a, catalog: a.catalog()}
	root := &cobra.Command{
		Use:           "epilot <api> <operationId> [path parameters…] [flags]",
		Short:         "Call any operation of the epilot APIs",
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, words []string) error { return o.runRoot(cmd, words) },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelpCmd())
	o.addMapFlag(root.Flags())
	o.addGlobalFlags(root.PersistentFlags())
	root.PersistentFlags().BoolVar(&o.showVersion, "version", false, "Print the version")
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) { o.heed(cmd) }
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { o.helpErr = o.help(cmd) })
	root.SetArgs(o.addMeant(root, args))
	return root, o
}

// addMeant adds the command that the words name, and returns the arguments in
// the order that cobra reads: command words, flags, values.
func (o *callOptions) addMeant(root *cobra.Command, args []string) []string {
	api := newAPICmd(o)
	o.callFlags = api.PersistentFlags()
	o.addCallFlags(o.callFlags)
	words, options, open := wordsFirst(args, root.PersistentFlags(), o.callFlags)
	if len(words) > 0 && words[0] == "help" {
		words, options = words[1:], append(options, "--help")
		args = slices.Concat(words, options)
		o.helped = true
		if len(words) > 0 && isTopic(words[0]) {
			return o.nameTopic(words, options)
		}
	}
	words = withoutAppAPI(words)
	if len(words) == 0 || isCommand(words[0]) || !o.namesAPI(words[0], options) {
		o.addCommands(root, words)
		return args
	}
	o.nameAPI(api, words)
	root.AddCommand(api)
	named := min(len(words), 2)
	if open {
		return slices.Concat(words[:named], options) // "--" would become the value that is missing
	}
	return slices.Concat(words[:named], options, []string{"--"}, words[named:])
}

// namesAPI reports whether the word is an API: an embedded one, or any word
// when the line brings a definition of its own.
func (o *callOptions) namesAPI(word string, options []string) bool {
	return o.catalog.Has(word) || slices.ContainsFunc(options, isDefinitionFlag)
}

func isDefinitionFlag(option string) bool {
	return option == "--definition" || len(option) > 13 && option[:13] == "--definition="
}

func (o *callOptions) runRoot(cmd *cobra.Command, words []string) error {
	if o.showVersion {
		return o.printVersion()
	}
	if len(words) == 0 && o.showMap {
		return o.mapAll(cmd)
	}
	if len(words) == 0 && o.guided {
		return o.guideFromAPI(cmd)
	}
	if len(words) == 0 && o.json {
		return o.printJSON(o.listAPIs())
	}
	if len(words) == 0 {
		return o.help(cmd)
	}
	return o.unknownCommand(cmd, words[0])
}

func (o *callOptions) unknownCommand(cmd *cobra.Command, word string) error {
	candidates := o.catalog.Names()
	for _, c := range cmd.Commands() {
		candidates = append(candidates, c.Name())
	}
	unknown := failure.New(failure.Usage, "unknown command or API %q", word)
	if o.helped {
		candidates = append(candidates, topicNames()...)
		unknown = failure.New(failure.Usage, "there is no help on %q", word)
	}
	switch near := nearest.Match(word, candidates); {
	case formerly(word) != "":
		return unknown.Hintf("that API is called %s now, with the same operations", formerly(word))
	case !o.helped && isTopic(word):
		return unknown.Hintf("\"epilot help %s\" is the text about it", word)
	case near != "":
		return unknown.Hintf("did you mean %s? \"epilot\" lists the APIs, commands and topics", near)
	}
	return unknown.Hintf("\"epilot\" lists the APIs, commands and topics")
}

// newAPICmd is the command of an API that is not known yet.
func newAPICmd(o *callOptions) *cobra.Command {
	return &cobra.Command{
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.runAPI(cmd) },
	}
}

// nameAPI makes it the command of the API that the words name; below it stands
// the operation that they name, and no other: a tree of every operation would
// cost each start.
func (o *callOptions) nameAPI(api *cobra.Command, words []string) {
	o.api, api.Use = words[0], words[0]
	if len(words) > 1 {
		o.operation, o.named = words[1], true
		api.AddCommand(newOperationCmd(o))
	}
}

// newOperationCmd is the one generic command that every operation runs through.
func newOperationCmd(o *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:  o.operation,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, positional []string) error {
			if o.showVersion {
				return o.printVersion()
			}
			if o.showMap {
				return o.mapOperation(cmd)
			}
			return o.runOperation(cmd, positional)
		},
	}
}

func (o *callOptions) runOperation(cmd *cobra.Command, positional []string) error {
	o.positional, o.flags = positional, cmd.Flags()
	set := cmd.Flags().Changed
	o.dataSet, o.tokenSet, o.jsonataSet = set("data"), set("token"), set("jsonata")
	if err := refuseEmpty(cmd.Flags()); err != nil {
		return err
	}
	return o.run(cmd.Context())
}
