package fields

import (
	"strconv"

	"github.com/epilot-cli/epilot/internal/failure"
)

// enter goes one step down on the way to a value, and makes what is missing. A
// new element of an array begins where the last one has the value already.
func (b *builder) enter(at *value, s step, rest []step, f *field, pointer string) (*value, string, error) {
	if s.element && b.continues(at, rest) {
		last := len(at.items) - 1
		return at.items[last], pointer + "/" + strconv.Itoa(last), nil
	}
	if !s.element && at.kind == object {
		if m := at.member(s.name); m != nil {
			return m, pointer + "/" + escape(s.name), nil
		}
	}
	return b.slot(at, s, f, pointer)
}

// continues reports whether the rest of a path belongs to the last element,
// which a field of this line began.
func (b *builder) continues(at *value, rest []step) bool {
	if at.kind != array || len(at.items) == 0 || len(rest) == 0 {
		return false
	}
	last := at.items[len(at.items)-1]
	return b.set[last] && last.kind == object && !taken(last, rest)
}

func taken(at *value, rest []step) bool {
	if len(rest) == 0 {
		return true
	}
	if at.kind != object {
		return at.kind != array || !rest[0].element
	}
	m := at.member(rest[0].name)
	return m != nil && taken(m, rest[1:])
}

// slot is a new or an old place for a value below this one.
func (b *builder) slot(at *value, s step, f *field, pointer string) (*value, string, error) {
	b.shape(at, s)
	switch {
	case s.element && at.kind == array:
		fresh := &value{}
		at.items = append(at.items, fresh)
		return fresh, pointer + "/" + strconv.Itoa(len(at.items)-1), nil
	case !s.element && at.kind == object:
		return b.memberSlot(at, s.name, f, pointer+"/"+escape(s.name))
	}
	return nil, "", clash(f, "another value stands where it needs an object or an array")
}

// shape makes an array or an object of what no field has set yet: fields win
// over the base. The base as a whole stays what it is.
func (b *builder) shape(at *value, s step) {
	wanted := object
	if s.element {
		wanted = array
	}
	fixed := at == b.document.root && len(at.members)+len(at.items) > 0
	if !b.set[at] && (at.kind != wanted && !fixed || wanted == array && at.kind == array) {
		*at = value{kind: wanted}
		b.set[at] = true
	}
}

func (b *builder) memberSlot(at *value, name string, f *field, pointer string) (*value, string, error) {
	if old := at.member(name); old != nil {
		if b.set[old] {
			return nil, "", clash(f, "the value is given already")
		}
		return old, pointer, nil
	}
	fresh := &value{}
	at.members = append(at.members, &member{name, fresh})
	return fresh, pointer, nil
}

func clash(f *field, why string) error {
	return failure.New(failure.Usage, "-f %s: %s", f.word, why).
		Hintf("give each value once; elements of an array are -f list[]=a -f list[]=b")
}
