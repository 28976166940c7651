package prompt

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/AlecAivazis/survey/v2/terminal"

	"github.com/epilot-cli/epilot/internal/term"
)

// line prompts for one line. It is redrawn on each key and never wider than the
// terminal.
type line struct {
	screen
	asked  Question
	with   *screenPrompter
	hidden bool
	show   func(answer string) string // the answer as it remains on the screen

	text   []rune
	at     int // the cursor, in characters
	fault  string
	answer string
}

func newLine(d *screenPrompter, q Question) *line {
	return &line{screen: d.screen(q), asked: q, with: d, show: func(answer string) string { return answer }}
}

// read reads the answer.
func (l *line) read() error {
	return l.keyLoop(l.draw, func(key rune) (bool, error) {
		if key == '\r' || key == '\n' {
			return l.accept()
		}
		l.fault = ""
		l.press(key)
		return false, l.draw()
	})
}

// finish leaves question and answer on the screen.
func (l *line) finish() error {
	shown := l.answer
	if l.hidden {
		shown = strings.Repeat("*", min(len(shown), 8))
	}
	columns, _ := size(l.with.out)
	asked := cut("? "+l.asked.Text, columns)
	rest := cut(" "+shown, columns-term.Width(asked))
	if columns-term.Width(asked) < 2 {
		rest = ""
	}
	return l.screen.draw(l.with.palette.Bold(asked) + l.with.palette.Key(rest) + "\n")
}

// accept accepts the answer, or reports why it is invalid.
func (l *line) accept() (bool, error) {
	l.answer = string(l.text)
	if l.answer == "" {
		l.answer = l.asked.Default
	}
	if l.asked.Check == nil {
		return true, nil
	}
	if err := l.asked.Check(l.answer); err != nil {
		l.fault = err.Error()
		return false, l.draw()
	}
	return true, nil
}

// Line editing keys without a name in survey.
const (
	controlE = '\x05'
	controlU = '\x15'
	controlK = '\x0b'
)

func (l *line) press(key rune) {
	switch key {
	case terminal.KeyArrowLeft:
		l.at = max(l.at-1, 0)
	case terminal.KeyArrowRight:
		l.at = min(l.at+1, len(l.text))
	case terminal.SpecialKeyHome:
		l.at = 0
	case terminal.SpecialKeyEnd, controlE:
		l.at = len(l.text)
	case terminal.KeyBackspace, terminal.KeyDelete:
		l.remove(l.at-1, l.at)
	case terminal.SpecialKeyDelete:
		l.remove(l.at, l.at+1)
	case terminal.KeyDeleteLine, controlU:
		l.remove(0, l.at)
	case controlK:
		l.remove(l.at, len(l.text))
	case terminal.KeyDeleteWord:
		l.remove(l.wordStart(), l.at)
	default:
		l.insert(key)
	}
}

func (l *line) insert(key rune) {
	if key >= ' ' {
		l.text = slices.Insert(l.text, l.at, key)
		l.at++
	}
}

func (l *line) remove(from, to int) {
	if from >= 0 && to <= len(l.text) {
		l.text = slices.Delete(l.text, from, to)
		l.at = from
	}
}

func (l *line) wordStart() int {
	before := strings.TrimRight(string(l.text[:l.at]), " ")
	return len([]rune(before[:strings.LastIndex(before, " ")+1]))
}

// asYesNo converts a yes/no question for a line prompt.
func asYesNo(q Question) Question {
	q.Default, q.quiet = "no", true
	choice := " (y/N)"
	if q.Yes {
		q.Default, choice = "yes", " (Y/n)"
	}
	q.Text += choice
	q.Check = func(answer string) error {
		if !isYes(answer) && !isNo(answer) {
			return errors.New("type y or n")
		}
		return nil
	}
	return q
}

func isYes(answer string) bool { return isOneOf(answer, "y", "yes") }

func isNo(answer string) bool { return isOneOf(answer, "n", "no") }

func isOneOf(answer string, words ...string) bool {
	return slices.Contains(words, strings.ToLower(strings.TrimSpace(answer)))
}

// draw shows the error, the help, and the question with the text and the cursor in
// it.
func (l *line) draw() error {
	columns, _ := size(l.with.out)
	var lines []string
	if l.asked.Help != "" {
		lines = append(lines, cut("  "+l.asked.Help, columns))
	}
	if l.fault != "" {
		lines = append(lines, l.with.palette.Error(cut("! "+l.fault, columns)))
	}
	asked, short := l.question(), false
	if least := 12; columns-term.Width(asked) < least {
		lines = append(lines, l.with.palette.Bold(cut(asked, columns)))
		asked, short = "> ", true
	}
	text, back := l.visible(columns - term.Width(asked) - 1)
	if !short {
		asked = l.with.palette.Bold(asked)
	}
	lines = append(lines, asked+text)
	if err := l.screen.draw(strings.Join(lines, "\n")); err != nil {
		return err
	}
	if back == 0 {
		return nil
	}
	return l.cursor().Back(back)
}

func (l *line) question() string {
	asked := "? " + term.Line(l.asked.Text)
	if l.asked.Default != "" && !l.asked.quiet {
		asked += " [" + cut(l.asked.Default, 30) + "]"
	}
	return asked + " "
}

// visible returns the part of the text around the cursor that fits the columns, and
// the number of columns from the cursor to its end.
func (l *line) visible(columns int) (text string, back int) {
	before, after := term.Line(string(l.text[:l.at])), term.Line(string(l.text[l.at:]))
	if l.hidden {
		before, after = strings.Repeat("*", l.at), strings.Repeat("*", len(l.text)-l.at)
	}
	columns = max(columns, 1)
	if columnsLeft := columns - term.Width(before); columnsLeft > 0 {
		after = term.Head(after, columnsLeft)
	} else {
		before, after = term.Tail(before, columns), ""
	}
	return before + after, term.Width(after)
}

// keyboard returns one key per Read, so that keys typed ahead are kept for the next
// question. Unknown keys are dropped, and line ends in a paste become spaces, so
// that a pasted text is one answer.
type keyboard struct {
	file interface {
		io.Reader
		File
	}
	ctx     context.Context // context of the current question
	pending []byte
	paste   bool // inside a bracketed paste
	gap     bool // the paste has a pending line end
}

func (k *keyboard) Fd() uintptr { return k.file.Fd() }

// Read returns the bytes of the next key.
func (k *keyboard) Read(p []byte) (int, error) {
	for {
		key, rest := cutKey(k.pending)
		if key == "" {
			if err := k.fill(); err != nil {
				return 0, err
			}
			continue
		}
		k.pending = k.pending[len(k.pending)-rest:]
		if text := k.action(key); text != "" {
			return copy(p, text), nil
		}
	}
}

// chunk is the result of one Read of the terminal.
type chunk struct {
	bytes []byte
	err   error
}

// fill waits for input or the end of the context. A blocking Read cannot be
// canceled: its goroutine stays until the process ends.
func (k *keyboard) fill() error {
	came := make(chan chunk, 1)
	go func() {
		buffer := make([]byte, 1024)
		n, err := k.file.Read(buffer)
		came <- chunk{buffer[:n], err}
	}()
	select {
	case <-k.ctx.Done():
		return k.ctx.Err()
	case c := <-came:
		k.pending = append(k.pending, c.bytes...)
		if len(c.bytes) > 0 {
			return nil
		}
		return c.err
	}
}

// The keys of a terminal: XTerm Control Sequences, "PC-Style Function Keys" and
// "Bracketed Paste Mode".
const (
	escape     = '\x1b'
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// cutKey splits off the first key: a character or an escape sequence. rest is the
// number of bytes left. An incomplete key is not returned.
func cutKey(text []byte) (key string, rest int) {
	size := 0
	switch {
	case len(text) == 0:
		return "", 0
	case text[0] == escape && len(text) > 1:
		size = sequence(text)
	case utf8.FullRune(text):
		_, size = utf8.DecodeRune(text)
	}
	return string(text[:size]), len(text) - size
}

// sequence returns the length of an escape sequence, or 0 if it is incomplete.
func sequence(text []byte) int {
	switch {
	case text[1] == 'O' && len(text) > 2, text[1] != '[' && text[1] != 'O':
		return min(len(text), 2+strings.Count(string(text[1]), "O"))
	case text[1] == 'O':
		return 0
	}
	for i := 2; i < len(text); i++ {
		if text[i] >= 0x40 && text[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}

// Keys without a name in survey: Ctrl-B, which it treats as an arrow, Shift-Tab, and
// Esc, after which it waits for more.
const (
	backKey  = '\x1c'
	leaveKey = '\x1f'
)

// action returns the key as survey reads it, or "" for a key without an effect.
func (k *keyboard) action(key string) string {
	switch key {
	case pasteBegin:
		k.paste, k.gap = true, false
		return ""
	case pasteEnd:
		k.paste = false
		return ""
	case "\x1b":
		return string(leaveKey)
	case "\x02", "\x1b[Z":
		return string(backKey)
	case "\x1b[1~", "\x1b[7~":
		return "\x1b[H"
	case "\x1b[4~", "\x1b[8~":
		return "\x1b[F"
	}
	if k.paste {
		return k.pasted(key)
	}
	if key[0] != escape || len(key) == 3 && strings.ContainsAny(key[2:], "ABCDFH") || key == "\x1b[3~" {
		return key
	}
	return ""
}

// pasted collapses line ends and tabs to one space, and drops them at the end.
func (k *keyboard) pasted(key string) string {
	if key == "\n" || key == "\r" || key == "\t" {
		k.gap = true
		return ""
	}
	if key[0] < ' ' || key == "\x7f" {
		return ""
	}
	if k.gap {
		k.gap = false
		k.pending = append([]byte(key), k.pending...)
		return " "
	}
	return key
}
