package schema

import (
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/operation"
)

// maxLength bounds what a large minLength asks for, in characters.
const maxLength = 10000

// text returns the first likely text that fits, as JSON.
func (m *sampler) text(s, merged *operation.Schema) string {
	candidates := []string{formatSample(merged.Format), "string"}
	if merged.Pattern != "" {
		candidates = append(candidates, patternSamples(merged.Pattern)...)
	}
	candidates = append(candidates, stretched("string", merged), stretched(formatSample(merged.Format), merged))
	for _, text := range append(m.likely(merged), candidates...) {
		if text != "" && fits(s, quoteJSON(text), m.dir) {
			return quoteJSON(text)
		}
	}
	if fits(s, `""`, m.dir) {
		return `""`
	}
	return quoteJSON(or(candidates[0], "string"))
}

// likely are the texts that come before the plain ones.
func (m *sampler) likely(s *operation.Schema) []string {
	switch {
	case m.chance != nil:
		return m.texts(s)
	case m.realistic && s.Format == "":
		return []string{m.named(0)}
	}
	return nil
}

// named is a text that the property's name asks for, or "".
func (m *sampler) named(i int) string {
	text := namedText(m.name, i)
	format, refers := strings.CutPrefix(text, "@")
	switch {
	case !refers:
		return text
	case m.chance != nil:
		return m.formatted(format)
	}
	return formatSample(format)
}

// stretched makes a text as long as the schema asks for.
func stretched(text string, s *operation.Schema) string {
	if s.MinLength != nil && text != "" {
		wanted := min(*s.MinLength, maxLength)
		text = strings.Repeat(text, 1+wanted/utf8.RuneCountInString(text))
		text = text[:max(wanted, 1)]
	}
	if s.MaxLength != nil && *s.MaxLength >= 0 && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	return text
}

func formatSample(format string) string {
	switch format {
	case "date-time":
		return "2024-01-31T12:00:00Z"
	case "date":
		return "2024-01-31"
	case "time":
		return "12:00:00Z"
	case "uuid":
		return "123e4567-e89b-12d3-a456-426614174000"
	case "email", "idn-email":
		return "name@example.com"
	case "uri", "url", "iri", "uri-reference":
		return "https://example.com"
	case "hostname":
		return "example.com"
	case "ipv4":
		return "192.0.2.1"
	case "ipv6":
		return "2001:db8::1"
	case "byte":
		return "c3RyaW5n"
	}
	return ""
}
