package body

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// filled returns a JSON body with the fields applied.
func filled(content *openapi.Content, src *source, text []byte, in Input) (*Body, error) {
	made, err := fill(content.Schema, src, text, in, false)
	if err != nil {
		return nil, err
	}
	text = made.JSON()
	if err := fits(content.Schema, made, text, in); err != nil {
		return nil, err
	}
	return &Body{MediaType: content.MediaType, Bytes: text}, nil
}

// fill applies the fields to the data, if src has any.
func fill(s *openapi.Schema, src *source, text []byte, in Input, form bool) (*fieldDocument, error) {
	var base []byte
	if src != nil {
		doc, err := src.parse(text, in)
		if err != nil {
			return nil, err
		}
		base = doc.JSON
	}
	return buildFields(fieldInput{Fields: in.Fields, Values: in.Values, Base: base, Schema: s, Open: in.open, Form: form, meter: in.meter, values: in.values("-f")})
}

// fits validates a document built from fields; text is its JSON. A fault names the
// field that caused it.
func fits(s *openapi.Schema, made *fieldDocument, text []byte, in Input) error {
	if s == nil || in.NoValidate {
		return nil
	}
	value, err := schema.DecodeWithin(text, in.values("-f"))
	if failed := new(failure.Error); errors.As(err, &failed) {
		return failed
	}
	if err != nil {
		return failure.New(failure.Usage, "the body of -f: %w", err)
	}
	faults := slices.DeleteFunc(schema.Check(s, value, schema.Request), func(f schema.Fault) bool {
		return slices.ContainsFunc(made.Files(), func(file string) bool {
			return f.Pointer == file || strings.HasPrefix(f.Pointer, file+"/")
		})
	})
	if len(faults) == 0 {
		return nil
	}
	return failure.New(failure.Usage, "body: %s", listAt(faults, func(pointer string) string {
		if field := made.Field(pointer); field != "" {
			return " in " + field
		}
		return ""
	})).Hintf("--help shows a valid body; --no-validate sends yours unchanged")
}

// fieldInput is the input of buildFields.
type fieldInput struct {
	Fields []string // -f as typed
	Values []Value  // set before Fields
	Base   []byte   // JSON that the fields modify; nil for none
	Schema *openapi.Schema
	Open   func(name string) (io.ReadCloser, error)
	Form   bool // keep files as files: the document becomes the parts of a form

	// meter counts the body and the files of all fields as read, values counts them
	// as parsed.
	meter, values *budget.Meter
}

// fieldDocument is a JSON value with fields applied.
type fieldDocument struct {
	root   *jsonx.Node
	fields map[string]string      // JSON pointer → the field that set the value: "-f a=b"
	files  map[*jsonx.Node]string // file names, for form parts
}

// buildFields applies the fields to the document. A field replaces only the base
// value at its path. Errors are of kind Usage, or File if a file cannot be read.
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
		parsed = append(parsed, b.fieldOf(value))
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

// JSON returns the document as JSON. Files of a form appear as their names.
func (d *fieldDocument) JSON() []byte {
	const usual = 256 // bytes
	return d.root.Append(make([]byte, 0, usual))
}

// Field returns the field that set the value at the pointer or above it, or "".
func (d *fieldDocument) Field(pointer string) string {
	for at := pointer; at != ""; at = at[:strings.LastIndexByte(at, '/')] {
		if field, known := d.fields[at]; known {
			return field
		}
	}
	return ""
}

// Files returns JSON pointers to the members that are or contain files: schemas for
// text do not apply to them.
func (d *fieldDocument) Files() []string {
	var pointers []string
	for _, m := range d.root.Members {
		if d.holdsFile(m.Value) {
			pointers = append(pointers, "/"+escapePointer(m.Name))
		}
	}
	return pointers
}

// escapePointer escapes a name as a JSON pointer token (RFC 6901).
func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name // a replacer is slow, and this runs for each field of each row
	}
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

type fieldBuilder struct {
	fieldInput
	document *fieldDocument
	set      map[*jsonx.Node]bool // nodes that this command line's fields have created or set
}

// errBeyond is the cause for an index after the end of an array.
var errBeyond = errors.New("beyond the end")

// addAll adds the fields in order. A field whose index is beyond the end of an array
// is retried after the fields that add the preceding elements.
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

// spot is a field's current position along its path.
type spot struct {
	node    *jsonx.Node
	schema  *openapi.Schema // nil if unspecified
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
	if grows { // tags=a tags=b, as with -p
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

// holder returns the node that receives a value.
func (b *fieldBuilder) holder(at spot, step fieldStep, grows bool, f *field) (spot, error) {
	if !grows {
		return b.slot(at, step, f)
	}
	list, err := b.enter(at, step, nil, f)
	if err != nil {
		return list, err
	}
	if list.node.Kind != jsonx.Array || !b.set[list.node] {
		*list.node = jsonx.Node{Kind: jsonx.Array} // name=value creates the list as it creates a string
		b.set[list.node] = true
	}
	return b.slot(list, fieldStep{element: true}, f)
}

// enter descends one step and creates missing nodes. A [] step continues with the
// last element that a field of this command line started, unless it already has the
// value.
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

// continues reports whether the rest of a path belongs to the last element, started
// by a field of this command line.
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

// slot returns the child node selected by the step, and creates it if missing.
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
			f.from, i, len(at.node.Items), failure.Plural(len(at.node.Items), "element"), errBeyond).
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

// unset rejects a position that a field of this command line has already set.
func (b *fieldBuilder) unset(at spot, f *field) (spot, error) {
	if b.set[at.node] {
		return at, failure.New(failure.Usage, "%s: the value is given twice", f.from).
			Hintf("give each value once; for array elements use -f list[]=a -f list[]=b")
	}
	return at, nil
}

// fresh marks a node as created for a field, without a value yet.
func (b *fieldBuilder) fresh(n *jsonx.Node) { n.Kind, n.Text = jsonx.Scalar, "" }

// shape turns a node without a value, or null, into an array or object. Other base
// values keep their kind, so that no data is lost.
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
		Hintf("use -f list[]=a or -f list[0]=a for array elements, -f name.member=a for object members")
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
