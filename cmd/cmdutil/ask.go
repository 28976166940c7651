package cmdutil

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/term"
)

// MayAsk reports whether prompts may start unasked: a person sits at all three
// streams, and nothing says that it is a script.
func (f *Factory) MayAsk() bool {
	s := f.Streams
	return s.InTTY && s.OutTTY && s.ErrTTY && !f.Flags.NoInteractive &&
		!IsOn(f.Getenv("CI")) && !IsOn(f.Getenv("EPILOT_NO_INTERACTIVE"))
}

// IsOn reads a variable that switches something.
func IsOn(value string) bool {
	return !slices.Contains([]string{"", "0", "false"}, strings.ToLower(value))
}

// Asks reports whether this command line asks for what it lacks.
func (f *Factory) Asks() bool { return f.Flags.Guided || f.MayAsk() }

// CheckGuided refuses --guided where nobody can answer. Stdout may be a pipe:
// the prompts are on stderr.
func (f *Factory) CheckGuided() error {
	if !f.Flags.Guided || f.Streams.InTTY && f.Streams.ErrTTY {
		return nil
	}
	return failure.New(failure.Usage, "--guided needs a terminal: stdin and stderr must be one").
		Hintf("give the parameters with -p and the body with -d; --help shows both")
}

// Prompter asks on stderr; stdout is for data.
func (f *Factory) Prompter() (prompt.Prompter, error) {
	in, inIsFile := f.Streams.In.(*os.File)
	out, outIsFile := f.Streams.Err.(*os.File)
	if !inIsFile || !outIsFile {
		return nil, failure.New(failure.Usage, "no terminal to prompt on")
	}
	setting, err := f.Profiles().Setting("editor", "")
	if err != nil {
		return nil, err
	}
	editor, err := shell.Command("the editor", setting.Text)
	if err != nil {
		return nil, err
	}
	return prompt.New(prompt.Options{
		In: in, Out: out, Editor: editor,
		Palette: term.NewPalette(f.Streams.ErrColor),
		Plain:   IsOn(f.Getenv("ACCESSIBLE")) || f.Getenv("TERM") == "dumb",
	}), nil
}

// Confirm asks a question that wants a yes. A no is a failure of kind
// Interrupted with the message.
func (f *Factory) Confirm(ctx context.Context, q prompt.Question, refused string) error {
	prompts, err := f.Prompter()
	if err != nil {
		return err
	}
	yes, err := prompts.Confirm(ctx, q)
	if err == nil && !yes {
		return failure.New(failure.Interrupted, "%s", refused)
	}
	return err
}

// AddYes adds the flag that answers ConfirmLoss.
func AddYes(flags *pflag.FlagSet, yes *bool) {
	flags.BoolVarP(yes, "yes", "y", false, "Skip confirmation prompts")
}

// ConfirmLoss asks, on a terminal, before something stored is removed; yes is
// the answer of the line.
func (f *Factory) ConfirmLoss(ctx context.Context, yes bool, what string) error {
	if yes || !f.MayAsk() {
		return nil
	}
	return f.Confirm(ctx, prompt.Question{Text: what + "? This cannot be undone."}, "cancelled: nothing was removed")
}

// Hidden takes the terminal for lines that are not shown while they are typed;
// nil where there is nobody to ask. It must be closed.
func (f *Factory) Hidden(resumed func()) (*prompt.Hidden, error) {
	file, isFile := f.Streams.In.(*os.File)
	if !isFile || !f.Streams.InTTY || !f.Streams.ErrTTY {
		return nil, nil
	}
	return prompt.OpenHidden(file, resumed)
}

// AskHidden asks for one line that is not shown. Errors are of kind Usage where
// stdin is not a terminal, and Interrupted at Ctrl-D.
func (f *Factory) AskHidden(ctx context.Context, question string) (string, error) {
	ask := func() { fmt.Fprint(f.Streams.Err, question) }
	hidden, err := f.Hidden(ask)
	if err == nil && hidden == nil {
		err = failure.New(failure.Usage, "no terminal to prompt on").Hintf("give the token on stdin")
	}
	if err != nil {
		return "", err
	}
	defer hidden.Close()
	ask()
	defer fmt.Fprintln(f.Streams.Err)
	return hidden.Line(ctx)
}
