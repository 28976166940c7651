package render

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/epilot-cli/epilot/internal/term"
)

// yamlText is a string as a value: several lines as a block at the indentation,
// where a block holds them as they are.
func yamlText(text string, indent int) string {
	if indent == 0 || !strings.Contains(text, "\n") || !isBlock(text) {
		return yamlLine(text)
	}
	body, chomp := text, "-"
	if strings.HasSuffix(text, "\n") {
		body, chomp = strings.TrimSuffix(text, "\n"), ""
	}
	return "|" + chomp + blockLines(body, strings.Repeat(" ", indent))
}

func blockLines(body, margin string) string {
	var block strings.Builder
	for line := range strings.SplitSeq(body, "\n") {
		block.WriteByte('\n')
		if line != "" {
			block.WriteString(margin + line)
		}
	}
	return block.String()
}

// isBlock reports whether a block cannot be misread: its first line tells the
// indentation, and nothing in it is white space that nobody sees.
func isBlock(text string) bool {
	if text[0] == ' ' || text[0] == '\n' || strings.HasSuffix(text, "\n\n") {
		return false
	}
	for line := range strings.SplitSeq(text, "\n") {
		if strings.TrimRight(line, " ") != line || strings.ContainsFunc(line, mustEscape) {
			return false
		}
	}
	return true
}

// yamlLine is a string on one line, plain where that can only be a string.
func yamlLine(text string) string {
	if isPlain(text) {
		return text
	}
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, r := range text {
		quoted.WriteString(yamlRune(r))
	}
	quoted.WriteByte('"')
	return quoted.String()
}

// isPlain: letters, digits and harmless marks, begun by a letter, and no word
// that YAML 1.2 or 1.1 reads as something else.
func isPlain(text string) bool {
	switch strings.ToLower(text) {
	case "", "true", "false", "null", "y", "n", "yes", "no", "on", "off":
		return false
	}
	for at, r := range text {
		letter := unicode.IsLetter(r) || r == '_'
		if at == 0 && !letter {
			return false
		}
		if !letter && !unicode.IsDigit(r) && !strings.ContainsRune(" -./@+()$", r) {
			return false
		}
	}
	return !strings.HasSuffix(text, " ")
}

func yamlRune(r rune) string {
	switch r {
	case '"', '\\':
		return `\` + string(r)
	case '\n':
		return `\n`
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	}
	if !mustEscape(r) {
		return string(r)
	}
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// mustEscape: what a terminal or a reader of YAML takes for more than text.
func mustEscape(r rune) bool {
	return term.Unsafe(r) || !unicode.IsPrint(r) && r != ' ' || r == '\ufeff'
}
