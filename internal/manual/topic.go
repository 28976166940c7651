package manual

import (
	"embed"
	"strings"
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
