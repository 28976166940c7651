package guided

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// required describes on one line what an alternative of a union requires.
func required(s *openapi.Schema) string {
	shape := schema.Shape(s)
	var parts []string
	for _, p := range shape.Properties {
		if slices.Contains(shape.Required, p.Name) {
			parts = append(parts, p.Name+": "+schema.TypeName(p.Schema))
		}
	}
	return strings.Join(parts, ", ")
}

// inOrder returns the members in the order of the schema's properties, followed by
// the others.
func inOrder(members jsonx.Object, properties []openapi.Property) string {
	var sorted jsonx.Object
	for _, p := range properties {
		if i := members.Index(p.Name); i >= 0 {
			sorted = append(sorted, members[i])
			members = members.Without(p.Name)
		}
	}
	return string(append(sorted, members...).Text())
}

// object prompts for the required properties, for the optional ones that the user
// selects, and for additional names if any are allowed.
func (g *Guide) object(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	shape := schema.Shape(s)
	all := &jsonx.Object{}
	needed, optional := split(shape)
	if err := g.properties(ctx, needed, all, at, true); err != nil {
		return "", err
	}
	if isOpen(shape, at) {
		if err := g.lookedUp(ctx, shape, all, at); err != nil {
			return "", err
		}
	}
	ticked, err := g.optional(ctx, optional, at)
	if err != nil {
		return "", err
	}
	if err := g.properties(ctx, ticked, all, at, false); err != nil {
		return "", err
	}
	if shape.Additional != nil || isOpen(shape, at) {
		if err := g.more(ctx, shape, all, at); err != nil {
			return "", err
		}
	}
	return inOrder(*all, shape.Properties), nil
}

// lookedUp prompts for the fields of the body that Members knows and the user selects.
func (g *Guide) lookedUp(ctx context.Context, shape *openapi.Schema, all *jsonx.Object, at location) error {
	q := prompt.Question{ID: at.id + "+", Text: at.label + ": fields of the schema"}
	var list []openapi.Property
	for _, field := range g.fields(ctx, at) {
		if shape.Property(field.Text) == nil {
			q.Options = append(q.Options, prompt.Option{Label: field.Text, Note: field.Note, Match: field.Text + " " + field.Note})
			list = append(list, openapi.Property{Name: field.Text, Description: about(field), Schema: ofType(field.Type, shape.Additional)})
		}
	}
	if len(list) == 0 {
		return nil
	}
	chosen, err := g.pick(ctx, q)
	if err != nil {
		return err
	}
	var ticked []openapi.Property
	for _, i := range chosen {
		ticked = append(ticked, list[i])
	}
	return g.properties(ctx, ticked, all, at, false)
}

// fields returns the fields of the body that Members knows.
func (g *Guide) fields(ctx context.Context, at location) []complete.Candidate {
	if g.Members == nil || at.id != "body" {
		return nil
	}
	if g.listed == nil {
		found := g.Members(ctx)
		g.listed = &found
	}
	return *g.listed
}

// about returns the description of a field, without a type that its schema repeats.
func about(field complete.Candidate) string {
	if field.Type == "string" || field.Type == "boolean" {
		return strings.TrimSuffix(field.Note, ", "+field.Type)
	}
	return field.Note
}

// ofType returns the schema for an attribute type of the Entity API, or additional
// for a type whose values have no fixed form.
func ofType(name string, additional *openapi.Schema) *openapi.Schema {
	if !isAny(additional) {
		return additional
	}
	switch name {
	case "string", "link", "date", "datetime", "country", "select", "radio", "status", "sequence":
		return &openapi.Schema{Types: []string{"string"}}
	case "multiselect", "checkbox", "tags":
		return &openapi.Schema{Types: []string{"array"}, Items: &openapi.Schema{Types: []string{"string"}}}
	case "boolean":
		return &openapi.Schema{Types: []string{"boolean"}}
	}
	return additional
}

// isOpen reports whether names outside the schema are expected: for an object
// without a schema, and for a body with only optional properties, such as an entity,
// whose own schema lists the rest.
func isOpen(shape *openapi.Schema, at location) bool {
	return !shape.Closed && (len(shape.Properties) == 0 || at.id == "body" && at.depth == 0 && len(shape.Required) == 0)
}

// split separates the required properties of a request from the optional ones.
func split(shape *openapi.Schema) (needed, optional []openapi.Property) {
	for _, p := range shape.Properties {
		if !schema.IsSent(p.Schema, slices.Contains(shape.Required, p.Name)) {
			continue
		}
		if slices.Contains(shape.Required, p.Name) {
			needed = append(needed, p)
		} else {
			optional = append(optional, p)
		}
	}
	for _, name := range shape.Required {
		if shape.Property(name) == nil {
			needed = append(needed, openapi.Property{Name: name, Schema: shape.Additional})
		}
	}
	return needed, optional
}

func (g *Guide) properties(ctx context.Context, list []openapi.Property, all *jsonx.Object, at location, required bool) error {
	for _, p := range list {
		inner := at.member(p.Name)
		inner.about, inner.required = p.Description, required
		text, err := g.value(ctx, p.Schema, inner)
		if err != nil {
			return err
		}
		*all = append(*all, jsonx.Member{Name: p.Name, Value: []byte(text)})
	}
	return nil
}

func (g *Guide) optional(ctx context.Context, list []openapi.Property, at location) ([]openapi.Property, error) {
	if len(list) == 0 {
		return nil, nil
	}
	q := prompt.Question{ID: at.id + "?", Text: at.label + ": optional fields"}
	for _, p := range list {
		q.Options = append(q.Options, prompt.Option{Label: p.Name, Note: helpText(p.Description, describe(p.Schema, ""))})
	}
	chosen, err := g.pick(ctx, q)
	var ticked []openapi.Property
	for _, i := range chosen {
		ticked = append(ticked, list[i])
	}
	return ticked, err
}

// more prompts for names that the schema does not list, and their values.
func (g *Guide) more(ctx context.Context, shape *openapi.Schema, all *jsonx.Object, at location) error {
	least := 0
	if shape.MinProps != nil {
		least = *shape.MinProps
	}
	for n := 0; shape.MaxProps == nil || len(*all) < *shape.MaxProps; n++ {
		id := at.id + "#" + strconv.Itoa(n)
		if len(*all) >= least {
			q := prompt.Question{ID: id + "?", Text: fmt.Sprintf("Add a field to %s (%d so far)?", at.label, len(*all))}
			if yes, err := g.confirm(ctx, q); err != nil || !yes {
				return err
			}
		}
		if err := g.entry(ctx, shape, all, at, id); err != nil {
			return err
		}
	}
	return nil
}

func (g *Guide) entry(ctx context.Context, shape *openapi.Schema, all *jsonx.Object, at location, id string) error {
	q := prompt.Question{ID: id, Text: at.label + ": name of the field"}
	q.Check = func(name string) error {
		switch {
		case name == "":
			return errors.New("must not be empty")
		case all.Index(name) >= 0 || shape.Property(name) != nil:
			return errors.New("already exists")
		}
		return nil
	}
	q.Default = g.earlier(location{id: id}, "", q.Check)
	name, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return err
	}
	g.remember(id, name)
	inner, values := at.member(name), shape.Additional
	for _, field := range g.fields(ctx, at) {
		if field.Text == name && isOpen(shape, at) {
			inner.about, values = about(field), ofType(field.Type, values)
		}
	}
	text, err := g.value(ctx, values, inner)
	if err == nil {
		*all = append(*all, jsonx.Member{Name: name, Value: []byte(text)})
	}
	return err
}

// array prompts for the items one by one.
func (g *Guide) array(ctx context.Context, s *openapi.Schema, at location) (string, error) {
	shape := schema.Shape(s)
	least := 0
	if shape.MinItems != nil {
		least = *shape.MinItems
	}
	var items []string
	for shape.MaxItems == nil || len(items) < *shape.MaxItems {
		n := strconv.Itoa(len(items))
		item := at.inside(n, at.label+"["+n+"]")
		if len(items) >= least {
			q := prompt.Question{ID: item.id + "?", Text: fmt.Sprintf("Add an item to %s (%s so far)?", at.label, n)}
			if yes, err := g.confirm(ctx, q); err != nil {
				return "", err
			} else if !yes {
				break
			}
		}
		text, err := g.value(ctx, shape.Items, item)
		if err != nil {
			return "", err
		}
		items = append(items, text)
	}
	return "[" + strings.Join(items, ",") + "]", nil
}
