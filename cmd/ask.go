package cmd

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/guided"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

// mayAsk reports whether prompts may start by themselves: a person sits at all
// three streams, and nothing says that it is a script.
func (o *callOptions) mayAsk() bool {
	s := o.app.Streams
	return s.InTTY && s.OutTTY && s.ErrTTY && !o.noInteractive &&
		!isOn(o.app.Getenv("CI")) && !isOn(o.app.Getenv("EPILOT_NO_INTERACTIVE"))
}

// isOn reads a variable that switches something.
func isOn(value string) bool {
	return !slices.Contains([]string{"", "0", "false"}, strings.ToLower(value))
}

// asks reports whether this call asks for what it lacks.
func (o *callOptions) asks() bool { return o.guided || o.mayAsk() }

// checkGuided refuses --guided where nobody can answer. Stdout may be a pipe:
// the prompts are on stderr.
func (o *callOptions) checkGuided() error {
	s := o.app.Streams
	switch {
	case !o.guided:
		return nil
	case o.noInteractive:
		return failure.New(failure.Usage, "--guided and --no-interactive exclude each other").
			Hintf("leave one of them out")
	case !s.InTTY || !s.ErrTTY:
		return failure.New(failure.Usage, "--guided needs a terminal: stdin and stderr must be one").
			Hintf("give the parameters with -p and the body with -d; --help shows both")
	}
	return nil
}

// prompter asks on stderr; stdout is for data.
func (o *callOptions) prompter() (prompt.Prompter, error) {
	in, inIsFile := o.app.Streams.In.(*os.File)
	out, outIsFile := o.app.Streams.Err.(*os.File)
	if !inIsFile || !outIsFile {
		return nil, failure.New(failure.Usage, "there is no terminal to ask on")
	}
	setting, err := o.app.profiles().Setting("editor", "")
	if err != nil {
		return nil, err
	}
	editor, err := profiles.ParseCommand(setting.Text)
	if err != nil {
		return nil, err
	}
	return prompt.New(prompt.Options{
		In: in, Out: out, Editor: editor,
		Palette: term.NewPalette(o.app.Streams.ErrColor),
		Plain:   isOn(o.app.Getenv("ACCESSIBLE")) || o.app.Getenv("TERM") == "dumb",
	}), nil
}

// interview is what is asked for one call.
type interview struct {
	options *callOptions
	op      *operation.Operation
	guide   *guided.Guide
	answers *guided.Answers
}

// interview begins one; nil where this call may not ask.
func (o *callOptions) interview(op *operation.Operation) (*interview, error) {
	if err := o.checkGuided(); err != nil || !o.asks() {
		return nil, err
	}
	prompts, err := o.prompter()
	if err != nil {
		return nil, err
	}
	i := &interview{options: o, op: op, guide: &guided.Guide{Prompts: prompts, Lenient: o.noValidate}}
	if dir := profiles.StateDir(o.app.Getenv); dir != "" {
		i.answers = guided.OpenAnswers(filepath.Join(dir, "answers", o.memory()), o.isSecret)
		i.guide.History = i.answers
	}
	return i, nil
}

// memory is the name of a file about the operation, the official CLI's.
func (o *callOptions) memory() string {
	return url.PathEscape(o.api) + "_" + url.PathEscape(o.operation) + ".json"
}

// isSecret finds the tokens of this call in a text.
func (o *callOptions) isSecret(text string) bool {
	for _, secret := range []string{o.token, o.app.Getenv("EPILOT_TOKEN"), o.bearer} {
		if secret != "" && strings.Contains(text, secret) {
			return true
		}
	}
	return false
}

// keep stores the answers for the next time. That it fails is a warning: the
// call can be made.
func (i *interview) keep(ctx context.Context) {
	if i == nil || i.answers == nil || ctx.Err() != nil {
		return
	}
	if err := i.answers.Save(); err != nil {
		i.options.app.warn("the answers are not remembered: " + err.Error())
	}
}
