package term

import (
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/fatih/color"
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

// terminal returns both ends of a pseudo-terminal of 80 by 24 cells.
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

// TestPaletteSafe checks that only the palette's own colours are kept.
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

// TestContrast checks that every colour is readable on the backgrounds of common
// themes, with the "relative luminance" formula of WCAG 2.2.
func TestContrast(t *testing.T) {
	t.Parallel()
	const readable = 4.5
	for theme, grounds := range map[Theme]string{
		AnyTheme: "000000 ffffff",
		Dark:     "000000 1e1e1e 0c0c0c 282c34 282a36 002b36 282828 300a24 2e3440 1a1b26 1e1e2e",
		Light:    "ffffff fafafa fdf6e3 eff1f5 fbf1c7 f6f8fa",
	} {
		h := theme.hues()
		for _, number := range []color.Attribute{h.green, h.blue, h.violet, h.red, h.magenta, h.gray} {
			for ground := range strings.FieldsSeq(grounds) {
				behind, err := strconv.ParseUint(ground, 16, 32)
				if err != nil {
					t.Fatal(err)
				}
				front, back := luminance(int(number)), luminanceOf(uint8(behind>>16), uint8(behind>>8), uint8(behind))
				if contrast := (max(front, back) + 0.05) / (min(front, back) + 0.05); contrast < readable {
					t.Errorf("theme %d: %d on %s has contrast %.2f", theme, number, ground, contrast)
				}
			}
		}
	}
}

// TestThemes checks which background COLORFGBG and the setting name.
func TestThemes(t *testing.T) {
	t.Parallel()
	for colors, want := range map[string]Theme{"": AnyTheme, "15;0": Dark, "0;default;15": Light, "12;8": Dark, "0;7": Light, "x": AnyTheme} {
		if got := themeOf(colors); got != want {
			t.Errorf("%q: %d, want %d", colors, got, want)
		}
	}
	for name, want := range map[string]Theme{"auto": AnyTheme, "dark": Dark, "light": Light} {
		if got := ThemeNamed(name); got != want {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
	on := Dark.Palette(true)
	if text := on.Key("a") + on.Chosen("b"); on.Safe(text) != text || text != "\x1b[38;5;111ma\x1b[0;25;0m\x1b[7mb\x1b[27m" {
		t.Errorf("%q becomes %q", text, on.Safe(text))
	}
}

func luminance(number int) float64 {
	if number >= 232 {
		gray := uint8(8 + 10*(number-232))
		return luminanceOf(gray, gray, gray)
	}
	level := func(n int) uint8 { return uint8(min(n, 1)*55 + 40*n) }
	n := number - 16
	return luminanceOf(level(n/36), level(n/6%6), level(n%6))
}

func luminanceOf(red, green, blue uint8) float64 {
	linear := func(n uint8) float64 {
		if c := float64(n) / 255; c > 0.03928 {
			return math.Pow((c+0.055)/1.055, 2.4)
		}
		return float64(n) / 255 / 12.92
	}
	return 0.2126*linear(red) + 0.7152*linear(green) + 0.0722*linear(blue)
}
