package profiles

import (
	"bytes"
	"encoding/json"
	"slices"
)

// object is a JSON object that is being changed: its members keep their order
// and the text that they have in the file.
type object struct{ members []entry }

// entry is a member as it is written: the name in quotes, and the value.
type entry struct {
	name string
	key  []byte
	text []byte
}

// newObject reads the members of a value that is an object, null or nothing.
func newObject(v value) (*object, error) {
	o := &object{}
	if len(v.text) == 0 || v.isNull() {
		return o, nil
	}
	members, err := v.members()
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		o.members = append(o.members, entry{name: m.name, key: m.key, text: m.value.text})
	}
	return o, nil
}

func (o *object) index(name string) int {
	return slices.IndexFunc(o.members, func(e entry) bool { return e.name == name })
}

// child is the object that a member is. The value was read before: it is one,
// or there is none yet.
func (o *object) child(name string) *object {
	i := o.index(name)
	if i < 0 {
		return &object{}
	}
	v := value{doc: &document{}, text: o.members[i].text}
	child, err := newObject(v)
	if err != nil {
		return &object{}
	}
	return child
}

// set gives a member its text, in its place or at the end; nil removes it.
func (o *object) set(name string, text []byte) {
	i := o.index(name)
	switch {
	case text == nil && i >= 0:
		o.members = slices.Delete(o.members, i, i+1)
	case text == nil:
	case i >= 0:
		o.members[i].text = text
	default:
		o.members = append(o.members, entry{name: name, key: quote(name), text: text})
	}
}

// rename gives a member another name and leaves it in its place.
func (o *object) rename(from, to string) {
	if i := o.index(from); i >= 0 {
		o.members[i].name, o.members[i].key = to, quote(to)
	}
}

// text is the object on one line.
func (o *object) text() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, e := range o.members {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(e.key)
		b.WriteByte(':')
		b.Write(e.text)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// quote is a JSON string without the escapes that only HTML needs.
func quote(text string) []byte { return encode(text) }

// encode is a value of strings, numbers, lists and maps as JSON.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return []byte("null") // no such value is handed in
	}
	return bytes.TrimSpace(b.Bytes())
}

// layout is the text as it stands in a file: two spaces for each level, as the
// official CLI writes it.
func layout(text []byte) []byte {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return text // not reached: the members come from valid JSON
	}
	b.WriteByte('\n')
	return b.Bytes()
}
