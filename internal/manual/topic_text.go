package manual

import "strings"

// topicTable writes the rows below the head, whose columns explain themselves.
func (p *Page) topicTable(lines []string, width int) {
	var rows [][]string
	for _, line := range lines[2:] {
		rows = append(rows, cells(line))
	}
	indent := 2
	widths := make([]int, len(rows[0])-1) // the last column takes what is left
	for column := range widths {
		for _, row := range rows {
			widths[column] = max(widths[column], len([]rune(unspanned(row[column]))))
		}
		indent += widths[column] + 2
	}
	for _, row := range rows {
		p.hang(p.topicHead(row, widths), indent, row[len(widths)], max(width, indent+leastText))
	}
}

// topicHead is a row without its last cell.
func (p *Page) topicHead(row []string, widths []int) string {
	head := "  "
	for column, wide := range widths {
		text := unspanned(row[column])
		head += p.palette.Key(text) + strings.Repeat(" ", wide-len([]rune(text))+2)
	}
	return head
}

func cells(line string) []string {
	parts := strings.Split(strings.Trim(strings.ReplaceAll(line, `\|`, "\x00"), "|"), "|")
	for i, part := range parts {
		parts[i] = strings.ReplaceAll(strings.TrimSpace(part), "\x00", "|")
	}
	return parts
}

func unspanned(text string) string { return strings.ReplaceAll(text, "`", "") }

// hang writes a text behind head, its further lines indented, with its code
// spans in colour.
func (p *Page) hang(head string, indent int, text string, width int) {
	line, used := head, indent
	for i, word := range topicWords(text) {
		wide := len([]rune(unspanned(word)))
		if i > 0 && used+wide+1 > width {
			p.line("%s", strings.TrimRight(line, " "))
			line, used = strings.Repeat(" ", indent), indent
		} else if i > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+p.span(word), used+wide
	}
	p.line("%s", strings.TrimRight(line, " "))
}

// topicWords are the words of a text; a code span is one of them, with its spaces.
func topicWords(text string) []string {
	var found []string
	open := false
	for word := range strings.FieldsSeq(text) {
		if open {
			found[len(found)-1] += " " + word
		} else {
			found = append(found, word)
		}
		if strings.Count(word, "`")%2 == 1 {
			open = !open
		}
	}
	return found
}

// span paints what stands between backquotes.
func (p *Page) span(word string) string {
	parts := strings.Split(word, "`")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = p.palette.Key(parts[i])
	}
	return strings.Join(parts, "")
}
