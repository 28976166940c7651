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
)

// MayAsk reports whether prompts may start by default: all three streams are
// terminals, and nothing indicates a script.
func (f *Factory) MayAsk() bool {
	s := f.Streams
	return s.InTTY && s.OutTTY && s.ErrTTY && !f.Flags.NoInteractive && !f.InScript()
}

// InScript reports whether the environment is that of a script, which has nobody to ask.
func (f *Factory) InScript() bool {
	return IsOn(f.Getenv("CI")) || IsOn(f.Getenv("EPILOT_NO_INTERACTIVE"))
}

// IsOn parses a boolean environment variable.
func IsOn(value string) bool {
	return !slices.Contains([]string{"", "0", "false"}, strings.ToLower(value))
}

// Asks reports whether this command line prompts for missing input.
func (f *Factory) Asks() bool { return f.Flags.Guided || f.MayAsk() }

// CheckGuided rejects --guided without a terminal to prompt on. Stdout may be a
// pipe: prompts go to stderr.
func (f *Factory) CheckGuided() error {
	if !f.Flags.Guided || f.Streams.InTTY && f.Streams.ErrTTY {
		return nil
	}
	return failure.New(failure.Usage, "--guided needs a terminal on stdin and stderr").
		Hintf("pass parameters with -p and the body with -d; see --help")
}

// Prompter returns a prompter on stderr; stdout is for data.
func (f *Factory) Prompter() (prompt.Prompter, error) {
	in, inIsFile := f.Streams.In.(*os.File)
	out, outIsFile := f.Streams.Err.(*os.File)
	if !inIsFile || !outIsFile {
		return nil, failure.New(failure.Usage, "no terminal to prompt on")
	}
	setting, err := f.Setting("editor")
	if err != nil {
		return nil, err
	}
	editor, err := shell.Command("the editor", setting.Text)
	if err != nil {
		return nil, err
	}
	return prompt.New(prompt.Options{
		In: in, Out: out, Editor: editor,
		Palette: f.Streams.ErrPalette(),
		Plain:   IsOn(f.Getenv("ACCESSIBLE")) || f.Getenv("TERM") == "dumb",
	}), nil
}

// Confirm asks a yes/no question. "No" is a failure of kind Interrupted with the
// given message.
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

// AddYes adds the flag that skips ConfirmLoss.
func AddYes(flags *pflag.FlagSet, yes *bool) {
	flags.BoolVarP(yes, "yes", "y", false, "Skip confirmation prompts")
}

// ConfirmLoss asks for confirmation on a terminal before stored data is removed. yes
// skips the prompt.
func (f *Factory) ConfirmLoss(ctx context.Context, yes bool, what string) error {
	if yes || !f.MayAsk() {
		return nil
	}
	return f.Confirm(ctx, prompt.Question{Text: what + "? This cannot be undone."}, "cancelled: nothing was removed")
}

// Hidden takes over the terminal for input without echo. It returns nil if nobody
// can be prompted. The caller must close it.
func (f *Factory) Hidden(resumed func()) (*prompt.Hidden, error) {
	file, isFile := f.Streams.In.(*os.File)
	if !isFile || !f.Streams.InTTY || !f.Streams.ErrTTY {
		return nil, nil
	}
	return prompt.OpenHidden(file, resumed)
}

// AskHidden prompts for one line without echo. Errors are of kind Usage if stdin is
// not a terminal, and Interrupted for Ctrl-D.
func (f *Factory) AskHidden(ctx context.Context, question string) (string, error) {
	ask := func() { fmt.Fprint(f.Streams.Err, question) }
	hidden, err := f.Hidden(ask)
	if err == nil && hidden == nil {
		err = failure.New(failure.Usage, "no terminal to prompt on").Hintf("pass the token on stdin")
	}
	if err != nil {
		return "", err
	}
	defer hidden.Close()
	ask()
	defer fmt.Fprintln(f.Streams.Err)
	return hidden.Line(ctx)
}
