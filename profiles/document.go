package profiles

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// document is a JSON file, its text kept as it is: members that this program
// does not know, and the order of all, must outlive a change.
type document struct {
	path string
	text []byte
}

// value is a JSON value and its byte offset in the document.
type value struct {
	doc  *document
	text []byte
	at   int
}

// member is a named value of an object.
type member struct {
	name  string
	key   []byte // the name as the file spells it, in quotes
	value value
}

// readDocument reads a file of valid JSON. It returns nil when there is no such
// file, and an error of kind File for anything that is not whole.
func readDocument(g *guard, path string) (*document, error) {
	if path == "" {
		return nil, nil
	}
	g.check(path)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.File, "cannot read the configuration: %w", err).
			Hintf("make %s a file that you may read", path)
	}
	return parseDocument(path, content)
}

func parseDocument(path string, content []byte) (*document, error) {
	doc := &document{path: path, text: content}
	if err := doc.check(); err != nil {
		return nil, err
	}
	return doc, nil
}

// check reports the first place where the text is not JSON in UTF-8.
func (d *document) check() error {
	if i := invalidUTF8(d.text); i >= 0 {
		return d.faultf(i, "invalid UTF-8")
	}
	var whole json.RawMessage
	err := json.Unmarshal(d.text, &whole)
	if err == nil {
		return nil
	}
	if d.isCut() {
		return d.faultf(len(d.text), "the file ends too early")
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return d.faultf(int(syntax.Offset)-1, "%w", err)
	}
	return d.faultf(0, "%w", err)
}

// isCut reports whether the text is the beginning of something valid: only the
// decoder for streams tells an early end from a wrong last character.
func (d *document) isCut() bool {
	var whole json.RawMessage
	err := json.NewDecoder(bytes.NewReader(d.text)).Decode(&whole)
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// root is the document's value.
func (d *document) root() value {
	trimmed := bytes.TrimLeft(d.text, " \t\r\n")
	return value{doc: d, text: trimmed, at: len(d.text) - len(trimmed)}
}

// faultf is an error of kind File that names the place of a byte.
func (d *document) faultf(at int, format string, args ...any) *failure.Error {
	line, column := d.position(at)
	args = append([]any{d.path, line, column}, args...)
	return failure.New(failure.File, "%s:%d:%d: "+format, args...).
		Hintf("repair the file or move it away; it was left as it is")
}

// position is the line and the column, in characters, of a byte; both from 1.
func (d *document) position(at int) (line, column int) {
	before := d.text[:max(0, min(at, len(d.text)))]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}

func invalidUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
