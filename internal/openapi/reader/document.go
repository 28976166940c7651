package reader

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
)

// library is a document and the files that it references.
type library struct {
	open       func(name string) ([]byte, error) // nil: other files are not read
	self       string                            // the file name of the main document
	main       *tree
	files      map[string]*file
	size       int  // total bytes of the files
	siblings   bool // 3.1: siblings of a $ref count
	security   openapi.Security
	components *openapi.Components
	schemas    map[string]*openapi.Schema
	names      map[location]string // of schemas outside the components
	wanted     []wanted            // referenced schemas that are not read yet
	read       map[location]any
	problems   []openapi.Problem // notes
	located    int               // positions looked up so far
}

// location is the position of a value in one of the files.
type location struct {
	tree *tree
	at   jsontext.Pointer
}

type wanted struct {
	name string
	location
}

// file is a referenced file, or the reason why it cannot be read.
type file struct {
	tree *tree
	err  error
}

const (
	maxFiles = 500      // per document
	maxSize  = 32 << 20 // bytes in total
	maxNotes = 200

	// maxLocated limits the positions given as line and column: each reads the text up
	// to there, and a small document can have 100,000 errors.
	maxLocated = 200
)

// tree is one document of a library. Its references are JSON pointers into itself or
// into a file named relative to it.
type tree struct {
	*library
	name string // relative to the main document's folder, with slashes; "" for the main document
	text *document.Document
	root *node
}

func newLibrary(text *document.Document, source string, open func(string) ([]byte, error)) *library {
	l := &library{
		open: open, self: path.Base(strings.ReplaceAll(source, `\`, "/")),
		files:   map[string]*file{},
		schemas: map[string]*openapi.Schema{},
		names:   map[location]string{},
		read:    map[location]any{},
	}
	l.main = &tree{library: l, text: text, root: &node{raw: text.JSON}}
	l.security = l.main.silentSecurity()
	names := l.main.root.child("components").child("schemas").names()
	l.components = openapi.NewComponents(names, func(name string) *openapi.Schema { return l.schemas[name] })
	return l
}

// note records a problem that does not exclude an operation.
func (l *library) note(message string) {
	if len(l.problems) < maxNotes && !slices.ContainsFunc(l.problems, func(p openapi.Problem) bool { return p.Message == message }) {
		l.problems = append(l.problems, openapi.Problem{Message: message})
	}
}

// notef is note with a position, which is looked up only for notes that are kept.
func (t *tree) notef(at jsontext.Pointer, format string, args ...any) {
	if len(t.problems) < maxNotes {
		t.note(t.where(at) + ": " + fmt.Sprintf(format, args...))
	}
}

func (t *tree) reader(n *node, at jsontext.Pointer) *reader {
	if n == nil {
		n = &node{raw: jsontext.Value("null")}
	}
	return newReader(n.raw, at, t)
}

// where returns the position of a value as "file:line:column", or as "file#pointer"
// after maxLocated of them.
func (t *tree) where(at jsontext.Pointer) string {
	if t.located++; t.located > maxLocated {
		return t.text.Name + "#" + string(at)
	}
	return t.text.Where(string(at))
}

func (t *tree) countsSiblings() bool { return t.siblings }

func (t *tree) known(at jsontext.Pointer) any { return t.read[location{t, at}] }

func (t *tree) remember(at jsontext.Pointer, read any) { t.read[location{t, at}] = read }

// reference returns a placeholder schema for a $ref, whose target is read later:
// schemas can be recursive.
func (t *tree) reference(ref string) (*openapi.Schema, error) {
	_, to, err := t.find(ref)
	if err != nil {
		return nil, err
	}
	name, isComponent := t.schemaAt(to)
	if _, known := t.schemas[name]; !known && !isComponent {
		t.schemas[name] = nil
		t.wanted = append(t.wanted, wanted{name, to})
	}
	return openapi.Reference(name, t.components), nil
}

func (t *tree) value(ref string) (jsontext.Value, jsontext.Pointer, references, error) {
	n, to, err := t.find(ref)
	if err != nil {
		return nil, "", t, err
	}
	return n.raw, to.at, to.tree, nil
}

// schemaName returns the component for a discriminator mapping: a reference or a
// bare component name.
func (t *tree) schemaName(ref string) string {
	if !strings.ContainsAny(ref, "#./") {
		return ref
	}
	_, to, err := t.find(ref)
	if err != nil {
		return ref
	}
	name, _ := t.schemaAt(to)
	return name
}

// find resolves a reference. Its fragment is a JSON pointer (RFC 6901, section 6).
func (t *tree) find(ref string) (*node, location, error) {
	name, fragment, _ := strings.Cut(ref, "#")
	to := location{tree: t}
	if name != "" {
		var err error
		if to.tree, err = t.relative(ref, name); err != nil {
			return nil, to, err
		}
	}
	if plain, err := url.PathUnescape(fragment); err == nil {
		fragment = plain
	}
	to.at = jsontext.Pointer(fragment)
	if strings.Count(fragment, "/") > maxSteps {
		return nil, to, fmt.Errorf("a $ref has more than %d steps", maxSteps)
	}
	if fragment != "" && (fragment[0] != '/' || !to.at.IsValid()) {
		return nil, to, fmt.Errorf("$ref %q cannot be resolved: only #/… works within a document", ref)
	}
	n := to.tree.root.find(to.at)
	if n == nil {
		return nil, to, fmt.Errorf("$ref %q cannot be resolved", ref)
	}
	return n, to, nil
}

// relative returns the file named by a reference.
func (t *tree) relative(ref, name string) (*tree, error) {
	if u, err := url.Parse(name); err != nil || u.Scheme != "" || u.Host != "" {
		return nil, fmt.Errorf("$ref %q is a URL, which is not fetched: save it beside the document", ref)
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	name = path.Join(path.Dir("./"+t.name), name)
	switch {
	case name == t.self:
		return t.main, nil
	case strings.HasPrefix(ref, "/") || name == ".." || strings.HasPrefix(name, "../"):
		return nil, fmt.Errorf("$ref %q leaves the folder of the document: only files below it are read", ref)
	case t.open == nil:
		return nil, fmt.Errorf("$ref %q is another file, which is not read", ref)
	}
	known := t.files[name]
	if known == nil {
		known = &file{}
		t.files[name] = known
		known.tree, known.err = t.load(name)
	}
	if known.err != nil {
		return nil, fmt.Errorf("$ref %q: %w", ref, known.err)
	}
	return known.tree, nil
}

// load reads a file of the library.
func (l *library) load(name string) (*tree, error) {
	if len(l.files) > maxFiles {
		return nil, fmt.Errorf("a document may refer to %d files only", maxFiles)
	}
	content, err := l.open(name)
	if err != nil {
		return nil, fmt.Errorf("the file %s cannot be read: %w", name, err)
	}
	if l.size += len(content); l.size > maxSize {
		return nil, errors.New("the files of the document are larger than 32 MB")
	}
	text, err := document.ParseLenient(name, content)
	if err != nil {
		return nil, err
	}
	return &tree{library: l, name: name, text: text, root: &node{raw: text.JSON}}, nil
}

// schemaAt returns the name of the schema at a location: the component name; else,
// in the main document, "#" and the pointer; else, in another file, its last step,
// with a number if the name is taken.
func (l *library) schemaAt(to location) (name string, isComponent bool) {
	switch {
	case to.tree == l.main && to.at.Parent() == "/components/schemas":
		return to.at.LastToken(), true
	case to.tree == l.main:
		return "#" + string(to.at), false
	}
	if known, found := l.names[to]; found {
		return known, false
	}
	plain := to.at.LastToken()
	if plain == "" {
		plain = strings.TrimSuffix(path.Base(to.tree.name), path.Ext(to.tree.name))
	}
	name = plain
	for n := 2; l.isTaken(name); n++ {
		name = fmt.Sprintf("%s%d", plain, n)
	}
	l.names[to] = name
	return name, false
}

func (l *library) isTaken(name string) bool {
	if _, taken := l.schemas[name]; taken {
		return true
	}
	return l.main.root.child("components").child("schemas").child(name) != nil
}

// readSchemas reads the components, then all referenced schemas. An unreadable
// schema allows anything.
func (l *library) readSchemas() {
	root := jsontext.Pointer("/components/schemas")
	for _, name := range l.components.Names() {
		l.readSchema(wanted{name, location{l.main, root.AppendToken(name)}})
	}
	for len(l.wanted) > 0 {
		next := l.wanted[0]
		l.wanted = l.wanted[1:]
		l.readSchema(next)
	}
}

func (l *library) readSchema(next wanted) {
	r := next.tree.reader(next.tree.root.find(next.at), next.at)
	s := r.schema()
	if r.err != nil {
		l.note(r.err.Error())
		s = &openapi.Schema{}
	}
	l.schemas[next.name] = s
}

// checkVersion rejects documents other than OpenAPI 3.
func (t *tree) checkVersion() error {
	version := t.member("openapi")
	switch {
	case version == "3" || strings.HasPrefix(version, "3."):
		t.siblings = version != "3" && !strings.HasPrefix(version, "3.0")
		return nil
	case version != "":
		return t.errorf("/openapi", "OpenAPI %q cannot be read", version).Hintf("OpenAPI 3 can")
	case t.member("swagger") != "":
		return t.errorf("/swagger", "this is a Swagger %s document", t.member("swagger")).
			Hintf("only OpenAPI 3 can be read: convert it first")
	}
	return t.errorf("", `this is not an OpenAPI document: it has no member "openapi"`)
}

// member returns a top-level string or number, or "".
func (t *tree) member(name string) string {
	n := t.root.child(name)
	if n == nil {
		return ""
	}
	return newReader(n.raw, "", t).literal()
}

func (t *tree) errorf(at jsontext.Pointer, format string, args ...any) *failure.Error {
	return atPosition(t.where(at), failure.New(failure.Usage, format, args...))
}
