package httpx

import (
	"slices"
	"strings"
)

// Link is one link-value of a Link header (RFC 8288, section 3).
type Link struct {
	Target string // as it stands between < and >; may be relative
	Params []LinkParam
}

// LinkParam is a parameter of a link. Its name is in lower case, its value
// without quotes and escapes.
type LinkParam struct{ Name, Value string }

// Param is the value of the first parameter of a name: of "rel" and "anchor" a
// parser must ignore all others (sections 3.2 and 3.3).
func (l Link) Param(name string) (value string, found bool) {
	for _, p := range l.Params {
		if p.Name == name {
			return p.Value, true
		}
	}
	return "", false
}

// Is reports whether a link has a relation type. Names of types have no case,
// and one link may have several of them.
func (l Link) Is(relation string) bool {
	rel, _ := l.Param("rel")
	return slices.ContainsFunc(strings.Fields(rel), func(name string) bool { return strings.EqualFold(name, relation) })
}

// ParseLinks reads the Link headers of a message, by the algorithm of RFC 8288,
// appendix B. Unlike there, a link that is malformed does not hide those after
// it.
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

// linkParser holds what of a header is not read yet.
type linkParser struct{ rest string }

func (p *linkParser) skip(characters string) { p.rest = strings.TrimLeft(p.rest, characters) }

// until takes the text in front of the first of the characters, or all of it.
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
// hold commas and semicolons.
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

// recover goes to the comma that ends a link, past what stands in front of it.
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
