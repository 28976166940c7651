package help

import (
	"embed"
	_ "embed"
	"strings"

	"github.com/epilot-cli/epilot/internal/term"
)

// topics contains the pages of "epilot help <topic>", which GitHub also renders: a
// heading with the topic's summary, then headings, paragraphs, lists, tables and
// fences. Each paragraph is a single line.
//
//go:embed topics/*.md
var topics embed.FS

// Topics returns the names and summaries of the help topics, sorted by name.
func Topics() []Entry {
	files, _ := topics.ReadDir("topics") // embedded files can always be read
	var entries []Entry
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), ".md")
		line, _, _ := strings.Cut(TopicText(name), "\n")
		entries = append(entries, Entry{name, strings.TrimPrefix(line, "# ")})
	}
	return entries
}

// TopicText returns the Markdown of a topic, "" if there is no such topic.
func TopicText(name string) string {
	text, err := topics.ReadFile("topics/" + name + ".md") // not path.Join: "./agents" is not a valid name
	if err != nil {
		return ""
	}
	return string(text)
}

const (
	widestText = 90 // cells; longer lines are hard to read
	leastText  = 30 // cells for the last column of a table, on any screen
)

// Topic writes a help topic for a screen of that width, 0 if unknown.
func (p *Page) Topic(name string, width int) {
	if width <= 0 {
		width = usualWidth
	}
	width = min(width, widestText)
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

// joinFences adds a space to the empty lines of a fence, so that the fence is one
// block.
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

// topicTable writes the rows below the header, which is omitted because the columns
// are self-explanatory.
func (p *Page) topicTable(lines []string, width int) {
	var rows [][]string
	for _, line := range lines[2:] {
		rows = append(rows, cells(line))
	}
	indent := 2
	widths := make([]int, len(rows[0])-1) // the last column takes the remaining width
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

// topicHead returns a row without its last cell.
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

// hang writes text after head with a hanging indent and coloured code spans.
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

// topicWords splits a text into words; a code span, with its spaces, is one word.
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

// span colours a code span.
func (p *Page) span(word string) string {
	parts := strings.Split(word, "`")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = p.palette.Key(parts[i])
	}
	return strings.Join(parts, "")
}

// tasks contains blocks separated by empty lines: a title after "# ", then shell
// commands.
//
//go:embed tasks.txt
var tasks string

// Task is a common task, as lines to paste into a shell.
type Task struct {
	Title   string `json:"title"`
	Command string `json:"command"`
}

// Tasks returns the tasks shown by "epilot examples". They run on the mock.
func Tasks() []Task {
	var found []Task
	for block := range strings.SplitSeq(strings.TrimSpace(tasks), "\n\n") {
		title, command, _ := strings.Cut(block, "\n")
		found = append(found, Task{strings.TrimPrefix(title, "# "), command})
	}
	return found
}

// Tasks writes the tasks as a script, with titles as comments.
func (p *Page) Tasks() {
	for i, task := range Tasks() {
		if i > 0 {
			p.line("")
		}
		p.line("%s", p.palette.Dim("# "+task.Title))
		for line := range strings.SplitSeq(task.Command, "\n") {
			p.line("%s", line)
		}
	}
	p.line("")
	p.line("%s", p.palette.Dim("# To try them without an account: export EPILOT_SERVER=mock"))
}
