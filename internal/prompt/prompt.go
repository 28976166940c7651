// Package prompt prompts the user at a terminal for choices, strings, secrets,
// confirmation, and text in the user's editor. One interface has two
// implementations: drawn lists with keyboard navigation, and plain numbered
// questions for screen readers.
//
// It is the only package that uses survey. It does not decide whether the user may
// be prompted at all.
package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

// Prompter prompts the user. Every method restores the terminal and returns an error
// of kind Interrupted when the user presses Ctrl-C or Ctrl-D or the context is
// canceled.
type Prompter interface {
	// Select returns the index of one option.
	Select(ctx context.Context, q Question) (int, error)
	// MultiSelect returns the indexes of any number of options, in order.
	MultiSelect(ctx context.Context, q Question) ([]int, error)
	// Confirm returns the answer to a yes/no question.
	Confirm(ctx context.Context, q Question) (bool, error)
	// Input returns one line that passed the question's check.
	Input(ctx context.Context, q Question) (string, error)
	// Password is Input without echo.
	Password(ctx context.Context, q Question) (string, error)
	// Edit returns the text as saved in the user's editor. The extension of name
	// tells the editor the type of the text.
	Edit(ctx context.Context, name, text string) (string, error)
}

// Question is a prompt. Its strings may be untrusted: terminal control characters
// are made visible.
type Question struct {
	ID      string             // identifies the question to programs; not shown
	Text    string             // the question, a few words
	Help    string             // a line above the answer; may be empty
	Default string             // Input: the value of an empty answer
	Check   func(string) error // Input and Password: returns nil for a valid answer; may be nil
	Yes     bool               // Confirm: the value of an empty answer
	Options []Option           // Select and MultiSelect
	Chosen  []int              // Select: the initial option; MultiSelect: those checked initially
	Rows    int                // number of visible options; 0 for ten
	Back    bool               // return ErrBack on Ctrl-B and Shift-Tab

	quiet bool // Text already contains the default
}

// Option is one row of a list.
type Option struct {
	Label string
	Note  string                   // shown below the list when highlighted
	Match string                   // text to match the filter; Label if empty
	Stays bool                     // never filtered out
	Paint func(text string) string // colors the row; may be nil

	// Preview returns an extra line for the highlighted option on a terminal of 100
	// columns or more; may be nil.
	Preview func() string
}

// ErrBack is returned if the user wants to go back to the previous question.
var ErrBack = errors.New("back one question")

// File is one end of a terminal.
type File interface {
	Fd() uintptr
}

// Options are the environment of a Prompter.
type Options struct {
	In interface {
		io.Reader
		File
	}
	Out interface { // for prompts: stderr, so that stdout is only data
		io.Writer
		File
	}
	Palette *term.Palette
	Plain   bool     // numbered questions instead of drawn lists
	Editor  []string // the editor and its arguments
}

// New returns a Prompter. It does not write anything yet.
func New(o Options) Prompter {
	keys := &keyboard{file: o.In}
	edits := editor{argv: o.Editor, in: o.In, out: o.Out}
	if o.Plain {
		return &plain{editor: edits, lines: keys, out: o.Out}
	}
	return &screenPrompter{editor: edits, keys: keys, out: o.Out, palette: o.Palette}
}

// interrupted returns the error for leaving a question.
func interrupted(ctx context.Context) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return failure.New(failure.Interrupted, "cancelled")
}

// editor is the user's editor.
type editor struct {
	argv []string
	in   io.Reader
	out  io.Writer
}

// Edit writes the text to a file that only the user can read, and removes it
// afterwards.
func (e editor) Edit(ctx context.Context, name, text string) (string, error) {
	if len(e.argv) == 0 {
		return "", failure.New(failure.Usage, "no editor found").
			Hintf("set EDITOR, or pass the body with -d")
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

// run gives the editor the terminal, because stdout may be a pipe.
func (e editor) run(ctx context.Context, file string) error {
	cmd := exec.CommandContext(ctx, e.argv[0], append(e.argv[1:len(e.argv):len(e.argv)], file)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.in, e.out, e.out
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return interrupted(ctx)
	case errors.Is(err, exec.ErrNotFound):
		return failure.New(failure.Usage, "the editor %q was not found", e.argv[0]).
			Hintf("set EDITOR, or run \"epilot config set editor\"")
	}
	return failure.New(failure.File, "the editor %q failed: %w", e.argv[0], err).
		Hintf("nothing was sent; your edits are lost")
}

// plain prompts with lines only: it never erases anything on the screen.
type plain struct {
	editor
	lines *keyboard
	out   io.Writer
}

func (p *plain) Input(ctx context.Context, q Question) (string, error) {
	return p.answer(ctx, q, p.line)
}

func (p *plain) Password(ctx context.Context, q Question) (string, error) {
	q.Default = ""
	h, err := openHidden(p.lines, nil) // before the prompt, because the user starts typing when it appears
	if err != nil {
		return "", err
	}
	defer h.Close()
	return p.answer(ctx, q, func(ctx context.Context) (string, error) {
		defer p.say("")
		return h.Line(ctx)
	})
}

func (p *plain) Confirm(ctx context.Context, q Question) (bool, error) {
	answer, err := p.answer(ctx, asYesNo(q), p.line)
	return isYes(answer), err
}

func (p *plain) Select(ctx context.Context, q Question) (int, error) {
	q = p.numbered(q)
	if len(q.Chosen) > 0 {
		q.Default = strconv.Itoa(q.Chosen[0] + 1)
	}
	q.Text += ", its number"
	q.Check = func(answer string) error {
		_, err := number(answer, len(q.Options))
		return err
	}
	answer, err := p.answer(ctx, q, p.line)
	if err != nil {
		return 0, err
	}
	return number(answer, len(q.Options))
}

func (p *plain) MultiSelect(ctx context.Context, q Question) ([]int, error) {
	q = p.numbered(q)
	var chosen []string
	for _, i := range q.Chosen {
		chosen = append(chosen, strconv.Itoa(i+1))
	}
	q.Default = strings.Join(chosen, " ")
	q.Text += ", their numbers with spaces between, or 0 for none"
	q.Check = func(answer string) error {
		_, err := numbers(answer, len(q.Options))
		return err
	}
	answer, err := p.answer(ctx, q, p.line)
	if err != nil {
		return nil, err
	}
	return numbers(answer, len(q.Options))
}

// numbered returns the question with a numbered list of options.
func (p *plain) numbered(q Question) Question {
	p.say(q.Text + ":")
	for i, o := range q.Options {
		p.say(strings.TrimSpace(fmt.Sprintf("%d. %s  %s", i+1, squeeze(o.Label), o.Note)))
	}
	return q
}

// answer repeats the question until the answer is valid.
func (p *plain) answer(ctx context.Context, q Question, read func(context.Context) (string, error)) (string, error) {
	if q.Help != "" {
		p.say(q.Help)
	}
	asked := q.Text
	if q.Default != "" && !q.quiet {
		asked += " [" + q.Default + "]"
	}
	for {
		_, _ = io.WriteString(p.out, term.Line(asked)+": ")
		text, err := read(ctx)
		if err != nil {
			return "", err
		}
		if text == "" {
			text = q.Default
		}
		if q.Check == nil {
			return text, nil
		}
		fault := q.Check(text)
		if fault == nil {
			return text, nil
		}
		p.say("not accepted: " + fault.Error())
	}
}

func (p *plain) say(text string) { _, _ = fmt.Fprintln(p.out, term.Line(text)) }

// longestLine is the limit of a terminal in line mode, in bytes: macOS drops the
// rest of a line after 1,023, Linux after 4,095.
var longestLine = map[bool]int{true: 1023, false: 4095}[runtime.GOOS == "darwin"]

// line reads one line with the terminal's line editing.
func (p *plain) line(ctx context.Context) (string, error) {
	p.lines.ctx = ctx
	for {
		text, rest, whole := strings.Cut(string(p.lines.pending), "\n")
		if whole {
			p.lines.pending = []byte(rest)
			if len(text) >= longestLine {
				return "", failure.New(failure.Usage, "the terminal cuts a line of more than %d bytes", longestLine).
					Hintf("pass the value with a flag or on stdin")
			}
			return term.Safe(strings.TrimSuffix(text, "\r")), nil
		}
		if err := p.lines.fill(); err != nil {
			p.say("")
			return "", p.failed(ctx, err)
		}
	}
}

func (p *plain) failed(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, io.EOF) {
		return interrupted(ctx)
	}
	return failure.New(failure.File, "cannot prompt on the terminal: %w", err)
}

// number parses the number of an option and returns its index.
func number(text string, count int) (int, error) {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < 1 || n > count {
		return 0, fmt.Errorf("type a number from 1 to %d", count)
	}
	return n - 1, nil
}

func numbers(text string, count int) ([]int, error) {
	ticked := make([]bool, count)
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		if word == "0" {
			continue
		}
		i, err := number(word, count)
		if err != nil {
			return nil, err
		}
		ticked[i] = true
	}
	var all []int
	for i, on := range ticked {
		if on {
			all = append(all, i)
		}
	}
	return all, nil
}
