package schema

import (
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// typeOf is the JSON Schema name of a value's type.
func typeOf(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case json.Number:
		if parseDecimal(string(v)).isInteger() {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}

func hasType(s *operation.Schema, value any) bool {
	name := typeOf(value)
	return !isTyped(s) || s.Is(name) || name == "integer" && s.Is("number")
}

// isTyped is false where "null" stands alone beside other keywords: that is
// what OpenAPI 3.0's nullable leaves of a schema without a type.
func isTyped(s *operation.Schema) bool {
	if len(s.Types) == 1 && s.Types[0] == "null" {
		return !isComposed(s) && len(s.Properties) == 0 && len(s.Enum) == 0 && s.Const == ""
	}
	return len(s.Types) > 0
}

// orList is "a", "a or b", "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// canonical is the same text for equal values.
func canonical(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case string:
		return strconv.Quote(v)
	case json.Number:
		return parseDecimal(string(v)).key()
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = canonical(element)
		}
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		return canonicalObject(v)
	}
	return ""
}

func canonicalObject(object map[string]any) string {
	parts := make([]string, 0, len(object))
	for name, member := range object {
		parts = append(parts, strconv.Quote(name)+":"+canonical(member))
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

func names(object map[string]any) []string {
	list := make([]string, 0, len(object))
	for name := range object {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// allowed are the JSON texts of a schema's const or enum.
func allowed(s *operation.Schema) []string {
	if s.Const != "" {
		return []string{s.Const}
	}
	return s.Enum
}
