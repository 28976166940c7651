//go:build unix

package prompt

import (
	"context"
	"strings"
	"syscall"
	"testing"

	xterm "golang.org/x/term"

	"golang.org/x/sys/unix"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
)

// opened returns a terminal without echo and its Hidden.
func opened(t *testing.T, resumed func()) (*prompttest.Terminal, *Hidden) {
	t.Helper()
	terminal, program := prompttest.Open(t, 80, 24)
	h, err := OpenHidden(program, resumed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return terminal, h
}

func echoes(t *testing.T, file int) bool {
	t.Helper()
	modes, err := unix.IoctlGetTermios(file, readModes)
	if err != nil {
		t.Fatal(err)
	}
	return modes.Lflag&unix.ECHO != 0
}

func TestHidden(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("s", 9003)
	terminal, h := opened(t, nil)
	for typed, want := range map[string]string{
		"plain\n": "plain", long + "\n": long, "ax\x7fb\r": "ab", "wrong\x15right\n": "right",
		"a\x1b[Db\x1b\x01c\n": "abc", "é\x7fü\n": "ü", "\n": "",
	} {
		go terminal.Type(typed)
		if line, err := h.Line(t.Context()); err != nil || line != want {
			t.Errorf("%.20q: got %.20q (%d bytes), %v", typed, line, len(line), err)
		}
	}
	terminal.Type("\x04")
	if _, err := h.Line(t.Context()); failure.ExitStatus(err) != 130 {
		t.Errorf("Ctrl-D: %v", err)
	}
	if terminal.Raw() != "" {
		t.Errorf("the terminal shows %q", terminal.Raw())
	}
	h.Close()
	if !echoes(t, int(h.keys.Fd())) {
		t.Error("the terminal stays hidden")
	}
}

// TestHiddenEndsWithTheContext also checks this while a line is being typed.
func TestHiddenEndsWithTheContext(t *testing.T) {
	t.Parallel()
	terminal, h := opened(t, nil)
	ctx, cancel := context.WithCancelCause(t.Context())
	lines, failed := h.Lines(ctx)
	terminal.Type("one\ntwo\nhal")
	if one, two := <-lines, <-lines; one != "one" || two != "two" {
		t.Errorf("%q, %q", one, two)
	}
	cancel(failure.New(failure.Terminated, "terminated"))
	if line, open := <-lines; open || failure.ExitStatus(*failed) != 143 {
		t.Errorf("%q, %v", line, *failed)
	}
}

// TestHiddenAfterAStop: a shell sets its own terminal modes when a program is
// stopped, and not every shell restores the program's modes with fg.
func TestHiddenAfterAStop(t *testing.T) {
	t.Parallel()
	resumed := make(chan bool, 10)
	_, h := opened(t, func() { resumed <- true })
	file := int(h.keys.Fd())
	if err := xterm.Restore(file, h.before); err != nil || !echoes(t, file) {
		t.Fatal(err)
	}
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	<-resumed
	if echoes(t, file) {
		t.Error("what is typed is shown after fg")
	}
}

func TestPlainCutsNothing(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, true)
	p.asked(t.Context(), "password", Question{Text: "Token"})
	long := strings.Repeat("s", 9003)
	p.Ask("Token:", long+"\n")
	p.want(long)
	p.asked(t.Context(), "password", Question{Text: "Again"})
	p.Ask("Again:", "\x04")
	p.want("130 cancelled")
	p.asked(t.Context(), "input", Question{Text: "Name"})
	p.Ask("Name:", strings.Repeat("n", 5000)+"\n")
	p.Wait("")
	if got := <-p.answers; !strings.HasPrefix(got, "2 the terminal cuts a line") {
		t.Errorf("a line that the terminal cut: %.80s", got)
	}
}
