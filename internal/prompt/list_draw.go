package prompt

import (
	"fmt"
	"strings"
)

// usualList is how many options are shown at once where the question does not
// say.
const usualList = 10

// draw shows the question with the filter, the options around the highlighted
// one, and the note of that one.
func (l *list) draw() error {
	columns, rows := size(l.with.out)
	lines := []string{l.title(columns)}
	if l.asked.Help != "" {
		lines = append(lines, l.with.palette.Dim(cut("  "+l.asked.Help, columns)))
	}
	begin, end := l.page(rows - len(lines) - 3)
	for i := begin; i < end; i++ {
		lines = append(lines, l.row(i, columns))
	}
	if len(l.found) == 0 {
		lines = append(lines, l.with.palette.Dim(cut("  nothing has these words; Backspace takes them back", columns)))
	}
	lines = append(lines, l.with.palette.Dim(cut("  "+l.note(), columns)))
	return l.screen.draw(strings.Join(lines, "\n"))
}

func (l *list) title(columns int) string {
	asked := "? " + oneLine(l.asked.Text)
	if len(l.filter) > 0 {
		typed := cut(": "+string(l.filter), columns/2)
		return l.with.palette.Bold(cut(asked, columns-cells(typed))) + typed
	}
	how := "  (arrows move, type to filter)"
	if l.many {
		how = "  (space ticks, arrows move, Enter ends)"
	}
	asked = cut(asked, columns)
	if columns-cells(asked) < cells(how) {
		how = ""
	}
	return l.with.palette.Bold(asked) + l.with.palette.Dim(how)
}

// page is the range of options that are shown.
func (l *list) page(room int) (begin, end int) {
	rows := l.asked.Rows
	if rows == 0 {
		rows = usualList
	}
	rows = max(min(rows, room, len(l.found)), 1)
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
	case option.Paint != nil:
		text = option.Paint(text)
	case i == l.at:
		text = l.with.palette.Key(text)
	}
	if i == l.at {
		mark = l.with.palette.Bold(mark)
	}
	return mark + text
}

// note is the line of the highlighted option, and how many there are where not
// all can be seen.
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
