// Package term knows the terminal: the three streams, whether they are
// terminals, colour, width, the pager, and text that must not drive the screen.
// It does not decide what is shown, and asks nothing of the person.
package term

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Streams are the standard streams and what is known of them.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	InTTY, OutTTY, ErrTTY bool

	Width, Height int // of Out's terminal in cells, 0 when not known
	ErrWidth      int // of Err's terminal

	Color    bool // Out may be coloured; data is only where it is a terminal
	ErrColor bool // Err may be coloured
}

// System returns the streams of this process. getenv is asked for NO_COLOR
// (https://no-color.org), FORCE_COLOR, CLICOLOR_FORCE, TERM and COLUMNS.
func System(getenv func(string) string) *Streams {
	return inspect(os.Stdin, os.Stdout, os.Stderr, getenv)
}

func inspect(in, out, err *os.File, getenv func(string) string) *Streams {
	s := &Streams{In: in, Out: out, Err: err, InTTY: isTTY(in), OutTTY: isTTY(out), ErrTTY: isTTY(err)}
	s.Color = coloured(s.OutTTY, getenv) && (drawsEscapes(out) || !s.OutTTY)
	s.ErrColor = coloured(s.ErrTTY, getenv) && (drawsEscapes(err) || !s.ErrTTY)
	if s.OutTTY {
		s.Width, s.Height = size(out)
	}
	if s.ErrTTY {
		s.ErrWidth, _ = size(err)
	}
	if columns, bad := strconv.Atoi(getenv("COLUMNS")); bad == nil && columns > 0 {
		s.Width, s.ErrWidth = columns, columns
	}
	return s
}

func isTTY(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

func size(f *os.File) (width, height int) {
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}

// coloured: on a terminal, or where FORCE_COLOR (https://force-color.org) or
// CLICOLOR_FORCE (https://bixense.com/clicolors) asks for it. NO_COLOR takes
// precedence over both.
func coloured(tty bool, getenv func(string) string) bool {
	if getenv("NO_COLOR") != "" {
		return false
	}
	for _, name := range []string{"FORCE_COLOR", "CLICOLOR_FORCE"} {
		if value := getenv(name); value != "" && value != "0" && value != "false" {
			return true
		}
	}
	return tty && getenv("TERM") != "dumb"
}
