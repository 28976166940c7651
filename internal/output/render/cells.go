package render

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
)

// cell is one value of a row.
type cell struct {
	path string // the names that lead to it, with dots between them
	text string
	kind jsontext.Kind
}

// flatDepth is how many objects deep a row is taken apart.
const flatDepth = 4

// flatten takes an item apart: an object to a cell for each value in it that is
// no object, any other item to one cell without a name. An empty object has no
// cells as an item, and is one inside. Of an item with more cells than a table
// may have columns, some are left out.
func flatten(item jsontext.Value) []cell {
	return distinct(flattenInto(nil, "", item, flatDepth))
}

// distinct numbers a path that occurs again: {"a.b":1,"a":{"b":2}} has two
// values of one name.
func distinct(cells []cell) []cell {
	if len(cells) < 2 || !slices.ContainsFunc(cells, func(c cell) bool { return strings.Contains(c.path, ".") }) {
		return cells
	}
	times := make(map[string]int, len(cells))
	for i, c := range cells {
		if times[c.path]++; times[c.path] > 1 {
			cells[i].path += " (" + strconv.Itoa(times[c.path]) + ")"
		}
	}
	return cells
}

func flattenInto(cells []cell, path string, value jsontext.Value, depth int) []cell {
	if value.Kind() != '{' || depth == 0 {
		return append(cells, newCell(path, value))
	}
	before := len(cells)
	eachMember(value, func(name string, inner jsontext.Value) bool {
		below := name
		if depth < flatDepth {
			below = path + "." + name
		}
		cells = flattenInto(cells, below, inner, depth-1)
		return len(cells) <= budget.MaxColumns
	})
	if len(cells) == before && path != "" {
		cells = append(cells, newCell(path, value))
	}
	return cells
}

func newCell(path string, value jsontext.Value) cell {
	c := cell{path: path, kind: value.Kind(), text: string(value)}
	switch c.kind {
	case '"':
		c.text = unquote(value)
	case 'n':
		c.text = ""
	case '{', '[':
		flat := value.Clone()
		if flat.Compact() == nil {
			c.text = string(flat)
		}
	}
	return c
}

// eachMember calls visit for the members of an object until it returns false.
// The text was checked: it cannot be wrong.
func eachMember(object jsontext.Value, visit func(name string, value jsontext.Value) bool) {
	from := reread(object)
	for from.PeekKind() == '"' {
		name, err := from.ReadValue()
		if err != nil {
			return
		}
		text := unquote(name)
		value, err := from.ReadValue()
		if err != nil || !visit(text, value) {
			return
		}
	}
}

// reread is a decoder behind the first bracket of a value.
func reread(value jsontext.Value) *jsontext.Decoder {
	from := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_, _ = from.ReadToken() // the bracket, which the caller saw
	return from
}

// pick finds the value at a path: a.b is the member "a.b", or b of a; 0 is the
// first element of a list.
func pick(value jsontext.Value, path string) (jsontext.Value, bool) {
	if found, ok := step(value, path); ok {
		return found, true
	}
	for at := strings.IndexByte(path, '.'); at >= 0; {
		if inner, ok := step(value, path[:at]); ok {
			if found, ok := pick(inner, path[at+1:]); ok {
				return found, true
			}
		}
		next := strings.IndexByte(path[at+1:], '.')
		if next < 0 {
			break
		}
		at += 1 + next
	}
	return nil, false
}

func step(value jsontext.Value, name string) (found jsontext.Value, ok bool) {
	switch value.Kind() {
	case '{':
		eachMember(value, func(member string, inner jsontext.Value) bool {
			if ok = member == name; ok {
				found = inner.Clone()
			}
			return !ok
		})
	case '[':
		if index, err := strconv.Atoi(name); err == nil && index >= 0 {
			return element(value, index)
		}
	}
	return found, ok
}

func element(list jsontext.Value, index int) (jsontext.Value, bool) {
	from := reread(list)
	for ; from.PeekKind() != ']'; index-- {
		value, err := from.ReadValue()
		if err != nil {
			return nil, false
		}
		if index == 0 {
			return value.Clone(), true
		}
	}
	return nil, false
}
