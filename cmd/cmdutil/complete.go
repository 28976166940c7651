package cmdutil

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/term"
)

// Values completes a flag or an argument with these values, in this order. A
// value may have a note behind a tab.
func Values(values ...cobra.Completion) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// Complete registers what completes the value of a flag.
func Complete(cmd *cobra.Command, flag string, values cobra.CompletionFunc) {
	_ = cmd.RegisterFlagCompletionFunc(flag, values) // the flag is there: it was added in the lines above
}

// FlagValues are the values that a flag may have, nil without a short
// list of them that needs no command line.
func FlagValues(flag *pflag.Flag) []string { return flag.Annotations[fixedValues] }

const fixedValues = "epilot_values"

// OneOf registers the only values that a flag may have: completion offers them,
// --map lists them.
func OneOf(cmd *cobra.Command, flags *pflag.FlagSet, name string, values ...string) {
	for _, value := range values {
		annotate(flags, name, fixedValues, value)
	}
	Complete(cmd, name, Values(values...))
}

// Candidates turns candidates into cobra's form: those that begin with what was
// typed and that a line of the protocol can hold.
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

// Names are candidates for an argument that no other argument of the line has.
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

// OneFile completes the first argument with a path, and none behind it.
func OneFile(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// CompleteProfile completes the name of a stored profile with its stage;
// nothing secret is shown.
func (f *Factory) CompleteProfile(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return Candidates(f.profileNames(), typed, cobra.ShellCompDirectiveDefault)
}

// CompleteProfileArg is CompleteProfile for the one argument of a command.
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

// APINames are the known APIs with their titles.
func (f *Factory) APINames() []complete.Candidate {
	var found []complete.Candidate
	for _, e := range f.Catalog().AllEntries() {
		found = append(found, complete.Candidate{Text: e.Name, Note: e.Title})
	}
	return found
}

// CompleteAPI completes the name of an API, as the value of a flag.
func (f *Factory) CompleteAPI(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return Candidates(f.APINames(), typed, cobra.ShellCompDirectiveDefault)
}
