package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// facts are the limits and the default of a value, for a line of a tree.
func facts(s *operation.Schema) string {
	found := limits(s)
	if s.Default != "" {
		found = append(found, "default "+s.Default)
	}
	if s.ReadOnly {
		found = append(found, "read-only")
	}
	if s.Deprecated {
		found = append(found, "deprecated")
	}
	if len(found) == 0 {
		return ""
	}
	return " (" + strings.Join(found, ", ") + ")"
}

// limits are the format of a value and the least and the most it may be.
func limits(s *operation.Schema) []string {
	var found []string
	if s.Format != "" {
		found = append(found, s.Format)
	}
	if s.Minimum != "" {
		found = append(found, "min "+s.Minimum)
	}
	if s.Maximum != "" {
		found = append(found, "max "+s.Maximum)
	}
	return found
}
