package prompt

import (
	"io"
	"strings"

	"github.com/AlecAivazis/survey/v2/terminal"
)

// screen draws a prompt below what is there, and again in the same place. Only
// survey's terminal package stands behind it: its own renderer runs a template
// for each drawing, and linking that costs every start of the program.
type screen struct {
	terminal.Stdio
	lines int // drawn above the cursor's line
}

func (s *screen) cursor() *terminal.Cursor { return &terminal.Cursor{In: s.In, Out: s.Out} }

// draw replaces what was drawn before. No line of the text is longer than the
// terminal is wide.
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

// keyLoop draws, and hands each key to the function until it is done. Whatever
// ends it, a panic too, the terminal is as it was before. Its modes change first:
// it must not show or act on a key that answers what is drawn.
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
		if done, err := on(key); done || err != nil {
			return err
		}
	}
}

// leave ends the line that the cursor is in: what is printed next begins below.
func (s *screen) leave(err error) error {
	_, _ = io.WriteString(s.Out, "\n")
	return err
}
