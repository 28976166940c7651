package term

import (
	"io"
	"math"
	"os"
	"testing"

	"github.com/creack/pty"
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestColoured(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		tty  bool
		env  map[string]string
		want bool
	}{
		{true, nil, true},
		{false, nil, false},
		{true, map[string]string{"TERM": "dumb"}, false},
		{true, map[string]string{"NO_COLOR": "1"}, false},
		{true, map[string]string{"NO_COLOR": ""}, true},
		{false, map[string]string{"FORCE_COLOR": "1"}, true},
		{false, map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{false, map[string]string{"FORCE_COLOR": "0", "CLICOLOR_FORCE": "0"}, false},
		{true, map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, false},
	} {
		if got := coloured(row.tty, env(row.env)); got != row.want {
			t.Errorf("terminal %v with %v: %v", row.tty, row.env, got)
		}
	}
}

// terminal is the two ends of a pseudo-terminal of 80 by 24 cells.
func terminal(t *testing.T) (screen, tty *os.File) {
	t.Helper()
	screen, tty, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal here: ", err)
	}
	t.Cleanup(func() { screen.Close(); tty.Close() })
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	return screen, tty
}

func TestInspect(t *testing.T) {
	t.Parallel()
	_, tty := terminal(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })

	s := inspect(r, tty, w, env(nil))
	if s.InTTY || !s.OutTTY || s.ErrTTY || !s.Color || s.ErrColor || s.Width != 80 || s.Height != 24 {
		t.Errorf("terminal on stdout: %+v", s)
	}
	s = inspect(tty, w, tty, env(map[string]string{"COLUMNS": "100"}))
	if !s.InTTY || s.OutTTY || !s.ErrTTY || s.Color || !s.ErrColor || s.Width != 100 || s.Height != 0 {
		t.Errorf("pipe on stdout: %+v", s)
	}
	if s = inspect(tty, w, tty, env(map[string]string{"COLUMNS": "wide"})); s.Width != 0 {
		t.Errorf("COLUMNS=wide: %d", s.Width)
	}
}

func TestSystem(t *testing.T) {
	t.Parallel()
	s := System(env(map[string]string{"NO_COLOR": "1"}))
	if s.In != io.Reader(os.Stdin) || s.Out != io.Writer(os.Stdout) || s.Err != io.Writer(os.Stderr) || s.Color {
		t.Errorf("%+v", s)
	}
}

// TestPaletteSafe keeps what the palette paints, and nothing else.
func TestPaletteSafe(t *testing.T) {
	t.Parallel()
	on, off := NewPalette(true), NewPalette(false)
	for _, paint := range []Paint{on.Key, on.String, on.Number, on.Literal, on.Method, on.Dim, on.Bold, on.Error, on.Status(200), on.Status(300)} {
		if text := "a " + paint("b") + " c\n"; on.Safe(text) != text {
			t.Errorf("%q becomes %q", text, on.Safe(text))
		}
	}
	const evil = "\x1b[2J\x1b[8m\x1b]0;x\a\u202e\u200e"
	const shown = `\x1b[2J\x1b[8m\x1b]0;x\x07\u202e\u200e`
	if got := on.Safe(on.Key("a") + evil); got != on.Key("a")+shown {
		t.Errorf("%q", got)
	}
	if got := off.Safe(on.Key("a")); got != `\x1b[38;5;63ma\x1b[0;25;0m` {
		t.Errorf("without colours: %q", got)
	}
}

func TestPalette(t *testing.T) {
	t.Parallel()
	on, off := NewPalette(true), NewPalette(false)
	for _, row := range []struct {
		on, off Paint
		want    string
	}{
		{on.Key, off.Key, "\x1b[38;5;63mx\x1b[0;25;0m"},
		{on.String, off.String, "\x1b[38;5;29mx\x1b[0;25;0m"},
		{on.Number, off.Number, "\x1b[38;5;98mx\x1b[0;25;0m"},
		{on.Literal, off.Literal, "\x1b[38;5;163mx\x1b[0;25;0m"},
		{on.Method, off.Method, "\x1b[1mx\x1b[22m"},
		{on.Dim, off.Dim, "\x1b[38;5;243mx\x1b[0;25;0m"},
		{on.Bold, off.Bold, "\x1b[1mx\x1b[22m"},
		{on.Error, off.Error, "\x1b[38;5;131mx\x1b[0;25;0m"},
		{on.Status(204), off.Status(204), "\x1b[38;5;29mx\x1b[0;25;0m"},
		{on.Status(302), off.Status(302), "\x1b[38;5;98mx\x1b[0;25;0m"},
		{on.Status(404), off.Status(500), "\x1b[38;5;131mx\x1b[0;25;0m"},
	} {
		if got := row.on("x"); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
		if got := row.off("x"); got != "x" {
			t.Errorf("without colours: %q", got)
		}
	}
}

// TestContrast: every colour is readable on a black and on a white screen. The
// numbers are the formula's of WCAG 2.2, "relative luminance".
func TestContrast(t *testing.T) {
	t.Parallel()
	const readable = 4.5
	for name, number := range map[string]int{
		"green": green, "blue": blue, "violet": violet, "red": red, "magenta": magenta, "gray": gray,
	} {
		light := luminance(number)
		if onBlack, onWhite := (light+0.05)/0.05, 1.05/(light+0.05); onBlack < readable || onWhite < readable {
			t.Errorf("%s: contrast %.2f on black, %.2f on white", name, onBlack, onWhite)
		}
	}
}

// luminance is that of one of xterm's colours from 16 on: a cube of six levels,
// then 24 grays.
func luminance(number int) float64 {
	red, green, blue := number-232, number-232, number-232
	level := func(n int) float64 { return float64(8+10*n) / 255 }
	if number < 232 {
		n := number - 16
		red, green, blue = n/36, n/6%6, n%6
		level = func(n int) float64 { return float64(min(n, 1)*55+40*n) / 255 }
	}
	linear := func(n int) float64 {
		if c := level(n); c > 0.03928 {
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		return level(n) / 12.92
	}
	return 0.2126*linear(red) + 0.7152*linear(green) + 0.0722*linear(blue)
}
