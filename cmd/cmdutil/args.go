package cmdutil

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
)

// NoArgs rejects arguments.
func NoArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return UnknownSubcommand(cmd, args[0])
	}
	return failure.New(failure.Usage, "%q takes no arguments, got %q", cmd.CommandPath(), args[0]).
		Hintf("\"%s --help\" lists its flags", cmd.CommandPath())
}

// OneArg requires one argument. what names it; example is a line to paste.
func OneArg(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return failure.New(failure.Usage, "%q takes one %s, got %s", cmd.CommandPath(), what, failure.Count(len(args), "argument")).
			Hintf("for example: %s", example)
	}
}

// TwoArgs requires two arguments. what names them; example is a line to paste.
func TwoArgs(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 2 {
			return nil
		}
		return failure.New(failure.Usage, "%q takes %s, got %s", cmd.CommandPath(), what, failure.Count(len(args), "argument")).
			Hintf("for example: %s", example)
	}
}

// Group makes cmd a group: without a subcommand it shows its help.
func Group(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.Use += " <command>"
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return UnknownSubcommand(cmd, args[0])
	}
	cmd.AddCommand(below...)
	return cmd
}

// IsGroup reports whether a command does nothing without a subcommand.
func IsGroup(cmd *cobra.Command) bool {
	return cmd.HasSubCommands() && strings.HasSuffix(cmd.Use, " <command>")
}

// UnknownSubcommand returns the error for an unknown subcommand of a group.
func UnknownSubcommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	list := cmd.CommandPath()
	if !IsGroup(cmd) {
		list += " --help" // without it, the command does its own work
	}
	return unknownName(fmt.Sprintf("unknown command %q of %q", name, cmd.CommandPath()), name, names,
		fmt.Sprintf("%q lists them", list))
}

// UnknownAPI returns the error for an unknown API name.
func UnknownAPI(name string, names []string) error {
	return unknownName(fmt.Sprintf("unknown API %q", name), name, names, `"epilot definitions list" lists them`)
}

// Misnamed is the error for an unknown API, command or operation name, with the
// closest known name.
type Misnamed struct {
	Err        error
	Name, Near string
	At         int  // number of names before it on the line
	Safe       bool // Near only reads
}

func (m *Misnamed) Error() string { return m.Err.Error() }

func (m *Misnamed) Unwrap() error { return m.Err }

// UnknownOperation returns the error for an operation that the API does not have.
// extra are the names of the API's other commands.
func UnknownOperation(api *openapi.API, id string, extra ...string) error {
	if err := catalog.LeftOut(api, id); err != nil {
		return err
	}
	names := slices.Clone(extra)
	for _, op := range api.Operations {
		names = append(names, api.CallName(op))
	}
	unknown := failure.New(failure.Usage, "unknown operation %q in API %s", id, api.Name)
	near := suggest.Match(id, names)
	if near == "" {
		return unknown.Hintf("\"epilot %s\" lists the operations", api.Name)
	}
	op := api.Named(near)
	return &Misnamed{
		Err:  unknown.Hintf("did you mean %s? \"epilot %s\" lists them", shell.Quote(near), api.Name),
		Name: id, Near: near, At: 1, Safe: op != nil && op.Method == http.MethodGet,
	}
}

// unknownName returns an error of kind Usage that suggests the closest known name.
func unknownName(message, name string, names []string, list string) error {
	unknown := failure.New(failure.Usage, "%s", message)
	if near := suggest.Match(name, names); near != "" {
		return unknown.Hintf("did you mean %s? %s", near, list)
	}
	return unknown.Hintf("%s", list)
}

func unknownFlag(err error, name string, names []string, list string) error {
	unknown := failure.New(failure.Usage, "%w", err)
	if near := suggest.Match(name, names); near != "" {
		return unknown.Hintf("did you mean --%s? %s", near, list)
	}
	return unknown.Hintf("%s", list)
}

// Values completes a flag or an argument with fixed values, in this order. A value
// may have a description after a tab.
func Values(values ...cobra.Completion) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// Complete registers the completion of a flag's value.
func Complete(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, values) // cannot fail: the flag was added above
}

// FlagValues returns the allowed values of a flag, or nil if there is no short,
// fixed list.
func FlagValues(flag *pflag.Flag) []string { return flag.Annotations[fixedValues] }

const fixedValues = "epilot_values"

// OneOf registers the only allowed values of a flag, for completion and --map.
func OneOf(cmd *cobra.Command, flags *pflag.FlagSet, name string, values ...string) {
	for _, value := range values {
		annotate(flags, name, fixedValues, value)
	}
	Complete(cmd, name, Values(values...))
}

// Candidates converts candidates to cobra completions. It keeps those that start
// with typed and fit on a line of the protocol.
func Candidates(found []complete.Candidate, typed string, directive cobra.ShellCompDirective) ([]cobra.Completion, cobra.ShellCompDirective) {
	directive |= cobra.ShellCompDirectiveNoFileComp
	var lines []cobra.Completion
	for _, c := range found {
		if !strings.HasPrefix(c.Text, typed) || strings.ContainsFunc(c.Text, term.Unsafe) {
			continue
		}
		if c.Open {
			directive |= cobra.ShellCompDirectiveNoSpace
		}
		lines = append(lines, cobra.CompletionWithDesc(c.Text, term.Line(c.Note)))
	}
	return lines, directive
}

// Names returns a completion from names. With once, it leaves out names that are
// already on the line.
func Names(names func() []complete.Candidate, once bool) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if once && len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var found []complete.Candidate
		for _, c := range names() {
			if !contains(args, c.Text) {
				found = append(found, c)
			}
		}
		return Candidates(found, typed, cobra.ShellCompDirectiveDefault)
	}
}

func contains(args []string, text string) bool {
	for _, arg := range args {
		if arg == text {
			return true
		}
	}
	return false
}

// OneFile completes the first argument with a path, and no further ones.
func OneFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// CompleteProfile completes the names of stored profiles, with their stage. It shows
// no secrets.
func (f *Factory) CompleteProfile(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return Candidates(f.profileNames(), typed, cobra.ShellCompDirectiveDefault)
}

// CompleteProfileArg is CompleteProfile for a command with a single argument.
func (f *Factory) CompleteProfileArg(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return Names(f.profileNames, true)(cmd, args, typed)
}

func (f *Factory) profileNames() []complete.Candidate {
	stored, err := f.ReadOnlyProfiles().Profiles()
	if err != nil {
		return nil
	}
	var found []complete.Candidate
	for _, p := range stored {
		found = append(found, complete.Candidate{Text: p.Name, Note: p.Stage})
	}
	return found
}

// APINames returns the known APIs with what they are for.
func (f *Factory) APINames() []complete.Candidate {
	var found []complete.Candidate
	for _, e := range f.Catalog().AllEntries() {
		found = append(found, complete.Candidate{Text: e.Name, Note: e.About()})
	}
	return found
}

// CompleteAPI completes the name of an API as a flag value.
func (f *Factory) CompleteAPI(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return Candidates(f.APINames(), typed, cobra.ShellCompDirectiveDefault)
}
