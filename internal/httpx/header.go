package httpx

import (
	"errors"
	"mime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Reasons for which ParseHeader rejects a line.
var (
	ErrNoColon     = errors.New("the header has no colon")
	ErrHeaderName  = errors.New("the header name may hold only letters, digits and !#$%&'*+-.^_`|~")
	ErrHeaderValue = errors.New("the header value contains a control character")
)

// ParseHeader splits a typed "Name: value" and trims the value. The name and value
// are also returned with ErrHeaderName and ErrHeaderValue. Errors never quote the
// value, because it may be a secret.
func ParseHeader(line string) (name, value string, err error) {
	name, value, found := strings.Cut(line, ":")
	value = strings.Trim(value, " \t")
	switch {
	case !found:
		return "", "", ErrNoColon
	case !IsToken(name):
		return name, value, ErrHeaderName
	case !IsFieldValue(value):
		return name, value, ErrHeaderValue
	}
	return name, value, nil
}

// CutHeader splits "Name: value" at the colon without checking either.
func CutHeader(line string) (name, value string) {
	name, value, _ = strings.Cut(line, ":")
	return strings.TrimSpace(name), strings.TrimSpace(value)
}

// IsToken reports whether a string is a token, such as a header name or an
// authentication scheme (RFC 9110, section 5.6.2).
func IsToken(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if digit := '0' <= c && c <= '9'; !letter && !digit && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return text != ""
}

// IsFieldValue reports whether a string can be sent as a header value: one line of
// UTF-8 without control characters except tab (RFC 9110, section 5.5).
func IsFieldValue(text string) bool {
	return utf8.ValidString(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' })
}

// IsBearerToken reports whether a string can be sent after "Bearer": a
// b64token (RFC 6750, section 2.1).
func IsBearerToken(text string) bool {
	body := strings.TrimRight(text, "=")
	for i := range len(body) {
		c := body[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if digit := '0' <= c && c <= '9'; !letter && !digit && strings.IndexByte("-._~+/", c) < 0 {
			return false
		}
	}
	return body != ""
}

// Essence returns a media type in lower case without its parameters.
func Essence(mediaType string) string {
	essence, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(essence))
}

// ParseMediaType parses a Content-Type header (RFC 9110, section 8.3.1). If the
// parameters are malformed, it returns only the essence.
func ParseMediaType(header string) (essence string, params map[string]string) {
	essence, params, err := mime.ParseMediaType(header)
	if err != nil {
		return Essence(header), nil
	}
	return essence, params
}

// IsJSON reports whether a media type denotes a single JSON value: application/json,
// or a type with the suffix +json (RFC 6839, section 3.1).
func IsJSON(mediaType string) bool {
	essence := Essence(mediaType)
	return essence == "application/json" || essence == "text/json" || strings.HasSuffix(essence, "+json")
}

// IsNDJSON reports whether a media type denotes newline-delimited JSON values.
func IsNDJSON(mediaType string) bool {
	switch Essence(mediaType) {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonl",
		"application/jsonlines", "application/x-jsonlines", "application/json-lines":
		return true
	}
	return false
}

// IsEventStream reports whether a media type denotes server-sent events.
func IsEventStream(mediaType string) bool { return Essence(mediaType) == "text/event-stream" }

// Link is one link-value of a Link header (RFC 8288, section 3).
type Link struct {
	Target string // as written between < and >; may be relative
	Params []LinkParam
}

// LinkParam is a parameter of a link. The name is in lower case; the value has no
// quotes or escapes.
type LinkParam struct{ Name, Value string }

// Param returns the value of the first parameter with this name. For "rel" and
// "anchor", parsers must ignore later occurrences (RFC 8288, sections 3.2 and 3.3).
func (l Link) Param(name string) (value string, found bool) {
	for _, p := range l.Params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// Is reports whether a link has a relation type. Types are case-insensitive, and a
// link may have several.
func (l Link) Is(relation string) bool {
	rel, _ := l.Param("rel")
	return slices.ContainsFunc(strings.Fields(rel), func(name string) bool { return strings.EqualFold(name, relation) })
}

// ParseLinks parses the Link headers of a message with the algorithm of RFC 8288,
// appendix B, except that a malformed link does not hide the links after it.
func ParseLinks(headers []string) []Link {
	var links []Link
	for _, header := range headers {
		p := &linkParser{rest: header}
		for p.skip(" \t,"); p.rest != ""; p.skip(" \t,") {
			if link, ok := p.link(); ok {
				links = append(links, link)
			}
			p.recover()
		}
	}
	return links
}

// linkParser contains the unread rest of a header.
type linkParser struct{ rest string }

func (p *linkParser) skip(characters string) { p.rest = strings.TrimLeft(p.rest, characters) }

// until consumes everything before the first of the characters, or the complete
// rest.
func (p *linkParser) until(characters string) string {
	end := strings.IndexAny(p.rest, characters)
	if end < 0 {
		end = len(p.rest)
	}
	text := p.rest[:end]
	p.rest = p.rest[end:]
	return text
}

func (p *linkParser) take(character string) bool {
	rest, found := strings.CutPrefix(p.rest, character)
	p.rest = rest
	return found
}

// link reads <target> and its parameters.
func (p *linkParser) link() (Link, bool) {
	if !p.take("<") {
		return Link{}, false
	}
	link := Link{Target: strings.TrimSpace(p.until(">"))}
	if !p.take(">") {
		return Link{}, false
	}
	for p.skip(" \t"); p.take(";"); p.skip(" \t") {
		p.skip(" \t")
		param := LinkParam{Name: strings.ToLower(p.until(" \t=;,"))}
		if p.skip(" \t"); p.take("=") {
			p.skip(" \t")
			param.Value = p.value()
		}
		if param.Name != "" {
			link.Params = append(link.Params, param)
		}
	}
	return link, true
}

// value reads a token or a quoted string (RFC 9110, section 5.6.4), which may
// contain commas and semicolons.
func (p *linkParser) value() string {
	if !p.take(`"`) {
		return strings.TrimRight(p.until(";,"), " \t")
	}
	var text strings.Builder
	for {
		text.WriteString(p.until(`"\`))
		if !p.take(`\`) {
			p.take(`"`)
			return text.String()
		}
		if p.rest != "" {
			text.WriteByte(p.rest[0])
			p.rest = p.rest[1:]
		}
	}
}

// recover skips to the comma that ends a malformed link.
func (p *linkParser) recover() {
	for p.rest != "" && p.rest[0] != ',' {
		switch p.until(`,"<`); {
		case p.take(`"`):
			p.rest = `"` + p.rest
			p.value()
		case p.take("<"):
			p.until(">")
		}
	}
}
