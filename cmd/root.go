package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/cmd/file"
	helpcmd "github.com/epilot-cli/epilot/cmd/help"
	"github.com/epilot-cli/epilot/cmd/operation"
	"github.com/epilot-cli/epilot/internal/failure"
)

// root is the command line for cobra: one built-in command, or the API that the
// arguments name. Other commands are not built.
type root struct {
	*cobra.Command
	f         *cmdutil.Factory
	args      []string // as typed
	signals   *signals
	operation *operation.Command // set for an API on the command line

	version, mapped bool   // --version, --map
	helped          bool   // the line starts with "help"
	topic           string // of the help request
	unknown         string // unknown argument in the position of a command or API
	wrong           error  // error in the names on the line
	alias           string // at the start of the line
}

// allCommands is the argument that makes addCommands build all commands.
const allCommands = "/"

func newRoot(f *cmdutil.Factory, args []string) *root {
	r := &root{f: f, args: args, operation: operation.New(f)}
	r.Command = &cobra.Command{
		Use:           "epilot <api> <operationId> [path parameters…] [flags]",
		Short:         "Call any operation of the epilot APIs",
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          r.run,
	}
	r.CompletionOptions.DisableDefaultCmd = true
	r.SetHelpCommand(helpcmd.New())
	cmdutil.AddMapFlag(r.Flags(), &r.mapped)
	f.Flags.AddTo(r.Command, f.CompleteProfile)
	r.PersistentFlags().BoolVar(&r.version, "version", false, "Print the version")
	r.PersistentPreRunE = r.begin
	r.SetFlagErrorFunc(r.flagError)
	r.SetHelpFunc(func(cmd *cobra.Command, _ []string) { f.HelpErr = r.help(cmd) })
	r.SetArgs(r.addNamed(args))
	return r
}

// addNamed adds the command that the arguments name, and returns the arguments in
// cobra's order: command, flags, values.
func (r *root) addNamed(args []string) []string {
	positional, options, open := splitArgs(args, r.flagSets()...)
	if len(positional) > 0 && positional[0] == "help" {
		positional, options = positional[1:], append(options, "--help")
		args = slices.Concat(positional, options)
		r.helped = true
		if len(positional) > 0 && helpcmd.IsTopic(positional[0]) {
			return r.nameTopic(positional, options)
		}
	}
	positional = withoutAppAPI(positional)
	switch {
	case len(positional) == 0 || positional[0] == allCommands || isCommand(positional[0]):
		r.addCommands(positional)
		return args
	case !r.namesAPI(positional[0], options):
		if known := r.respell(positional[0]); known != nil {
			r.args = known
			return r.addNamed(known)
		}
		r.addCommands(positional)
		return args
	}
	r.operation.Extra = extraCommands(r.f, r.operation.Flags())[positional[0]]
	r.operation.Select(positional)
	r.AddCommand(r.operation.Command)
	if r.addParamFlags() {
		positional, options, open = splitArgs(r.args, r.flagSets()...)
		if r.helped {
			positional, options = positional[1:], append(options, "--help")
		}
		positional = withoutAppAPI(positional)
	}
	named, values := []string{positional[0]}, positional[1:]
	if len(values) > 0 {
		named, values = append(named, operation.Placeholder), values[1:]
	}
	if open {
		return slices.Concat(named, options) // "--" would become the missing value
	}
	return slices.Concat(named, options, []string{"--"}, values)
}

// flagSets returns the flags allowed anywhere on this line.
func (r *root) flagSets() []*pflag.FlagSet {
	sets := []*pflag.FlagSet{r.PersistentFlags(), r.operation.PersistentFlags()}
	if own := r.operation.ParamFlags(); own != nil {
		sets = append(sets, own)
	}
	return sets
}

// addParamFlags adds flags for the operation's parameters if the line has an unknown
// flag, and reports whether there are any. It corrects alternative spellings.
func (r *root) addParamFlags() bool {
	sets := r.flagSets()
	var unknown []int
	eachArg(r.args, sets, func(at int, role role) bool {
		if role == option && strings.HasPrefix(r.args[at], "--") && !isFlag(sets, r.args[at]) {
			unknown = append(unknown, at)
		}
		return true
	})
	if len(unknown) == 0 || r.operation.AddParamFlags(valueOf("definition", r.args, sets...)) == nil {
		return false
	}
	r.args = slices.Clone(r.args)
	for _, at := range unknown {
		name, value, valued := strings.Cut(r.args[at][2:], "=")
		if known := r.operation.Respell(name); known != "" && valued {
			r.args[at] = "--" + known + "=" + value
		} else if known != "" {
			r.args[at] = "--" + known
		}
	}
	return true
}

// extraCommands returns the commands of APIs that are not operations.
func extraCommands(f *cmdutil.Factory, flags *cmdutil.CallFlags) map[string][]*cmdutil.APICommand {
	return map[string][]*cmdutil.APICommand{file.API: file.Commands(f, flags)}
}

// namesAPI reports whether the argument is an API: an embedded one, or any name if
// the line has its own definition.
func (r *root) namesAPI(name string, options []string) bool {
	return r.f.Catalog().Has(name) || slices.ContainsFunc(options, isDefinitionFlag)
}

func isDefinitionFlag(option string) bool {
	return option == "--definition" || len(option) > 13 && option[:13] == "--definition="
}

// nameTopic stores the topic of a line that starts with "help", and returns the
// arguments for cobra.
func (r *root) nameTopic(positional, options []string) []string {
	if len(positional) > 1 {
		r.unknown = positional[1]
		return options
	}
	r.topic = positional[0]
	return options
}

// begin runs before every command.
func (r *root) begin(cmd *cobra.Command, _ []string) error {
	r.f.Out.Flags = r.f.Flags.Flags // they are parsed now
	if err := checkValues(r.args, cmd.Flags()); err != nil {
		return err
	}
	r.f.Flags.TokenSet = cmd.Flags().Changed("token")
	if r.version {
		if err := r.f.Out.Line("epilot " + r.f.Program.Version); err != nil {
			return err
		}
		return failure.New(failure.Silent, "the version was asked for")
	}
	r.handleSignals(cmd)
	return cmdutil.CheckFlags(cmd.Flags())
}

func (r *root) run(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) > 0:
		return r.unknownCommand(args[0])
	case r.mapped:
		complete := newRoot(cmdutil.NewFactory(r.f.App), []string{allCommands})
		complete.InitDefaultHelpCmd()
		return helpcmd.Map(cmd.Context(), r.f, complete.Command, extraCommands(r.f, r.operation.Flags()))
	case r.f.Flags.Guided:
		return r.operation.Guide(cmd)
	case r.f.Flags.JSON:
		return r.f.Out.PrintJSON(r.apis())
	}
	return r.help(cmd)
}

func (r *root) apis() []cmdutil.ListedAPI {
	var apis []cmdutil.ListedAPI
	for _, entry := range r.f.Catalog().Entries() {
		apis = append(apis, cmdutil.ListedAPI{Name: entry.Name, Title: entry.Title})
	}
	return apis
}

// help writes the help of the program, a topic or a built-in command.
func (r *root) help(cmd *cobra.Command) error {
	r.f.Out.Flags = r.f.Flags.Flags // they are parsed now
	if err := r.f.Flags.Help.Check(); err != nil {
		return err
	}
	switch {
	case r.topic != "":
		return helpcmd.Topic(r.f, r.topic, cmd.Root(), r.operation.PersistentFlags())
	case cmd.HasParent():
		return helpcmd.Command(r.f, cmd)
	case r.unknown != "":
		return r.unknownCommand(r.unknown)
	case r.helped && r.f.Flags.JSON:
		return helpcmd.List(r.f, cmd)
	}
	return helpcmd.Root(r.f, cmd)
}

// execute runs the line.
func (r *root) execute(ctx context.Context) error {
	if r.wrong != nil {
		return r.wrong
	}
	if err := r.ExecuteContext(ctx); err != nil {
		return err
	}
	return r.f.HelpErr // cobra's own help cannot fail
}

// role is the role of one argument of a command line.
type role int

const (
	word role = iota
	option
	optionValue // of the preceding option
	dashes      // "--"; everything after it is positional
)

// eachArg calls visit with the role of each argument, according to the known flags.
// An unknown flag takes no value. open reports that the last flag lacks its value.
// visit returns false to stop.
func eachArg(args []string, flagSets []*pflag.FlagSet, visit func(at int, r role) bool) (open bool) {
	valueNext, bare := false, false
	for at, arg := range args {
		r := word
		switch {
		case bare:
		case valueNext:
			r, valueNext = optionValue, false
		case arg == "--":
			r, bare = dashes, true
		case strings.HasPrefix(arg, "-") && arg != "-":
			r, valueNext = option, wantsValue(flagSets, arg)
		}
		if !visit(at, r) {
			return false
		}
	}
	return valueNext
}

// splitArgs moves the positional arguments of a command line in front of its flags:
// "--json -p a=1 entity getEntity x" becomes "entity getEntity x --json -p a=1".
// Flags may thus appear anywhere, even before the API, and the positional arguments
// tell which API's commands are needed. Everything after "--" is positional. An
// unknown flag keeps its place among the flags, so that pflag reports it. open
// reports that the last flag lacks its value.
func splitArgs(args []string, flagSets ...*pflag.FlagSet) (positional, options []string, open bool) {
	open = eachArg(args, flagSets, func(at int, r role) bool {
		switch r {
		case word:
			positional = append(positional, args[at])
		case option, optionValue:
			options = append(options, args[at])
		}
		return true
	})
	return positional, options, open
}

// wantsValue reports whether the next argument is the flag's value.
func wantsValue(flagSets []*pflag.FlagSet, arg string) bool {
	_, last := flagOf(flagSets, arg)
	return last != nil && last.NoOptDefVal == ""
}

// flagOf returns the first flag in an argument such as "--json", "-p" or "-vip", or
// nil. last is the flag at its end, nil if that is unknown or has its value in the
// argument: "-p" needs a value, "-pid=1" does not.
func flagOf(flagSets []*pflag.FlagSet, arg string) (first, last *pflag.Flag) {
	if name, long := strings.CutPrefix(arg, "--"); long {
		name, _, valued := strings.Cut(name, "=")
		first = find(flagSets, func(flags *pflag.FlagSet) *pflag.Flag { return flags.Lookup(name) })
		if valued {
			return first, nil
		}
		return first, first
	}
	for i, letter := range arg[1:] {
		if letter > '~' || i > 0 && letter == '=' {
			return first, nil
		}
		flag := find(flagSets, func(flags *pflag.FlagSet) *pflag.Flag { return flags.ShorthandLookup(string(letter)) })
		switch {
		case flag == nil:
			return nil, nil
		case first == nil:
			first = flag
		}
		if flag.NoOptDefVal == "" {
			if i == len(arg)-2 {
				return first, flag
			}
			return first, nil
		}
		last = flag
	}
	return first, last
}

func find(flagSets []*pflag.FlagSet, lookup func(*pflag.FlagSet) *pflag.Flag) *pflag.Flag {
	for _, flags := range flagSets {
		if flag := lookup(flags); flag != nil {
			return flag
		}
	}
	return nil
}

// valueOf returns the value of a flag on the command line, or "".
func valueOf(name string, args []string, flagSets ...*pflag.FlagSet) (value string) {
	eachArg(args, flagSets, func(at int, r role) bool {
		switch text, attached := strings.CutPrefix(args[at], "--"+name+"="); {
		case r == option && attached:
			value = text
		case r == optionValue && args[at-1] == "--"+name:
			value = args[at]
		}
		return true
	})
	return value
}

// checkValues rejects a flag value that is spelled like another flag: it is probably
// an unset shell variable, and the swallowed flag may be --dry-run. Such a value can
// still be passed with "=".
func checkValues(args []string, flagSets ...*pflag.FlagSet) error {
	var lost error
	eachArg(args, flagSets, func(at int, r role) bool {
		if r != optionValue || !isFlag(flagSets, args[at]) {
			return true
		}
		_, flag := flagOf(flagSets, args[at-1])
		lost = failure.New(failure.Usage, "--%s has no value: the next argument is %s", flag.Name, spelling(args[at])).
			Hintf("write --%s=%s if you mean it", flag.Name, spelling(args[at]))
		return false
	})
	return lost
}

// spelling returns the flag of an argument without its value, which may be a token.
func spelling(arg string) string {
	name, _, valued := strings.Cut(arg, "=")
	if !strings.HasPrefix(arg, "--") && len(name) > 2 {
		name, valued = name[:2], true
	}
	if valued {
		name += "…"
	}
	return name
}

// isFlag reports whether pflag would parse the argument as known flags.
func isFlag(flagSets []*pflag.FlagSet, arg string) bool {
	switch {
	case arg == "--":
		return true
	case !strings.HasPrefix(arg, "-") || arg == "-":
		return false
	}
	first, _ := flagOf(flagSets, arg)
	return first != nil
}
