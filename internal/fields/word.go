package fields

import (
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

type fieldKind int

const (
	text     fieldKind = iota // key=value
	jsonText                  // key:=value
	file                      // key=@name
	jsonFile                  // key:=@name
)

// field is one -f.
type field struct {
	word string
	path []step
	kind fieldKind
	text string // the value, or the name of the file
}

// step leads to a member of an object, or to a new element of an array.
type step struct {
	name    string
	element bool
}

func (s step) schema(of *operation.Schema) *operation.Schema {
	if s.element {
		return schema.Items(of)
	}
	return schema.Member(of, s.name)
}

func (b *builder) read(word string) (*field, error) {
	key, text, ok := strings.Cut(word, "=")
	if !utf8.ValidString(word) {
		return nil, failure.New(failure.Usage, "-f %q is not valid UTF-8", word).
			Hintf("bytes that are no text are read from a file: -f key=@file")
	}
	key, isJSON := strings.CutSuffix(key, ":")
	if !ok || key == "" {
		return nil, wrongForm(word)
	}
	f := &field{word: word}
	f.kind, f.text = assigned(text, isJSON)
	if isFile := f.kind == file || f.kind == jsonFile; isFile && f.text == "" {
		return nil, failure.New(failure.Usage, "-f %s names no file", word).
			Hintf(`write -f %s=@file; the text @ itself is -f '%s:="@"'`, key, key)
	}
	if f.path = split(key); f.path == nil {
		return nil, wrongForm(word)
	}
	if schema.Declares(b.Schema, key) {
		f.path = []step{{name: key}} // a property whose own name has dots
	}
	return f, nil
}

// assigned is what stands behind the "=", and of which kind it is.
func assigned(written string, isJSON bool) (fieldKind, string) {
	name, isFile := strings.CutPrefix(written, "@")
	switch {
	case isFile && isJSON:
		return jsonFile, name
	case isFile:
		return file, name
	case isJSON:
		return jsonText, written
	}
	return text, written
}

func wrongForm(word string) error {
	return failure.New(failure.Usage, "-f %q is not of the form key=value", word).
		Hintf("write -f a.b=text, -f list[]=text, -f n:=3 for JSON, or -f key=@file; a dot in a name is \\.")
}

// split reads a path: a.b, a[b], a[] and a\.b. It returns nil for what is none.
func split(key string) []step {
	var path []step
	for rest := key; rest != "" || path == nil; {
		var s step
		var ok bool
		if s, rest, ok = next(rest, path == nil); !ok {
			return nil
		}
		path = append(path, s)
	}
	return path
}

func next(rest string, first bool) (step, string, bool) {
	if strings.HasPrefix(rest, "[") {
		name, after, closed := strings.Cut(rest[1:], "]")
		return step{name: name, element: name == ""}, after, closed
	}
	if !first {
		var dotted bool
		if rest, dotted = strings.CutPrefix(rest, "."); !dotted {
			return step{}, "", false
		}
	}
	name, after := plainName(rest)
	return step{name: name}, after, name != ""
}

// plainName reads up to a dot or a bracket that has no backslash before it.
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
