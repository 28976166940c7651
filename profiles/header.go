package profiles

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// ParseHeader reads "Name: value" as a person types it. The error, of kind
// Usage, does not show the value: it may be a secret.
func ParseHeader(text string) (Header, error) {
	name, value, found := strings.Cut(text, ":")
	h := Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)}
	if !found {
		return Header{}, failure.New(failure.Usage, "the header has no colon").
			Hintf("give it as in 'X-Team: sales'; 'X-Team:' removes it")
	}
	if !h.sendable() {
		return Header{}, failure.New(failure.Usage, "header %q cannot be sent: its name or its value holds a character that no header may hold", h.Name).
			Hintf("names are letters, digits and hyphens; a value is one line")
	}
	return h, nil
}

// sendable reports whether the field is one of RFC 9110, section 5.
func (h Header) sendable() bool {
	return isToken(h.Name) && !hasControl(h.Value) && utf8.ValidString(h.Value)
}

func setHeader(all []Header, h Header) []Header {
	at := slices.IndexFunc(all, h.sameName)
	if at < 0 {
		return append(all, h)
	}
	all[at] = h
	return all
}

func removeHeader(all []Header, name string) []Header {
	return slices.DeleteFunc(all, Header{Name: name}.sameName)
}

func (h Header) sameName(other Header) bool { return strings.EqualFold(h.Name, other.Name) }

// isToken reports whether a name is a token of RFC 9110, section 5.6.2.
func isToken(name string) bool {
	const marks = "!#$%&'*+-.^_`|~"
	for _, c := range name {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if digit := '0' <= c && c <= '9'; !letter && !digit && !strings.ContainsRune(marks, c) {
			return false
		}
	}
	return name != ""
}

// hasControl reports whether a field value holds a control character other
// than a tab (RFC 9110, section 5.5).
func hasControl(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}
