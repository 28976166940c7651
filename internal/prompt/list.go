package prompt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/AlecAivazis/survey/v2/terminal"
	"github.com/epilot-cli/epilot/internal/term"
)

// list prompts for one or several options. Typing filters the options to those that
// contain all words.
type list struct {
	screen
	asked Question
	with  *screenPrompter
	many  bool

	filter []rune
	found  []int // the options that match the filter
	at     int   // index of the highlighted one in found
	ticked map[int]bool
	match  []string // lower-case texts for the filter
}

func newList(d *screenPrompter, q Question, many bool) *list {
	l := &list{screen: d.screen(q), asked: q, with: d, many: many, ticked: map[int]bool{}}
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

// selected returns the selected option.
func (l *list) selected() int { return l.found[l.at] }

// marked returns the checked options in order.
func (l *list) marked() []int {
	var all []int
	for i := range l.asked.Options {
		if l.ticked[i] {
			all = append(all, i)
		}
	}
	return all
}

// read reads the selection.
func (l *list) read() error {
	cursor := l.cursor()
	_ = cursor.Hide() // the draw reports any failure
	defer func() { _ = cursor.Show() }()
	return l.keyLoop(l.draw, func(key rune) (bool, error) {
		switch key {
		case '\r', '\n':
			return l.many || len(l.found) > 0, nil
		case leaveKey:
			return false, l.leave(terminal.InterruptErr)
		}
		l.press(key)
		return false, l.draw()
	})
}

// finish leaves question and selection on the screen.
func (l *list) finish() error {
	var labels []string
	for _, i := range l.marked() {
		labels = append(labels, l.asked.Options[i].Label)
	}
	if len(labels) == 0 {
		labels = []string{"none"}
	}
	if !l.many {
		labels = []string{l.asked.Options[l.selected()].Label}
	}
	columns, _ := size(l.with.out)
	asked := cut("? "+l.asked.Text, columns)
	answer := ""
	if columnsLeft := columns - term.Width(asked) - 1; columnsLeft > 1 {
		answer = " " + cut(squeeze(strings.Join(labels, ", ")), columnsLeft)
	}
	return l.screen.draw(l.with.palette.Bold(asked) + l.with.palette.Key(answer) + "\n")
}

// squeeze collapses the spaces that align columns.
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

// move wraps around at the ends.
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

// narrow applies the filter and highlights the first option that starts with it,
// else the first option.
func (l *list) narrow() {
	words := strings.Fields(strings.ToLower(string(l.filter)))
	l.found = nil
	for i, text := range l.match {
		if l.asked.Options[i].Stays || !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, word) }) {
			l.found = append(l.found, i)
		}
	}
	l.at = 0
	if len(words) > 0 {
		l.at = max(slices.IndexFunc(l.found, func(i int) bool { return strings.HasPrefix(l.match[i], words[0]) }), 0)
	}
}

// usualList is the default number of visible options.
const usualList = 10

// draw shows the question with the filter, the options around the highlighted one,
// and its note.
func (l *list) draw() error {
	columns, rows := size(l.with.out)
	lines := []string{l.title(columns)}
	if l.asked.Help != "" {
		lines = append(lines, cut("  "+l.asked.Help, columns))
	}
	preview := ""
	if len(l.found) > 0 && columns >= previewColumns && l.asked.Options[l.selected()].Preview != nil {
		preview = l.asked.Options[l.selected()].Preview()
	}
	begin, end := l.page(rows - len(lines) - 5)
	for i := begin; i < end; i++ {
		lines = append(lines, l.row(i, columns))
	}
	if len(l.found) == 0 {
		lines = append(lines, cut("  No matches. Press Backspace to change the filter", columns))
	}
	legend := l.legend()
	if rows < leastLegend || columns < term.Width(legend)+2 {
		legend = ""
	}
	for _, text := range []string{l.note(), preview} {
		if text != "" {
			lines = append(lines, cut("  "+text, columns))
		}
	}
	if legend != "" {
		lines = append(lines, l.with.palette.Dim(cut("  "+legend, columns)))
	}
	return l.screen.draw(strings.Join(lines, "\n"))
}

const leastLegend = 10 // rows of a terminal that shows the key legend

const previewColumns = 99 // a terminal of 100 columns, whose last one stays free

func (l *list) title(columns int) string {
	asked := "? " + term.Line(l.asked.Text)
	if len(l.filter) > 0 {
		typed := cut(": "+string(l.filter), columns/2)
		return l.with.palette.Bold(cut(asked, columns-term.Width(typed))) + typed
	}
	return l.with.palette.Bold(cut(asked, columns))
}

// legend describes the keys.
func (l *list) legend() string {
	legend := "Arrows move, Enter selects, type to filter, Esc leaves"
	if l.many {
		legend = "Space selects, Right all, Left none, Enter continues, Esc leaves"
	}
	if l.asked.Back {
		legend += ", Ctrl-B goes back"
	}
	return legend
}

// page returns the range of visible options.
func (l *list) page(columnsLeft int) (begin, end int) {
	rows := l.asked.Rows
	if rows == 0 {
		rows = usualList
	}
	rows = max(min(rows, columnsLeft, len(l.found)), 1)
	begin = min(max(l.at-rows/2, 0), max(len(l.found)-rows, 0))
	return begin, min(begin+rows, len(l.found))
}

func (l *list) row(i, columns int) string {
	option := l.asked.Options[l.found[i]]
	mark := "  "
	if i == l.at {
		mark = "> "
	}
	if l.many {
		mark += "[" + map[bool]string{true: "x", false: " "}[l.ticked[l.found[i]]] + "] "
	}
	text := cut(option.Label, columns-len(mark))
	switch {
	case i == l.at:
		text = l.with.palette.Chosen(text)
	case option.Paint != nil:
		text = option.Paint(text)
	}
	if i == l.at {
		mark = l.with.palette.Bold(mark)
	}
	return mark + text
}

// note returns the note of the highlighted option, and the number of options if not
// all are visible.
func (l *list) note() string {
	if len(l.found) == 0 {
		return ""
	}
	note := l.asked.Options[l.selected()].Note
	if begin, end := l.page(usualRows); end-begin < len(l.found) {
		note = strings.TrimSpace(fmt.Sprintf("%d/%d  %s", l.at+1, len(l.found), note))
	}
	return note
}
