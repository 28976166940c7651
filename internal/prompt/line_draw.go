package prompt

import (
	"strings"
)

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
	if least := 12; columns-cells(asked) < least {
		lines = append(lines, l.with.palette.Bold(cut(asked, columns)))
		asked, short = "> ", true
	}
	text, back := l.visible(columns - cells(asked) - 1)
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
	asked := "? " + oneLine(l.asked.Text)
	if l.asked.Default != "" && !l.asked.quiet {
		asked += " [" + cut(l.asked.Default, 30) + "]"
	}
	return asked + " "
}

// visible is the part of the text that fits the columns, with the cursor in it,
// and how many columns the cursor stands before its end.
func (l *line) visible(columns int) (text string, back int) {
	before, after := oneLine(string(l.text[:l.at])), oneLine(string(l.text[l.at:]))
	if l.masked {
		before, after = strings.Repeat("*", l.at), strings.Repeat("*", len(l.text)-l.at)
	}
	columns = max(columns, 1)
	if room := columns - cells(before); room > 0 {
		after = head(after, room)
	} else {
		before, after = tail(before, columns), ""
	}
	return before + after, cells(after)
}
