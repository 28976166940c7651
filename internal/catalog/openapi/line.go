package openapi

import "strings"

const longestLine = 120 // characters

// line says in one line what an operation does: its summary, else the first
// sentence of its description.
func line(summary, description string) string {
	if text := plain(summary); text != "" {
		return shorten(text)
	}
	paragraph, _, _ := strings.Cut(strings.TrimSpace(description), "\n\n")
	text := plain(paragraph)
	if sentence, _, more := strings.Cut(text, ". "); more {
		text = sentence
	}
	return shorten(strings.TrimSuffix(text, "."))
}

// plain removes the marks of Markdown and joins the lines.
func plain(text string) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		before, label, after := cutLink(rest)
		b.WriteString(before)
		b.WriteString(label)
		rest = after
	}
	unmarked := strings.NewReplacer("**", "", "`", "", "* ", "", "#", "").Replace(b.String())
	return strings.Join(strings.Fields(unmarked), " ")
}

// cutLink splits a text around its first [label](address).
func cutLink(text string) (before, label, after string) {
	open := strings.IndexByte(text, '[')
	if open < 0 {
		return text, "", ""
	}
	middle := strings.Index(text[open:], "](")
	if middle < 0 {
		return text, "", ""
	}
	end := strings.IndexByte(text[open+middle:], ')')
	if end < 0 {
		return text, "", ""
	}
	return text[:open], text[open+1 : open+middle], text[open+middle+end+1:]
}

// shorten cuts a text at a word so that it is at most longestLine characters.
func shorten(text string) string {
	runes := []rune(text)
	if len(runes) <= longestLine {
		return text
	}
	cut := string(runes[:longestLine-1])
	if space := strings.LastIndexByte(cut, ' '); space > longestLine/2 {
		cut = cut[:space]
	}
	return cut + "…"
}
