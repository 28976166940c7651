package bulk

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Fate is the outcome of a row in a journal.
type Fate byte

// The fates.
const (
	Unsent  Fate = iota
	Unknown      // it was sent and may have been applied
	Done
	Failed // the server rejected it
)

// Identity identifies the run of a journal.
type Identity struct {
	Version      int    `json:"epilot_journal"` // 1
	Operation    string `json:"operation"`      // "entity createEntity"
	Server       string `json:"server"`
	Organization string `json:"organization,omitempty"`
	Profile      string `json:"profile,omitempty"` // exports only
	Query        string `json:"query,omitempty"`   // "sha256:…" of an export's request
	Input        string `json:"input,omitempty"`   // "sha256:…" of a file; "" for a pipe, whose rows are compared individually
}

// Journal is a file with the fate of each row of a run. A row is recorded, and
// synced to disk, before it is sent. The file is append-only and contains no token.
type Journal struct {
	path   string
	file   *os.File
	unlock func()
	rows   []byte // one byte per known row: its fate and six bits of its checksum
}

// entry is a line of the file.
type entry struct {
	Row     int     `json:"row"`
	Sent    *uint32 `json:"sent,omitempty"` // checksum of the row
	Done    int     `json:"done,omitempty"` // response status
	Failed  *int    `json:"failed,omitempty"`
	Unknown *int    `json:"unknown,omitempty"`
}

// OpenJournal opens or creates the journal at path. A journal of another run, or a
// file that is not a journal, is an error of kind Usage. The caller must close it.
func OpenJournal(ctx context.Context, path string, id Identity) (*Journal, error) {
	return openJournal(ctx, path, id, nil)
}

// openJournal opens a journal whose lines are parsed by read; nil for lines about
// rows.
func openJournal(ctx context.Context, path string, id Identity, read func(line []byte) bool) (*Journal, error) {
	id.Version = 1
	unlock, err := atomicfile.Lock(ctx, path)
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, unlock: unlock}
	if read == nil {
		read = j.readRow
	}
	if err := j.open(id, read); err != nil {
		_ = j.Close()
		return nil, err
	}
	return j, nil
}

func (j *Journal) open(id Identity, read func(line []byte) bool) error {
	info, err := os.Stat(j.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		head, err := json.Marshal(id)
		if err != nil {
			return err
		}
		if err := atomicfile.Write(j.path, append(head, '\n'), 0o600); err != nil {
			return err
		}
	case err != nil:
		return j.failed(err)
	case !info.Mode().IsRegular():
		return j.foreign()
	}
	if j.file, err = os.OpenFile(j.path, os.O_RDWR|os.O_APPEND, 0); err != nil {
		return j.failed(err)
	}
	return j.load(id, read)
}

// load reads the entries of earlier runs. A line without its end is truncated.
func (j *Journal) load(id Identity, read func(line []byte) bool) error {
	in := bufio.NewReaderSize(j.file, 64<<10)
	head, err := in.ReadBytes('\n')
	if err != nil && err != io.EOF {
		return j.failed(err)
	}
	var found Identity
	if json.Unmarshal(head, &found) != nil || found.Version == 0 {
		return j.foreign()
	}
	if err := found.differs(j.path, id); err != nil {
		return err
	}
	size := int64(len(head))
	for number := 2; ; number++ {
		line, err := in.ReadBytes('\n')
		if err == io.EOF {
			break // an incomplete line
		}
		if err != nil {
			return j.failed(err)
		}
		if !read(line) {
			return failure.New(failure.Usage, "%s, line %d: not a line of a journal", j.path, number).
				Hintf("restore the file: only the journal knows which rows were sent")
		}
		size += int64(len(line))
	}
	if err := j.file.Truncate(size); err != nil {
		return j.failed(err)
	}
	return nil
}

// readRow parses a line with the fate of a row and reports whether it is valid.
func (j *Journal) readRow(line []byte) bool {
	var e entry
	if json.Unmarshal(line, &e) != nil || e.Row < 1 || e.Row > len(j.rows)+1 {
		return false
	}
	j.note(e)
	return true
}

const digestOf = "sha256:" // nobody can compare two of them

// differs returns an error for the journal of another run.
func (i Identity) differs(path string, now Identity) error {
	for _, part := range []struct{ what, then, now string }{
		{"operation", i.Operation, now.Operation},
		{"server", i.Server, now.Server},
		{"organization", i.Organization, now.Organization},
		{"profile", i.Profile, now.Profile},
		{"query", i.Query, now.Query},
		{"file of rows", i.Input, now.Input},
	} {
		if part.then != part.now && strings.HasPrefix(part.then, digestOf) {
			return failure.New(failure.Usage, "%s belongs to another %s, or it has changed since", path, part.what).
				Hintf("use a new file for --journal, or the same command as before")
		}
		if part.then != part.now {
			return failure.New(failure.Usage, "%s belongs to another %s: %s, not %s", path, part.what, orNone(part.then), orNone(part.now)).
				Hintf("use a new file for --journal, or the same command as before")
		}
	}
	if i.Version != now.Version {
		return failure.New(failure.Usage, "%s has journal version %d; this release supports %d", path, i.Version, now.Version)
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

const (
	fateBits = 2
	fateMask = 1<<fateBits - 1
)

func (j *Journal) note(e entry) {
	if len(j.rows) < e.Row { // rows are sent in order
		j.rows = append(j.rows, 0)
	}
	at := &j.rows[e.Row-1]
	switch {
	case e.Sent != nil:
		*at = byte(*e.Sent)<<fateBits | byte(Unknown)
	case e.Failed != nil:
		*at = *at&^fateMask | byte(Failed)
	case e.Unknown != nil:
		*at = *at&^fateMask | byte(Unknown)
	default:
		*at = *at&^fateMask | byte(Done)
	}
}

// Fate returns the fate of the row in earlier runs. A row that differs from the
// recorded one is an error of kind Usage.
func (j *Journal) Fate(row *Row) (Fate, error) {
	if j == nil || row.Number > len(j.rows) || j.rows[row.Number-1] == 0 {
		return Unsent, nil
	}
	known := j.rows[row.Number-1]
	if known>>fateBits != byte(check(row))<<fateBits>>fateBits {
		return Unsent, failure.New(failure.Usage, "%s: row %d differs from the row that was sent", j.path, row.Number).
			Hintf("use a new file for --journal: this one belongs to another input")
	}
	return Fate(known & fateMask), nil
}

// check returns a checksum that distinguishes rows.
func check(row *Row) uint32 {
	sum := crc32.NewIEEE()
	if row.Text != nil {
		_, _ = sum.Write(row.Text)
		return sum.Sum32()
	}
	for _, cell := range row.Cells {
		_, _ = sum.Write([]byte(cell.Name + "\x00" + cell.Text + "\x00"))
	}
	return sum.Sum32()
}

// Send records that the rows are about to be sent, and returns once this and all
// earlier records are on disk.
func (j *Journal) Send(rows []*Row) error {
	if j == nil {
		return nil
	}
	var text bytes.Buffer
	for _, row := range rows {
		fmt.Fprintf(&text, "{\"row\":%d,\"sent\":%d}\n", row.Number, check(row))
	}
	if _, err := j.file.Write(text.Bytes()); err != nil {
		return j.failed(err)
	}
	if err := j.file.Sync(); err != nil {
		return j.failed(err)
	}
	return nil
}

// Note records the fate of a sent row; the next Send or Close syncs it to disk.
func (j *Journal) Note(row *Row, fate Fate, status int) error {
	if j == nil {
		return nil
	}
	name := map[Fate]string{Done: "done", Failed: "failed", Unknown: "unknown"}[fate]
	if _, err := fmt.Fprintf(j.file, "{\"row\":%d,\"%s\":%d}\n", row.Number, name, status); err != nil {
		return j.failed(err)
	}
	return nil
}

// Close closes the journal and unlocks its file.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	defer j.unlock()
	file := j.file
	if j.file = nil; file == nil {
		return nil
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return j.failed(err)
	}
	return nil
}

func (j *Journal) failed(err error) error {
	return failure.New(failure.File, "the journal %s cannot be used: %w", j.path, atomicfile.Cause(err))
}

func (j *Journal) foreign() error {
	return failure.New(failure.Usage, "%s exists and is not a journal", j.path).
		Hintf("use a new file for --journal; this one was not changed")
}
