package prompt

import (
	"errors"
	"slices"
	"strings"

	"github.com/AlecAivazis/survey/v2/terminal"
	"github.com/epilot-cli/epilot/internal/term"
)

// line asks for one line of text. It is drawn anew at each key
// and never longer than the terminal is wide.
type line struct {
	screen
	asked  Question
	with   *screenPrompter
	hidden bool
	show   func(answer string) string // the answer as it stays on the screen

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

// accept takes the answer, or says what is wrong with it.
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

// Keys of line editing that survey has no name for.
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

// asYesNo is the question as one for a line.
func asYesNo(q Question) Question {
	q.Default, q.Text, q.quiet = "no", q.Text+" (y/N)", true
	if q.Yes {
		q.Default, q.Text = "yes", strings.TrimSuffix(q.Text, "(y/N)")+"(Y/n)"
	}
	q.Check = func(answer string) error {
		if !isYes(answer) && !isNo(answer) {
			return errors.New("type y or n")
		}
		return nil
	}
	return q
}

func isYes(answer string) bool { return isWord(answer, "y", "yes") }

func isNo(answer string) bool { return isWord(answer, "n", "no") }

func isWord(answer string, words ...string) bool {
	return slices.Contains(words, strings.ToLower(strings.TrimSpace(answer)))
}

// draw shows what is wrong, the help, and the question with the text, in which
// the cursor stands.
func (l *line) draw() error {
	columns, _ := size(l.with.out)
	var lines []string
	if l.asked.Help != "" {
		lines = append(lines, l.with.palette.Dim(cut("  "+l.asked.Help, columns)))
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

// visible is the part of the text that fits the columns, with the cursor in it,
// and how many columns the cursor stands before its end.
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
