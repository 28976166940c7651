package fields

import (
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// make is the value of a field.
func (b *builder) make(f *field, s *operation.Schema) (*value, error) {
	switch f.kind {
	case text:
		return parse([]byte(typed(s, f.text)))
	case jsonText:
		doc, err := document.ParseJSON("-f "+f.word[:strings.Index(f.word, "=")], []byte(f.text))
		if err != nil {
			return nil, failure.Of(err).Hintf("behind := stands JSON; text is -f key=text")
		}
		return parse(doc.JSON)
	case file:
		if b.Form {
			return &value{kind: aFile, raw: f.text}, nil
		}
		return b.textFile(f, s)
	}
	content, err := b.content(f)
	if err != nil {
		return nil, err
	}
	doc, err := document.Parse(f.text, content)
	if err != nil {
		return nil, err
	}
	return parse(doc.JSON)
}

// textFile is a file as a JSON string, in Base64 where the schema says so.
func (b *builder) textFile(f *field, s *operation.Schema) (*value, error) {
	content, err := b.content(f)
	if err != nil {
		return nil, err
	}
	if slices.Contains([]string{"byte", "base64", "binary"}, schema.Shape(s).Format) {
		return &value{raw: quote(base64.StdEncoding.EncodeToString(content))}, nil
	}
	if !utf8.Valid(content) {
		return nil, failure.New(failure.Usage, "-f %s: the file is not text, and JSON holds nothing else", f.word).
			Hintf("encode it first, as with base64, if the API expects that")
	}
	return &value{raw: quote(string(content))}, nil
}

func (b *builder) content(f *field) ([]byte, error) {
	from, err := b.Open(f.text)
	if err == nil {
		defer from.Close()
		var content []byte
		if content, err = io.ReadAll(from); err == nil {
			return content, nil
		}
	}
	return nil, Unreadable(f.word, err)
}

// Unreadable says that the file of a field cannot be read.
func Unreadable(word string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return failure.New(failure.Usage, "-f %s: no such file", word).
			Hintf("the text behind @ is the name of a file")
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return failure.New(failure.File, "-f %s: cannot read the file: %w", word, err)
}

// typed is the JSON text of a word: the first type of the schema that the word
// can be and that the schema accepts, a string where there is none.
func typed(s *operation.Schema, word string) string {
	var best string
	for _, name := range schema.Types(s) {
		reading := as(name, word)
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
	if best == "" && len(schema.Types(s)) == 0 && s != nil && !accepts(s, quote(word)) && accepts(s, word) {
		return word // an enum of numbers
	}
	if best == "" {
		return quote(word)
	}
	return best
}

func accepts(s *operation.Schema, text string) bool {
	v, err := schema.Decode([]byte(text))
	return err == nil && len(schema.Check(s, v, schema.Request)) == 0
}

// as reads the word as the type, "" where it cannot be one.
func as(name, word string) string {
	if name == "string" {
		return quote(word)
	}
	first := firstOf(name)
	if word == "" || !strings.ContainsRune(first, rune(word[0])) {
		return ""
	}
	if _, err := schema.Decode([]byte(word)); err != nil || strings.TrimSpace(word) != word {
		return ""
	}
	return word
}

// firstOf are the bytes that the JSON text of a type begins with.
func firstOf(name string) string {
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

func isArray(s *operation.Schema) bool {
	types := slices.DeleteFunc(slices.Clone(schema.Types(s)), func(name string) bool { return name == "null" })
	return len(types) == 1 && types[0] == "array"
}

func looksLikeArray(word string) bool { return as("array", word) != "" }
