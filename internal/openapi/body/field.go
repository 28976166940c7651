package body

import (
	"cmp"
	"encoding/base64"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

type fieldKind int

const (
	textField     fieldKind = iota // key=value
	jsonField                      // key:=value
	fileField                      // key=@name
	jsonFileField                  // key:=@name
	nodeField                      // a parsed value
)

// field is one -f flag.
type field struct {
	typed string
	from  string // for messages: "-f a=b"
	path  []fieldStep
	kind  fieldKind
	text  string      // the value or the file name
	node  *jsonx.Node // of a nodeField
}

// fieldStep selects an object member or an array element: [] a new element, [2] that
// element.
type fieldStep struct {
	name     string
	element  bool // []
	brackets bool // [name]: an index if it is a number and an array is allowed there
}

// index returns the element index of the step. A number in brackets is a member only
// if the body has an object there or the schema requires one.
func (s fieldStep) index(at spot) (int, bool) {
	if !s.brackets || s.element {
		return 0, false
	}
	i, err := strconv.Atoi(s.name)
	if err != nil || strconv.Itoa(i) != s.name || i < 0 {
		return 0, false
	}
	if at.node.Kind != jsonx.Scalar && len(at.node.Members)+len(at.node.Items) > 0 {
		return i, at.node.Kind == jsonx.Array
	}
	types := schema.Types(at.schema)
	return i, slices.Contains(types, "array") || !slices.Contains(types, "object")
}

// isMember reports whether the step selects an object member.
func (s fieldStep) isMember(at spot) bool {
	_, isIndex := s.index(at)
	return !s.element && !isIndex
}

func (s fieldStep) schema(at spot) *openapi.Schema {
	if s.isMember(at) {
		return schema.Member(at.schema, s.name)
	}
	return schema.Items(at.schema)
}

func (b *fieldBuilder) parse(typed string) (*field, error) {
	key, text, ok := strings.Cut(typed, "=")
	if !utf8.ValidString(typed) {
		return nil, failure.New(failure.Usage, "-f %q is not valid UTF-8", typed).
			Hintf("bytes that are not text are read from a file: -f key=@file")
	}
	key, isJSON := strings.CutSuffix(key, ":")
	if !ok || key == "" {
		return nil, malformedField(typed)
	}
	f := &field{typed: typed, from: "-f " + typed}
	f.kind, f.text = assigned(text, isJSON)
	if isFile := f.kind == fileField || f.kind == jsonFileField; isFile && f.text == "" {
		return nil, failure.New(failure.Usage, "-f %s has no file name", typed).
			Hintf(`write -f %s=@file; the text @ itself is -f '%s:="@"'`, key, key)
	}
	if f.path = splitPath(key); f.path == nil {
		return nil, malformedField(typed)
	}
	if schema.Declares(b.Schema, key) {
		f.path = []fieldStep{{name: key}} // a property whose name contains dots
	}
	for _, step := range f.path {
		if i, err := strconv.Atoi(step.name); err == nil && i < 0 && step.brackets {
			return nil, failure.New(failure.Usage, "-f %s: no element has the index %d", typed, i).
				Hintf("elements count from 0; a member of that name is -f name.%d=…", i)
		}
	}
	return f, nil
}

// fieldOf returns the field for a value. A name that is not a path is a single member.
func (b *fieldBuilder) fieldOf(v Value) *field {
	f := &field{typed: v.Name, from: cmp.Or(v.From, v.Name), path: splitPath(v.Name), text: v.Text}
	if v.JSON != nil {
		f.kind, f.node = nodeField, v.JSON
	}
	if f.path == nil || schema.Declares(b.Schema, v.Name) {
		f.path = []fieldStep{{name: v.Name}}
	}
	return f
}

// assigned returns the text after the "=" and its kind.
func assigned(written string, isJSON bool) (fieldKind, string) {
	name, isFile := strings.CutPrefix(written, "@")
	switch {
	case isFile && isJSON:
		return jsonFileField, name
	case isFile:
		return fileField, name
	case isJSON:
		return jsonField, written
	}
	return textField, written
}

func malformedField(typed string) error {
	return failure.New(failure.Usage, "-f %q is not key=value", typed).
		Hintf("write -f a.b=text, -f list[]=text, -f list[0]=text, -f n:=3 for JSON, or -f key=@file; a dot in a name is \\.")
}

// splitPath parses a path: a.b, a[b], a[0], a[] and a\.b. It returns nil if the key
// is not a path.
func splitPath(key string) []fieldStep {
	var path []fieldStep
	for rest := key; rest != "" || path == nil; {
		var s fieldStep
		var ok bool
		if s, rest, ok = nextStep(rest, path == nil); !ok {
			return nil
		}
		path = append(path, s)
	}
	return path
}

func nextStep(rest string, first bool) (fieldStep, string, bool) {
	if strings.HasPrefix(rest, "[") {
		name, after, closed := strings.Cut(rest[1:], "]")
		return fieldStep{name: name, element: name == "", brackets: true}, after, closed
	}
	if !first {
		var dotted bool
		if rest, dotted = strings.CutPrefix(rest, "."); !dotted {
			return fieldStep{}, "", false
		}
	}
	name, after := plainName(rest)
	return fieldStep{name: name}, after, name != ""
}

// plainName reads up to an unescaped dot or bracket.
func plainName(rest string) (name, after string) {
	var b strings.Builder
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '\\' && i+1 < len(rest):
			i++
			b.WriteByte(rest[i])
		case c == '.' || c == '[':
			return b.String(), rest[i:]
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), ""
}

// value returns the field's value, with the type in the schema.
func (b *fieldBuilder) value(f *field, s *openapi.Schema) (*jsonx.Node, error) {
	switch f.kind {
	case textField:
		text := typedText(s, f.text)
		if strings.HasPrefix(text, `"`) && strings.HasSuffix(text, `"`) {
			return &jsonx.Node{Text: text}, nil // a string, by far the most frequent cell
		}
		return jsonx.ParseNode([]byte(text))
	case nodeField:
		return f.node, nil
	case jsonField:
		doc, err := document.ParseJSON("-f "+f.typed[:strings.Index(f.typed, "=")], []byte(f.text))
		if err != nil {
			return nil, failure.Of(err).Hintf(":= takes JSON; for text use -f key=text")
		}
		return jsonx.ParseNode(doc.JSON)
	case fileField:
		if b.Form {
			n := jsonx.StringNode(f.text)
			b.document.files[n] = f.text
			return n, nil
		}
		return b.textFile(f, s)
	}
	content, err := b.content(f)
	if err != nil {
		return nil, err
	}
	doc, err := parseFile(f.text, content, b.values)
	if err != nil {
		return nil, err
	}
	return jsonx.ParseNodeWithin(doc.JSON, b.values)
}

// textFile returns a file as a JSON string, Base64-encoded if the schema says so.
func (b *fieldBuilder) textFile(f *field, s *openapi.Schema) (*jsonx.Node, error) {
	content, err := b.content(f)
	if err != nil {
		return nil, err
	}
	if slices.Contains([]string{"byte", "base64", "binary"}, schema.Shape(s).Format) {
		return jsonx.StringNode(base64.StdEncoding.EncodeToString(content)), nil
	}
	if !utf8.Valid(content) {
		return nil, failure.New(failure.Usage, "-f %s: the file is not text, and JSON holds nothing else", f.typed).
			Hintf("encode it first (for example with base64) if the API expects that")
	}
	return jsonx.StringNode(string(content)), nil
}

func (b *fieldBuilder) content(f *field) ([]byte, error) {
	from, err := b.Open(f.text)
	if err == nil {
		defer from.Close()
		var content []byte
		if content, err = b.meter.ReadAll(from); err == nil {
			return content, nil
		}
		if failed := new(failure.Error); errors.As(err, &failed) {
			return nil, failed
		}
	}
	return nil, unreadable(f.typed, err)
}

// unreadable is the error for a field whose file cannot be read.
func unreadable(field string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return failure.New(failure.Usage, "-f %s: no such file", field).
			Hintf("the text after @ is a file name")
	}
	return failure.New(failure.File, "-f %s: cannot read the file: %w", field, cause(err))
}

// typedText returns the JSON for a typed value: as the first schema type that it can
// have and that the schema accepts, else as a string.
func typedText(s *openapi.Schema, typed string) string {
	var best string
	for _, name := range schema.Types(s) {
		reading := asType(name, typed)
		if reading == "" {
			continue
		}
		if best == "" {
			best = reading
		}
		if accepts(s, reading) {
			return reading
		}
	}
	if best == "" && len(schema.Types(s)) == 0 && s != nil && !accepts(s, jsonx.Quote(typed)) && accepts(s, typed) {
		return typed // an enum of numbers
	}
	if best == "" {
		return jsonx.Quote(typed)
	}
	return best
}

func accepts(s *openapi.Schema, text string) bool {
	v, err := schema.Decode([]byte(text))
	return err == nil && len(schema.Check(s, v, schema.Request)) == 0
}

// asType returns the value as JSON of this type, or "" if it cannot have the type.
func asType(name, typed string) string {
	if name == "string" {
		return jsonx.Quote(typed)
	}
	if typed == "" || !strings.ContainsRune(firstBytes(name), rune(typed[0])) {
		return ""
	}
	if _, err := schema.Decode([]byte(typed)); err != nil || strings.TrimSpace(typed) != typed {
		return ""
	}
	return typed
}

// firstBytes returns the bytes that JSON of this type can start with.
func firstBytes(name string) string {
	switch name {
	case "integer", "number":
		return "-0123456789"
	case "boolean":
		return "tf"
	case "null":
		return "n"
	case "array":
		return "["
	}
	return "{"
}

func isArray(s *openapi.Schema) bool {
	types := slices.DeleteFunc(slices.Clone(schema.Types(s)), func(name string) bool { return name == "null" })
	return len(types) == 1 && types[0] == "array"
}
