package render

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// grid is a table's columns and how an item becomes a row of them.
type grid struct {
	columns []string
	given   bool // by the person
}

// choose takes the columns from the rows: all that any of them has, those first
// that tell things apart.
func choose(rows [][]cell) grid {
	ranks := map[string]int{}
	var columns []string
	for _, row := range rows {
		for _, c := range row {
			rank, known := ranks[c.path]
			if !known {
				columns = append(columns, c.path)
				rank = lastRank
			}
			ranks[c.path] = min(rank, rankOf(c))
		}
	}
	slices.SortStableFunc(columns, func(a, b string) int { return ranks[a] - ranks[b] })
	return grid{columns: columns}
}

// header is the first row. An item without names has one column.
func (g grid) header() []string {
	names := slices.Clone(g.columns)
	for i, name := range names {
		if name == "" && !g.given {
			names[i] = "value"
		}
	}
	return names
}

// row is the cells of an item in the order of the columns.
func (g grid) row(item jsontext.Value) []cell {
	if g.given {
		return g.picked(item)
	}
	return g.order(flatten(item))
}

func (g grid) picked(item jsontext.Value) []cell {
	row := make([]cell, len(g.columns))
	for i, path := range g.columns {
		if value, ok := pick(item, path); ok {
			row[i] = newCell(path, value)
		} else if path == "value" && item.Kind() != '{' {
			row[i] = newCell(path, item)
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
