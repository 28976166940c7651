package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// complete refuses a call that lacks a required parameter, and names all that
// are missing. No URL can be made without a part of the path, so those are
// required whatever the definition says.
func complete(op *operation.Operation, given []*argument, extra *extras, lenient bool) error {
	var missing []*operation.Param
	all := documented(op)
	for _, p := range all {
		needed := p.In == inPath || p.Required && !lenient && !reserved(p)
		if needed && find(given, p) == nil && !extra.has(p) {
			missing = append(missing, p)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return failure.New(failure.Usage, "missing required %s: %s",
		plural(len(missing), "parameter"), strings.Join(labels(all, missing), ", ")).
		Hintf("%s", howToGive(op, all, missing))
}

// reserved tells the header parameters that OpenAPI says to ignore: other parts
// of the program send these headers.
func reserved(p *operation.Param) bool {
	if p.In != inHeader {
		return false
	}
	switch strings.ToLower(p.Name) {
	case "accept", "content-type", "authorization":
		return true
	}
	return false
}

// howToGive shows the missing parameters as words of the command line.
func howToGive(op *operation.Operation, all, missing []*operation.Param) string {
	var flags []string
	inOrder := ""
	for _, p := range missing {
		flags = append(flags, "-p "+keyOf(all, p)+"=…")
		if p.In == inPath {
			inOrder = "; path parameters also as positional arguments: " +
				title(op) + " <" + strings.Join(names(pathParams(op)), "> <") + ">"
		}
	}
	return "give " + strings.Join(flags, " ") + inOrder
}
