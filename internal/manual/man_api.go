package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// API is the man page of one API: its operations and how to call them. below
// are its commands that are no operations.
func (m Man) API(api *operation.API, below []Command) (name, page string) {
	words := "epilot " + clean(api.Name)
	name = manName(words)
	r := m.begin(name, []string{
		words + " <operationId> [path parameters…] [flags]",
		words + " <operationId> --help",
	}, "Call operations of the epilot "+clean(api.Title))
	r.macro("PP")
	r.paragraphs(manServers(api), "The help of an operation describes its parameters, its body and its answer.")
	r.section("EXAMPLES")
	r.example(quickStart(api)...)
	r.below("COMMANDS", below)
	r.section("OPERATIONS")
	r.operations(api)
	r.flags("OPTIONS OF A CALL", m.Call)
	r.flags("OPTIONS OF EVERY COMMAND", m.Global)
	r.seeAlso(append([]string{"epilot"}, manNames(below)...)...)
	return name, r.String()
}

func manServers(api *operation.API) string {
	if len(api.Servers) == 0 {
		return "It is served nowhere known: name a server with --server."
	}
	var servers []string
	for _, server := range api.Servers {
		servers = append(servers, clean(server))
	}
	return "It is served at " + strings.Join(servers, " and ") + "."
}

// operations lists the operations under their tags, with the words that a call
// of each takes.
func (r *roff) operations(api *operation.API) {
	for _, tag := range firstTags(api) {
		r.subsection(clean(tag))
		for _, op := range under(api, tag) {
			_, words, _ := strings.Cut(usage(api, op.Load()), clean(op.ID))
			r.item(clean(op.ID), strings.TrimSpace(words), manOperation(op)...)
		}
	}
}

// manOperation is what an operation does and how it is sent.
func manOperation(op *operation.Operation) []string {
	sent := op.Method + " " + clean(op.Path)
	if op.Deprecated {
		sent += " (deprecated)"
	}
	if line := clean(op.Line); line != "" {
		return []string{line, sent}
	}
	return []string{sent}
}
