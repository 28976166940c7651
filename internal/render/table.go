package render

import (
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// window is how many rows decide on columns and widths. The rows behind it
// are written as they come, in the same columns.
const window = 1000

const gutter = 2 // cells between two columns

// writeTable writes columns of text, with their names above.
func writeTable(w io.Writer, r io.Reader, l Layout) error {
	out := newSink(w)
	t := &table{out: &out, layout: l}
	err := eachItem(r, l.Sequence, t.before, t.item)
	t.begin()
	if failed := out.flush(); failed != nil {
		return failed
	}
	return err
}

type table struct {
	out    *sink
	layout Layout
	grid   grid
	widths []int
	held   []jsontext.Value // the rows of the window; nil once it is full
	begun  bool
}

func (t *table) before() error { return t.out.flush() }

func (t *table) item(item jsontext.Value) error {
	if !t.begun {
		t.held = append(t.held, item.Clone())
		if len(t.held) == window {
			t.begin()
		}
		return t.out.err
	}
	t.row(t.grid.row(item))
	return t.out.err
}

// begin chooses the columns and writes what was held.
func (t *table) begin() {
	if t.begun {
		return
	}
	t.begun = true
	t.choose()
	if len(t.held) > 0 || t.grid.given {
		t.names()
	}
	for _, item := range t.held {
		t.row(t.grid.row(item))
	}
	t.held = nil
}

func (t *table) choose() {
	t.grid = grid{columns: t.layout.Columns, given: len(t.layout.Columns) > 0}
	if !t.grid.given {
		t.grid = choose(t.filled())
	}
	t.widths = t.measure()
	if t.layout.Width <= 0 {
		return
	}
	if t.grid.given {
		t.widths = squeeze(t.widths, t.layout.Width)
		return
	}
	t.fit()
}

// filled are the rows without empty cells: a column of them says nothing.
func (t *table) filled() [][]cell {
	rows := make([][]cell, 0, len(t.held))
	for _, item := range t.held {
		var row []cell
		for _, c := range flatten(item) {
			if c.text != "" {
				row = append(row, c)
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// measure returns the widths that the columns would like to have.
func (t *table) measure() []int {
	widths := make([]int, len(t.grid.columns))
	for i, name := range t.grid.header() {
		widths[i] = textWidth(t.clean(name))
	}
	for _, item := range t.held {
		for i, c := range t.grid.row(item) {
			widths[i] = max(widths[i], textWidth(t.clean(c.text)))
		}
	}
	return widths
}

// fit keeps the first columns that the width has room for.
func (t *table) fit() {
	kept := roomFor(t.widths, t.layout.Width)
	if left := t.grid.columns[kept:]; len(left) > 0 && t.layout.LeftOut != nil {
		t.layout.LeftOut(left)
	}
	t.grid.columns = t.grid.columns[:kept]
	t.widths = squeeze(t.widths[:kept], t.layout.Width)
}

// names writes the first line.
func (t *table) names() {
	var cells []cell
	for _, name := range t.grid.header() {
		cells = append(cells, cell{text: name})
	}
	line := t.line(cells)
	if t.layout.Style.Palette != nil {
		line = t.layout.Style.Palette.Bold(line)
	}
	t.out.add([]byte(line + "\n"))
}

func (t *table) row(cells []cell) { t.out.add([]byte(t.line(cells) + "\n")) }

func (t *table) line(cells []cell) string {
	var line strings.Builder
	for i, c := range cells {
		text := t.clean(c.text)
		if t.layout.Width > 0 {
			text = cut(text, t.widths[i])
		}
		line.WriteString(text)
		if i < len(cells)-1 {
			line.WriteString(strings.Repeat(" ", max(0, t.widths[i]-textWidth(text))+gutter))
		}
	}
	return strings.TrimRight(line.String(), " ")
}

// clean keeps a cell on its line.
func (t *table) clean(text string) string {
	if strings.ContainsAny(text, "\n\r\t") {
		text = strings.Join(strings.Fields(text), " ")
	}
	return shown(text, t.layout.Style)
}
