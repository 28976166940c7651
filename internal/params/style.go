package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// layout is how a style writes values, in the terms of RFC 6570's table in
// appendix A.
type layout struct {
	prefix    string
	separator string // between exploded elements
	joiner    string // between elements that are not exploded
	named     bool   // name=value
	bare      bool   // a name with an empty value has no "="
	encode    func(string) string
}

// layoutOf takes the default style of the location where the style is none that
// the location can have.
func layoutOf(p *operation.Param) layout {
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

// expand serializes a value in the parameter's style. It reports false for an
// empty array or object, which RFC 6570, section 2.3, calls undefined: nothing
// is sent for it, as for null elements.
func expand(p *operation.Param, n *node) (string, bool) {
	l := layoutOf(p)
	var elements []string
	switch {
	case n.kind == scalarNode:
		return l.prefix + l.pair(p.Name, l.encode(n.text)), true
	case n.kind == objectNode && deepObject(p):
		elements = l.deep(escape(p.Name), n)
	case n.kind == objectNode:
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

// deepObject has no other form than the exploded one.
func deepObject(p *operation.Param) bool { return p.In == inQuery && p.Style == "deepObject" }

func (l layout) list(p *operation.Param, n *node) []string {
	var elements []string
	for _, item := range n.items {
		if item.kind == nullNode {
			continue
		}
		text := l.encode(item.wire())
		if p.Explode || deepObject(p) {
			text = l.pair(p.Name, text)
		}
		elements = append(elements, text)
	}
	return elements
}

func (l layout) object(n *node, explode bool) []string {
	var elements []string
	for _, m := range n.members {
		if m.value.kind == nullNode {
			continue
		}
		name, value := l.encode(m.name), l.encode(m.value.wire())
		if explode {
			elements = append(elements, name+"="+value)
		} else {
			elements = append(elements, name, value)
		}
	}
	return elements
}

// deep writes name[member]=value. OpenAPI leaves objects inside objects open:
// they get one more pair of brackets, and a list repeats its name.
func (l layout) deep(name string, n *node) []string {
	var elements []string
	switch n.kind {
	case nullNode:
	case objectNode:
		for _, m := range n.members {
			elements = append(elements, l.deep(name+"%5B"+escape(m.name)+"%5D", m.value)...)
		}
	case listNode:
		for _, item := range n.items {
			elements = append(elements, name+"="+l.encode(item.wire()))
		}
	default:
		elements = append(elements, name+"="+l.encode(n.text))
	}
	return elements
}

// pair writes name=value where the style names its values.
func (l layout) pair(name, value string) string {
	switch {
	case !l.named:
		return value
	case value == "" && l.bare:
		return escape(name)
	}
	return escape(name) + "=" + value
}
