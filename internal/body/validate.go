package body

import (
	"fmt"
	"strings"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// maxFaults is how many faults one error lists.
const maxFaults = 5

// Check holds a document against a schema, which may be nil. The error, of kind
// Usage, lists what is wrong and where it stands.
func Check(s *operation.Schema, doc *document.Document) error { return validate(s, doc, false) }

// validate makes one error of all faults that the document has.
func validate(s *operation.Schema, doc *document.Document, noValidate bool) error {
	if s == nil || noValidate {
		return nil
	}
	value, err := schema.Decode(doc.JSON)
	if err != nil {
		return failure.New(failure.Usage, "body from %s: %w", doc.Name, err)
	}
	faults := schema.Check(s, value, schema.Request)
	if len(faults) == 0 {
		return nil
	}
	return failure.New(failure.Usage, "body: %s", listAt(faults, where(doc))).
		Hintf("--help shows a body that fits; --no-validate sends it as it is")
}

// listAt lists faults, each with what at says of its place.
func listAt(faults []schema.Fault, at func(pointer string) string) string {
	var lines []string
	for _, f := range faults[:min(len(faults), maxFaults)] {
		lines = append(lines, f.String()+at(f.Pointer))
	}
	if hidden := len(faults) - maxFaults; hidden > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", hidden))
	}
	return strings.Join(lines, "; ")
}
