package emulator

import "strings"

// queryWords cuts a query at spaces and parentheses that stand outside quotes
// and ranges.
func queryWords(text string) []string {
	c := &queryCutter{}
	for at := 0; at < len(text); {
		at += c.take(text[at:])
	}
	c.flush()
	return c.words
}

type queryCutter struct {
	words    []string
	word     strings.Builder
	inQuotes bool
}

func (c *queryCutter) flush() {
	if c.word.Len() > 0 {
		c.words = append(c.words, c.word.String())
		c.word.Reset()
	}
}

// take reads the beginning of a text and returns its length.
func (c *queryCutter) take(text string) int {
	size, field := 1, endsField(c.word.String())
	switch b := text[0]; {
	case b == '\\' && len(text) > 1:
		size = 2
	case b == '"':
		c.inQuotes = !c.inQuotes
	case c.inQuotes:
	case b == ' ' || b == '\t' || b == '\n' || b == '\r':
		c.flush()
		return 1
	case (b == '[' || b == '{') && field:
		size = rangeSize(text)
	case b == '(' && (c.word.Len() == 0 || field) || b == ')':
		c.flush()
		c.words = append(c.words, string(b))
		return 1
	}
	c.word.WriteString(text[:size])
	return size
}

// endsField reports whether a word is a field whose value follows.
func endsField(word string) bool {
	return len(word) > 1 && strings.HasSuffix(word, ":") && colon(word) == len(word)-1
}

// colon is where the field ends, -1 where there is none.
func colon(word string) int {
	for i := 0; i < len(word); i++ {
		switch word[i] {
		case '\\':
			i++
		case '"':
			return -1
		case ':':
			return i
		}
	}
	return -1
}

func unescaped(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
