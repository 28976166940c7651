package query

import "strings"

// call is a function called by its name: $sum( at a byte offset.
type call struct {
	name string
	at   int
}

// culprit guesses the place of a run-time error, for which neither engine
// gives one: where what the message names stands, if it stands only once.
func culprit(source, message string) int {
	var at []int
	switch subject := subjectOf(message); {
	case strings.HasPrefix(subject, "$"):
		at = places(bare(source), subject)
	case subject != "":
		at = occurrences(bare(source), subject)
	case strings.HasPrefix(message, "argument ") || strings.Contains(message, "invoke undefined function"):
		for _, c := range calls(source) {
			at = append(at, c.at)
		}
	}
	if len(at) != 1 {
		return nowhere
	}
	return at[0]
}

// subjectOf is the function or operator that a message of an engine names.
func subjectOf(message string) string {
	if strings.HasPrefix(message, "$") {
		return "$" + name(message[1:])
	}
	if _, rest, is := strings.Cut(message, `function "`); is {
		return "$" + name(rest)
	}
	if _, rest, is := strings.Cut(message, "non-function $"); is {
		return "$" + name(rest)
	}
	if _, rest, is := strings.Cut(message, "no definition: "); is {
		return rest
	}
	if before, _, is := strings.Cut(message, `" operator`); is {
		return before[strings.LastIndexByte(before, '"')+1:]
	}
	if strings.Contains(message, "range operator") {
		return ".."
	}
	return ""
}

// name is the identifier that text begins with.
func name(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r < 0x80 && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
	})
	if end < 0 {
		return text
	}
	return text[:end]
}

// bare is the source with string literals and comments blanked, so that
// offsets stay.
func bare(source string) string {
	out := []byte(source)
	for i := 0; i < len(out); i++ {
		end := i
		switch c := out[i]; {
		case c == '"' || c == '\'' || c == '`':
			end = literalEnd(out, i)
		case strings.HasPrefix(source[i:], "/*"):
			if length := strings.Index(source[i+2:], "*/"); length >= 0 {
				end = i + length + 3
			}
		default:
			continue
		}
		for ; i <= end; i++ {
			out[i] = ' '
		}
		i--
	}
	return string(out)
}

// literalEnd is the offset of the quote that ends the literal, or of the end.
func literalEnd(source []byte, start int) int {
	for i := start + 1; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case source[start]:
			return i
		}
	}
	return len(source) - 1
}

func occurrences(text, word string) []int {
	var at []int
	for from := 0; ; {
		next := strings.Index(text[from:], word)
		if next < 0 {
			return at
		}
		at = append(at, from+next)
		from += next + len(word)
	}
}

// places are the occurrences of a variable by its whole name.
func places(text, variable string) []int {
	var at []int
	for _, place := range occurrences(text, variable) {
		if name(text[place+1:]) == variable[1:] {
			at = append(at, place)
		}
	}
	return at
}

func calls(source string) []call {
	var found []call
	text := bare(source)
	for _, at := range occurrences(text, "$") {
		word := name(text[at+1:])
		rest := strings.TrimLeft(text[at+1+len(word):], " \t\r\n")
		if word != "" && strings.HasPrefix(rest, "(") {
			found = append(found, call{"$" + word, at})
		}
	}
	return found
}

// assigned reports whether the expression gives the variable a value.
func assigned(source, variable string) bool {
	text := bare(source)
	for _, at := range places(text, variable) {
		rest := strings.TrimLeft(text[at+len(variable):], " \t\r\n")
		if strings.HasPrefix(rest, ":=") || strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, ")") {
			return true
		}
	}
	return false
}
