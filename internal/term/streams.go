// Package term handles the terminal: the standard streams, terminal detection,
// colour, width, the pager, and escaping untrusted text. It does not decide what to
// show and never prompts.
package term

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Streams are the standard streams and their properties.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	InTTY, OutTTY, ErrTTY bool

	Width, Height int // of Out's terminal, in cells; 0 if unknown
	ErrWidth      int // of Err's terminal, in cells

	Color    bool // Out can be coloured; data is coloured only on a terminal
	ErrColor bool // Err can be coloured

	Theme Theme // of the terminal
}

// Palette returns the colours for Out.
func (s *Streams) Palette() *Palette { return s.Theme.Palette(s.Color) }

// ErrPalette returns the colours for Err.
func (s *Streams) ErrPalette() *Palette { return s.Theme.Palette(s.ErrColor) }

// System returns the streams of this process. getenv provides NO_COLOR
// (https://no-color.org), FORCE_COLOR, CLICOLOR_FORCE,
// COLORFGBG, TERM and COLUMNS.
func System(getenv func(string) string) *Streams {
	return inspect(os.Stdin, os.Stdout, os.Stderr, getenv)
}

func inspect(in, out, err *os.File, getenv func(string) string) *Streams {
	s := &Streams{In: in, Out: out, Err: err, InTTY: isTTY(in), OutTTY: isTTY(out), ErrTTY: isTTY(err)}
	s.Color = coloured(s.OutTTY, getenv) && (drawsEscapes(out) || !s.OutTTY)
	s.ErrColor = coloured(s.ErrTTY, getenv) && (drawsEscapes(err) || !s.ErrTTY)
	s.Theme = themeOf(getenv("COLORFGBG"))
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

// coloured reports whether to use colour: on a terminal, or if FORCE_COLOR
// (https://force-color.org) or CLICOLOR_FORCE (https://bixense.com/clicolors) is
// set. NO_COLOR takes precedence over both.
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
