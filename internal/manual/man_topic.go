package manual

import "strings"

// Topic is the man page of a help topic, of section 7, from its Markdown: a
// heading that is the topic's line, then headings, paragraphs, lists, tables
// and fences.
func (m Man) Topic(topic, text string) (name, page string) {
	name = manName("epilot " + topic)
	blocks := strings.Split(joinFences(text), "\n\n")
	r := newRoff(name, "7", unspanned(strings.TrimPrefix(blocks[0], "# ")), m.Edition)
	r.section("DESCRIPTION")
	headed := true
	for _, block := range blocks[1:] {
		block = strings.Trim(block, "\n")
		title, isTitle := strings.CutPrefix(block, "## ")
		if isTitle {
			r.section(sectionTitle(unspanned(title)))
		} else {
			r.topicBlock(block, headed)
		}
		headed = isTitle
	}
	r.seeAlso("epilot")
	return name, r.String()
}

// sectionTitle is a heading in capitals, but for one that names a path.
func sectionTitle(title string) string {
	if strings.Contains(title, "/") {
		return title
	}
	return strings.ToUpper(title)
}

// topicBlock writes a block; headed is one right below a heading.
func (r *roff) topicBlock(block string, headed bool) {
	lines := strings.Split(block, "\n")
	switch {
	case strings.HasPrefix(block, "```"):
		r.apart(headed)
		r.example(blankLines(lines[1 : len(lines)-1])...)
	case strings.HasPrefix(block, "|"):
		for _, line := range lines[2:] {
			row := cells(line)
			r.item(unspanned(row[0]), unspanned(strings.Join(row[1:len(row)-1], " ")), unspanned(row[len(row)-1]))
		}
	case strings.HasPrefix(block, "- "):
		for _, line := range lines {
			r.macro("IP", "\u2022", "2")
			r.spans(strings.TrimPrefix(line, "- "))
		}
	default:
		r.apart(headed)
		r.spans(strings.Join(lines, " "))
	}
}

// apart puts a space between a block and the one above; below a heading there
// is one already.
func (r *roff) apart(headed bool) {
	if !headed {
		r.macro("PP")
	}
}

// blankLines makes the lines of a fence that hold nothing but a space empty.
func blankLines(lines []string) []string {
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return lines
}

// spans writes a line of text, in bold what stands between backquotes.
func (r *roff) spans(text string) {
	for i, part := range strings.Split(text, "`") {
		switch {
		case part == "":
		case i%2 == 1:
			r.text.WriteString(`\fB` + escapeRoff(part) + `\fR`)
		case i == 0:
			r.text.WriteString(plainRoff(part))
		default:
			r.text.WriteString(escapeRoff(part))
		}
	}
	r.text.WriteString("\n")
}
