// Package prompt asks a person at a terminal: choices, texts, secrets, yes or
// no, and a text in the person's editor. Two ways to ask stand behind one
// interface: drawn, where keys move through lists, and plain, where numbered
// questions follow each other as lines that a screen reader can read.
//
// It is the only package that knows survey. It does not know what is asked
// about, and does not decide whether a person may be asked at all.
package prompt

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

// Prompter asks. Every method ends with an error of kind Interrupted, and the
// terminal as it was, when the person presses Ctrl-C or Ctrl-D or the context
// is cancelled.
type Prompter interface {
	// Select returns the index of one option.
	Select(ctx context.Context, q Question) (int, error)
	// MultiSelect returns the indexes of any number of options, in their order.
	MultiSelect(ctx context.Context, q Question) ([]int, error)
	// Confirm returns yes or no.
	Confirm(ctx context.Context, q Question) (bool, error)
	// Input returns one line that passed the question's check.
	Input(ctx context.Context, q Question) (string, error)
	// Password is Input that is not shown.
	Password(ctx context.Context, q Question) (string, error)
	// Edit returns the text as the person's editor left it. The name's ending
	// tells the editor what kind of text it is.
	Edit(ctx context.Context, name, text string) (string, error)
}

// Question is what is asked. Text of any origin may stand in it: what could
// drive the terminal is shown instead of sent.
type Question struct {
	ID      string             // names the question to programs; not shown
	Text    string             // what is asked, a few words
	Help    string             // a line above the answer, may be empty
	Default string             // of Input: what an empty answer stands for
	Check   func(string) error // of Input and Password: nil for one that fits; may be nil
	Yes     bool               // of Confirm: what an empty answer stands for
	Options []Option           // of Select and MultiSelect
	Chosen  []int              // of Select: where it starts; of MultiSelect: what is ticked at first
	Rows    int                // how many options are shown at once, ten when 0
	Back    bool               // Ctrl-B and Shift-Tab are ErrBack

	quiet bool // the text says already what the default is
}

// Option is one row of a list.
type Option struct {
	Label string
	Note  string                   // shown below the list while the option is highlighted
	Match string                   // what typed words are looked for in, Label when empty
	Paint func(text string) string // colours the row, may be nil

	// Preview is one more line on the highlighted option, on a terminal of 100
	// columns or more; may be nil.
	Preview func() string
}

// ErrBack is the error of a question whose person wants to see the one before.
var ErrBack = errors.New("back to the question before")

// File is one end of a terminal.
type File interface {
	Fd() uintptr
}

// Options are what a Prompter needs of the world.
type Options struct {
	In interface {
		io.Reader
		File
	}
	Out interface { // the prompts are drawn here: stderr, so that stdout stays data
		io.Writer
		File
	}
	Palette *term.Palette
	Plain   bool     // numbered questions instead of drawn lists
	Editor  []string // the editor and its arguments
}

// New returns a Prompter. Nothing is asked or written yet.
func New(o Options) Prompter {
	keys := &keyboard{file: o.In}
	edits := editor{words: o.Editor, in: o.In, out: o.Out}
	if o.Plain {
		return &plain{editor: edits, lines: keys, out: o.Out}
	}
	return &screenPrompter{editor: edits, keys: keys, out: o.Out, palette: o.Palette}
}

// interrupted is the error of every way to leave a question.
func interrupted(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return failure.New(failure.Interrupted, "cancelled")
}

// editor is the person's own.
type editor struct {
	words []string
	in    io.Reader
	out   io.Writer
}

// Edit writes the text to a file of the user alone, and removes it after.
func (e editor) Edit(ctx context.Context, name, text string) (string, error) {
	if len(e.words) == 0 {
		return "", failure.New(failure.Usage, "there is no editor").
			Hintf("name one in EDITOR, or give the body with -d")
	}
	file, err := os.CreateTemp("", "epilot-*-"+name)
	if err != nil {
		return "", failure.New(failure.File, "the text to edit cannot be stored: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return "", failure.New(failure.File, "the text to edit cannot be stored: %w", err)
	}
	if err := e.run(ctx, file.Name()); err != nil {
		return "", err
	}
	edited, err := os.ReadFile(file.Name())
	if err != nil {
		return "", failure.New(failure.File, "the edited text cannot be read: %w", err)
	}
	return string(edited), nil
}

// run gives the editor the terminal: stdout may be a pipe of the shell's.
func (e editor) run(ctx context.Context, file string) error {
	cmd := exec.CommandContext(ctx, e.words[0], append(e.words[1:len(e.words):len(e.words)], file)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.in, e.out, e.out
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return interrupted(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return failure.New(failure.Usage, "the editor %q is not there", e.words[0]).
			Hintf("name another in EDITOR, or with \"epilot config set editor\"")
	}
	return failure.New(failure.File, "the editor %q failed: %w", e.words[0], err).
		Hintf("nothing was sent; what was edited is gone")
}
