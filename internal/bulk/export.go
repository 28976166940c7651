package bulk

import (
	"context"
	"encoding/json"
	"io"
	"os"

	"github.com/epilot-cli/epilot/internal/client/paging"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Export is the journal of a list that is exported page by page. A page is recorded,
// and synced to disk, after its lines are written.
type Export struct {
	journal *Journal
	from    *paging.Position // after the last page written; nil before the first
	seen    []uint64
	size    int64 // of the output, up to the last page written; -1 for a pipe
	pending int64 // bytes of a page whose write started and may not have finished
	known   bool  // an earlier run started the output
}

// exported is a line of the file.
type exported struct {
	Begin   *int64           `json:"begin,omitempty"`   // size of the output before the first page
	Writing int64            `json:"writing,omitempty"` // size in bytes of the page that follows
	Written *int64           `json:"written,omitempty"` // size of the output after the page
	Next    *paging.Position `json:"next,omitempty"`
}

// OpenExport opens or creates the journal of an export, like OpenJournal.
func OpenExport(ctx context.Context, path string, id Identity) (*Export, error) {
	e := &Export{size: -1}
	var err error
	e.journal, err = openJournal(ctx, path, id, e.read)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// read parses a line and reports whether it is valid.
func (e *Export) read(line []byte) bool {
	var x exported
	if json.Unmarshal(line, &x) != nil {
		return false
	}
	switch {
	case x.Begin != nil:
		e.known, e.size, e.pending = true, *x.Begin, 0
	case x.Written != nil && x.Next != nil:
		e.size, e.pending, e.from = *x.Written, 0, x.Next
		e.seen = append(e.seen, x.Next.Sum)
	case x.Writing > 0:
		e.pending = x.Writing
	default:
		return false
	}
	return true
}

// From returns where the list continues, nil for the start, and the sums of the
// earlier pages.
func (e *Export) From() (*paging.Position, []uint64) { return e.from, e.seen }

// MayRepeat reports whether a pipe may already have received the next page.
func (e *Export) MayRepeat() bool { return e.pending > 0 }

// Align truncates the output after the last page written, which removes what a
// killed run wrote of another page. A new export appends to a file that has content.
// file is nil for a pipe. If it is not the file of the journal, Align returns an
// error of kind Usage.
func (e *Export) Align(file *os.File) error {
	size := int64(-1)
	if file != nil {
		info, err := file.Stat()
		if err != nil {
			return failure.New(failure.File, "%s: %w", file.Name(), err)
		}
		size = info.Size()
	}
	switch {
	case !e.known, size < 0 && e.size >= 0, size >= 0 && e.size < 0: // the output is a different file
		e.size, e.known = size, true
		if file != nil { // keep the existing content
			if _, err := file.Seek(size, io.SeekStart); err != nil {
				return failure.New(failure.File, "%s: %w", file.Name(), err)
			}
		}
		return e.add(exported{Begin: &size}, true)
	case size < 0:
		return nil
	case size < e.size || size > e.size+e.pending:
		return failure.New(failure.Usage, "the output has %d bytes, and %s has written %d", size, e.journal.path, e.size).
			Hintf("append to the file of the earlier run (>> FILE or --out-file FILE), or remove the journal to begin again")
	}
	if err := file.Truncate(e.size); err != nil {
		return failure.New(failure.File, "%s: %w", file.Name(), err)
	}
	_, err := file.Seek(e.size, io.SeekStart)
	return err
}

// Write writes the lines of a page and, once they are on disk, records where the
// list continues.
func (e *Export) Write(out io.Writer, file *os.File, lines []byte, next paging.Position) error {
	if len(lines) > 0 {
		if err := e.add(exported{Writing: int64(len(lines))}, false); err != nil {
			return err
		}
		if _, err := out.Write(lines); err != nil {
			return err
		}
	}
	if file != nil {
		if err := file.Sync(); err != nil {
			return err
		}
		e.size += int64(len(lines))
	}
	return e.add(exported{Written: &e.size, Next: &next}, true)
}

func (e *Export) add(x exported, sync bool) error {
	text, err := json.Marshal(x)
	if err != nil {
		return err
	}
	if _, err := e.journal.file.Write(append(text, '\n')); err != nil {
		return e.journal.failed(err)
	}
	if !sync {
		return nil
	}
	if err := e.journal.file.Sync(); err != nil {
		return e.journal.failed(err)
	}
	return nil
}

// Close closes the journal and unlocks its file.
func (e *Export) Close() error { return e.journal.Close() }
