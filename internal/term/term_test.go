package term

import (
	"io"
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
		{false, map[string]string{"CLICOLOR_FORCE": "1", "FORCE_COLOR": "1"}, false},
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

func TestPalette(t *testing.T) {
	t.Parallel()
	on, off := NewPalette(true), NewPalette(false)
	for _, row := range []struct {
		on, off Paint
		want    string
	}{
		{on.Key, off.Key, "\x1b[36mx\x1b[0m"},
		{on.String, off.String, "\x1b[32mx\x1b[0m"},
		{on.Number, off.Number, "\x1b[33mx\x1b[0m"},
		{on.Literal, off.Literal, "\x1b[35mx\x1b[0m"},
		{on.Method, off.Method, "\x1b[1mx\x1b[22m"},
		{on.Dim, off.Dim, "\x1b[2mx\x1b[22m"},
		{on.Bold, off.Bold, "\x1b[1mx\x1b[22m"},
		{on.Error, off.Error, "\x1b[31mx\x1b[0m"},
		{on.Status(204), off.Status(204), "\x1b[32mx\x1b[0m"},
		{on.Status(302), off.Status(302), "\x1b[33mx\x1b[0m"},
		{on.Status(404), off.Status(500), "\x1b[31mx\x1b[0m"},
	} {
		if got := row.on("x"); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
		if got := row.off("x"); got != "x" {
			t.Errorf("without colours: %q", got)
		}
	}
}
