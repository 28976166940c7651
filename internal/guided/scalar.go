package guided

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// text asks for a string.
func (g *Guide) text(ctx context.Context, s *operation.Schema, at place) (string, error) {
	q := g.question(s, at, "")
	q.Check = func(word string) error {
		if at.word && word == "" {
			return errors.New("must not be empty")
		}
		return faults(schema.Check(s, word, schema.Request))
	}
	q.Default = g.earlier(at, bare(schema.Shape(s).Default), q.Check)
	ask := g.Prompts.Input
	if isMasked(lastName(at.id), schema.Shape(s).Format) {
		q.Default, ask = "", g.Prompts.Password
	}
	word, err := ask(ctx, q)
	if err != nil {
		return "", err
	}
	g.remember(at.id, word)
	return quoted(word), nil
}

// isMasked reports whether a text is typed unseen. Not all that Secret keeps out
// of files is: half of what is called a key opens nothing.
func isMasked(name, format string) bool {
	name = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	return format == "password" || slices.ContainsFunc([]string{"password", "secret", "token", "apikey"},
		func(word string) bool { return strings.HasSuffix(name, word) })
}

// number asks for a number, which keeps the text that it is typed with.
func (g *Guide) number(ctx context.Context, s *operation.Schema, at place) (string, error) {
	return g.json(ctx, s, at, "")
}

// typed asks for a value that nothing is known of.
func (g *Guide) typed(ctx context.Context, s *operation.Schema, at place) (string, error) {
	return g.json(ctx, s, at, `as JSON: 1, "text", {"name": "value"}`)
}

func (g *Guide) json(ctx context.Context, s *operation.Schema, at place, about string) (string, error) {
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

func (g *Guide) yesOrNo(ctx context.Context, s *operation.Schema, at place) (string, error) {
	q := g.question(s, at, "")
	q.Yes = schema.Shape(s).Default == "true"
	yes, err := g.confirm(ctx, q)
	if err != nil || !yes {
		return "false", err
	}
	return "true", nil
}

// checkJSON holds a JSON text against a schema, which may be nil.
func checkJSON(s *operation.Schema, text string) error {
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

func orJSON(s *operation.Schema) string {
	if name := schema.TypeName(s); s != nil && name != "any" {
		return "JSON for " + name
	}
	return `JSON; a text stands in double quotes`
}

// faults is what is wrong, the first of it.
func faults(found []schema.Fault) error {
	if len(found) == 0 {
		return nil
	}
	if found[0].Path == "$" {
		return errors.New(found[0].Message)
	}
	return errors.New(found[0].String())
}

// quoted is the text as JSON.
func quoted(text string) string {
	out, _ := jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\ufffd"))
	return string(out)
}

// bare is a JSON text without the quotes of a string.
func bare(text string) string {
	var word string
	if json.Unmarshal([]byte(text), &word) == nil && text != "null" {
		return word
	}
	return text
}
