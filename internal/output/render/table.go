package render

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"io"
	"os"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/term"
)

// window is how many rows determine the columns and widths. Later rows are streamed
// in the same columns.
const window = 1000

const windowSize = 8 << 20 // bytes of those rows

const gutter = 2 // cells between two columns

// writeTable writes aligned columns with a header.
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
	upright bool             // one line per value: the terminal is too narrow for rows
	held    []jsontext.Value // the rows of the window; nil once it is full
	size    int              // size of held in bytes
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

// begin chooses the columns and writes the held rows; all reports that no rows
// follow, so that a missing column is reported before any output.
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

// measure returns the natural widths of the columns.
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

const fewest = 2 // a row needs at least this many columns, if there are as many

// fit keeps the leading columns that fit. If these are too few, it prints one line
// per value instead.
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

const uprightValues = 8 // values per item

// names writes the header.
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

// block writes an item as lines of name and value, followed by an empty line.
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
			between = "\n" + strings.Repeat(" ", gutter) // a wrapped ID is unreadable
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

// clean keeps a cell on one line.
func (t *table) clean(text string) string {
	if strings.ContainsAny(text, "\n\r\t") {
		text = strings.Join(strings.Fields(text), " ")
	}
	return shown(text, t.layout.Style)
}

// spool keeps items until all have been read, in memory or, if they are too large,
// in a temporary file that only the user can read.
type spool struct {
	held [][]cell
	size int // bytes held in memory
	file *os.File
	to   *bufio.Writer
}

const (
	spoolSize = 32 << 20 // bytes held in memory
	cellSize  = 64       // bytes per cell, without its text
)

func (s *spool) add(item jsontext.Value, row []cell) error {
	if s.file == nil && s.size <= spoolSize {
		s.held = append(s.held, row)
		s.size += len(item) + cellSize*len(row)
		return nil
	}
	if s.file == nil {
		file, err := os.CreateTemp("", "epilot-*.spool")
		if err != nil {
			return spoolError(err)
		}
		s.file, s.to = file, bufio.NewWriterSize(file, chunkSize)
		_ = os.Remove(file.Name()) // systems that cannot remove an open file leave it to close
	}
	_, err := s.to.Write(binary.AppendUvarint(nil, uint64(len(item))))
	if err == nil {
		_, err = s.to.Write(item)
	}
	if err != nil {
		return spoolError(err)
	}
	return nil
}

// each visits the items in order.
func (s *spool) each(visit func([]cell) error) error {
	for _, row := range s.held {
		if err := visit(row); err != nil {
			return err
		}
	}
	if s.file == nil {
		return nil
	}
	if err := s.to.Flush(); err != nil {
		return spoolError(err)
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return spoolError(err)
	}
	from := bufio.NewReaderSize(s.file, chunkSize)
	var item jsontext.Value
	for {
		size, err := binary.ReadUvarint(from)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return spoolError(err)
		}
		if uint64(cap(item)) < size {
			item = make(jsontext.Value, size)
		}
		item = item[:size]
		if _, err := io.ReadFull(from, item); err != nil {
			return spoolError(err)
		}
		if err := visit(flatten(item)); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}

func spoolError(err error) error {
	return failure.New(failure.File, "the response cannot be kept in a temporary file: %w", err).
		Hintf("name the columns with --columns, which needs no file, or set TMPDIR")
}
