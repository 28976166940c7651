package prompt

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/AlecAivazis/survey/v2/terminal"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
	xterm "golang.org/x/term"
)

// screenPrompter uses survey's terminal: its modes, keys and cursor. The lists and
// the line editor are our own: survey's treat Ctrl-D as Enter, panic on a filter
// without matches, and hang on a terminal that does not report its cursor position.
type screenPrompter struct {
	editor
	keys *keyboard
	out  interface {
		io.Writer
		File
	}
	palette *term.Palette
}

func (d *screenPrompter) Select(ctx context.Context, q Question) (int, error) {
	l := newList(d, q, false)
	if err := d.ask(ctx, l); err != nil {
		return 0, err
	}
	return l.selected(), nil
}

func (d *screenPrompter) MultiSelect(ctx context.Context, q Question) ([]int, error) {
	l := newList(d, q, true)
	if err := d.ask(ctx, l); err != nil {
		return nil, err
	}
	return l.marked(), nil
}

func (d *screenPrompter) Input(ctx context.Context, q Question) (string, error) {
	l := newLine(d, q)
	if err := d.ask(ctx, l); err != nil {
		return "", err
	}
	return l.answer, nil
}

func (d *screenPrompter) Password(ctx context.Context, q Question) (string, error) {
	l := newLine(d, q)
	l.hidden = true
	if err := d.ask(ctx, l); err != nil {
		return "", err
	}
	return l.answer, nil
}

func (d *screenPrompter) Confirm(ctx context.Context, q Question) (bool, error) {
	l := newLine(d, asYesNo(q))
	if err := d.ask(ctx, l); err != nil {
		return false, err
	}
	return isYes(l.answer), nil
}

// Terminal modes: bracketed paste on and off.
const (
	markPastes  = "\x1b[?2004h"
	plainPastes = "\x1b[?2004l"
)

// question is a prompt: it reads the answer, and then leaves question and answer on
// the screen.
type question interface {
	read() error
	finish() error
}

func (d *screenPrompter) screen(q Question) screen {
	return screen{back: q.Back, Stdio: terminal.Stdio{In: d.keys, Out: d.out, Err: d.out}}
}

func (d *screenPrompter) ask(ctx context.Context, q question) error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	d.keys.ctx = ctx
	_, _ = io.WriteString(d.out, markPastes)
	defer func() { _, _ = io.WriteString(d.out, plainPastes) }()
	err := q.read()
	if err == nil {
		err = q.finish()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrBack):
		return ErrBack
	case errors.Is(err, terminal.InterruptErr), errors.Is(err, io.EOF), ctx.Err() != nil:
		return interrupted(ctx)
	}
	return failure.New(failure.File, "cannot prompt on the terminal: %w", err)
}

// screen draws a prompt below the existing output and redraws it in place. It uses
// only survey's terminal package: survey's renderer runs a template for each
// drawing, and linking that slows down every start of the program.
type screen struct {
	terminal.Stdio
	lines int  // lines drawn above the cursor
	back  bool // Question.Back
}

func (s *screen) cursor() *terminal.Cursor { return &terminal.Cursor{In: s.In, Out: s.Out} }

// draw replaces the previous drawing. No line is wider than the terminal.
func (s *screen) draw(text string) error {
	if err := s.erase(); err != nil {
		return err
	}
	s.lines = strings.Count(text, "\n")
	_, err := io.WriteString(terminal.NewAnsiStdout(s.Out), text)
	return err
}

func (s *screen) erase() error {
	for ; s.lines > 0; s.lines-- {
		if err := s.eraseLine(); err != nil {
			return err
		}
		if err := s.cursor().Up(1); err != nil {
			return err
		}
	}
	return s.eraseLine()
}

func (s *screen) eraseLine() error {
	if err := s.cursor().HorizontalAbsolute(0); err != nil {
		return err
	}
	return terminal.EraseLine(s.Out, terminal.ERASE_LINE_ALL)
}

// keyLoop draws, and passes each key to the function until it is done. It always
// restores the terminal, even after a panic. It changes the modes before drawing, so
// that the terminal does not echo or act on a key that answers the prompt.
func (s *screen) keyLoop(first func() error, on func(key rune) (done bool, err error)) error {
	reader := terminal.NewRuneReader(s.Stdio)
	if err := reader.SetTermMode(); err != nil {
		return err
	}
	defer func() { _ = reader.RestoreTermMode() }()
	if err := first(); err != nil {
		return err
	}
	for {
		key, _, err := reader.ReadRune()
		if err != nil {
			return s.leave(err)
		}
		if key == terminal.KeyInterrupt || key == terminal.KeyEndTransmission {
			return s.leave(terminal.InterruptErr)
		}
		if key == backKey {
			if s.back {
				return s.leave(ErrBack)
			}
			continue
		}
		if done, err := on(key); done || err != nil {
			return err
		}
	}
}

// leave ends the cursor's line, so that further output starts below.
func (s *screen) leave(err error) error {
	_, _ = io.WriteString(s.Out, "\n")
	return err
}

// cut returns the text as one line of at most that many columns.
func cut(text string, columns int) string { return term.Cut(term.Line(text), columns) }

// Default size of a terminal that does not report its own.
const (
	usualColumns = 80
	usualRows    = 24
)

// size returns the current size of the terminal, which may change during a question.
// The last column stays free, because terminals differ in when they wrap.
func size(out File) (columns, rows int) {
	columns, rows, err := xterm.GetSize(int(out.Fd()))
	if err != nil || columns <= 0 || rows <= 0 {
		return usualColumns - 1, usualRows
	}
	return max(columns-1, 8), rows
}
