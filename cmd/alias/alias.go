// Package alias implements the alias commands and expands the alias at the start of
// a command line.
package alias

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

// Names reports the kind of a first argument: "a command", "an API", "an operation",
// or "" if the name is unknown. An alias cannot hide the first two.
type Names func(name string) string

// New returns the alias command group.
func New(f *cmdutil.Factory, names Names) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "alias"}, newSetCmd(f, names), newListCmd(f, names), newDeleteCmd(f))
}

func newSetCmd(f *cmdutil.Factory, names Names) *cobra.Command {
	return &cobra.Command{
		Use:   "set <name> <command>",
		Short: "Define a short name for a command; $1 and $@ are arguments",
		Example: `epilot alias set contacts 'entity searchEntities -d {"q":"_schema:contact AND $1"}'` + "\n" +
			"epilot contacts ada --server mock",
		Args: cmdutil.TwoArgs("a name and a command in quotes", "epilot alias set tokens 'access-token listAccessTokens -o table'"),
		RunE: func(cmd *cobra.Command, args []string) error { return set(cmd.Context(), f, names, args[0], args[1]) },

		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return cmdutil.Names(func() []complete.Candidate { return stored(f) }, true)(cmd, args, typed)
		},
	}
}

// stored returns the stored aliases as completion candidates.
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

// check rejects an alias that could not work.
func check(f *cmdutil.Factory, names Names, name, command string) error {
	if what := names(name); what == isCommand || what == isAPI {
		return failure.New(failure.Usage, "%q is %s: an alias cannot hide it", name, what).Hintf("choose another name")
	}
	odd := func(r rune) bool { return term.Unsafe(r) || strings.ContainsRune(" $'\"\\=", r) }
	if suggest.Fold(name) == "" || strings.HasPrefix(name, "-") || strings.ContainsFunc(name, odd) {
		return failure.New(failure.Usage, "%q cannot be the name of an alias", name).
			Hintf("use letters, digits, - and _")
	}
	template, err := shell.Template("the command", command)
	if err != nil {
		return err
	}
	if len(template) > 0 && template[0] == "epilot" {
		return failure.New(failure.Usage, "the command begins with epilot").Hintf("leave epilot out: it is run in any case")
	}
	if len(template) == 0 {
		return failure.New(failure.Usage, "the command is empty").Hintf("for example: 'access-token listAccessTokens -o table'")
	}
	if i := slices.IndexFunc(template, holdsToken); i >= 0 {
		return failure.New(failure.Usage, "an alias cannot hold a token").Hintf("store it with \"epilot login\", in a profile that --profile names")
	}
	if first := template[0]; !strings.HasPrefix(first, "-") && names(first) == "" {
		if text, err := f.Profiles().Alias(first); err == nil && text != "" {
			return failure.New(failure.Usage, "%q is an alias: an alias cannot begin with one", first).
				Hintf("write what it stands for: %s", text)
		}
		return failure.New(failure.Usage, "unknown command or API %q", first).Hintf("\"epilot\" lists the APIs and commands")
	}
	return nil
}

// Results of Names.
const (
	isCommand = "a command"
	isAPI     = "an API"
)

// holdsToken reports whether an argument is a flag that takes a token.
func holdsToken(arg string) bool {
	return arg == "--token" || strings.HasPrefix(arg, "--token=") || arg == "-t" ||
		strings.HasPrefix(arg, "-t") && !strings.HasPrefix(arg, "--")
}

func newListCmd(f *cmdutil.Factory, names Names) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the aliases and their commands",
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
		aliases = []profiles.Alias{} // an empty list, not null, with --json
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
		Use:     "delete <name>",
		Short:   "Delete an alias",
		Example: "epilot alias delete contacts",
		Args:    cmdutil.OneArg("alias", "epilot alias delete tokens"),
		RunE:    func(cmd *cobra.Command, args []string) error { return remove(cmd.Context(), f, args[0]) },

		ValidArgsFunction: cmdutil.Names(func() []complete.Candidate { return stored(f) }, true),
	}
}

func remove(ctx context.Context, f *cmdutil.Factory, name string) error {
	if err := f.Profiles().DeleteAlias(ctx, name); err != nil {
		return err
	}
	return f.Done(map[string]string{"name": name}, "deleted alias %s", name)
}

// Expand returns the command of an alias with the arguments filled in: $1 is the
// first argument, $@ are the arguments that no $N uses, appended if there is no $@.
// Inside a JSON string an argument is escaped, so that it stays part of that string.
// Errors are of kind Usage.
func Expand(name, command string, args []string) ([]string, error) {
	template, err := shell.Template("the alias "+name, command)
	if err != nil {
		return nil, err
	}
	if slices.Contains(args, "--help") || slices.Contains(args, "-h") {
		return Begin(name, command, args)
	}
	wanted := highest(template)
	args, literal := withoutDashes(args, wanted)
	for i, arg := range args[:min(wanted, len(args))] {
		if len(arg) > 1 && arg[0] == '-' && !literal {
			return nil, failure.New(failure.Usage, "the flag %s stands where the alias %s wants $%d", arg, name, i+1).
				Hintf("write flags behind the arguments: epilot %s%s [flags]", name, arguments(wanted))
		}
	}
	if len(args) < wanted {
		return nil, failure.New(failure.Usage, "the alias %s needs %s, got %d", name, failure.Count(wanted, "argument"), len(args)).
			Hintf("write epilot %s%s; it stands for: %s", name, arguments(wanted), command)
	}
	rest := args[wanted:]
	if literal && len(rest) > 0 {
		rest = slices.Concat([]string{"--"}, rest)
	}
	return fill(template, args, rest), nil
}

// Begin is Expand for an unfinished line or one that asks for help: missing
// arguments are empty.
func Begin(name, command string, args []string) ([]string, error) {
	template, err := shell.Template("the alias "+name, command)
	if err != nil {
		return nil, err
	}
	wanted := highest(template)
	isFlag := func(arg string) bool { return strings.HasPrefix(arg, "-") }
	values := args
	if i := slices.IndexFunc(args, isFlag); i >= 0 {
		values = args[:i]
	}
	rest := args[min(len(values), wanted):]
	return fill(template, values, rest), nil
}

// arguments returns the arguments of an alias as shown in its usage.
func arguments(wanted int) string {
	usage := ""
	for n := range wanted {
		usage += " <" + strconv.Itoa(n+1) + ">"
	}
	return usage
}

// withoutDashes removes "--" from the arguments that fill $N: no flag follows it.
func withoutDashes(args []string, wanted int) (without []string, literal bool) {
	if i := slices.Index(args, "--"); i >= 0 && i < wanted {
		return slices.Concat(args[:i], args[i+1:]), true
	}
	return args, false
}

// highest returns the largest N of $N in template.
func highest(template []string) int {
	most := 0
	for _, arg := range template {
		for i := range arg {
			if n, _ := placeholder(arg[i:]); n > most {
				most = n
			}
		}
	}
	return most
}

// placeholder returns the number and the length of the $N at the start of text.
func placeholder(text string) (n, length int) {
	if len(text) < 2 || text[0] != '$' || text[1] < '1' || text[1] > '9' {
		return 0, 0
	}
	length = 2
	for length < len(text) && length < 4 && '0' <= text[length] && text[length] <= '9' {
		length++
	}
	n, _ = strconv.Atoi(text[1:length])
	return n, length
}

const allOthers = "$@"

// fill substitutes args and rest into template.
func fill(template, args, rest []string) []string {
	var filled []string
	placed := false
	for _, arg := range template {
		if arg == allOthers {
			filled, placed = append(filled, rest...), true
			continue
		}
		placed = placed || strings.Contains(arg, allOthers)
		filled = append(filled, fillArg(arg, args, rest))
	}
	if placed {
		return filled
	}
	return append(filled, rest...)
}

func fillArg(arg string, args, rest []string) string {
	isJSON := strings.HasPrefix(arg, "{") || strings.HasPrefix(arg, "[")
	var out strings.Builder
	inString := false
	put := func(text string) {
		if inString {
			quoted := string(jsonx.Quote(text))
			text = quoted[1 : len(quoted)-1]
		}
		out.WriteString(text)
	}
	for i := 0; i < len(arg); {
		n, length := placeholder(arg[i:])
		switch {
		case n > 0 && n <= len(args):
			put(args[n-1])
		case n > 0:
		case strings.HasPrefix(arg[i:], allOthers):
			length = len(allOthers)
			put(strings.Join(rest, " "))
		case isJSON && inString && arg[i] == '\\' && i+1 < len(arg):
			length = 2
			out.WriteString(arg[i : i+2])
		default:
			length = 1
			inString = inString != (isJSON && arg[i] == '"')
			out.WriteByte(arg[i])
		}
		i += length
	}
	return out.String()
}
