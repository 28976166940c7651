package bulk

import (
	"bufio"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// FailedFile is a file of failed rows in their input format, each with the reason in
// ErrorColumn. It gets its name when it is closed, so that an earlier file of that name
// stays until the run has ended.
type FailedFile struct {
	path   string
	from   *Reader
	draft  *atomicfile.Draft
	out    *bufio.Writer
	opened bool // the header, or the opening bracket of an array, has been written
	some   bool // at least one row has been written
}

// CreateFailed creates the file for rows of from. Errors are of kind File.
func CreateFailed(path string, from *Reader) (*FailedFile, error) {
	draft, err := atomicfile.Begin(path)
	if err != nil {
		return nil, err
	}
	return &FailedFile{path: path, from: from, draft: draft, out: bufio.NewWriter(draft)}, nil
}

// Add writes a row. An unreadable row must be corrected by hand: a CSV record is
// written unchanged, and JSON is wrapped in an object so that the file stays
// readable.
func (f *FailedFile) Add(row *Row, reason string) {
	if f == nil {
		return
	}
	f.open()
	if f.from.Format == CSV || f.from.Format == TSV {
		if row.Err != nil {
			_, _ = f.out.Write(row.Raw)
			_ = f.out.WriteByte(f.from.separator)
			writeSeparated(f.out, f.from.separator, []string{reason})
			return
		}
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, cell.Text)
		}
		writeSeparated(f.out, f.from.separator, append(cells, reason))
		return
	}
	object := jsonx.Node{Kind: jsonx.ObjectNode}
	if row.Err != nil {
		object.Members = []jsonx.NodeMember{{Name: rawMember, Value: rawNode(row.Raw)}}
	}
	for _, cell := range row.Cells {
		object.Members = append(object.Members, jsonx.NodeMember{Name: cell.Name, Value: cell.JSON})
	}
	object.Members = append(object.Members, jsonx.NodeMember{Name: ErrorColumn, Value: jsonx.StringNode(reason)})
	if f.from.Format == JSON && f.some {
		_, _ = f.out.WriteString(",\n")
	}
	f.some = true
	_, _ = f.out.Write(object.Append(nil)) // Flush returns the error
	if f.from.Format == NDJSON {
		_ = f.out.WriteByte('\n')
	}
}

// rawNode returns an unreadable row as a JSON value.
func rawNode(raw []byte) *jsonx.Node {
	if node, err := jsonx.ParseNode(raw); err == nil && node.Kind != jsonx.ObjectNode {
		return node
	}
	return jsonx.StringNode(strings.ToValidUTF8(string(raw), "\ufffd"))
}

// open writes the text before the rows.
func (f *FailedFile) open() {
	if f.opened {
		return
	}
	f.opened = true
	switch f.from.Format {
	case JSON:
		_, _ = f.out.WriteString("[\n")
	case CSV, TSV:
		var names []string
		for i, name := range f.from.Columns {
			if i != f.from.skip {
				names = append(names, name)
			}
		}
		writeSeparated(f.out, f.from.separator, append(names, ErrorColumn))
	}
}

// Close gives the file its final name. Errors are of kind File.
func (f *FailedFile) Close() error {
	if f == nil {
		return nil
	}
	f.open()
	if f.from.Format == JSON {
		_, _ = f.out.WriteString("\n]\n")
	}
	if err := f.out.Flush(); err != nil {
		f.draft.Discard()
		return err
	}
	return f.draft.Commit(f.path)
}

// Discard removes the draft and leaves an existing file unchanged.
func (f *FailedFile) Discard() {
	if f != nil {
		f.draft.Discard()
	}
}
