// Package alias is the group of commands about aliases, names that a person gives
// to the beginnings of lines, and what becomes of a line that begins with one.
package alias

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

// Names says what a first argument is: "a command", "an API", "an operation", or
// "" for nothing that is known. An alias cannot hide the first two.
type Names func(name string) string

// New is the group.
func New(f *cmdutil.Factory, names Names) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "alias"}, newSetCmd(f, names), newListCmd(f, names), newDeleteCmd(f))
}

func newSetCmd(f *cmdutil.Factory, names Names) *cobra.Command {
	return &cobra.Command{
		Use:   "set <name> <command>",
		Short: "Store a short name for a command; $1 and $@ are its arguments",
		Example: `epilot alias set contacts 'entity searchEntities -d {"q":"_schema:contact AND $1"}'` + "\n" +
			"epilot contacts ada --server mock",
		Args: cmdutil.TwoArgs("a name and a command in quotes", "epilot alias set tokens 'access-token listAccessTokens -o table'"),
		RunE: func(cmd *cobra.Command, args []string) error { return set(cmd.Context(), f, names, args[0], args[1]) },

		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return cmdutil.Names(func() []complete.Candidate { return stored(f) }, true)(cmd, args, typed)
		},
	}
}

// stored are the aliases for a shell that completes.
func stored(f *cmdutil.Factory) []complete.Candidate {
	aliases, err := f.ReadOnlyProfiles().Aliases()
	if err != nil {
		return nil
	}
	var found []complete.Candidate
	for _, a := range aliases {
		found = append(found, complete.Candidate{Text: a.Name, Note: a.Command})
	}
	return found
}

func set(ctx context.Context, f *cmdutil.Factory, names Names, name, command string) error {
	if err := check(f, names, name, command); err != nil {
		return err
	}
	if err := f.Profiles().SetAlias(ctx, profiles.Alias{Name: name, Command: command}); err != nil {
		return err
	}
	if names(name) != "" {
		f.Out.Warn(name + " is also " + names(name) + ", which the alias hides; write its API to call it")
	}
	return f.Done(profiles.Alias{Name: name, Command: command}, "epilot %s is now: epilot %s", name, command)
}

// check refuses an alias that could not work.
func check(f *cmdutil.Factory, names Names, name, command string) error {
	if what := names(name); what == isCommand || what == isAPI {
		return failure.New(failure.Usage, "%q is %s: an alias cannot hide it", name, what).Hintf("choose another name")
	}
	odd := func(r rune) bool { return term.Unsafe(r) || strings.ContainsRune(" $'\"\\=", r) }
	if suggest.Fold(name) == "" || strings.HasPrefix(name, "-") || strings.ContainsFunc(name, odd) {
		return failure.New(failure.Usage, "%q cannot be the name of an alias", name).
			Hintf("use letters, digits, - and _")
	}
	words, err := shell.Template("the command", command)
	if err != nil {
		return err
	}
	if len(words) > 0 && words[0] == "epilot" {
		return failure.New(failure.Usage, "the command begins with epilot").Hintf("leave epilot out: it is run in any case")
	}
	if len(words) == 0 {
		return failure.New(failure.Usage, "the command is empty").Hintf("for example: 'access-token listAccessTokens -o table'")
	}
	if i := slices.IndexFunc(words, holdsToken); i >= 0 {
		return failure.New(failure.Usage, "an alias cannot hold a token").Hintf("store it with \"epilot login\", in a profile that --profile names")
	}
	if first := words[0]; !strings.HasPrefix(first, "-") && names(first) == "" {
		if text, err := f.Profiles().Alias(first); err == nil && text != "" {
			return failure.New(failure.Usage, "%q is an alias: an alias cannot begin with one", first).
				Hintf("write what it stands for: %s", text)
		}
		return failure.New(failure.Usage, "unknown command or API %q", first).Hintf("\"epilot\" lists the APIs and commands")
	}
	return nil
}

// What Names says.
const (
	isCommand = "a command"
	isAPI     = "an API"
)

// holdsToken reports whether a word is the flag of a token.
func holdsToken(word string) bool {
	return word == "--token" || strings.HasPrefix(word, "--token=") || word == "-t" ||
		strings.HasPrefix(word, "-t") && !strings.HasPrefix(word, "--")
}

func newListCmd(f *cmdutil.Factory, names Names) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the aliases and what they stand for",
		Args:  cmdutil.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return list(f, names) },
	}
}

func list(f *cmdutil.Factory, names Names) error {
	aliases, err := f.Profiles().Aliases()
	if err != nil {
		return err
	}
	if aliases == nil {
		aliases = []profiles.Alias{} // with --json, too, a list
	}
	var entries []help.Entry
	for _, a := range aliases {
		entries = append(entries, help.Entry{Name: a.Name, Line: a.Command})
		if what := names(a.Name); what == isCommand || what == isAPI {
			f.Out.Warn("the alias " + a.Name + " is not used: " + a.Name + " is " + what)
		}
	}
	if len(entries) == 0 && !f.Flags.JSON {
		f.Out.Note("no aliases; \"epilot alias set <name> <command>\" stores one")
		return nil
	}
	return f.Out.Show(aliases, func(page *help.Page) { page.List("ALIASES", entries) })
}

func newDeleteCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "delete <name>",
		Short: "Delete an alias",
		Args:  cmdutil.OneArg("alias", "epilot alias delete tokens"),
		RunE:  func(cmd *cobra.Command, args []string) error { return remove(cmd.Context(), f, args[0]) },

		ValidArgsFunction: cmdutil.Names(func() []complete.Candidate { return stored(f) }, true),
	}
}

func remove(ctx context.Context, f *cmdutil.Factory, name string) error {
	if err := f.Profiles().DeleteAlias(ctx, name); err != nil {
		return err
	}
	return f.Done(map[string]string{"name": name}, "deleted alias %s", name)
}
