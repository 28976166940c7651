package help

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// node is a line in the outline of a schema: a property, or a variant of a union,
// with its children.
type node struct {
	name    string // "grants", "- PortalTokenParameters", "<any name>"
	facts   string // "string, required, default 7d"
	about   string // description
	must    bool   // required
	inside  *openapi.Schema
	within  []string // enclosing components, to stop at a cycle
	sent    bool     // part of a request: omit what only servers set
	nodes   []*node  // nil until requested
	grown   bool
	isOpen  bool
	isFlat  bool // children are hidden without a note
	omitted int  // number of nodes left out at the end
}

// deepest is the number of levels in a default outline, deepestFull in one that the
// user unfolded.
const (
	deepest     = 4
	deepestFull = 9
)

// outlineOf returns the outline of a schema: a node without a name. sent reports
// that it is part of a request.
func outlineOf(s *openapi.Schema, sent bool) *node {
	n := &node{inside: s, sent: sent}
	if s == nil {
		n.facts = anything
		return n
	}
	n.facts = clean(shortType(s) + factsOf(schema.Shape(s)))
	return n
}

// anything is the type of a schema without constraints.
const anything = "any"

// children returns the direct children, created on first use.
func (n *node) children() []*node {
	if !n.grown {
		n.grown = true
		n.nodes = n.grow(n.inside)
	}
	return n.nodes
}

func (n *node) grow(s *openapi.Schema) []*node {
	within := n.within
	for range deepest {
		if s == nil {
			return nil
		}
		if s.Ref != "" {
			if slices.Contains(within, s.Ref) {
				return nil
			}
			within = append(slices.Clip(within), s.Ref)
		}
		shape := schema.Shape(s)
		if shape.Items == nil || len(shape.Properties) > 0 {
			return n.members(shape, within)
		}
		s = shape.Items
	}
	return nil
}

func (n *node) members(shape *openapi.Schema, within []string) []*node {
	var found []*node
	for _, p := range shape.Properties {
		must := slices.Contains(shape.Required, p.Name)
		if n.sent && !schema.IsSent(p.Schema, must) {
			continue
		}
		target := schema.Shape(p.Schema)
		about := clean(strings.TrimSuffix(cmp.Or(p.Description, p.Schema.Description, target.Description), "."))
		facts := shortType(p.Schema) + mark(must, ", required") + factsOf(target)
		if strings.Contains(about, readOnly) {
			facts = strings.Replace(facts, ", "+readOnly, "", 1)
		}
		found = append(found, &node{
			name: clean(p.Name), facts: clean(facts), must: must, inside: p.Schema, within: within, sent: n.sent, about: about,
		})
	}
	found = append(found, n.variants(shape, within)...)
	if additional := shape.Additional; additional != nil {
		inner := &node{name: anyName, facts: clean(shortType(additional)), inside: additional, within: within, sent: n.sent}
		if len(inner.children()) > 0 {
			found = append(found, inner)
		}
	}
	return found
}

// anyName represents the members of an object with arbitrary names.
const anyName = "<any name>"

// variants returns the alternatives of a union, or none if its type name says
// everything. A nullable object has no alternatives: its members are shown instead.
func (n *node) variants(shape *openapi.Schema, within []string) []*node {
	var found, opening []*node
	titled := schema.Variants(shape)
	for i, v := range slices.Concat(shape.OneOf, shape.AnyOf) {
		name := schema.TypeName(v)
		if name == "object" && i < len(titled) {
			name = titled[i].Name
		}
		variant := &node{name: "- " + clean(name), facts: clean(told(v)), inside: v, within: within, must: true, sent: n.sent}
		found = append(found, variant)
		if len(variant.children()) > 0 {
			opening = append(opening, variant)
		}
	}
	switch {
	case len(opening) == 0:
		return nil
	case len(opening) == 1 && len(found) <= 2 && len(shape.Properties) == 0:
		return opening[0].children()
	}
	return append([]*node{{name: "one of", must: true}}, found...)
}

// told returns the property that identifies a variant by its only value.
func told(variant *openapi.Schema) string {
	for _, p := range schema.Shape(variant).Properties {
		if target := schema.Shape(p.Schema); target.Const != "" || len(target.Enum) == 1 {
			return p.Name + " " + schema.TypeName(p.Schema)
		}
	}
	return ""
}

// required returns the names of the required children; for a union, those of its
// first variant.
func (n *node) required() []string {
	var names []string
	for _, c := range n.children() {
		switch {
		case strings.HasPrefix(c.name, "- "):
			return append(names, c.required()...)
		case c.must && c.facts != "":
			names = append(names, c.name)
		}
	}
	return names
}

// find returns the node at a path such as "grants.effect", or nil. Variants can be
// omitted from the path.
func (n *node) find(path string) *node {
	if path == "" {
		return n
	}
	name, rest, _ := strings.Cut(path, ".")
	for _, c := range n.children() {
		key := strings.TrimPrefix(c.name, "- ")
		if key == name || key == path || c.name == anyName && name == "*" {
			if key == path {
				rest = ""
			}
			return c.find(rest)
		}
	}
	for _, c := range n.children() {
		if strings.HasPrefix(c.name, "- ") {
			if found := c.find(path); found != nil {
				return found
			}
		}
	}
	return nil
}

// unfold opens the node and its descendants until budget lines are used, upper
// levels first. A budget of 0 opens all.
func (n *node) unfold(budget int) {
	type level struct {
		*node
		depth int
	}
	limit := deepest
	if budget == 0 {
		limit, budget = deepestFull, mostLines
	}
	used := 0
	for queue := []level{{n, 0}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		kids := at.children()
		cost := 0
		for _, c := range kids {
			cost += c.lines(at.depth)
		}
		if at.depth > 0 && (used+cost > budget || at.depth >= limit) {
			continue
		}
		if cost > budget {
			at.shorten(budget)
			kids, cost = at.nodes, budget
		}
		used, at.isOpen = used+cost, true
		for _, c := range kids {
			queue = append(queue, level{c, at.depth + 1})
		}
	}
}

// mostLines limits an outline that the user unfolded.
const mostLines = 2000

// shorten leaves out optional nodes at the end until the lines fit the budget.
func (n *node) shorten(budget int) {
	used := 0
	for _, c := range n.nodes {
		if c.must {
			used += c.lines(0)
		}
	}
	var kept []*node
	for _, c := range n.nodes {
		if !c.must {
			if used += c.lines(0); used > budget-1 {
				continue
			}
		}
		kept = append(kept, c)
	}
	n.omitted, n.nodes = len(n.nodes)-len(kept), kept
}

// lines estimates how many lines the node takes on a page of the default width.
func (n *node) lines(depth int) int {
	room := usualWidth - 2*depth - 2 - nameColumn
	return 1 + len([]rune(n.facts+n.about))/max(room, 1)
}

// folded returns the path of the first folded node, "" if there is none.
func (n *node) folded() string {
	if !n.isOpen && len(n.children()) > 0 {
		return "."
	}
	for _, c := range n.nodes {
		below := c.folded()
		if below != "" && c.name == anyName {
			return "."
		}
		if below != "" {
			return "." + strings.TrimSuffix(strings.TrimPrefix(c.name, "- "), ".") + strings.TrimSuffix(below, ".")
		}
	}
	return ""
}

// shortType returns the name of a type; a long enum shows only its first values.
func shortType(s *openapi.Schema) string {
	name := schema.TypeName(s)
	parts := strings.Split(name, " | ")
	if len(parts) <= mostValues {
		return name
	}
	return strings.Join(parts[:mostValues-1], " | ") + " | … " + strconv.Itoa(len(parts)-mostValues+1) + " more"
}

const mostValues = 8
