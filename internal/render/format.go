package render

import "io"

// Format is the form of an output.
type Format string

// The formats, in the order in which a list of them is shown.
const (
	Pretty Format = "pretty" // JSON, a line for each member
	Flat   Format = "json"   // JSON, a line for each value
	YAML   Format = "yaml"   // a document for each value
	Table  Format = "table"  // a row for each item, for people
	CSV    Format = "csv"    // a row for each item (RFC 4180, lines end with LF)
	TSV    Format = "tsv"    // a row for each item, tabs and line breaks as \t and \n
	NDJSON Format = "ndjson" // an item a line
	Lines  Format = "lines"  // an item a line, texts without their quotes
	Raw    Format = "raw"    // the bytes as they came
)

// Formats returns all formats.
func Formats() []string {
	return []string{
		string(Pretty), string(Flat), string(YAML), string(Table), string(CSV),
		string(TSV), string(NDJSON), string(Lines), string(Raw),
	}
}

// Layout is a format with all that it depends on.
type Layout struct {
	Format   Format
	Style    Style                // colour and escapes hold for every format
	Columns  []string             // of a table: paths such as a.b or list.0.id; nil lets it choose
	Width    int                  // of a table, in cells; 0 for no limit
	Sequence bool                 // the text is values in a row, each of them an item
	LeftOut  func(names []string) // is told what did not fit into a table; may be nil
}

// Write copies JSON text in the layout. Items are the elements of an array at
// the top, or under a wrapper such as results; else each value is one. Errors
// are those of JSON, but what is not JSON is not passed on by the formats that
// take it apart.
func Write(w io.Writer, r io.Reader, l Layout) error {
	switch l.Format {
	case YAML:
		return writeYAML(w, r, l)
	case Table:
		return writeTable(w, r, l)
	case CSV, TSV:
		return writeSeparated(w, r, l)
	case NDJSON, Lines:
		return writeLines(w, r, l)
	case Raw:
		return Text(w, r, l.Style.Escape)
	}
	return JSON(w, r, l.Style)
}
