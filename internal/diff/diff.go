// Package diff compares two JSON documents as configurations: the order of members
// and array elements is ignored, and elements are matched by their ID or key.
package diff

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Change is a single difference. Old is nil for an addition, New for a removal.
type Change struct {
	Pointer string // in the first document (RFC 6901); an added element has "-"
	Path    string // for display: attributes[name=email].label
	Old     *jsonx.Node
	New     *jsonx.Node
}

// Compare returns the changes that turn the first document into the second, in an
// order in which they can be applied.
func Compare(first, second *jsonx.Node) []Change {
	c := &comparison{digests: map[*jsonx.Node]digest{}}
	c.values(nil, first, second)
	return c.changes
}

type comparison struct {
	changes []Change
	digests map[*jsonx.Node]digest
}

func (c *comparison) add(at *step, from, to *jsonx.Node) {
	c.changes = append(c.changes, Change{at.pointer(), at.path(), from, to})
}

func (c *comparison) values(at *step, a, b *jsonx.Node) {
	switch {
	case a.Kind != b.Kind:
		c.add(at, a, b)
	case a.Kind == jsonx.ObjectNode:
		c.objects(at, a, b)
	case a.Kind == jsonx.Array:
		c.arrays(at, a, b)
	case normal(a) != normal(b):
		c.add(at, a, b)
	}
}

func (c *comparison) objects(at *step, a, b *jsonx.Node) {
	inA, inB := members(a), members(b)
	for _, m := range a.Members {
		below := &step{above: at, name: m.Name}
		if other := inB(m.Name); other != nil {
			c.values(below, m.Value, other)
		} else {
			c.add(below, m.Value, nil)
		}
	}
	for _, m := range b.Members {
		if inA(m.Name) == nil {
			c.add(&step{above: at, name: m.Name}, nil, m.Value)
		}
	}
}

// members returns a function that looks up a member by name. Large objects are
// indexed.
func members(n *jsonx.Node) func(name string) *jsonx.Node {
	const few = 16
	if len(n.Members) <= few {
		return n.Member
	}
	known := make(map[string]*jsonx.Node, len(n.Members))
	for _, m := range n.Members {
		known[m.Name] = m.Value
	}
	return func(name string) *jsonx.Node { return known[name] }
}

// arrays compares arrays without regard to order. Changes within elements come
// first, then removals from the end, so that indices stay valid.
func (c *comparison) arrays(at *step, a, b *jsonx.Node) {
	key := keyOf(a, b)
	partner, added := c.match(a, b, key)
	for i, item := range a.Items {
		if partner[i] >= 0 {
			c.values(&step{above: at, item: item, key: key, index: i}, item, b.Items[partner[i]])
		}
	}
	for i := len(a.Items) - 1; i >= 0; i-- {
		if partner[i] < 0 {
			c.add(&step{above: at, item: a.Items[i], key: key, index: i}, a.Items[i], nil)
		}
	}
	for _, i := range added {
		c.add(&step{above: at, item: b.Items[i], key: key, index: i, isNew: true}, nil, b.Items[i])
	}
}

// step leads from a value to a member or an element. Its strings are built lazily
// because most values are equal.
type step struct {
	above *step // nil for the document
	name  string
	item  *jsonx.Node // the element; nil for a member
	key   string      // the member that identifies elements, "" if there is none
	index int
	isNew bool // the element is appended
}

// way returns the steps from the document to s.
func (s *step) way() []*step {
	var all []*step
	for at := s; at != nil; at = at.above {
		all = append(all, at)
	}
	slices.Reverse(all)
	return all
}

// pointer returns the JSON pointer (RFC 6901).
func (s *step) pointer() string {
	var text strings.Builder
	escape := strings.NewReplacer("~", "~0", "/", "~1")
	for _, at := range s.way() {
		text.WriteByte('/')
		switch {
		case at.item == nil:
			_, _ = escape.WriteString(&text, at.name)
		case at.isNew:
			text.WriteByte('-')
		default:
			text.WriteString(strconv.Itoa(at.index))
		}
	}
	return text.String()
}

// path returns the path for display. An element is named by its key, or else its
// index.
func (s *step) path() string {
	var text strings.Builder
	for _, at := range s.way() {
		switch {
		case at.item == nil && text.Len() > 0:
			text.WriteString("." + at.name)
		case at.item == nil:
			text.WriteString(at.name)
		case at.key == "":
			text.WriteString("[" + strconv.Itoa(at.index) + "]")
		default:
			text.WriteString("[" + at.key + "=" + at.item.Member(at.key).String() + "]")
		}
	}
	return text.String()
}

// Text writes the changes for display: "- path: old" and "+ path: new".
func Text(w io.Writer, changes []Change) error {
	for _, c := range changes {
		path := c.Path
		if path == "" {
			path = "document"
		}
		for _, side := range []struct {
			sign string
			node *jsonx.Node
		}{{"-", c.Old}, {"+", c.New}} {
			if side.node == nil {
				continue
			}
			if _, err := fmt.Fprintf(w, "%s %s: %s\n", side.sign, path, side.node.Append(nil)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Patch returns the changes as a JSON Patch (RFC 6902) to the first document.
func Patch(changes []Change) []byte {
	text := []byte{'['}
	for i, c := range changes {
		op := "replace"
		switch {
		case c.Old == nil:
			op = "add"
		case c.New == nil:
			op = "remove"
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, `{"op":"`+op+`","path":`...)
		text = jsonx.AppendQuote(text, c.Pointer)
		if c.New != nil {
			text = c.New.Append(append(text, `,"value":`...))
		}
		text = append(text, '}')
	}
	return append(text, ']')
}
