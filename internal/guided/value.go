package guided

import (
	"context"
	"slices"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/schema"
)

// deepest is how many levels are walked; what lies deeper is typed as JSON.
const deepest = 24

// value asks for a value and returns its JSON text.
func (g *Guide) value(ctx context.Context, s *operation.Schema, at place) (string, error) {
	if at.depth > deepest {
		return g.typed(ctx, s, at)
	}
	if variants := schema.Variants(s); len(variants) > 0 {
		return g.union(ctx, variants, at)
	}
	shape := schema.Shape(s)
	if texts := fixed(s, shape); len(texts) > 0 {
		return g.oneOf(ctx, s, texts, at)
	}
	kinds := kindsOf(shape)
	kind, err := g.kind(ctx, kinds, at)
	if err != nil {
		return "", err
	}
	return g.ofKind(ctx, s, kind, at)
}

func (g *Guide) ofKind(ctx context.Context, s *operation.Schema, kind string, at place) (string, error) {
	switch kind {
	case "object":
		return g.object(ctx, s, at)
	case "array":
		return g.array(ctx, s, at)
	case "string":
		return g.text(ctx, s, at)
	case "integer", "number":
		return g.number(ctx, s, at)
	case "boolean":
		return g.yesOrNo(ctx, s, at)
	case "null":
		return "null", nil
	}
	return g.typed(ctx, s, at)
}

// fixed are the JSON texts that the schema allows, where it lists them. What
// else it says may forbid some.
func fixed(s, shape *operation.Schema) []string {
	texts := shape.Enum
	if shape.Const != "" {
		texts = []string{shape.Const}
	}
	if len(texts) > 0 && shape.Is("null") && !slices.Contains(texts, "null") {
		texts = append(slices.Clone(texts), "null")
	}
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return checkJSON(s, text) != nil })
}

// oneOf asks for one of several texts; there is nothing to ask about one alone.
func (g *Guide) oneOf(ctx context.Context, s *operation.Schema, texts []string, at place) (string, error) {
	if len(texts) == 1 {
		return texts[0], nil
	}
	q := prompt.Question{ID: at.id, Text: at.label}
	for _, text := range texts {
		q.Options = append(q.Options, prompt.Option{Label: bare(text)})
	}
	i, err := g.choose(ctx, q, bare(schema.Shape(s).Default))
	if err != nil {
		return "", err
	}
	return texts[i], nil
}

// kind asks for the type where several are allowed.
func (g *Guide) kind(ctx context.Context, kinds []string, at place) (string, error) {
	switch len(kinds) {
	case 0:
		return "", nil
	case 1:
		return kinds[0], nil
	}
	q := prompt.Question{ID: at.id + ":", Text: at.label + ": which type"}
	for _, kind := range kinds {
		q.Options = append(q.Options, prompt.Option{Label: kind})
	}
	i, err := g.choose(ctx, q, "")
	if err != nil {
		return "", err
	}
	return kinds[i], nil
}

// kindsOf are the types that the schema allows, guessed where it names none;
// nil for any.
func kindsOf(shape *operation.Schema) []string {
	named := slices.DeleteFunc(slices.Clone(shape.Types), func(t string) bool { return t == "null" })
	if len(named) == 0 {
		named = guess(shape)
	}
	if shape.Is("integer") {
		named = slices.DeleteFunc(named, func(t string) bool { return t == "integer" && shape.Is("number") })
	}
	if shape.Is("null") && len(named) > 0 && named[0] != "null" {
		named = append(named, "null")
	}
	return named
}

func guess(shape *operation.Schema) []string {
	switch {
	case len(shape.Properties) > 0 || shape.Additional != nil || len(shape.Required) > 0:
		return []string{"object"}
	case shape.Items != nil:
		return []string{"array"}
	case shape.Pattern != "" || shape.MaxLength != nil || shape.MinLength != nil:
		return []string{"string"}
	case shape.Minimum != "" || shape.Maximum != "":
		return []string{"number"}
	case shape.Is("null") && len(shape.Types) == 1 && shape.Not == nil:
		return []string{"null"}
	}
	return nil
}
