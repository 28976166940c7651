package cmd

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/alias"
	"github.com/epilot-cli/epilot/cmd/cmdutil"
	helpcmd "github.com/epilot-cli/epilot/cmd/help"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/profiles"
)

// respell returns the intended line if its first argument is neither a command nor
// an API: an alias, an API in another spelling, or an operation whose name is unique
// across all APIs. Otherwise it returns nil.
func (r *root) respell(name string) []string {
	at := r.indexOf(name, 0)
	if r.alias == "" {
		text, err := r.profiles().Alias(name)
		switch {
		case err != nil:
			r.wrong = err // unless the name is something else
		case text != "":
			return r.expand(name, text, at)
		}
	}
	if api := r.f.Catalog().Spelled(name); api != "" {
		r.wrong = nil
		return slices.Concat(r.args[:at], []string{api}, r.args[at+1:])
	}
	switch found := r.f.Catalog().Called(context.Background(), name); len(found) {
	case 0:
		return nil
	case 1:
		r.wrong = nil
		return slices.Concat(r.args[:at], []string{found[0].API}, r.args[at:])
	default:
		r.wrong = ambiguous(found)
		return nil
	}
}

// expand replaces an alias by its command.
func (r *root) expand(name, text string, at int) []string {
	r.alias = name
	fill := alias.Expand
	if r.f.Silent {
		fill = alias.Begin
	}
	args, err := fill(name, text, r.args[at+1:])
	if err != nil {
		r.wrong = err
		return nil
	}
	return slices.Concat(r.args[:at], args)
}

// ambiguous returns the error for an operation that several APIs have.
func ambiguous(found []catalog.Match) error {
	var apis, lines []string
	for _, m := range found {
		apis = append(apis, m.API)
		lines = append(lines, "epilot "+m.API+" "+m.Operation.ID)
	}
	last := len(apis) - 1
	return failure.New(failure.Usage, "%s is an operation of %s and %s", found[0].Operation.ID, strings.Join(apis[:last], ", "), apis[last]).
		Hintf("write %s", strings.Join(lines, " or "))
}

// profiles returns the configuration. Completion must not change it.
func (r *root) profiles() *profiles.Store {
	if r.f.Silent {
		return r.f.ReadOnlyProfiles()
	}
	return r.f.Profiles()
}

// aliases returns the names of the aliases, or none if they cannot be read.
func (r *root) aliases() []string {
	stored, err := r.profiles().Aliases()
	if err != nil {
		return nil
	}
	var names []string
	for _, a := range stored {
		names = append(names, a.Name)
	}
	return names
}

// indexOf returns the index of a name among the positional arguments, skipping at
// least the first least.
func (r *root) indexOf(name string, least int) int {
	index, before := -1, 0
	eachArg(r.args, r.flagSets(), func(at int, role role) bool {
		if role == word && r.args[at] == name && before >= least {
			index = at
			return false
		}
		if role == word {
			before++
		}
		return true
	})
	return index
}

// corrected returns the line with the name the user confirmed, or nil if nobody is
// asked or the answer is no.
func (r *root) corrected(ctx context.Context, failed error) ([]string, error) {
	var misnamed *cmdutil.Misnamed
	isForScripts := func(arg string) bool { return strings.HasPrefix(arg, "--no-interactive") || arg == "--json" }
	if !errors.As(failed, &misnamed) || !r.f.MayAsk() || slices.ContainsFunc(r.args, isForScripts) {
		return nil, failed
	}
	at := r.indexOf(misnamed.Name, misnamed.At)
	prompts, err := r.f.Prompter()
	if err != nil || at < 0 {
		return nil, failed
	}
	message := misnamed.Error()
	yes, err := prompts.Confirm(ctx, prompt.Question{
		Text: strings.ToUpper(message[:1]) + message[1:] + ". Use " + misnamed.Near + "?", Yes: misnamed.Safe,
	})
	switch {
	case err != nil:
		return nil, err
	case !yes:
		return nil, failed
	}
	return slices.Concat(r.args[:at], []string{misnamed.Near}, r.args[at+1:]), nil
}

// inSpelling returns the candidates in the spelling that the user typed, if it is
// not the documented one.
func inSpelling(typed string, found []complete.Candidate) []complete.Candidate {
	for i, c := range found {
		if !strings.HasPrefix(c.Text, typed) {
			found[i].Text = suggest.Continue(typed, c.Text)
		}
	}
	return found
}

// operations returns the operations with unique names, which can be called without
// their API.
func (l *commandLine) operations() []complete.Candidate {
	var found []complete.Candidate
	for _, m := range l.root.f.Catalog().Unique(context.Background()) {
		found = append(found, complete.Candidate{Text: m.ID, Note: m.API + ": " + m.Line})
	}
	return inSpelling(l.typed, found)
}

func (r *root) unknownCommand(name string) error {
	if r.wrong != nil {
		return r.wrong
	}
	candidates := append(r.f.Catalog().Names(), r.aliases()...)
	for _, c := range commands() {
		candidates = append(candidates, c.name)
	}
	unknown := failure.New(failure.Usage, "unknown command or API %s", strconv.Quote(name))
	if r.helped {
		candidates = append(candidates, helpcmd.TopicNames()...)
		unknown = failure.New(failure.Usage, "no help on %s", strconv.Quote(name))
	}
	near, safe := r.suggestion(name, candidates)
	switch {
	case currentName(name) != "":
		return unknown.Hintf("that API is called %s now, with the same operations", currentName(name))
	case !r.helped && help.TopicText(name) != "":
		return unknown.Hintf("\"epilot help %s\" is the text about it", name)
	case !r.helped && foreignCommand(name) != "":
		return unknown.Hintf("%s", foreignCommand(name))
	case near != "":
		unknown = unknown.Hintf("did you mean %s? \"epilot\" lists the APIs, commands and topics", near)
		return &cmdutil.Misnamed{Err: unknown, Name: name, Near: near, Safe: safe}
	}
	return unknown.Hintf("\"epilot\" lists the APIs, commands and topics")
}

// foreignCommand returns a hint for a command of other tools, or "".
func foreignCommand(name string) string {
	switch suggest.Fold(name) {
	case "version":
		return "use \"epilot --version\""
	case "man", "docs", "doc", "documentation":
		return "use \"epilot help\", or \"epilot open\" for the documentation"
	case "signin":
		return "use \"epilot login\""
	case "signout":
		return "use \"epilot logout\""
	case "status", "token":
		return "use \"epilot auth " + suggest.Fold(name) + "\""
	case "configure", "init", "setup":
		return "use \"epilot login\", and \"epilot config set\" for settings"
	case "update", "selfupdate":
		return "use \"epilot upgrade\" for the program, \"epilot definitions update\" for the APIs"
	case "upload", "download":
		return "use \"epilot file " + suggest.Fold(name) + "\""
	case "export", "dump":
		return "use --all -o ndjson, or -o csv, with a list or a search; \"epilot examples\" has one"
	case "import":
		return "use --each FILE with a create or an update; \"epilot help bulk\" describes it"
	case "get", "list", "ls", "show", "describe", "create", "new", "add", "edit", "delete", "remove", "rm", "api", "call":
		return "\"epilot search " + name + "\" and what you look for finds operations; \"epilot\" lists the APIs"
	}
	return ""
}

// suggestion returns the closest of the names and of the operations that can be called
// without their API. It is safe if it only reads.
func (r *root) suggestion(name string, names []string) (near string, safe bool) {
	ctx := context.Background()
	var operations []string
	for _, m := range r.f.Catalog().Unique(ctx) {
		operations = append(operations, m.ID)
	}
	command, operation := suggest.Match(name, names), suggest.Match(name, operations)
	near = suggest.Match(name, []string{command, operation}) // a command if both are as close
	if near != operation {
		return near, true
	}
	called := r.f.Catalog().Called(ctx, operation)
	return near, len(called) == 1 && called[0].Operation.Method == http.MethodGet
}

// flagError returns the error for an invalid flag. If a flag is unknown only because
// the command name is wrong, the name is reported instead.
func (r *root) flagError(cmd *cobra.Command, err error) error {
	if r.operation.API() != "" {
		definition := valueOf("definition", r.args, r.PersistentFlags(), r.operation.PersistentFlags())
		if wrong := r.operation.WrongName(cmd.Context(), definition); wrong != nil {
			return cmp.Or(r.missingOperation(err, wrong), wrong)
		}
		return cmdutil.FlagError(cmd, err, r.args, r.operation.BodyFields(cmd.Context()))
	}
	name := r.wrongName(cmd)
	switch {
	case name == "" && cmd == r.Command && r.callFlag(err) != nil:
		return missingAPI(r.callFlag(err).Name)
	case name == "" && cmd == r.Command && cmdutil.ForeignFlag(r.operation.Command, err, r.args) != "":
		return cmdutil.FlagError(r.operation.Command, err, r.args, nil)
	case name == "":
		return cmdutil.FlagError(cmd, err, r.args, nil)
	case cmd == r.Command:
		return r.unknownCommand(name)
	}
	return cmdutil.UnknownSubcommand(cmd, name)
}

// missingOperation returns the error for a line whose operation is in fact the value
// of an unknown flag, or nil: "epilot entity --jq .title" has none. A name close to
// an operation's is a wrong name.
func (r *root) missingOperation(err, wrong error) error {
	var near *cmdutil.Misnamed
	flag := cmdutil.UnknownFlag(err)
	at := slices.Index(r.args, flag)
	if flag == "" || at < 0 || at+1 >= len(r.args) || r.args[at+1] != r.operation.ID() || errors.As(wrong, &near) {
		return nil
	}
	missing := failure.New(failure.Usage, "missing operation: %q is the value of %s", r.operation.ID(), flag)
	api := r.operation.API()
	if ours := cmdutil.ForeignFlag(r.operation.Command, err, r.args); ours != "" {
		return missing.Hintf("write epilot %s <operationId> …, and use %s", api, ours)
	}
	return missing.Hintf("write epilot %s <operationId> %s …; \"epilot %s\" lists the operations", api, flag, api)
}

// callFlag returns the call flag that err reports as unknown, or nil.
func (r *root) callFlag(err error) *pflag.Flag {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return nil
	}
	name := unknown.GetSpecifiedName()
	if flag := r.operation.PersistentFlags().Lookup(name); flag != nil || len(name) != 1 {
		return flag
	}
	return r.operation.PersistentFlags().ShorthandLookup(name)
}

// missingAPI returns the error for a line with a call flag but no API.
func missingAPI(flag string) error {
	missing := failure.New(failure.Usage, "missing API: --%s is a flag of a call", flag)
	if flag == "definition" {
		return missing.Hintf("choose any name for the API: \"epilot myapi --definition FILE\" lists its operations")
	}
	return missing.Hintf("write epilot <api> <operationId> --%s …; \"epilot\" lists the APIs", flag)
}

// wrongName returns the argument in the position of a command or API name below cmd,
// which is the root or a group. It returns "" if there is none, or if a flag before
// it belongs to no command below cmd.
func (r *root) wrongName(cmd *cobra.Command) string {
	if !cmd.HasSubCommands() {
		return ""
	}
	flagSets := []*pflag.FlagSet{r.PersistentFlags()}
	if cmd == r.Command {
		flagSets = append(flagSets, r.Flags(), r.operation.PersistentFlags())
	}
	for _, c := range below(cmd) {
		flagSets = append(flagSets, c.Flags(), c.PersistentFlags())
	}
	depth, name := 0, ""
	for c := cmd; c.HasParent(); c = c.Parent() {
		depth++
	}
	if r.helped {
		depth++
	}
	eachArg(r.args, flagSets, func(at int, role role) bool {
		switch {
		case role == option && !isFlag(flagSets, r.args[at]):
			return false
		case role != word:
			return true
		case depth > 0:
			depth--
			return true
		}
		name = r.args[at]
		return false
	})
	return name
}

// below returns the commands below cmd, at any depth.
func below(cmd *cobra.Command) []*cobra.Command {
	var found []*cobra.Command
	for _, c := range cmd.Commands() {
		found = append(append(found, c), below(c)...)
	}
	return found
}
