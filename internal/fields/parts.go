package fields

import "slices"

// Part is one part of a form.
type Part struct {
	Name      string
	Text      string // its text, where File is ""
	File      string // the name of the file that it is
	Word      string // the -f that names the file
	MediaType string // "application/json" for an object; else ""
}

// Parts are the members of the document as a form has them: an array is a part
// for each element, and null is none. ok is false where the document is no
// object. https://spec.openapis.org/oas/v3.1.1#encoding-object
func (d *Document) Parts() (parts []Part, ok bool) {
	if d.root.kind != object {
		return nil, false
	}
	for _, m := range d.root.members {
		items := []*value{m.value}
		if m.value.kind == array {
			items = m.value.items
		}
		for _, item := range items {
			if item.kind != scalar || item.raw != "null" {
				parts = append(parts, d.part(m.name, item))
			}
		}
	}
	return parts, true
}

func (d *Document) part(name string, v *value) Part {
	switch {
	case v.kind == aFile:
		return Part{Name: name, File: v.raw, Word: name + "=@" + v.raw}
	case v.kind != scalar:
		return Part{Name: name, Text: string(v.append(nil)), MediaType: "application/json"}
	}
	return Part{Name: name, Text: unquoted(v.raw)}
}

// Files are the members, as JSON pointers, that are files or have one: no schema
// for text holds for them.
func (d *Document) Files() []string {
	var pointers []string
	for _, m := range d.root.members {
		if m.value.kind == aFile || slices.ContainsFunc(m.value.items, func(v *value) bool { return v.kind == aFile }) {
			pointers = append(pointers, "/"+escape(m.name))
		}
	}
	return pointers
}
