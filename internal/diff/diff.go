// Package diff compares two JSON documents as configurations: members and the
// elements of arrays have no order, and elements are matched by their id or key.
package diff

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Change is one difference. Old is nil for what is added, New for what is
// removed.
type Change struct {
	Pointer string // in the first document (RFC 6901); an added element has "-"
	Path    string // for people: attributes[name=email].label
	Old     *jsonx.Node
	New     *jsonx.Node
}

// Compare returns the changes that make the second document of the first, in an
// order in which they can be applied.
func Compare(first, second *jsonx.Node) []Change {
	c := &comparison{}
	c.values("", "", first, second)
	return c.changes
}

type comparison struct{ changes []Change }

func (c *comparison) add(pointer, path string, from, to *jsonx.Node) {
	c.changes = append(c.changes, Change{pointer, path, from, to})
}

func (c *comparison) values(pointer, path string, a, b *jsonx.Node) {
	switch {
	case a.Kind != b.Kind:
		c.add(pointer, path, a, b)
	case a.Kind == jsonx.ObjectNode:
		c.objects(pointer, path, a, b)
	case a.Kind == jsonx.Array:
		c.arrays(pointer, path, a, b)
	case normal(a) != normal(b):
		c.add(pointer, path, a, b)
	}
}

func (c *comparison) objects(pointer, path string, a, b *jsonx.Node) {
	at := func(name string) (string, string) {
		shown := name
		if path != "" {
			shown = path + "." + name
		}
		return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name), shown
	}
	for _, m := range a.Members {
		to, shown := at(m.Name)
		if other := b.Member(m.Name); other != nil {
			c.values(to, shown, m.Value, other)
		} else {
			c.add(to, shown, m.Value, nil)
		}
	}
	for _, m := range b.Members {
		if a.Member(m.Name) == nil {
			to, shown := at(m.Name)
			c.add(to, shown, nil, m.Value)
		}
	}
}

// keys are the members that tell the elements of an array apart, the first that
// both arrays have in each element.
var keys = []string{"id", "_id", "key", "slug", "name", "attribute", "type", "title", "label"}

// arrays compares arrays without their order. Changes within elements come
// first, then elements are removed from the end on, so that no index moves.
func (c *comparison) arrays(pointer, path string, a, b *jsonx.Node) {
	key := keyOf(a, b)
	partner, added := match(a, b, key)
	for i, item := range a.Items {
		if partner[i] >= 0 {
			c.values(pointer+"/"+strconv.Itoa(i), path+place(item, key, i), item, b.Items[partner[i]])
		}
	}
	for i := len(a.Items) - 1; i >= 0; i-- {
		if partner[i] < 0 {
			c.add(pointer+"/"+strconv.Itoa(i), path+place(a.Items[i], key, i), a.Items[i], nil)
		}
	}
	for _, i := range added {
		c.add(pointer+"/-", path+place(b.Items[i], key, i), nil, b.Items[i])
	}
}

// place names an element: by its key, else by its index.
func place(item *jsonx.Node, key string, index int) string {
	if key == "" {
		return "[" + strconv.Itoa(index) + "]"
	}
	return "[" + key + "=" + item.Member(key).String() + "]"
}

// keyOf is the member that tells the elements of both arrays apart, "" for none.
// Ids of which none is in both arrays are those of two organizations: another
// member is better.
func keyOf(a, b *jsonx.Node) string {
	usable := ""
	for _, key := range keys {
		inA, inB := valuesOf(a, key), valuesOf(b, key)
		if inA == nil || inB == nil {
			continue
		}
		for value := range inA {
			if _, both := inB[value]; both {
				return key
			}
		}
		if usable == "" {
			usable = key
		}
	}
	return usable
}

// valuesOf maps the values of a member to the elements that have them, nil where
// an element has none, or two have the same.
func valuesOf(list *jsonx.Node, key string) map[string]int {
	found := map[string]int{}
	for i, item := range list.Items {
		value := item.Member(key)
		if value == nil || value.Kind != jsonx.Scalar {
			return nil
		}
		if _, twice := found[normal(value)]; twice {
			return nil
		}
		found[normal(value)] = i
	}
	return found
}

// match finds the element of b that belongs to each of a, -1 for none, and those
// of b that belong to none.
func match(a, b *jsonx.Node, key string) (partner, added []int) {
	used := make([]bool, len(b.Items))
	partner = make([]int, len(a.Items))
	byValue := map[string][]int{}
	for i, item := range b.Items {
		name := identity(item, key)
		byValue[name] = append(byValue[name], i)
	}
	for i, item := range a.Items {
		partner[i] = -1
		name := identity(item, key)
		if same := byValue[name]; len(same) > 0 {
			partner[i], byValue[name] = same[0], same[1:]
			used[same[0]] = true
		}
	}
	for i := range b.Items {
		if !used[i] {
			added = append(added, i)
		}
	}
	if key != "" {
		return partner, added
	}
	return pair(a, b, partner, added)
}

// pair matches the objects and arrays that are left over in their order: without
// a key they are taken for changed.
func pair(a, b *jsonx.Node, partner, added []int) ([]int, []int) {
	for i, item := range a.Items {
		if partner[i] >= 0 || item.Kind == jsonx.Scalar {
			continue
		}
		at := slices.IndexFunc(added, func(j int) bool { return b.Items[j].Kind == item.Kind })
		if at >= 0 {
			partner[i] = added[at]
			added = slices.Delete(added, at, at+1)
		}
	}
	return partner, added
}

// identity is what two elements have in common that belong together: the key, or
// all that they hold.
func identity(item *jsonx.Node, key string) string {
	if key != "" {
		return normal(item.Member(key))
	}
	return string(ordered(item).Append(nil))
}

// ordered is the value with its members and elements in one order.
func ordered(n *jsonx.Node) *jsonx.Node {
	made := &jsonx.Node{Kind: n.Kind, Text: normal(n)}
	for _, m := range n.Members {
		made.Members = append(made.Members, jsonx.NodeMember{Name: m.Name, Value: ordered(m.Value)})
	}
	slices.SortFunc(made.Members, func(a, b jsonx.NodeMember) int { return strings.Compare(a.Name, b.Name) })
	for _, item := range n.Items {
		made.Items = append(made.Items, ordered(item))
	}
	slices.SortFunc(made.Items, func(a, b *jsonx.Node) int { return strings.Compare(string(a.Append(nil)), string(b.Append(nil))) })
	return made
}

// normal is the text of a scalar in one spelling: 1.0 and 1, and strings in other
// escapes, are the same.
func normal(n *jsonx.Node) string {
	if strings.HasPrefix(n.Text, `"`) {
		return jsonx.Quote(n.String())
	}
	if x, err := strconv.ParseFloat(n.Text, 64); err == nil && len(n.Text) <= 15 { // beyond, a float is not exact
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return n.Text
}

// Text writes the changes for a person: "- path: old" and "+ path: new".
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

// Patch is the changes as a JSON Patch (RFC 6902) of the first document.
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
