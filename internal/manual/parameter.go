package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// parameterColumns are the columns of a table of parameters.
func parameterColumns() []string {
	return []string{"Name", "In", "Type", "Required", "Default", "Description"}
}

func parameterRows(op *operation.Operation) [][]string {
	var rows [][]string
	for _, param := range op.Params {
		rows = append(rows, []string{
			clean(param.Name), param.In, clean(schema.TypeName(param.Schema)),
			required(param.Required), clean(defaultOf(param.Schema)), about(param),
		})
	}
	return rows
}

func required(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func defaultOf(s *operation.Schema) string {
	if target := s.Target(); target != nil {
		return target.Default
	}
	return ""
}

// about is the document's text on a parameter, then its limits: "deprecated;
// The page; at most 100".
func about(param *operation.Param) string {
	var parts []string
	if param.Deprecated {
		parts = append(parts, "deprecated")
	}
	if text := strings.TrimSuffix(clean(param.Description), "."); text != "" {
		parts = append(parts, text)
	}
	if target := param.Schema.Target(); target != nil {
		parts = append(parts, limits(target)...)
		if target.Is("array") {
			parts = append(parts, "repeatable")
		}
	}
	if word := clean(givenExample(param)); word != "" && len(word) <= longExample {
		parts = append(parts, "e.g. "+word)
	}
	return clean(strings.Join(parts, "; "))
}

// longExample is how many bytes an example may have in a table.
const longExample = 64
