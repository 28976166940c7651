package prompt

import (
	"context"
	"errors"
	"io"

	"github.com/AlecAivazis/survey/v2/terminal"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

// drawn asks with survey's terminal: its modes, its keys, and its cursor. The
// lists and the line are our own: survey's take Ctrl-D for Enter, panic on a
// filter that nothing fits, and wait without end for a terminal that does not
// answer where its cursor is.
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

// question is what can be asked: it reads the answer, and then leaves question
// and answer on the screen.
type question interface {
	read() error
	settle() error
}

func (d *drawn) screen() screen {
	return screen{Stdio: terminal.Stdio{In: d.keys, Out: d.out, Err: d.out}}
}

func (d *drawn) ask(ctx context.Context, q question) error {
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	d.keys.ctx = ctx
	_, _ = io.WriteString(d.out, markPastes)
	defer func() { _, _ = io.WriteString(d.out, plainPastes) }()
	err := q.read()
	if err == nil {
		err = q.settle()
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, terminal.InterruptErr), errors.Is(err, io.EOF), ctx.Err() != nil:
		return interrupted(ctx)
	}
	return failure.New(failure.File, "the terminal cannot be asked: %w", err)
}
