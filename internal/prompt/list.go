package prompt

import (
	"slices"
	"strings"

	"github.com/AlecAivazis/survey/v2/terminal"
)

// list asks for one or several of many options. Typed words leave
// only the options that have them all.
type list struct {
	screen
	asked Question
	with  *drawn
	many  bool

	filter []rune
	found  []int // the options that the filter leaves
	at     int   // the highlighted one, in found
	ticked map[int]bool
	match  []string // what the filter looks into, lower case
}

func newList(d *drawn, q Question, many bool) *list {
	l := &list{screen: d.screen(), asked: q, with: d, many: many, ticked: map[int]bool{}}
	for _, o := range q.Options {
		text := o.Match
		if text == "" {
			text = o.Label
		}
		l.match = append(l.match, strings.ToLower(text))
	}
	l.narrow()
	for _, i := range q.Chosen {
		l.ticked[i] = many
		if !many && i < len(q.Options) {
			l.at = i
		}
	}
	return l
}

// selected is the option that was chosen.
func (l *list) selected() int { return l.found[l.at] }

// marked are the options that are ticked, in their order.
func (l *list) marked() []int {
	var all []int
	for i := range l.asked.Options {
		if l.ticked[i] {
			all = append(all, i)
		}
	}
	return all
}

// read reads the choice.
func (l *list) read() error {
	cursor := l.cursor()
	_ = cursor.Hide() // what fails here fails in the drawing too
	defer func() { _ = cursor.Show() }()
	return l.keyLoop(l.draw, func(key rune) (bool, error) {
		if key == '\r' || key == '\n' {
			return l.many || len(l.found) > 0, nil
		}
		l.press(key)
		return false, l.draw()
	})
}

// settle leaves question and choice on the screen.
func (l *list) settle() error {
	var labels []string
	for _, i := range l.marked() {
		labels = append(labels, l.asked.Options[i].Label)
	}
	if !l.many {
		labels = []string{l.asked.Options[l.selected()].Label}
	}
	columns, _ := size(l.with.out)
	asked := cut("? "+l.asked.Text, columns)
	answer := ""
	if room := columns - cells(asked) - 1; room > 1 {
		answer = " " + cut(squeeze(strings.Join(labels, ", ")), room)
	}
	return l.screen.draw(l.with.palette.Bold(asked) + l.with.palette.Key(answer) + "\n")
}

// squeeze makes one space of those that align columns.
func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

func (l *list) press(key rune) {
	switch key {
	case terminal.KeyArrowUp:
		l.move(-1)
	case terminal.KeyArrowDown, terminal.KeyTab:
		l.move(1)
	case terminal.SpecialKeyHome:
		l.at = 0
	case terminal.SpecialKeyEnd:
		l.at = max(len(l.found)-1, 0)
	case terminal.KeyArrowRight:
		l.tickAll(true)
	case terminal.KeyArrowLeft:
		l.tickAll(false)
	case terminal.KeyBackspace, terminal.KeyDelete:
		l.filter = l.filter[:max(len(l.filter)-1, 0)]
		l.narrow()
	case terminal.KeyDeleteWord, terminal.KeyDeleteLine, controlU:
		l.filter = nil
		l.narrow()
	default:
		l.typed(key)
	}
}

func (l *list) typed(key rune) {
	switch {
	case key == ' ' && l.many && len(l.found) > 0:
		l.ticked[l.selected()] = !l.ticked[l.selected()]
	case key >= ' ':
		l.filter = append(l.filter, key)
		l.narrow()
	}
}

// move goes around at the ends.
func (l *list) move(by int) {
	if len(l.found) > 0 {
		l.at = (l.at + by + len(l.found)) % len(l.found)
	}
}

func (l *list) tickAll(on bool) {
	for _, i := range l.found {
		l.ticked[i] = on && l.many
	}
}

// narrow applies the filter; the highlight stays on its option where it can.
func (l *list) narrow() {
	before := -1
	if l.at < len(l.found) {
		before = l.selected()
	}
	words := strings.Fields(strings.ToLower(string(l.filter)))
	l.found = nil
	for i, text := range l.match {
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			l.found = append(l.found, i)
		}
	}
	l.at = max(slices.Index(l.found, before), 0)
}
