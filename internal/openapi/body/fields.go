package body

import (
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// fieldInput is what a document is made of.
type fieldInput struct {
	Fields []string // -f as typed
	Values []Value  // before them
	Base   []byte   // JSON text that the fields are put into; nil for none
	Schema *openapi.Schema
	Open   func(name string) (io.ReadCloser, error)
	Form   bool // files stay files: the document becomes the parts of a form

	// meter counts what the body and the files of all fields take as text, values
	// what they take once they are read.
	meter, values *budget.Meter
}

// fieldDocument is a JSON value that fields were put into.
type fieldDocument struct {
	root   *jsonx.Node
	fields map[string]string      // JSON pointer → what put the value there: "-f a=b"
	files  map[*jsonx.Node]string // file names, for the parts of a form
}

// buildFields puts each field into the document. A field replaces the value of
// the base at its path and nothing else. Errors are of kind Usage, or File for a
// file that cannot be read.
func buildFields(in fieldInput) (*fieldDocument, error) {
	d := &fieldDocument{
		root:   &jsonx.Node{Kind: jsonx.ObjectNode},
		fields: map[string]string{}, files: map[*jsonx.Node]string{},
	}
	b := &fieldBuilder{fieldInput: in, document: d, set: map[*jsonx.Node]bool{d.root: true}}
	if in.Base != nil {
		base, err := jsonx.ParseNodeWithin(in.Base, in.values)
		if failed := new(failure.Error); errors.As(err, &failed) {
			return nil, failed
		}
		if err != nil {
			return nil, failure.New(failure.Usage, "the body that -f adds to is not JSON: %w", err)
		}
		d.root, b.set = base, map[*jsonx.Node]bool{}
	}
	var parsed []*field
	for _, value := range in.Values {
		parsed = append(parsed, b.given(value))
	}
	for _, text := range in.Fields {
		f, err := b.parse(text)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, f)
	}
	return d, b.addAll(parsed)
}

// JSON is the document's text. A file of a form stands there by its name.
func (d *fieldDocument) JSON() []byte { return d.root.Append(nil) }

// Field is what put the value at the pointer, or one above it, "" for none.
func (d *fieldDocument) Field(pointer string) string {
	for at := pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		if field, known := d.fields[at]; known {
			return field
		}
	}
	return ""
}

// Files are the members, as JSON pointers, that are files or hold one: no schema
// for text holds for them.
func (d *fieldDocument) Files() []string {
	var pointers []string
	for _, m := range d.root.Members {
		if d.holdsFile(m.Value) {
			pointers = append(pointers, "/"+escapePointer(m.Name))
		}
	}
	return pointers
}

// escapePointer makes a name one token of a JSON pointer (RFC 6901).
func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

type fieldBuilder struct {
	fieldInput
	document *fieldDocument
	set      map[*jsonx.Node]bool // what fields of this line have made or set
}

// errBeyond is the cause of an index that no element has yet.
var errBeyond = errors.New("beyond the end")

// addAll adds the fields in order. One whose index is beyond the end of an
// array waits for those that add the elements before it.
func (b *fieldBuilder) addAll(fields []*field) error {
	for len(fields) > 0 {
		var waiting []*field
		var beyond error
		for _, f := range fields {
			err := b.add(f)
			switch {
			case errors.Is(err, errBeyond):
				waiting, beyond = append(waiting, f), err
			case err != nil:
				return err
			}
		}
		if len(waiting) == len(fields) {
			return beyond
		}
		fields = waiting
	}
	return nil
}

// spot is where on the way along its path a field has come.
type spot struct {
	node    *jsonx.Node
	schema  *openapi.Schema // nil where it is not said
	pointer string
}

func (b *fieldBuilder) add(f *field) error {
	at := spot{node: b.document.root, schema: b.Schema}
	last := len(f.path) - 1
	var err error
	for i, step := range f.path[:last] {
		if at, err = b.enter(at, step, f.path[i+1:], f); err != nil {
			return err
		}
	}
	return b.put(at, f)
}

// put sets the value at the last step of the path.
func (b *fieldBuilder) put(at spot, f *field) error {
	step := f.path[len(f.path)-1]
	s := step.schema(at)
	grows := step.isMember(at) && f.kind == textField && isArray(s) && asType("array", f.text) == ""
	if grows { // tags=a tags=b, as -p has it
		s = schema.Items(s)
	}
	made, err := b.value(f, s)
	if err != nil {
		return err
	}
	holder, err := b.holder(at, step, grows, f)
	if err != nil {
		return err
	}
	if file, isFile := b.document.files[made]; isFile {
		b.document.files[holder.node] = file
	}
	*holder.node = *made
	b.set[holder.node] = true
	b.document.fields[holder.pointer] = f.from
	return nil
}

// holder is the node that a value is put into.
func (b *fieldBuilder) holder(at spot, step fieldStep, grows bool, f *field) (spot, error) {
	if !grows {
		return b.slot(at, step, f)
	}
	list, err := b.enter(at, step, nil, f)
	if err != nil {
		return list, err
	}
	if list.node.Kind != jsonx.Array || !b.set[list.node] {
		*list.node = jsonx.Node{Kind: jsonx.Array} // name=value sets the list as name=value sets a string
		b.set[list.node] = true
	}
	return b.slot(list, fieldStep{element: true}, f)
}

// enter goes one step down on the way to a value, and makes what is missing. A
// [] goes on with the last element that a field of this line began, unless that
// has the value already.
func (b *fieldBuilder) enter(at spot, step fieldStep, rest []fieldStep, f *field) (spot, error) {
	if step.element && b.continues(at.node, rest) {
		return at.element(len(at.node.Items) - 1), nil
	}
	if i, isIndex := step.index(at); isIndex && at.node.Kind == jsonx.Array && i < len(at.node.Items) {
		return at.element(i), nil
	}
	if step.isMember(at) && at.node.Kind == jsonx.ObjectNode && at.node.Member(step.name) != nil {
		return at.member(step.name), nil
	}
	return b.slot(at, step, f)
}

func (at spot) element(i int) spot {
	return spot{at.node.Items[i], schema.Items(at.schema), at.pointer + "/" + strconv.Itoa(i)}
}

func (at spot) member(name string) spot {
	return spot{at.node.Member(name), schema.Member(at.schema, name), at.pointer + "/" + escapePointer(name)}
}

// continues reports whether the rest of a path belongs to the last element,
// which a field of this line began.
func (b *fieldBuilder) continues(at *jsonx.Node, rest []fieldStep) bool {
	if at.Kind != jsonx.Array || len(at.Items) == 0 || len(rest) == 0 {
		return false
	}
	last := at.Items[len(at.Items)-1]
	return b.set[last] && last.Kind == jsonx.ObjectNode && !taken(last, rest)
}

func taken(at *jsonx.Node, rest []fieldStep) bool {
	if len(rest) == 0 {
		return true
	}
	if at.Kind != jsonx.ObjectNode {
		return at.Kind != jsonx.Array || !rest[0].element
	}
	member := at.Member(rest[0].name)
	return member != nil && taken(member, rest[1:])
}

// slot is the node below this one that the step leads to, made where there is
// none yet.
func (b *fieldBuilder) slot(at spot, step fieldStep, f *field) (spot, error) {
	b.shape(at, step)
	i, isIndex := step.index(at)
	switch {
	case step.element && at.node.Kind == jsonx.Array, isIndex && at.node.Kind == jsonx.Array && i == len(at.node.Items):
		at.node.Items = append(at.node.Items, &jsonx.Node{Text: "null"})
		made := at.element(len(at.node.Items) - 1)
		b.fresh(made.node)
		return made, nil
	case isIndex && at.node.Kind == jsonx.Array && i > len(at.node.Items):
		return at, failure.New(failure.Usage, "%s: element %d cannot be set: the array has %d %s (%w)",
			f.from, i, len(at.node.Items), plural(len(at.node.Items), "element"), errBeyond).
			Hintf("use [%d] or [] for the next element", len(at.node.Items))
	case isIndex && at.node.Kind == jsonx.Array:
		return b.unset(at.element(i), f)
	case step.isMember(at) && at.node.Kind == jsonx.ObjectNode:
		if at.node.Member(step.name) != nil {
			return b.unset(at.member(step.name), f)
		}
		at.node.Members = append(at.node.Members, jsonx.NodeMember{Name: step.name, Value: &jsonx.Node{Text: "null"}})
		made := at.member(step.name)
		b.fresh(made.node)
		return made, nil
	}
	return at, clash(f, at, step)
}

// unset refuses a place that a field of this line has filled.
func (b *fieldBuilder) unset(at spot, f *field) (spot, error) {
	if b.set[at.node] {
		return at, failure.New(failure.Usage, "%s: the value is given already", f.from).
			Hintf("give each value once; elements of an array are -f list[]=a -f list[]=b")
	}
	return at, nil
}

// fresh marks a node as made for a field: it has no value yet.
func (b *fieldBuilder) fresh(n *jsonx.Node) { n.Kind, n.Text = jsonx.Scalar, "" }

// shape makes an array or an object of a node that has no value yet, or null.
// Any other value of the base keeps its kind, or something of it would be lost.
func (b *fieldBuilder) shape(at spot, step fieldStep) {
	if empty := at.node.Kind == jsonx.Scalar && at.node.Text == "" || at.node.IsNull() && !b.set[at.node]; !empty {
		if at.node != b.document.root || len(at.node.Members)+len(at.node.Items) > 0 || at.node.Kind == jsonx.Scalar {
			return
		}
	}
	kind := jsonx.Array
	if step.isMember(at) {
		kind = jsonx.ObjectNode
	}
	*at.node = jsonx.Node{Kind: kind}
	b.set[at.node] = true
}

func clash(f *field, at spot, step fieldStep) error {
	needed := "an array"
	if step.isMember(at) {
		needed = "an object"
	}
	place := "the body"
	if at.pointer != "" {
		place = at.pointer
	}
	return failure.New(failure.Usage, "%s: %s is %s, not %s", f.from, place, kindName(at.node), needed).
		Hintf("elements of an array are -f list[]=a or -f list[0]=a, members of an object -f name.member=a")
}

func kindName(n *jsonx.Node) string {
	switch {
	case n.Kind == jsonx.Array:
		return "an array"
	case n.Kind == jsonx.ObjectNode:
		return "an object"
	}
	switch n.Text[0] {
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
