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

	Width, Height int // of the terminal in cells, 0 when not known

	Color    bool // Out may be coloured
	ErrColor bool // Err may be coloured
}

// System returns the streams of this process. getenv is asked for NO_COLOR
// (https://no-color.org), TERM and COLUMNS.
func System(getenv func(string) string) *Streams {
	return inspect(os.Stdin, os.Stdout, os.Stderr, getenv)
}

func inspect(in, out, err *os.File, getenv func(string) string) *Streams {
	s := &Streams{In: in, Out: out, Err: err, InTTY: isTTY(in), OutTTY: isTTY(out), ErrTTY: isTTY(err)}
	s.Color = coloured(s.OutTTY, getenv) && drawsEscapes(out)
	s.ErrColor = coloured(s.ErrTTY, getenv) && drawsEscapes(err)
	if s.OutTTY {
		s.Width, s.Height = size(out)
	}
	if columns, bad := strconv.Atoi(getenv("COLUMNS")); bad == nil && columns > 0 {
		s.Width = columns
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

// coloured: on a terminal only. FORCE_COLOR and its like are not asked: CI
// systems set them for every step, and a pipe is data.
func coloured(tty bool, getenv func(string) string) bool {
	return tty && getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
}
