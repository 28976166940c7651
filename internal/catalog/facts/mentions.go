package facts

import "strings"

// mentions returns the names and values in an operation's request: its parameters,
// body properties, their enums, and the components that they reference, one level
// deep. It scans the text, because a search needs the mentions of every operation,
// and decoding takes twenty times as long.
func (t *text) mentions(fragment string) string {
	request, _, _ := strings.Cut(fragment, `"responses":`)
	m := mentions{}
	for i, list := range [...]string{`"parameters":`, `"requestBody":`} {
		if _, part, has := strings.Cut(request, list); has {
			if i == 0 {
				part, _, _ = strings.Cut(part, `"requestBody":`)
			}
			m.collect(part)
		}
	}
	for _, name := range m.references {
		if at := strings.Index(t.shared, "\nschema "+escape(name)+" "); at >= 0 {
			line, _, _ := strings.Cut(t.shared[at+1:], "\n")
			m.collect(line)
		}
	}
	return strings.Join(m.found, " ")
}

type mentions struct {
	found      []string
	references []string
}

// collect extracts the strings of a JSON text that are names or enum values: the
// keys below "properties" and the values of "name", "$ref" and "enum".
func (m *mentions) collect(text string) {
	depth, properties := 0, []int{} // the depths of the members of open "properties"
	inEnum, key := false, ""
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{':
			if depth++; key == "properties" {
				properties = append(properties, depth)
			}
			key = ""
		case '}':
			if n := len(properties); n > 0 && properties[n-1] == depth {
				properties = properties[:n-1]
			}
			depth--
		case ']':
			inEnum = false
		case '"':
			word, after := quotedAt(text, i)
			i = after
			isKey := after+1 < len(text) && text[after+1] == ':'
			named := len(properties) > 0 && properties[len(properties)-1] == depth
			switch {
			case isKey && named:
				m.found, key = append(m.found, word), ""
			case isKey:
				inEnum, key = word == "enum", word
			case inEnum, key == "name":
				m.found = append(m.found, word)
			case key == "$ref":
				m.references = append(m.references, word)
			}
		}
	}
}

// quotedAt returns the string whose opening quote is at a position, and its end.
func quotedAt(text string, at int) (word string, end int) {
	for end = at + 1; end < len(text) && text[end] != '"'; end++ {
		if text[end] == '\\' {
			end++
		}
	}
	return text[at+1 : min(end, len(text))], end
}
