package facts

import (
	"maps"
	"slices"

	"github.com/epilot-cli/epilot/internal/operation"
)

// reach finds the components that an operation leads to.
func (w *writer) reach(op *operation.Operation) {
	for _, p := range op.Params {
		w.visit(p.Schema)
	}
	if op.Body != nil {
		w.visitContents(op.Body.Contents)
	}
	for _, response := range op.Responses {
		w.visitContents(response.Contents)
	}
}

func (w *writer) visitContents(contents []*operation.Content) {
	for _, content := range contents {
		w.visit(content.Schema)
	}
}

func (w *writer) visit(s *operation.Schema) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		w.visitName(s.Ref)
		return
	}
	w.visit(s.Items)
	w.visit(s.Additional)
	w.visit(s.Not)
	for _, p := range s.Properties {
		w.visit(p.Schema)
	}
	for _, variant := range slices.Concat(s.AllOf, s.OneOf, s.AnyOf) {
		w.visit(variant)
	}
	if s.Discriminator != nil {
		for _, value := range slices.Sorted(maps.Keys(s.Discriminator.Mapping)) {
			w.visitName(s.Discriminator.Mapping[value])
		}
	}
}

func (w *writer) visitName(name string) {
	if w.found[name] {
		return
	}
	w.found[name] = true
	w.order = append(w.order, name)
	w.visit(w.components.Schema(name))
}
