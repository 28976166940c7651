package complete

import (
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Keys are the "key=" of the parameters that the words do not give yet, the
// required ones first. A list may be given again, and comes last.
func Keys(op *operation.Operation, positional, named []string) []Candidate {
	in := params.Input{Positional: positional, Named: wellFormed(op, named)}
	var found []Candidate
	for _, p := range params.Missing(op, in) {
		found = append(found, keyOf(op, p, "required"))
	}
	for _, p := range params.Optional(op, in) {
		found = append(found, keyOf(op, p, ""))
	}
	for _, p := range op.Params {
		if slices.Contains(schema.Types(p.Schema), "array") && isNamed(op, p, in.Named) {
			found = append(found, keyOf(op, p, "again"))
		}
	}
	return distinct(found)
}

// wellFormed leaves out the words that name no parameter: a line that is not
// finished may hold anything.
func wellFormed(op *operation.Operation, named []string) []string {
	return slices.DeleteFunc(slices.Clone(named), func(word string) bool {
		key, _, _ := strings.Cut(word, "=")
		p, _ := params.Find(op, key)
		return p == nil || !strings.Contains(word, "=")
	})
}

func isNamed(op *operation.Operation, p *operation.Param, named []string) bool {
	return slices.ContainsFunc(named, func(word string) bool {
		key, _, _ := strings.Cut(word, "=")
		found, _ := params.Find(op, key)
		return found == p
	})
}

func keyOf(op *operation.Operation, p *operation.Param, mark string) Candidate {
	note := p.In
	if mark != "" {
		note += ", " + mark
	}
	if p.Deprecated {
		note += ", deprecated"
	}
	return Candidate{Text: params.Key(op, p) + "=", Note: note + ": " + typeOf(p.Schema), Open: true}
}

// Schema is what a value of the parameter with that key must fit; nil where
// there is none, or where it is not said.
func Schema(op *operation.Operation, key string) *operation.Schema {
	p, path := params.Find(op, key)
	if p == nil {
		return nil
	}
	s := p.Schema
	for _, name := range path {
		s = schema.Member(s, name)
	}
	return s
}
