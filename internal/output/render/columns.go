package render

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
)

// grid is a table's columns and how an item becomes a row of them.
type grid struct {
	columns  []string
	explicit bool // by the person

	seen  int     // items
	found []bool  // which of the given columns an item had
	known chooser // the columns of the first items
}

// missing is the error for given columns that no item had, nil where all are
// there or nobody asks.
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

// chooser takes the columns from the items: all that any of them has, those
// first that tell items apart.
type chooser struct {
	ranks   map[string]int
	columns []string
}

// add takes the columns of an item's cells; filled leaves out those without a text.
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
			Hintf("name those to print with --columns, or use -o ndjson")
	}
	return nil
}

func (c *chooser) grid() grid {
	slices.SortStableFunc(c.columns, func(a, b string) int { return c.ranks[a] - c.ranks[b] })
	return grid{columns: c.columns}
}

// header is the first row. An item without names has one column.
func (g grid) header() []string {
	names := slices.Clone(g.columns)
	for i, name := range names {
		if name == "" && !g.explicit {
			names[i] = "value"
		}
	}
	return names
}

// row is the cells of an item in the order of the columns.
func (g *grid) row(item jsontext.Value) []cell {
	if g.explicit {
		return g.picked(item)
	}
	return g.order(flatten(item))
}

func (g *grid) picked(item jsontext.Value) []cell {
	const sample = 10 // items that columns are taken from
	if g.seen++; g.seen <= sample {
		_ = g.known.add(flatten(item), false) // some are enough
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

// rankOf orders columns: ids, names, types, dates, the rest; what is nested
// comes after what is not, and lists come last.
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
	broad  = 40 // cells: what a text may ask for before it costs other columns their place
	narrow = 8  // cells: below this a text tells nothing
)

// isWhole reports whether the values of a column are told apart by all of their
// characters, so that they are never cut: ids and dates.
func isWhole(path string) bool {
	name := path[strings.LastIndexByte(path, '.')+1:]
	switch rankOfName(name) {
	case 0, 3:
		return true
	}
	return strings.HasSuffix(name, "_id") || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "ID")
}

// column is how wide a column is.
type column struct {
	width int // in cells
	whole bool
}

// least is what the column takes when others need the place.
func (c column) least() int {
	if c.whole {
		return c.width
	}
	return min(c.width, narrow)
}

// fitting is how many of the first columns have a place, at least one.
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

// squeeze takes from the widest texts until all columns fit, or the texts are
// narrow: what is short stays, what is long shares what is left.
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
