package guided

import (
	"context"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/schema"
)

// union asks which alternative is meant. What tells them apart is set by that.
func (g *Guide) union(ctx context.Context, variants []schema.Variant, at place) (string, error) {
	deeper := at
	deeper.depth++
	if len(variants) == 1 {
		return g.value(ctx, variants[0].Schema, deeper)
	}
	q := prompt.Question{ID: at.id + "|", Text: at.label + ": which"}
	for i, v := range variants {
		label := v.Name
		if names := tags(variants, i); len(names) > 0 {
			label += " (" + tagText(v.Schema, names[0]) + ")"
		}
		q.Options = append(q.Options, prompt.Option{Label: label, Note: required(v.Schema)})
	}
	g.choosing = variants
	i, err := g.choose(ctx, q, "")
	if err != nil {
		return "", err
	}
	return g.value(ctx, withTags(variants, i), deeper)
}

// tags are the properties that have one value in this alternative, and another
// in a different one.
func tags(variants []schema.Variant, i int) []string {
	var names []string
	for _, p := range schema.Shape(variants[i].Schema).Properties {
		own := only(p.Schema)
		differs := func(v schema.Variant) bool {
			other := only(schema.Shape(v.Schema).Property(p.Name))
			return other != "" && other != own
		}
		if own != "" && slices.ContainsFunc(variants, differs) {
			names = append(names, p.Name)
		}
	}
	return names
}

// only is the JSON text that alone is allowed, or "".
func only(s *operation.Schema) string {
	if texts := fixed(s, schema.Shape(s)); len(texts) == 1 {
		return texts[0]
	}
	return ""
}

func tagText(s *operation.Schema, name string) string {
	return name + ": " + bare(only(schema.Shape(s).Property(name)))
}

// withTags requires what tells the alternative from the others: without it the
// server might take the value for another one.
func withTags(variants []schema.Variant, i int) *operation.Schema {
	tagged := *variants[i].Schema
	for _, name := range tags(variants, i) {
		if !slices.Contains(tagged.Required, name) {
			tagged.Required = append(slices.Clip(tagged.Required), name)
		}
	}
	return &tagged
}

// required is what an alternative of a union asks for, in one line.
func required(s *operation.Schema) string {
	shape := schema.Shape(s)
	var parts []string
	for _, p := range shape.Properties {
		if slices.Contains(shape.Required, p.Name) {
			parts = append(parts, p.Name+": "+schema.TypeName(p.Schema))
		}
	}
	return strings.Join(parts, ", ")
}
