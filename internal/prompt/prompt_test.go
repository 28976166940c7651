//go:build unix

package prompt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/prompt/prompttest"
	"github.com/epilot-cli/epilot/internal/term"
)

// person is a terminal, a prompter at its other end, and its answers.
type person struct {
	*prompttest.Terminal
	t       *testing.T
	program *os.File
	prompts Prompter
	answers chan string
}

func sit(t *testing.T, columns int, plain bool, editor ...string) *person {
	t.Helper()
	terminal, program := prompttest.Open(t, columns, 24)
	prompts := New(Options{In: program, Out: program, Palette: term.NewPalette(false), Plain: plain, Editor: editor})
	return &person{Terminal: terminal, t: t, program: program, prompts: prompts, answers: make(chan string, 1)}
}

// asked runs one question and stores its answer or error as a string. The terminal
// stays open until the question has ended, at the latest until the end of the test.
func (p *person) asked(ctx context.Context, kind string, q Question) {
	ctx, cancel := context.WithCancel(ctx)
	over, done := make(chan struct{}), make(chan struct{})
	p.t.Cleanup(func() {
		cancel()
		close(over)
		<-done
	})
	go func() {
		defer close(done)
		var answer any
		var err error
		switch kind {
		case "select":
			answer, err = p.prompts.Select(ctx, q)
		case "multi":
			answer, err = p.prompts.MultiSelect(ctx, q)
		case "confirm":
			answer, err = p.prompts.Confirm(ctx, q)
		case "input":
			answer, err = p.prompts.Input(ctx, q)
		case "password":
			answer, err = p.prompts.Password(ctx, q)
		}
		if err != nil {
			answer = fmt.Sprintf("%d %v", failure.ExitStatus(err), err)
		}
		select {
		case p.answers <- fmt.Sprint(answer):
		case <-over: // the test has seen enough
		}
	}()
}

func (p *person) want(answer string) {
	p.t.Helper()
	if got := <-p.answers; got != answer {
		p.t.Fatalf("the answer is %q, want %q\n%s", got, answer, p.Text())
	}
}

// Keys that are not letters.
const (
	up, down, right, left = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
	home, end, del        = "\x1b[H", "\x1b[F", "\x1b[3~"
)

func colours() []Option {
	var options []Option
	for i, name := range []string{"red", "green", "dark green", "blue", "日本の色"} {
		options = append(options, Option{Label: name, Note: fmt.Sprint("note ", i)})
	}
	return options
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	list := Question{Text: "Colour", Options: colours(), Chosen: []int{1}}
	for _, row := range []struct {
		kind string
		q    Question
		keys string
		want string
	}{
		{"select", list, "\r", "1"},
		{"select", list, down + down + "\r", "3"},
		{"select", list, up + up + "\r", "4"},
		{"select", list, "DARK gre\r", "2"},
		{"select", list, "nothing\r\x15blue\r", "3"},
		{"select", list, "bluex\x7f\r", "3"},
		{"select", list, end + "\r", "4"},
		{"select", list, "\x1b[15~\x1bx\x1b[1;5C" + down + "\r", "2"},
		{"select", list, "\x1b", "130 cancelled"},
		{"select", list, "blu\x7f\x7f\x7fred\x7f\x7f\x7f\r", "0"}, // the selection follows the filter
		{"select", Question{Text: "Colour", Options: colours(), Back: true}, "\x02", "2 back one question"},
		{"input", Question{Text: "Name", Back: true}, "ab\x1b[Z", "2 back one question"},
		{"input", Question{Text: "Name"}, "ab\x02c\r", "abc"},
		{"multi", list, "\r", "[1]"},
		{"multi", list, " " + down + down + " \r", "[0 1 2]"},
		{"multi", list, right + "\r", "[0 1 2 3 4]"},
		{"multi", list, right + left + "\r", "[]"},
		{"multi", list, "zz \x15\r", "[1]"},
		{"confirm", Question{Text: "Sure"}, "\r", "false"},
		{"confirm", Question{Text: "Sure", Yes: true}, "\r", "true"},
		{"confirm", Question{Text: "Sure"}, "x\r\x7fYES\r", "true"},
		{"confirm", Question{Text: "Sure", Yes: true}, "n\r", "false"},
		{"input", Question{Text: "Name"}, "Zoë 日本\r", "Zoë 日本"},
		{"input", Question{Text: "Name", Default: "x"}, "\r", "x"},
		{"input", Question{Text: "Name"}, "bc" + home + "a" + end + "d" + left + left + del + "\r", "abd"},
		{"input", Question{Text: "Name"}, "one two\x17three\r", "one three"},
		{"input", Question{Text: "Name"}, "\x1b[200~two\r\nlines\n\x1b[201~\r", "two lines"},
		{"password", Question{Text: "Token"}, "secret\r", "secret"},
	} {
		t.Run(row.kind+" "+row.want, func(t *testing.T) {
			t.Parallel()
			p := sit(t, 80, false)
			p.asked(t.Context(), row.kind, row.q)
			p.Ask(row.q.Text, row.keys)
			p.want(row.want)
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, false)
	p.asked(t.Context(), "input", Question{Text: "Number", Check: func(text string) error {
		if text != "12" {
			return errors.New("must be 12")
		}
		return nil
	}})
	p.Ask("Number", "1\r")
	p.Ask("! must be 12", "2\r")
	p.want("12")
	p.Gone("must be")
}

// TestTypedAhead types the answers to two questions at once: the second is not lost.
func TestTypedAhead(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, false)
	p.asked(t.Context(), "input", Question{Text: "First"})
	p.Ask("First", "one\rtwo\r")
	p.want("one")
	p.asked(t.Context(), "input", Question{Text: "Second"})
	p.want("two")
}

// TestLeaving: Ctrl-C, Ctrl-D and the end of the context immediately end each kind
// of question and restore the terminal.
func TestLeaving(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"select", "multi", "confirm", "input", "password"} {
		for _, key := range []string{"\x03", "\x04", "signal"} {
			t.Run(kind+key, func(t *testing.T) {
				t.Parallel()
				p := sit(t, 80, false)
				before := modes(t, p.program)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				p.asked(ctx, kind, Question{Text: "Colour", Options: colours()})
				p.Wait("Colour")
				if key == "signal" {
					cancel(failure.New(failure.Terminated, "terminated"))
					p.want("143 terminated")
				} else {
					p.Type(key)
					p.want("130 cancelled")
				}
				if after := modes(t, p.program); after != before {
					t.Errorf("the terminal's modes are %+v, were %+v", after, before)
				}
				if kind == "select" || kind == "multi" {
					p.Sent("\x1b[?25h") // the cursor is visible again
				}
				p.Sent(plainPastes)
			})
		}
	}
}

func modes(t *testing.T, file *os.File) unix.Termios {
	t.Helper()
	state, err := unix.IoctlGetTermios(int(file.Fd()), readModes)
	if err != nil {
		t.Fatal(err)
	}
	return *state
}

// TestPanic: a panic inside a question restores the terminal.
func TestPanic(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, false)
	before := modes(t, p.program)
	died := make(chan any, 1)
	go func() {
		defer func() { died <- recover() }()
		_, _ = p.prompts.Input(t.Context(), Question{Text: "Name", Check: func(string) error { panic("oh") }})
	}()
	p.Ask("Name", "\r")
	if got := <-died; got != "oh" {
		t.Fatalf("recovered %v", got)
	}
	if after := modes(t, p.program); after != before {
		t.Errorf("the terminal's modes are %+v, were %+v", after, before)
	}
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	p := sit(t, 80, false)
	p.asked(t.Context(), "select", Question{Text: "a\x1b]0;title\a", Options: []Option{{Label: "b\x1b[2J\nc", Note: "d\u202e"}}})
	p.Wait(`d\u202e`)
	p.Wait(`? a\x1b]0;title\x07`)
	p.Wait(`> b\x1b[2J c`)
}
