package profiles

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shell"
)

// document is a JSON file with its original text: unknown members and the order of
// all members must survive a change.
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
	key   []byte // the quoted name as in the file
	value value
}

// readDocument reads a file of valid JSON. It returns nil if the file does not
// exist, and an error of kind File if it is invalid or incomplete.
func readDocument(g *guard, path string) (*document, error) {
	if path == "" {
		return nil, nil
	}
	content, err := g.read(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, failure.New(failure.File, "cannot read the configuration: %w", err).
			Hintf("make %s readable", path)
	}
	return parseDocument(path, content)
}

func parseDocument(path string, content []byte) (*document, error) {
	text, whole := decodeUnicode(content)
	doc := &document{path: path, text: text}
	if !whole {
		return nil, doc.faultf(len(text), "invalid UTF-16")
	}
	if err := doc.check(); err != nil {
		return nil, err
	}
	return doc, nil
}

// decodeUnicode returns the text in UTF-8 without a byte order mark. Windows editors
// and PowerShell write files with one, in UTF-8 or UTF-16. whole is false for UTF-16
// that ends within a character.
func decodeUnicode(content []byte) (text []byte, whole bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(content, []byte("\xef\xbb\xbf")):
		return content[3:], true
	case bytes.HasPrefix(content, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case bytes.HasPrefix(content, []byte("\xfe\xff")):
		order = binary.BigEndian
	default:
		return content, true
	}
	units := make([]uint16, 0, len(content)/2)
	for at := 2; at+1 < len(content); at += 2 {
		units = append(units, order.Uint16(content[at:]))
	}
	decoded := string(utf16.Decode(units))
	whole = len(content)%2 == 0 && !strings.ContainsRune(decoded, utf8.RuneError)
	return []byte(decoded), whole
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

// isCut reports whether the text is the beginning of valid JSON: only the stream
// decoder distinguishes an early end from a wrong last character.
func (d *document) isCut() bool {
	var whole json.RawMessage
	err := json.NewDecoder(bytes.NewReader(d.text)).Decode(&whole)
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// root returns the document's value.
func (d *document) root() value {
	trimmed := bytes.TrimLeft(d.text, " \t\r\n")
	return value{doc: d, text: trimmed, at: len(d.text) - len(trimmed)}
}

// faultf returns an error of kind File with the position of a byte.
func (d *document) faultf(at int, format string, args ...any) *failure.Error {
	line, column := d.position(at)
	args = append([]any{d.path, line, column}, args...)
	return failure.New(failure.File, "%s:%d:%d: "+format, args...).
		Hintf("correct the file or move it away; it was not changed")
}

// position returns the line and the column, in characters, of a byte; both start at
// 1.
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

const (
	fileMode fs.FileMode = 0o600
	dirMode  fs.FileMode = 0o700
)

// guard removes the permissions of other users on the files: the official CLI leaves
// its directory readable.
type guard struct {
	warn  func(string)
	looks bool // read only: repairs nothing
	mu    sync.Mutex
}

const mostConfiguration = 16 << 20 // bytes

var errSpecialFile = errors.New("it is not a regular file")

// read returns the content of a regular file. It narrows the modes of the file and
// its folder if they are too wide; a failure to do so is a warning. All checks use
// the open file, because another file may take its name.
func (g *guard) read(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|nonBlocking, 0) // a FIFO would wait for a writer
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errSpecialFile}
	}
	if info.Size() > mostConfiguration {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("it is larger than %d MB", mostConfiguration>>20)}
	}
	if !g.looks {
		g.mu.Lock()
		defer g.mu.Unlock()
		if folder, err := os.Open(filepath.Dir(path)); err == nil {
			if info, err := folder.Stat(); err == nil && info.IsDir() {
				g.narrow(folder, info, dirMode)
			}
			_ = folder.Close()
		}
		g.narrow(file, info, fileMode)
	}
	return io.ReadAll(io.LimitReader(file, mostConfiguration))
}

// narrow removes the permissions of other users from an open file or folder that the
// user owns: the official CLI leaves its folder readable.
func (g *guard) narrow(file *os.File, info fs.FileInfo, most fs.FileMode) {
	was := info.Mode().Perm()
	if was&^most == 0 || !isOwn(info) {
		return
	}
	now := was & most
	if err := file.Chmod(now); err != nil {
		g.say("%s has mode %04o and is open to other users: chmod %04o it", file.Name(), was, most)
		return
	}
	g.say("%s had mode %04o and was open to other users; it has mode %04o now", file.Name(), was, now)
}

func (g *guard) say(format string, args ...any) {
	if g.warn != nil {
		g.warn(fmt.Sprintf(format, args...))
	}
}

func (v value) faultf(format string, args ...any) *failure.Error {
	return v.doc.faultf(v.at, format, args...)
}

// isNull reports whether the member is null, that is, not set.
func (v value) isNull() bool { return string(v.text) == "null" }

// members returns the members of an object in file order, with exact names.
func (v value) members() ([]member, error) {
	decoder := json.NewDecoder(bytes.NewReader(v.text))
	if open, err := decoder.Token(); err != nil || open != json.Delim('{') {
		return nil, v.faultf("expected an object")
	}
	var found []member
	seen := map[string]bool{}
	for decoder.More() {
		m, err := v.next(decoder)
		if err != nil {
			return nil, err
		}
		if seen[m.name] {
			return nil, m.value.faultf("duplicate key %q", m.name)
		}
		seen[m.name] = true
		found = append(found, m)
	}
	return found, nil
}

// each calls take for each member of an object; null has no members.
func (v value) each(take func(member) error) error {
	if v.isNull() {
		return nil
	}
	members, err := v.members()
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := take(m); err != nil {
			return err
		}
	}
	return nil
}

// next reads one member of the object.
func (v value) next(decoder *json.Decoder) (member, error) {
	start := decoder.InputOffset()
	token, err := decoder.Token()
	name, isName := token.(string)
	if err != nil || !isName {
		return member{}, v.faultf("expected an object")
	}
	key := bytes.TrimLeft(v.text[start:decoder.InputOffset()], " \t\r\n,")
	var raw json.RawMessage
	if err := decoder.Decode(&raw); err != nil {
		return member{}, v.faultf("%q: %w", name, err)
	}
	at := v.at + int(decoder.InputOffset()) - len(raw)
	return member{name: name, key: key, value: value{doc: v.doc, text: raw, at: at}}, nil
}

// read passes each member of the object to the reader of its name. Unknown names are
// ignored: they belong to newer versions or to the official CLI.
func (v value) read(readers map[string]reader) error {
	members, err := v.members()
	if err != nil {
		return err
	}
	for _, m := range members {
		take, known := readers[m.name]
		if !known {
			continue
		}
		if err := take(m.value); err != nil {
			return err
		}
	}
	return nil
}

// text reads a string; null is empty.
func text(into *string) reader {
	return func(v value) error {
		if json.Unmarshal(v.text, into) != nil {
			return v.faultf("expected a string")
		}
		return nil
	}
}

// moment reads an RFC 3339 time; null and "" are zero.
func moment(into *time.Time) reader {
	return func(v value) error {
		var written string
		if err := text(&written)(v); err != nil || written == "" {
			return err
		}
		at, err := time.Parse(time.RFC3339, written)
		if err != nil {
			return v.faultf("expected a time like 2026-01-31T12:00:00Z")
		}
		*into = at
		return nil
	}
}

// headers reads an object of header fields. Errors do not contain the values, which
// may be secrets.
func headers(into *[]Header) reader {
	return func(v value) error {
		return v.each(func(m member) error {
			h := Header{Name: m.name}
			if err := text(&h.Value)(m.value); err != nil {
				return err
			}
			if !h.sendable() {
				return m.value.faultf("header %q cannot be sent: its name or value contains a character that headers cannot have", h.Name)
			}
			*into = append(*into, h)
			return nil
		})
	}
}

// choice reads one of the allowed values; null and "" are empty.
func choice(into *string, allowed ...string) reader {
	return func(v value) error {
		var written string
		if err := text(&written)(v); err != nil {
			return err
		}
		if written != "" && !slices.Contains(allowed, written) {
			return v.faultf("unknown key %q", written).Hintf("use one of: %s", strings.Join(allowed, ", "))
		}
		*into = written
		return nil
	}
}

// command reads an array of a program and its arguments; null and [] are nil. Errors
// do not contain the arguments, which may be secrets.
func command(into *[]string) reader {
	return func(v value) error {
		found, isList := shell.List(v.text)
		odd := func(word string) bool { return strings.ContainsRune(word, 0) }
		if !isList || slices.ContainsFunc(found, odd) {
			return v.faultf("expected an array of strings: a program and its arguments")
		}
		if len(found) > 0 && found[0] == "" {
			return v.faultf("the name of the program is empty")
		}
		*into = found
		return nil
	}
}
