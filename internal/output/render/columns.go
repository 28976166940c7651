package render

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// grid is the columns of a table; it turns items into rows.
type grid struct {
	columns  []string
	explicit bool // chosen by the user

	seen  int     // items
	found []bool  // which of the explicit columns an item had
	known chooser // the columns of the first items
}

// missing returns an error for explicit columns that no item had, or nil.
func (g *grid) missing(refuse func(names, columns []string) error) error {
	if !g.explicit || g.seen == 0 || refuse == nil {
		return nil
	}
	var names []string
	for i, name := range g.columns {
		if !g.found[i] {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return refuse(names, g.known.grid().columns)
}

// chooser collects the columns of all items. Columns that identify an item come
// first.
type chooser struct {
	ranks   map[string]int
	columns []string
}

// add adds the columns of an item's cells; filled omits empty cells.
func (c *chooser) add(row []cell, filled bool) error {
	if c.ranks == nil {
		c.ranks = map[string]int{}
	}
	for _, cell := range row {
		if filled && cell.text == "" {
			continue
		}
		rank, known := c.ranks[cell.path]
		if !known {
			c.columns = append(c.columns, cell.path)
			rank = lastRank
		}
		c.ranks[cell.path] = min(rank, rankOf(cell))
	}
	if len(c.columns) > budget.MaxColumns {
		return failure.New(failure.Network, "the response has more than %d columns", budget.MaxColumns).
			Hintf("choose columns with --columns, or use -o ndjson")
	}
	return nil
}

func (c *chooser) grid() grid {
	slices.SortStableFunc(c.columns, func(a, b string) int { return c.ranks[a] - c.ranks[b] })
	return grid{columns: c.columns}
}

// header returns the first row. Items without member names have a single column.
func (g grid) header() []string {
	names := slices.Clone(g.columns)
	for i, name := range names {
		if name == "" && !g.explicit {
			names[i] = "value"
		}
	}
	return names
}

// row returns the cells of an item in column order.
func (g *grid) row(item jsontext.Value) []cell {
	if g.explicit {
		return g.picked(item)
	}
	return g.order(flatten(item))
}

func (g *grid) picked(item jsontext.Value) []cell {
	const sample = 10 // items whose columns are collected
	if g.seen++; g.seen <= sample {
		_ = g.known.add(flatten(item), false) // columns beyond the limit do not matter here
	}
	if g.found == nil {
		g.found = make([]bool, len(g.columns))
	}
	row := make([]cell, len(g.columns))
	for i, path := range g.columns {
		if value, ok := pick(item, path); ok {
			row[i], g.found[i] = newCell(path, value), true
		} else if path == "value" && item.Kind() != '{' {
			row[i], g.found[i] = newCell(path, item), true
		}
	}
	return row
}

func (g grid) order(cells []cell) []cell {
	found := make(map[string]cell, len(cells))
	for _, c := range cells {
		found[c.path] = c
	}
	row := make([]cell, len(g.columns))
	for i, path := range g.columns {
		row[i] = found[path]
	}
	return row
}

const lastRank = 100

// rankOf orders columns: IDs, names, types, dates, then others. Nested values come
// after top-level ones, and lists come last.
func rankOf(c cell) int {
	rank := rankOfName(c.path[strings.LastIndexByte(c.path, '.')+1:])
	if strings.Contains(c.path, ".") {
		rank += 10
	}
	if c.kind == '[' || c.kind == '{' {
		rank += 20
	}
	return rank
}

func rankOfName(name string) int {
	name = strings.ToLower(strings.TrimLeft(name, "_"))
	switch name {
	case "id", "uuid", "key", "slug":
		return 0
	case "name", "title", "label", "displayname", "display_name", "email", "subject", "filename":
		return 1
	case "type", "schema", "kind", "status", "state":
		return 2
	}
	if strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "date") || strings.HasPrefix(name, "date") ||
		name == "created" || name == "updated" || name == "createdat" || name == "updatedat" || name == "timestamp" {
		return 3
	}
	return 4
}

const (
	broad  = 40 // cells: the most a text can claim before it displaces other columns
	narrow = 8  // cells: a narrower text is useless
)

// isWhole reports whether values of a column must never be cut because every
// character distinguishes them: IDs and dates.
func isWhole(path string) bool {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch rankOfName(name) {
	case 0, 3:
		return true
	}
	return strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID")
}

// column is the width of a column.
type column struct {
	width int // in cells
	whole bool
}

// least returns the column's minimum width.
func (c column) least() int {
	if c.whole {
		return c.width
	}
	return min(c.width, narrow)
}

// fitting returns how many leading columns fit, at least one.
func fitting(columns []column, width int) int {
	used := 0
	for i, c := range columns {
		asked := min(c.width, broad)
		if c.whole {
			asked = c.width
		}
		if used += asked; used > width && i > 0 {
			return i
		}
		used += gutter
	}
	return len(columns)
}

// squeeze narrows the widest texts until all columns fit or the texts are narrow:
// short columns keep their width, long ones share the rest.
func squeeze(columns []column, width int) {
	total := gutter * (len(columns) - 1)
	for _, c := range columns {
		total += c.width
	}
	for total > width {
		widest, second := -1, narrow
		for i, c := range columns {
			if c.width > c.least() && (widest < 0 || c.width > columns[widest].width) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		for i, c := range columns {
			if i != widest && !c.whole {
				second = max(second, c.width)
			}
		}
		to := min(max(second, columns[widest].width-(total-width)), columns[widest].width-1)
		total -= columns[widest].width - to
		columns[widest].width = to
	}
}

// cell is one value of a row.
type cell struct {
	path string // member names joined with dots
	text string
	kind jsontext.Kind
}

// flatDepth is how many levels of nested objects become columns.
const flatDepth = 4

// flatten splits an item into cells: one for each non-object value in an object, or
// one without a name for any other item. An empty object has no cells at the top
// level and one when nested. Cells beyond the column limit are dropped.
func flatten(item jsontext.Value) []cell {
	return distinct(flattenInto(nil, "", item, flatDepth))
}

// distinct numbers repeated paths: {"a.b":1,"a":{"b":2}} has two values at a.b.
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
		c.text = jsonx.Unquote(value)
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

// eachMember calls visit for the members of an object until it returns false. The
// JSON has been validated and cannot be malformed.
func eachMember(object jsontext.Value, visit func(name string, value jsontext.Value) bool) {
	from := reread(object)
	for from.PeekKind() == '"' {
		name, err := from.ReadValue()
		if err != nil {
			return
		}
		text := jsonx.Unquote(name)
		value, err := from.ReadValue()
		if err != nil || !visit(text, value) {
			return
		}
	}
}

// reread returns a decoder positioned after the opening bracket of value.
func reread(value jsontext.Value) *jsontext.Decoder {
	from := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_, _ = from.ReadToken() // the bracket, already checked by the caller
	return from
}

// pick finds the value at a path: a.b is the member "a.b", or b inside a; 0 is the
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
