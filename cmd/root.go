package cmd

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// newRootCmd builds the commands that this command line can mean: the fixed
// ones, and those of the API that it names. The other APIs cost nothing.
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
	root.SetFlagErrorFunc(flagError)
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { o.helpErr = o.help(cmd) })
	root.AddCommand(
		newAuthCmd(o), newProfileCmd(o), newConfigCmd(o),
		newSearchCmd(o), newDefinitionsCmd(o), newMockCmd(o),
	)
	root.SetArgs(o.addAPI(root, args))
	return root, o
}

// addAPI adds the command of the API that the words name, and returns the
// arguments in the order that cobra reads: command words, flags, values.
func (o *callOptions) addAPI(root *cobra.Command, args []string) []string {
	callFlags := pflag.NewFlagSet("call", pflag.ContinueOnError)
	o.addCallFlags(callFlags)
	known := pflag.NewFlagSet("all", pflag.ContinueOnError)
	known.AddFlagSet(root.PersistentFlags())
	known.AddFlagSet(callFlags)
	words, options, open := wordsFirst(known, args)
	if len(words) > 0 && words[0] == "help" {
		words, options = words[1:], append(options, "--help")
		args = slices.Concat(words, options)
		o.helped = true
		if len(words) > 0 && isTopic(words[0]) {
			return o.nameTopic(words, options)
		}
	}
	if len(words) == 0 || o.isCommand(root, words[0]) {
		return args
	}
	words = withoutAppAPI(words)
	if !o.namesAPI(words[0], options) {
		o.unknown = &words[0]
		return args
	}
	api := newAPICmd(o, words)
	api.PersistentFlags().AddFlagSet(callFlags)
	root.AddCommand(api)
	named := min(len(words), 2)
	if open {
		return slices.Concat(words[:named], options) // "--" would become the value that is missing
	}
	return slices.Concat(words[:named], options, []string{"--"}, words[named:])
}

func (o *callOptions) isCommand(root *cobra.Command, word string) bool {
	return slices.ContainsFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == word })
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

// newAPICmd is the command of one API; below it stands the operation that the
// words name, and no other: a tree of every operation would cost each start.
func newAPICmd(o *callOptions, words []string) *cobra.Command {
	api := &cobra.Command{
		Use:  words[0],
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.runAPI(cmd) },
	}
	o.api = words[0]
	if len(words) > 1 {
		o.operation, o.named = words[1], true
		api.AddCommand(newOperationCmd(o))
	}
	return api
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
