//go:build unix

// Package prompttest lets tests use a program as a user does: it runs it in a
// pseudo-terminal, types keys, and reads the screen. It supports only the few
// control sequences used by the prompts.
package prompttest

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/creack/pty"
)

// timeout is how long a text may take to appear, for slow test machines.
const timeout = 2 * time.Minute

// Terminal is a pseudo-terminal and its screen.
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

// Open returns a terminal of that size, and the program's end of it.
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

// Start runs the program in a terminal, with its three streams connected unless the
// command has set them.
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

// ctty returns the child's file descriptor of the terminal.
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

// Resize changes the size of the terminal.
func (s *Terminal) Resize(columns, rows int) {
	s.t.Helper()
	if err := pty.Setsize(s.keys, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		s.t.Fatal(err)
	}
}

// Type sends keys: letters, or escape sequences.
func (s *Terminal) Type(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.keys, keys); err != nil {
		s.t.Fatal(err)
	}
}

// Wait waits until the screen shows the text.
func (s *Terminal) Wait(text string) {
	s.t.Helper()
	s.until("show "+text, func() bool { return strings.Contains(s.Text(), text) })
}

// Gone waits until the screen no longer shows the text.
func (s *Terminal) Gone(text string) {
	s.t.Helper()
	s.until("stop showing "+text, func() bool { return !strings.Contains(s.Text(), text) })
}

// Sent waits until the text was sent to the screen, including control sequences.
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

// Holds waits until everything sent to the screen satisfies the condition. what is
// the condition in an error, such as "show x".
func (s *Terminal) Holds(what string, condition func(sent string) bool) {
	s.t.Helper()
	s.until(what, func() bool { return condition(s.Raw()) })
}

// Forget empties the screen: Wait, Text and Raw see only what is sent from now on.
func (s *Terminal) Forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.grid = newGrid(s.grid.columns)
	s.raw.Reset()
}

// Text returns the screen, including lines that scrolled off the top.
func (s *Terminal) Text() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.grid.text()
}

// Raw returns everything sent to the screen.
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
		<-s.ended // all output is read
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

// grid is a screen of unlimited height: characters, the cursor position, and lines
// that wrap when they are too long.
type grid struct {
	columns  int
	lines    [][]rune
	row, col int
	rest     string // an incomplete sequence
}

func newGrid(columns int) *grid { return &grid{columns: columns, lines: [][]rune{nil}} }

// second marks the second cell of a wide character.
const second = -1

func (g *grid) text() string {
	var lines []string
	for _, line := range g.lines {
		var text strings.Builder
		for _, r := range line {
			switch r {
			case second:
			case 0:
				text.WriteRune(' ')
			default:
				text.WriteRune(r)
			}
		}
		lines = append(lines, strings.TrimRight(text.String(), " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

func (g *grid) write(text string) {
	text = g.rest + text
	for g.rest = ""; text != ""; {
		if text[0] == '\x1b' {
			size := sequence(text)
			if size == 0 {
				g.rest = text
				return
			}
			g.control(text[:size])
			text = text[size:]
			continue
		}
		if !utf8.FullRuneInString(text) {
			g.rest = text
			return
		}
		r, size := utf8.DecodeRuneInString(text)
		g.put(r)
		text = text[size:]
	}
}

// sequence returns the length of the control sequence at the start of text, or 0 if
// it is incomplete.
func sequence(text string) int {
	if len(text) < 2 {
		return 0
	}
	switch text[1] {
	case '[':
		return end(text, func(c byte) bool { return c >= 0x40 && c <= 0x7e })
	case ']': // a title
		return end(text, func(c byte) bool { return c == '\a' || c == '\\' })
	case '(', ')': // a character set
		return end(text, func(byte) bool { return true })
	}
	return 2
}

func end(text string, is func(byte) bool) int {
	for i := 2; i < len(text); i++ {
		if is(text[i]) {
			return i + 1
		}
	}
	return 0
}

func (g *grid) put(r rune) {
	switch {
	case r == '\n':
		g.down(1)
	case r == '\r':
		g.col = 0
	case r == '\b':
		g.col = max(g.col-1, 0)
	case r < ' ' || unicode.In(r, unicode.Mn):
	default:
		g.print(r)
	}
}

func (g *grid) print(r rune) {
	size := 1
	if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x1f300 && r < 0x1fb00 {
		size = 2
	}
	if g.col+size > g.columns {
		g.down(1)
		g.col = 0
	}
	line := g.lines[g.row]
	for len(line) < g.col+size {
		line = append(line, 0)
	}
	line[g.col] = r
	if size == 2 {
		line[g.col+1] = second
	}
	g.lines[g.row] = line
	g.col += size
}

func (g *grid) down(n int) {
	g.row += n
	for len(g.lines) <= g.row {
		g.lines = append(g.lines, nil)
	}
}

// control executes the sequences that move the cursor or erase.
func (g *grid) control(code string) {
	n, _ := strconv.Atoi(strings.Trim(code[:len(code)-1], "\x1b["))
	switch code[len(code)-1] {
	case 'A':
		g.row = max(g.row-max(n, 1), 0)
	case 'B':
		g.down(max(n, 1))
	case 'C':
		g.col = min(g.col+max(n, 1), g.columns-1)
	case 'D':
		g.col = max(min(g.col, g.columns-1)-max(n, 1), 0)
	case 'G':
		g.col = max(n-1, 0)
	case 'K':
		line := g.lines[g.row]
		if n == 2 {
			line = nil
		}
		g.lines[g.row] = line[:min(len(line), g.col)]
	}
}
