package guided

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// deepest is the maximum depth of the walk; deeper values are entered as JSON.
const deepest = 24

// value prompts for a value and returns its JSON.
func (g *Guide) value(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	if at.depth > deepest {
		return g.typed(ctx, s, at)
	}
	if variants := schema.Variants(s); len(variants) > 0 {
		if kinds := scalarsOf(variants); len(kinds) > 0 {
			return g.scalar(ctx, s, kinds, at)
		}
		return g.union(ctx, variants, at)
	}
	shape := schema.Shape(s)
	if texts := fixed(s, shape); len(texts) > 0 {
		return g.oneOf(ctx, s, texts, at)
	}
	kinds := kindsOf(shape)
	if len(kinds) > 1 && areScalars(kinds) {
		return g.scalar(ctx, s, kinds, at)
	}
	kind, err := g.kind(ctx, kinds, at)
	if err != nil {
		return "", err
	}
	return g.ofKind(ctx, s, kind, at)
}

func (g *Guide) ofKind(ctx context.Context, s *openapi.Schema, kind string, at location) (string, error) {
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

// fixed returns the JSON values that the schema lists, if it does. Other keywords
// may still exclude some.
func fixed(s, shape *openapi.Schema) []string {
	texts := shape.Enum
	if shape.Const != "" {
		texts = []string{shape.Const}
	}
	if len(texts) > 0 && shape.Is("null") && !slices.Contains(texts, "null") {
		texts = append(slices.Clone(texts), "null")
	}
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return checkJSON(s, text) != nil })
}

// oneOf asks for one of several texts; a single one needs no question.
func (g *Guide) oneOf(ctx context.Context, s *openapi.Schema, texts []string, at location) (string, error) {
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

// kind asks for the type if several are allowed.
func (g *Guide) kind(ctx context.Context, kinds []string, at location) (string, error) {
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

// areScalars reports whether all types are scalar.
func areScalars(kinds []string) bool {
	return !slices.Contains(kinds, "object") && !slices.Contains(kinds, "array")
}

// scalarsOf returns the types of a union of scalars, or nil for any other union,
// including one with values to choose from.
func scalarsOf(variants []schema.Variant) []string {
	var all []string
	for _, v := range variants {
		shape := schema.Shape(v.Schema)
		kinds := kindsOf(shape)
		if len(kinds) == 0 || !areScalars(kinds) || len(fixed(v.Schema, shape)) > 0 || len(schema.Variants(v.Schema)) > 0 {
			return nil
		}
		all = append(all, kinds...)
	}
	return all
}

// scalar prompts for a value of one of several simple types, and infers the type
// from the input.
func (g *Guide) scalar(ctx context.Context, s *openapi.Schema, kinds []string, at location) (string, error) {
	about := strings.Join(slices.Compact(slices.Sorted(slices.Values(kinds))), " or ")
	q := g.question(s, at, about)
	q.Check = func(text string) error {
		_, err := scalarText(s, kinds, text)
		return err
	}
	q.Default = g.earlier(at, bare(schema.Shape(s).Default), q.Check)
	text, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return "", err
	}
	g.remember(at.id, text)
	return scalarText(s, kinds, text)
}

// scalarText returns the JSON of the input: a number, true, false or null if the
// schema allows these, else a string; empty input is null.
func scalarText(s *openapi.Schema, kinds []string, typed string) (string, error) {
	text := strings.TrimSpace(typed)
	if text == "" && slices.Contains(kinds, "null") {
		return "null", nil
	}
	err := checkJSON(s, text)
	if err == nil {
		return text, nil
	}
	if slices.Contains(kinds, "string") {
		quoted := jsonx.Quote(typed)
		return quoted, checkJSON(s, quoted)
	}
	return "", err
}

// kindsOf returns the types that the schema allows, guessed if it names none; nil
// for any type.
func kindsOf(shape *openapi.Schema) []string {
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

func guess(shape *openapi.Schema) []string {
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

// text prompts for a string.
func (g *Guide) text(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	q := g.question(s, at, "")
	q.Check = func(word string) error {
		if (at.word || at.required) && word == "" {
			return errors.New("must not be empty")
		}
		return faults(schema.Check(s, word, schema.Request))
	}
	q.Default = g.earlier(at, bare(schema.Shape(s).Default), q.Check)
	ask := g.Prompts.Input
	if schema.Shape(s).Format == "password" || isSecret(lastName(at.id)) {
		q.Default, ask = "", g.Prompts.Password
	}
	word, err := ask(ctx, q)
	if err != nil {
		return "", err
	}
	g.remember(at.id, word)
	return jsonx.Quote(word), nil
}

// number prompts for a number and preserves its spelling.
func (g *Guide) number(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	return g.json(ctx, s, at, "")
}

// typed prompts for a value without a schema: JSON, or a string without quotes.
func (g *Guide) typed(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	if isAny(s) {
		return g.free(ctx, s, at)
	}
	return g.json(ctx, s, at, `as JSON: 1, "text", {"name": "value"}`)
}

// free prompts for a value of any type; input that is not JSON becomes a string.
func (g *Guide) free(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	const beginJSON = `{["`
	q := g.question(s, at, `text, or JSON such as 1, true, ["a"]`)
	q.Check = func(text string) error {
		text = strings.TrimSpace(text)
		if text != "" && !strings.ContainsAny(text[:1], beginJSON) {
			return nil
		}
		return checkJSON(s, text)
	}
	q.Default = g.earlier(at, "", q.Check)
	text, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return "", err
	}
	g.remember(at.id, text)
	if checkJSON(s, text) == nil {
		return strings.TrimSpace(text), nil
	}
	return jsonx.Quote(text), nil
}

func (g *Guide) json(ctx context.Context, s *openapi.Schema, at location, about string) (string, error) {
	q := g.question(s, at, about)
	q.Check = func(text string) error { return checkJSON(s, text) }
	q.Default = g.earlier(at, schema.Shape(s).Default, q.Check)
	text, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return "", err
	}
	text = strings.TrimSpace(text)
	g.remember(at.id, text)
	return text, nil
}

func (g *Guide) yesOrNo(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	q := g.question(s, at, "")
	q.Yes = schema.Shape(s).Default == "true"
	yes, err := g.confirm(ctx, q)
	if err != nil || !yes {
		return "false", err
	}
	return "true", nil
}

// checkJSON validates JSON against a schema, which may be nil.
func checkJSON(s *openapi.Schema, text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("must not be empty")
	}
	value, err := schema.Decode([]byte(text))
	if err != nil {
		return errors.New("must be " + orJSON(s))
	}
	if s == nil {
		return nil
	}
	return faults(schema.Check(s, value, schema.Request))
}

func orJSON(s *openapi.Schema) string {
	if name := schema.TypeName(s); s != nil && name != "any" {
		return "JSON for " + name
	}
	return `JSON; a text stands in double quotes`
}

// faults returns the first fault as an error.
func faults(found []schema.Fault) error {
	if len(found) == 0 {
		return nil
	}
	if found[0].Path == "$" {
		return errors.New(found[0].Message)
	}
	return errors.New(found[0].String())
}

// bare returns JSON without the quotes of a string.
func bare(text string) string {
	var word string
	if json.Unmarshal([]byte(text), &word) == nil && text != "null" {
		return word
	}
	return text
}

// union asks for an alternative, which determines the discriminating properties.
func (g *Guide) union(ctx context.Context, variants []schema.Variant, at location) (string, error) {
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

// tags returns the properties with a fixed value in this alternative and a different
// one in another.
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

// only returns the only JSON value allowed, or "".
func only(s *openapi.Schema) string {
	if texts := fixed(s, schema.Shape(s)); len(texts) == 1 {
		return texts[0]
	}
	return ""
}

func tagText(s *openapi.Schema, name string) string {
	return name + ": " + bare(only(schema.Shape(s).Property(name)))
}

// withTags requires the properties that discriminate the alternative: without them
// the server might misinterpret the value.
func withTags(variants []schema.Variant, i int) *openapi.Schema {
	tagged := *variants[i].Schema
	for _, name := range tags(variants, i) {
		if !slices.Contains(tagged.Required, name) {
			tagged.Required = append(slices.Clip(tagged.Required), name)
		}
	}
	return &tagged
}
