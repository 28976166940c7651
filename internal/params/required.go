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
	lacking := missing(op, given, extra, lenient)
	if len(lacking) == 0 {
		return nil
	}
	all := documented(op)
	return failure.New(failure.Usage, "missing required %s: %s",
		plural(len(lacking), "parameter"), strings.Join(labels(all, lacking), ", ")).
		Hintf("%s", howToGive(op, all, lacking))
}

func missing(op *operation.Operation, given []*argument, extra *extras, lenient bool) []*operation.Param {
	var lacking []*operation.Param
	for _, p := range documented(op) {
		needed := p.In == inPath || p.Required && !lenient && !reserved(p)
		if needed && find(given, p) == nil && !extra.has(p) {
			lacking = append(lacking, p)
		}
	}
	return lacking
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
