package prompt

import (
	"context"
	"errors"
	"io"

	"github.com/AlecAivazis/survey/v2"
	"github.com/AlecAivazis/survey/v2/terminal"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

// drawn asks with survey: its modes of the terminal, its keys, and its drawing
// and erasing. The lists and the line are our own survey.Prompt: survey's take
// Ctrl-D for Enter, panic on a filter that nothing fits, and wait without end
// for a terminal that does not answer where its cursor is.
type drawn struct {
	editor
	keys *keyboard
	out  interface {
		io.Writer
		File
	}
	palette *term.Palette
}

func (d *drawn) Select(ctx context.Context, q Question) (int, error) {
	l := newList(d, q, false)
	if err := d.ask(ctx, l); err != nil {
		return 0, err
	}
	return l.selected(), nil
}

func (d *drawn) MultiSelect(ctx context.Context, q Question) ([]int, error) {
	l := newList(d, q, true)
	if err := d.ask(ctx, l); err != nil {
		return nil, err
	}
	return l.marked(), nil
}

func (d *drawn) Input(ctx context.Context, q Question) (string, error) {
	l := newLine(d, q)
	if err := d.ask(ctx, l); err != nil {
		return "", err
	}
	return l.answer, nil
}

func (d *drawn) Password(ctx context.Context, q Question) (string, error) {
	l := newLine(d, q)
	l.masked = true
	if err := d.ask(ctx, l); err != nil {
		return "", err
	}
	return l.answer, nil
}

func (d *drawn) Confirm(ctx context.Context, q Question) (bool, error) {
	l := newLine(d, asYesNo(q))
	if err := d.ask(ctx, l); err != nil {
		return false, err
	}
	return isYes(l.answer), nil
}

// Modes of the terminal: a paste is marked as one.
const (
	markPastes  = "\x1b[?2004h"
	plainPastes = "\x1b[?2004l"
)

func (d *drawn) ask(ctx context.Context, p survey.Prompt) error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	d.keys.ctx = ctx
	_, _ = io.WriteString(d.out, markPastes)
	defer func() { _, _ = io.WriteString(d.out, plainPastes) }()
	err := survey.AskOne(p, &kept{}, survey.WithStdio(d.keys, d.out, d.out))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, terminal.InterruptErr), errors.Is(err, io.EOF), ctx.Err() != nil:
		return interrupted(ctx)
	}
	return failure.New(failure.File, "the terminal cannot be asked: %w", err)
}

// kept satisfies survey, which wants a place for the answer: the prompts keep
// their own.
type kept struct{}

// WriteAnswer is survey's core.Settable.
func (*kept) WriteAnswer(string, any) error { return nil }

// keyLoop draws, and hands each key to the function until it is done. Whatever
// ends it, a panic too, the terminal is as it was before. Its modes change first:
// it must not show or act on a key that answers what is drawn.
func keyLoop(r *survey.Renderer, first func() error, on func(key rune) (done bool, err error)) error {
	reader := r.NewRuneReader()
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
			return leave(r, err)
		}
		if key == terminal.KeyInterrupt || key == terminal.KeyEndTransmission {
			return leave(r, terminal.InterruptErr)
		}
		if done, err := on(key); done || err != nil {
			return err
		}
	}
}

// leave ends the line that the cursor is in: what is printed next begins below.
func leave(r *survey.Renderer, err error) error {
	_, _ = io.WriteString(r.Stdio().Out, "\n")
	return err
}

// draw replaces what the prompt drew before.
func draw(r *survey.Renderer, text string) error { return r.Render("{{.}}", text) }
