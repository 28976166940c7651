package guided

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/schema"
)

// members are those that an object has so far.
type members struct {
	names []string
	texts map[string]string
}

func (m *members) add(name, text string) {
	m.names = append(m.names, name)
	m.texts[name] = text
}

// json is the object, the properties in the order of the schema.
func (m *members) json(order []operation.Property) string {
	var sorted, parts []string
	for _, p := range order {
		sorted = append(sorted, p.Name)
	}
	for _, name := range slices.Concat(sorted, m.names) {
		if text, open := m.texts[name]; open {
			parts = append(parts, quoted(name)+":"+text)
			delete(m.texts, name)
		}
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// object asks for the required properties, for those of the others that the
// person ticks, and for more names where any is allowed.
func (g *Guide) object(ctx context.Context, s *operation.Schema, at place) (string, error) {
	shape := schema.Shape(s)
	all := &members{texts: map[string]string{}}
	needed, optional := split(shape)
	if err := g.properties(ctx, needed, all, at); err != nil {
		return "", err
	}
	ticked, err := g.optional(ctx, optional, at)
	if err != nil {
		return "", err
	}
	if err := g.properties(ctx, ticked, all, at); err != nil {
		return "", err
	}
	if shape.Additional != nil || len(shape.Properties) == 0 && !shape.Closed {
		if err := g.more(ctx, shape, all, at); err != nil {
			return "", err
		}
	}
	return all.json(shape.Properties), nil
}

// split tells the properties that a request must have from those that it may.
func split(shape *operation.Schema) (needed, optional []operation.Property) {
	for _, p := range shape.Properties {
		if p.Schema != nil && p.Schema.ReadOnly || schema.Shape(p.Schema).ReadOnly {
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
			needed = append(needed, operation.Property{Name: name, Schema: shape.Additional})
		}
	}
	return needed, optional
}

func (g *Guide) properties(ctx context.Context, list []operation.Property, all *members, at place) error {
	for _, p := range list {
		text, err := g.value(ctx, p.Schema, at.member(p.Name))
		if err != nil {
			return err
		}
		all.add(p.Name, text)
	}
	return nil
}

func (g *Guide) optional(ctx context.Context, list []operation.Property, at place) ([]operation.Property, error) {
	if len(list) == 0 {
		return nil, nil
	}
	q := prompt.Question{ID: at.id + "?", Text: at.label + ": what else to give"}
	for _, p := range list {
		q.Options = append(q.Options, prompt.Option{Label: p.Name, Note: help(p.Schema, "")})
	}
	chosen, err := g.pick(ctx, q)
	var ticked []operation.Property
	for _, i := range chosen {
		ticked = append(ticked, list[i])
	}
	return ticked, err
}

// more asks for names that the schema does not list, each with its value.
func (g *Guide) more(ctx context.Context, shape *operation.Schema, all *members, at place) error {
	least := 0
	if shape.MinProps != nil {
		least = *shape.MinProps
	}
	for n := 0; shape.MaxProps == nil || len(all.names) < *shape.MaxProps; n++ {
		id := at.id + "#" + strconv.Itoa(n)
		if len(all.names) >= least {
			q := prompt.Question{ID: id + "?", Text: fmt.Sprintf("Add an entry to %s, it has %d", at.label, len(all.names))}
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

func (g *Guide) entry(ctx context.Context, shape *operation.Schema, all *members, at place, id string) error {
	q := prompt.Question{ID: id, Text: at.label + ": name of the entry"}
	q.Check = func(name string) error {
		switch {
		case name == "":
			return errors.New("must not be empty")
		case all.texts[name] != "" || shape.Property(name) != nil:
			return errors.New("is there already")
		}
		return nil
	}
	q.Default = g.earlier(place{id: id}, "", q.Check)
	name, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return err
	}
	g.remember(id, name)
	text, err := g.value(ctx, shape.Additional, at.member(name))
	if err == nil {
		all.add(name, text)
	}
	return err
}

// array asks item by item.
func (g *Guide) array(ctx context.Context, s *operation.Schema, at place) (string, error) {
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
			q := prompt.Question{ID: item.id + "?", Text: fmt.Sprintf("Add an item to %s, it has %s", at.label, n)}
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
