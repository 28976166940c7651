package render

import (
	"cmp"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/term"
)

// window is how many rows decide on columns and widths. The rows behind it
// are written as they come, in the same columns.
const window = 1000

const windowSize = 8 << 20 // bytes of those rows

const gutter = 2 // cells between two columns

// writeTable writes columns of text, with their names above.
func writeTable(w io.Writer, r io.Reader, l Layout) error {
	out := newSink(w)
	t := &table{out: &out, layout: l}
	err := eachItem(r, l, t.before, t.item)
	if failed := t.begin(err == nil); err == nil {
		err = cmp.Or(failed, t.grid.missing(l.Missing))
	}
	if failed := out.flush(); failed != nil {
		return failed
	}
	return err
}

type table struct {
	out     *sink
	layout  Layout
	grid    grid
	sizes   []column
	upright bool             // a line for each value: the terminal is too narrow for rows
	held    []jsontext.Value // the rows of the window; nil once it is full
	size    int              // of what is held, in bytes
	begun   bool
}

func (t *table) before() error { return t.out.flush() }

func (t *table) item(item jsontext.Value) error {
	if !t.begun {
		t.held = append(t.held, item.Clone())
		if t.size += len(item); len(t.held) == window || t.size > windowSize {
			return t.begin(false)
		}
		return t.out.err
	}
	t.row(t.grid.row(item))
	return t.out.err
}

// begin chooses the columns and writes what was held; all tells that nothing
// follows, so that a column which is missing is told before a row is written.
func (t *table) begin(all bool) error {
	if t.begun {
		return nil
	}
	t.begun = true
	err := t.choose()
	if err == nil && all {
		err = t.grid.missing(t.layout.Missing)
	}
	if err != nil {
		t.held = nil
		return err
	}
	if !t.upright && (len(t.held) > 0 || t.grid.explicit) {
		t.names()
	}
	for _, item := range t.held {
		t.row(t.grid.row(item))
	}
	t.held = nil
	return t.out.err
}

func (t *table) choose() error {
	t.grid = grid{columns: t.layout.Columns, explicit: len(t.layout.Columns) > 0}
	if !t.grid.explicit {
		var chosen chooser
		for _, item := range t.held {
			if err := chosen.add(flatten(item), true); err != nil {
				return err
			}
		}
		t.grid = chosen.grid()
	}
	t.sizes = t.measure()
	if t.layout.Width <= 0 {
		return nil
	}
	if !t.grid.explicit {
		t.fit()
	}
	squeeze(t.sizes, t.layout.Width)
	return nil
}

// measure returns the widths that the columns would like to have.
func (t *table) measure() []column {
	sizes := make([]column, len(t.grid.columns))
	for i, name := range t.grid.header() {
		sizes[i] = column{term.Width(t.clean(name)), isWhole(name)}
	}
	for _, item := range t.held {
		for i, c := range t.grid.row(item) {
			sizes[i].width = max(sizes[i].width, term.Width(t.clean(c.text)))
		}
	}
	return sizes
}

const fewest = 2 // columns of a row that tells something, where there are as many

// fit keeps the first columns that the width has room for. Where these are too
// few, each item has a line for each value.
func (t *table) fit() {
	kept := fitting(t.sizes, t.layout.Width)
	if kept < min(fewest, len(t.sizes)) {
		t.upright, kept = true, min(len(t.sizes), uprightValues)
	}
	if left := t.grid.columns[kept:]; len(left) > 0 && t.layout.LeftOut != nil {
		t.layout.LeftOut(left)
	}
	t.grid.columns, t.sizes = t.grid.columns[:kept], t.sizes[:kept]
}

const uprightValues = 8 // of an item

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

func (t *table) row(cells []cell) {
	if t.upright {
		t.block(cells)
		return
	}
	t.out.add([]byte(t.line(cells) + "\n"))
}

// block writes an item as lines of a name and a value, and an empty line.
func (t *table) block(cells []cell) {
	names, widest := t.grid.header(), 0
	for i := range names {
		names[i] = t.clean(names[i])
		widest = max(widest, term.Width(names[i]))
	}
	for i, c := range cells {
		text := t.clean(c.text)
		if text == "" {
			continue
		}
		left, between := t.layout.Width-widest-gutter, strings.Repeat(" ", widest-term.Width(names[i])+gutter)
		switch {
		case !t.sizes[i].whole:
			text = term.Cut(text, max(left, narrow))
		case term.Width(text) > left:
			between = "\n" + strings.Repeat(" ", gutter) // an id that wraps cannot be read
		}
		name := names[i]
		if t.layout.Style.Palette != nil {
			name = t.layout.Style.Palette.Bold(name)
		}
		t.out.add([]byte(name + between + text + "\n"))
	}
	t.out.add([]byte("\n"))
}

func (t *table) line(cells []cell) string {
	var line strings.Builder
	for i, c := range cells {
		text := t.clean(c.text)
		if t.layout.Width > 0 {
			text = term.Cut(text, t.sizes[i].width)
		}
		line.WriteString(text)
		if i < len(cells)-1 {
			line.WriteString(strings.Repeat(" ", max(0, t.sizes[i].width-term.Width(text))+gutter))
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
