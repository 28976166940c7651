//go:build unix

// Package prompttest lets tests use a program as a person does: it runs it in a
// pseudo-terminal, types keys, and reads what the screen shows. It knows the
// few control sequences that prompts are drawn with, and no more.
package prompttest

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// timeout is how long a text may take to appear: machines of tests are slow.
const timeout = 2 * time.Minute

// Terminal is a pseudo-terminal and what it shows.
type Terminal struct {
	t       testing.TB
	keys    *os.File
	mutex   sync.Mutex
	grid    *grid
	raw     strings.Builder
	changed chan struct{}
	ended   chan struct{}
	command *exec.Cmd
}

// Open makes a terminal of that size. The other end is the program's.
func Open(t testing.TB, columns, rows int) (*Terminal, *os.File) {
	t.Helper()
	keys, program, err := pty.Open()
	if err != nil {
		t.Skip("no pseudo-terminal here: ", err)
	}
	s := &Terminal{t: t, keys: keys, grid: newGrid(columns), changed: make(chan struct{}, 1), ended: make(chan struct{})}
	s.Resize(columns, rows)
	t.Cleanup(func() { _ = program.Close(); _ = keys.Close() })
	go s.read()
	return s, program
}

// Start runs the program with its three streams in a terminal, but for those
// that the command has already.
func Start(t testing.TB, cmd *exec.Cmd, columns, rows int) *Terminal {
	t.Helper()
	s, program := Open(t, columns, rows)
	if cmd.Stdin == nil {
		cmd.Stdin = program
	}
	if cmd.Stdout == nil {
		cmd.Stdout = program
	}
	if cmd.Stderr == nil {
		cmd.Stderr = program
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: ctty(cmd, program)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = program.Close()
	s.command = cmd
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return s
}

// ctty is the child's file descriptor that is the terminal.
func ctty(cmd *exec.Cmd, program *os.File) int {
	for i, stream := range []any{cmd.Stdin, cmd.Stdout, cmd.Stderr} {
		if stream == any(program) {
			return i
		}
	}
	return 0
}

func (s *Terminal) read() {
	defer close(s.ended)
	buffer := make([]byte, 4096)
	for {
		n, err := s.keys.Read(buffer)
		s.mutex.Lock()
		s.raw.Write(buffer[:n])
		s.grid.write(string(buffer[:n]))
		s.mutex.Unlock()
		select {
		case s.changed <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Resize gives the terminal another size.
func (s *Terminal) Resize(columns, rows int) {
	s.t.Helper()
	if err := pty.Setsize(s.keys, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		s.t.Fatal(err)
	}
}

// Type sends keys: letters, or the sequences of others.
func (s *Terminal) Type(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Fatal(err)
	}
}

// Wait returns when the screen shows the text.
func (s *Terminal) Wait(text string) {
	s.t.Helper()
	s.until("show "+text, func() bool { return strings.Contains(s.Text(), text) })
}

// Gone returns when the screen does not show the text any more.
func (s *Terminal) Gone(text string) {
	s.t.Helper()
	s.until("stop showing "+text, func() bool { return !strings.Contains(s.Text(), text) })
}

// Sent returns when the text was sent to the screen, control sequences too.
func (s *Terminal) Sent(text string) {
	s.t.Helper()
	s.until("get "+text, func() bool { return strings.Contains(s.Raw(), text) })
}

func (s *Terminal) until(what string, holds func() bool) {
	s.t.Helper()
	late := time.After(timeout)
	for !holds() {
		select {
		case <-s.changed:
		case <-s.ended:
			if holds() {
				return
			}
			s.t.Fatalf("the program ended and did not %s:\n%s", what, s.Text())
		case <-late:
			s.t.Fatalf("the screen did not %s:\n%s", what, s.Text())
		}
	}
}

// Ask waits for the text and types the keys.
func (s *Terminal) Ask(text, keys string) {
	s.t.Helper()
	s.Wait(text)
	s.Type(keys)
}

// Text is what the screen shows, with what scrolled away above it.
func (s *Terminal) Text() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.grid.text()
}

// Raw is all that was ever sent to the screen.
func (s *Terminal) Raw() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.raw.String()
}

// Exit waits for the program and returns its exit status.
func (s *Terminal) Exit() int {
	s.t.Helper()
	done := make(chan error, 1)
	go func() { done <- s.command.Wait() }()
	select {
	case err := <-done:
		<-s.ended // all that it wrote is read
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			s.t.Fatal(err)
		}
		return s.command.ProcessState.ExitCode()
	case <-time.After(timeout):
		s.t.Fatalf("the program did not end:\n%s", s.Text())
		return -1
	}
}
