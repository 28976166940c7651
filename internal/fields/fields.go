// Package fields makes a JSON document of the words that -f takes, such as
// a.b=c, list[]=x, n:=3 and key=@file, with the types that a schema asks for.
// It does not check the document, and sends nothing.
package fields

import (
	"io"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Input is what a document is made of.
type Input struct {
	Words  []string // -f as typed
	Base   []byte   // JSON text that the fields are put into; nil for none
	Schema *operation.Schema
	Open   func(name string) (io.ReadCloser, error)
	Form   bool // files stay files: the document becomes the parts of a form
}

// Document is a JSON value that fields were put into.
type Document struct {
	root  *value
	words map[string]string // JSON pointer → the word that put the value there
}

// Build puts each field into the document, in order; a later one wins over what
// the base has. Errors are of kind Usage, or File for a file that cannot be
// read.
func Build(in Input) (*Document, error) {
	d := &Document{root: &value{kind: object}, words: map[string]string{}}
	if in.Base != nil {
		base, err := parse(in.Base)
		if err != nil {
			return nil, failure.New(failure.Usage, "the body that -f adds to is not JSON: %w", err)
		}
		d.root = base
	}
	b := &builder{Input: in, document: d, set: map[*value]bool{}}
	for _, word := range in.Words {
		if err := b.add(word); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// JSON is the document's text. A file of a form stands there by its name.
func (d *Document) JSON() []byte { return d.root.append(nil) }

// Word is the field that put the value there, or what holds it, "" for none.
func (d *Document) Word(pointer string) string {
	for at := pointer; at != ""; at = parent(at) {
		if word, known := d.words[at]; known {
			return word
		}
	}
	return ""
}

type builder struct {
	Input
	document *Document
	set      map[*value]bool // what fields of this line have set already
}

func (b *builder) add(word string) error {
	f, err := b.read(word)
	if err != nil {
		return err
	}
	at, s, pointer := b.document.root, b.Schema, ""
	last := len(f.path) - 1
	for i, step := range f.path[:last] {
		if at, pointer, err = b.enter(at, step, f.path[i+1:], f, pointer); err != nil {
			return err
		}
		s = step.schema(s)
	}
	return b.put(at, s, f, pointer)
}

// put sets the value at the last step of the path.
func (b *builder) put(at *value, s *operation.Schema, f *field, pointer string) error {
	last := f.path[len(f.path)-1]
	s = last.schema(s)
	grows := !last.element && f.kind == text && isArray(s) && !looksLikeArray(f.text)
	if grows { // tags=a tags=b, as -p has it
		s = schema.Items(s)
	}
	made, err := b.make(f, s)
	if err != nil {
		return err
	}
	var holder *value
	if holder, pointer, err = b.place(at, last, grows, f, pointer); err != nil {
		return err
	}
	*holder = *made
	b.set[holder] = true
	b.document.words[pointer] = f.word
	return nil
}

// place is where a value is to be put: what stands there must not be of this
// line.
func (b *builder) place(at *value, last step, grows bool, f *field, pointer string) (*value, string, error) {
	if !grows {
		return b.slot(at, last, f, pointer)
	}
	list, pointer, err := b.enter(at, last, nil, f, pointer)
	if err != nil {
		return nil, "", err
	}
	if list.kind != array || !b.set[list] {
		*list = value{kind: array} // a field wins over the base
		b.set[list] = true
	}
	return b.slot(list, step{element: true}, f, pointer)
}
