package schema

import "github.com/epilot-cli/epilot/internal/operation"

// Types are the types that a schema and its alternatives name, each once, in
// the order of the definition; nil where any will do.
func Types(s *operation.Schema) []string {
	var names []string
	seen := map[string]bool{}
	for _, part := range s.Parts() {
		for _, name := range part.Types {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// Items is the schema of an array's elements, nil where it is not said.
func Items(s *operation.Schema) *operation.Schema {
	for _, part := range s.Parts() {
		if part.Items != nil {
			return part.Items
		}
	}
	return nil
}

// Member is the schema of an object's member, nil where it is not said. Where
// alternatives have different ones, each of them will do.
func Member(s *operation.Schema, name string) *operation.Schema {
	var found []*operation.Schema
	var additional *operation.Schema
	for _, part := range s.Parts() {
		if member := part.Property(name); member != nil {
			found = append(found, member)
		}
		if additional == nil {
			additional = part.Additional
		}
	}
	switch len(found) {
	case 0:
		return additional
	case 1:
		return found[0]
	}
	return &operation.Schema{AnyOf: found}
}

// Declares tells whether an object's schema names the member.
func Declares(s *operation.Schema, name string) bool {
	for _, part := range s.Parts() {
		if part.Property(name) != nil {
			return true
		}
	}
	return false
}
