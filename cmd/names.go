package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/cmd/alias"
	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/profiles"
)

// respell is the line with the names that it means, where its first argument is
// neither a command nor an API: that of an alias, else of an API in another
// spelling, else of the only operation of all APIs that is called so. It is nil
// where the argument is none of them.
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

// expand puts what an alias stands for in its place.
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

// ambiguous is the error for an operation that several APIs have.
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

// profiles is the configuration; a shell that completes must change nothing of it.
func (r *root) profiles() *profiles.Store {
	if r.f.Silent {
		return r.f.ReadOnlyProfiles()
	}
	return r.f.Profiles()
}

// aliases are the names of the aliases, none where they cannot be read.
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

// indexOf is where a name stands among the words of the line, at least so many
// of which come before it.
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

// corrected is the line with the name that a person says was meant, nil where
// nobody is asked or the answer is no.
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
		Text: strings.ToUpper(message[:1]) + message[1:] + ". Use " + misnamed.Near, Yes: misnamed.Safe,
	})
	switch {
	case err != nil:
		return nil, err
	case !yes:
		return nil, failed
	}
	return slices.Concat(r.args[:at], []string{misnamed.Near}, r.args[at+1:]), nil
}

// inSpelling are the candidates in the spelling of what was typed, where that is
// not the documented one.
func inSpelling(typed string, found []complete.Candidate) []complete.Candidate {
	for i, c := range found {
		if !strings.HasPrefix(c.Text, typed) {
			found[i].Text = suggest.Continue(typed, c.Text)
		}
	}
	return found
}

// operations are those that no other API has, as they are called without theirs.
func (l *commandLine) operations() []complete.Candidate {
	var found []complete.Candidate
	for _, m := range l.root.f.Catalog().Unique(context.Background()) {
		found = append(found, complete.Candidate{Text: m.Operation.ID, Note: m.API + ": " + m.Operation.Line})
	}
	return inSpelling(l.typed, found)
}
