package help

import (
	"embed"
	"strings"

	"github.com/epilot-cli/epilot/internal/term"
)

// topics are the texts of "epilot help <topic>", which GitHub shows as pages:
// a heading that is the topic's line, then headings, paragraphs, lists, tables
// and fences, no paragraph broken into lines.
//
//go:embed topics/*.md
var topics embed.FS

// Topics are the names and lines of the help topics, sorted by name.
func Topics() []Entry {
	files, _ := topics.ReadDir("topics") // what is embedded can be read
	var entries []Entry
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".md")
		line, _, _ := strings.Cut(TopicText(name), "\n")
		entries = append(entries, Entry{name, strings.TrimPrefix(line, "# ")})
	}
	return entries
}

// TopicText is the Markdown of a topic, "" for a name that is none.
func TopicText(name string) string {
	text, err := topics.ReadFile("topics/" + name + ".md") // not joined: "./agents" is no name
	if err != nil {
		return ""
	}
	return string(text)
}

const (
	widestText = 90 // cells, beyond which lines are hard to read
	leastText  = 30 // cells for the last column of a table, whatever the screen
)

// Topic writes a help topic for a screen of that width, 0 for one not known.
func (p *Page) Topic(name string, width int) {
	if width <= 0 || width > widestText {
		width = widestText
	}
	titled := true // no empty line below a heading
	for block := range strings.SplitSeq(joinFences(TopicText(name)), "\n\n") {
		block = strings.Trim(block, "\n")
		if strings.HasPrefix(block, "#") {
			p.heading(strings.TrimLeft(block, "# "))
			titled = true
			continue
		}
		if !titled {
			p.line("")
		}
		titled = false
		p.topicBlock(block, width)
	}
}

// joinFences gives the empty lines within a fence a space, so that a fence is
// one block.
func joinFences(text string) string {
	parts := strings.Split(text, "```")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = strings.ReplaceAll(parts[i], "\n\n", "\n \n")
	}
	return strings.Join(parts, "```")
}

func (p *Page) topicBlock(block string, width int) {
	lines := strings.Split(block, "\n")
	switch first := lines[0]; {
	case strings.HasPrefix(first, "```"):
		for _, line := range lines[1 : len(lines)-1] {
			p.line("%s", strings.TrimRight("    "+line, " "))
		}
	case strings.HasPrefix(first, "|"):
		p.topicTable(lines, width)
	case strings.HasPrefix(first, "- "):
		for _, line := range lines {
			p.hang("  - ", 4, strings.TrimPrefix(line, "- "), width)
		}
	default:
		p.hang("  ", 2, block, width)
	}
}

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
			widths[column] = max(widths[column], term.Width(unspanned(row[column])))
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
		head += p.palette.Key(text) + strings.Repeat(" ", wide-term.Width(text)+2)
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
		wide := term.Width(unspanned(word))
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
