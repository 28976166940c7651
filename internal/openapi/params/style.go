package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// layout describes how a style writes values, in the terms of the table in RFC 6570,
// appendix A.
type layout struct {
	prefix    string
	separator string // between exploded elements
	joiner    string // between elements that are not exploded
	named     bool   // name=value
	bare      bool   // a name with an empty value has no "="
	encode    func(string) string
}

// layoutOf falls back to the location's default style if the style is invalid there.
func layoutOf(p *openapi.Param) layout {
	switch p.In {
	case inPath:
		return pathLayout(p.Style)
	case inHeader:
		return layout{separator: ",", joiner: ",", encode: strings.Clone}
	case inCookie:
		return layout{separator: "; ", joiner: ",", named: true, encode: escape}
	}
	l := layout{separator: "&", joiner: ",", named: true, encode: escape}
	switch p.Style {
	case "spaceDelimited":
		l.joiner = "%20"
	case "pipeDelimited":
		l.joiner = "%7C"
	}
	if p.AllowReserved {
		l.encode = escapeReserved
	}
	return l
}

func pathLayout(style string) layout {
	switch style {
	case "label":
		return layout{prefix: ".", separator: ".", joiner: ",", encode: escape}
	case "matrix":
		return layout{prefix: ";", separator: ";", joiner: ",", named: true, bare: true, encode: escape}
	}
	return layout{separator: ",", joiner: ",", encode: escape}
}

// expand serializes a value in the parameter's style. It returns false for an empty
// array or object, which RFC 6570, section 2.3, defines as undefined: nothing is
// sent, as for null elements.
func expand(p *openapi.Param, n *jsonx.Node) (string, bool) {
	l := layoutOf(p)
	var elements []string
	switch {
	case n.Kind == jsonx.Scalar:
		return l.prefix + l.pair(p.Name, l.encode(n.String())), true
	case n.Kind == jsonx.ObjectNode && deepObject(p):
		elements = l.deep(escape(p.Name), n)
	case n.Kind == jsonx.ObjectNode:
		elements = l.object(n, p.Explode)
	default:
		elements = l.list(p, n)
	}
	if len(elements) == 0 {
		return "", false
	}
	if p.Explode || deepObject(p) {
		return l.prefix + strings.Join(elements, l.separator), true
	}
	return l.prefix + l.pair(p.Name, strings.Join(elements, l.joiner)), true
}

// deepObject reports whether the style is deepObject, which is always exploded.
func deepObject(p *openapi.Param) bool { return p.In == inQuery && p.Style == "deepObject" }

func (l layout) list(p *openapi.Param, n *jsonx.Node) []string {
	var elements []string
	for _, item := range n.Items {
		if item.IsNull() {
			continue
		}
		text := l.encode(item.String())
		if p.Explode || deepObject(p) {
			text = l.pair(p.Name, text)
		}
		elements = append(elements, text)
	}
	return elements
}

func (l layout) object(n *jsonx.Node, explode bool) []string {
	var elements []string
	for _, m := range n.Members {
		if m.Value.IsNull() {
			continue
		}
		name, value := l.encode(m.Name), l.encode(m.Value.String())
		if explode {
			elements = append(elements, name+"="+value)
		} else {
			elements = append(elements, name, value)
		}
	}
	return elements
}

// deep writes name[member]=value. OpenAPI does not define nested objects: they get
// another pair of brackets, and a list repeats its name.
func (l layout) deep(name string, n *jsonx.Node) []string {
	var elements []string
	switch {
	case n.IsNull():
	case n.Kind == jsonx.ObjectNode:
		for _, m := range n.Members {
			elements = append(elements, l.deep(name+"%5B"+escape(m.Name)+"%5D", m.Value)...)
		}
	case n.Kind == jsonx.Array:
		for _, item := range n.Items {
			elements = append(elements, name+"="+l.encode(item.String()))
		}
	default:
		elements = append(elements, name+"="+l.encode(n.String()))
	}
	return elements
}

// pair writes name=value if the style names its values.
func (l layout) pair(name, value string) string {
	switch {
	case !l.named:
		return value
	case value == "" && l.bare:
		return escape(name)
	}
	return escape(name) + "=" + value
}

// pathParams returns the parameters of the template in order, without duplicates. An
// undeclared parameter is a string.
func pathParams(op *openapi.Operation) []*openapi.Param {
	var found []*openapi.Param
	seen := map[string]bool{}
	for segment := range strings.SplitSeq(op.Path, "/") {
		for _, piece := range pieces(segment) {
			if !piece.variable || seen[piece.text] {
				continue
			}
			seen[piece.text] = true
			p := op.Param(piece.text, inPath)
			if p == nil {
				p = &openapi.Param{Name: piece.text, In: inPath, Style: "simple", Required: true}
			}
			found = append(found, p)
		}
	}
	return found
}

// piece is a variable of a path template, or literal text between variables.
type piece struct {
	text     string
	variable bool
}

// pieces splits one segment of a template. An unbalanced or empty pair of braces is
// literal text.
func pieces(segment string) []piece {
	var all []piece
	for segment != "" {
		open := strings.IndexByte(segment, '{')
		length := strings.IndexByte(segment[max(open, 0):], '}')
		if open < 0 || length < 0 {
			break
		}
		if open > 0 {
			all = append(all, piece{text: segment[:open]})
		}
		if name := segment[open+1 : open+length]; name != "" {
			all = append(all, piece{text: name, variable: true})
		} else {
			all = append(all, piece{text: "{}"})
		}
		segment = segment[open+length+1:]
	}
	if segment != "" {
		all = append(all, piece{text: segment})
	}
	return all
}

// fill inserts the serialized values into the template. It rejects segments that
// become empty, "." or "..", because they would address another resource.
func fill(template string, values map[string]string) (string, error) {
	var path strings.Builder
	for segment := range strings.SplitSeq(strings.TrimLeft(template, "/"), "/") {
		text, variable := fillSegment(segment, values)
		if variable != "" && dots(text) {
			return "", failure.New(failure.Usage, "path parameter %s makes the path segment %q, which changes the URL", variable, text).
				Hintf("give a value that is not empty, \".\" or \"..\"")
		}
		path.WriteString("/" + text)
	}
	return path.String(), nil
}

// fillSegment also returns the last variable of the segment, or "".
func fillSegment(segment string, values map[string]string) (text, variable string) {
	var b strings.Builder
	for _, piece := range pieces(segment) {
		if !piece.variable {
			b.WriteString(escapeTemplate(piece.text))
			continue
		}
		variable = piece.text
		b.WriteString(values[variable])
	}
	return b.String(), variable
}

// dots reports whether a segment is removed from a path by RFC 3986, section 5.2.4,
// or is empty, which servers drop.
func dots(segment string) bool {
	return segment == "" || segment == "." || segment == ".."
}

// escape percent-encodes all except the unreserved characters of RFC 3986, for one
// path segment, query name or query value.
func escape(text string) string { return percent(text, "", false) }

// escapeReserved implements allowReserved (RFC 6570, section 3.2.3): reserved
// characters and existing triplets pass, except those that a query cannot contain or
// that would end the value.
func escapeReserved(text string) string { return percent(text, "!$'()*,/:;=?@", true) }

// escapeTemplate encodes the characters that a path cannot contain.
func escapeTemplate(text string) string { return percent(text, "!$&'()*+,;=:@", true) }

// percent encodes all bytes except the unreserved ones, those in keep and, with
// encoded, existing triplets.
func percent(text, keep string, encoded bool) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if unreserved(c) || strings.IndexByte(keep, c) >= 0 || encoded && triplet(text[i:]) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}

// unreserved reports whether c is unreserved (RFC 3986, section 2.3).
func unreserved(c byte) bool {
	return alphanumeric(c) || strings.IndexByte("-._~", c) >= 0
}

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func triplet(text string) bool {
	return len(text) > 2 && text[0] == '%' && hexadecimal(text[1]) && hexadecimal(text[2])
}

func hexadecimal(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}
