package params

import "github.com/epilot-cli/epilot/internal/operation"

// kinds are the shapes that a schema allows a value to have.
type kinds struct {
	list, object, scalar bool
	text                 bool // a scalar may be a string
	anything             bool // the schema says nothing of the shape
}

func kindsOf(s *operation.Schema) kinds {
	var k kinds
	for _, part := range s.Parts() {
		k.add(part)
	}
	if k == (kinds{}) {
		return kinds{list: true, object: true, scalar: true, text: true, anything: true}
	}
	return k
}

func (k *kinds) add(s *operation.Schema) {
	for _, name := range s.Types {
		switch name {
		case "array":
			k.list = true
		case "object":
			k.object = true
		case "null": // a word is never null
		default:
			k.scalar = true
			k.text = k.text || name == "string"
		}
	}
	if len(s.Types) > 0 {
		return
	}
	k.list = k.list || s.Items != nil
	k.object = k.object || len(s.Properties) > 0 || s.Additional != nil
	k.scalar = k.scalar || len(s.Enum) > 0 || s.Const != "" || s.Pattern != "" || s.Minimum != "" || s.Maximum != ""
}

// itemsOf is the schema of an array's elements, or nil.
func itemsOf(s *operation.Schema) *operation.Schema {
	for _, part := range s.Parts() {
		if part.Items != nil {
			return part.Items
		}
	}
	return nil
}

// memberOf is the schema of an object's member, or nil.
func memberOf(s *operation.Schema, name string) *operation.Schema {
	var additional *operation.Schema
	for _, part := range s.Parts() {
		if found := part.Property(name); found != nil {
			return found
		}
		if additional == nil {
			additional = part.Additional
		}
	}
	return additional
}

// declares tells whether an object's schema names the member.
func declares(s *operation.Schema, name string) bool {
	for _, part := range s.Parts() {
		if part.Property(name) != nil {
			return true
		}
	}
	return false
}
