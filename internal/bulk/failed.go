package bulk

import (
	"bufio"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/jsonx"
)

// FailedFile is a file of the rows that failed, in the format that they came in,
// each with the reason in ErrorColumn. It stands under its name once it is
// closed: the same file may be read by the run.
type FailedFile struct {
	path   string
	from   *Reader
	draft  *atomicfile.Draft
	out    *bufio.Writer
	opened bool // the header, or the bracket of an array, is written
	some   bool // there was a row
}

// CreateFailed begins the file for rows of the reader. Errors are of kind File.
func CreateFailed(path string, from *Reader) (*FailedFile, error) {
	draft, err := atomicfile.Begin(path)
	if err != nil {
		return nil, err
	}
	return &FailedFile{path: path, from: from, draft: draft, out: bufio.NewWriter(draft)}, nil
}

// Add writes a row. One that could not be read is left out: it would break the
// file.
func (f *FailedFile) Add(row *Row, reason string) {
	if f == nil || row.Err != nil {
		return
	}
	f.open()
	if f.from.Format == CSV || f.from.Format == TSV {
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, cell.Text)
		}
		writeSeparated(f.out, f.from.separator, append(cells, reason))
		return
	}
	object := jsonx.Node{Kind: jsonx.ObjectNode}
	for _, cell := range row.Cells {
		object.Members = append(object.Members, jsonx.NodeMember{Name: cell.Name, Value: cell.JSON})
	}
	object.Members = append(object.Members, jsonx.NodeMember{Name: ErrorColumn, Value: jsonx.StringNode(reason)})
	if f.from.Format == JSON && f.some {
		_, _ = f.out.WriteString(",\n")
	}
	f.some = true
	_, _ = f.out.Write(object.Append(nil)) // an error stays until Flush
	if f.from.Format == NDJSON {
		_ = f.out.WriteByte('\n')
	}
}

// open writes what stands before the rows.
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

// Close names the file. Errors are of kind File.
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

// Discard leaves no file, and one that was there as it was.
func (f *FailedFile) Discard() {
	if f != nil {
		f.draft.Discard()
	}
}
