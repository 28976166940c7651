// Package guided asks a person for all that an operation takes: its parameters,
// and its body step by step along the schema or as a text in an editor. What it
// gives back are words of a command line, so that the same call can be made
// without it.
//
// It asks through a prompt.Prompter and knows no terminal; it sends nothing.
package guided

import (
	"context"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/schema"
)

// History keeps answers between runs. Put may refuse to keep one.
type History interface {
	Get(id string) string // "" for none
	Put(id, text string)
}

// Guide asks about one operation.
type Guide struct {
	Prompts prompt.Prompter
	History History // offered as defaults; nil for none
	Lenient bool    // Edit takes what does not fit the schema

	choosing []schema.Variant // what the union that is asked about has
}

// place is where in the input a value stands.
type place struct {
	id    string // "body/assignments/0", names it in the history
	label string // "assignments[0]", names it to the person
	depth int
	word  bool // the value of a parameter: text, where a body has JSON
}

func (p place) inside(id, label string) place {
	return place{id: p.id + "/" + id, label: label, depth: p.depth + 1}
}

// member is the place of an object's member.
func (p place) member(name string) place {
	id := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	if p.id == "body" {
		return p.inside(id, name)
	}
	return p.inside(id, p.label+"."+name)
}

// question is the question about the value at a place.
func (g *Guide) question(s *operation.Schema, at place, about string) prompt.Question {
	return prompt.Question{ID: at.id, Text: at.label, Help: help(s, about)}
}

// help is the type of a value, its limits, and what is said about it.
func help(s *operation.Schema, about string) string {
	shape := schema.Shape(s)
	parts := []string{about}
	if about == "" {
		parts = []string{schema.TypeName(s)}
	}
	for _, fact := range []struct{ name, text string }{
		{"", shape.Format}, {"at least ", shape.Minimum}, {"at most ", shape.Maximum}, {"like ", shape.Pattern},
	} {
		if fact.text != "" {
			parts = append(parts, fact.name+fact.text)
		}
	}
	return strings.Join(parts, ", ")
}

// earlier is what was answered before, else the definition's default, where
// that is an answer still.
func (g *Guide) earlier(at place, fallback string, check func(string) error) string {
	for _, text := range []string{g.remembered(at.id), fallback} {
		if text != "" && (check == nil || check(text) == nil) {
			return text
		}
	}
	return ""
}

func (g *Guide) remembered(id string) string {
	if g.History == nil {
		return ""
	}
	return g.History.Get(id)
}

func (g *Guide) remember(id, text string) {
	if g.History != nil {
		g.History.Put(id, text)
	}
}

// confirm is a yes or no that is remembered.
func (g *Guide) confirm(ctx context.Context, q prompt.Question) (bool, error) {
	switch g.remembered(q.ID) {
	case "true":
		q.Yes = true
	case "false":
		q.Yes = false
	}
	yes, err := g.Prompts.Confirm(ctx, q)
	if err == nil {
		g.remember(q.ID, map[bool]string{true: "true", false: "false"}[yes])
	}
	return yes, err
}

// choose is a choice that is remembered by the option's label.
func (g *Guide) choose(ctx context.Context, q prompt.Question, fallback string) (int, error) {
	for _, before := range []string{fallback, g.remembered(q.ID)} {
		for i, o := range q.Options {
			if before != "" && o.Label == before {
				q.Chosen = []int{i}
			}
		}
	}
	i, err := g.Prompts.Select(ctx, q)
	if err == nil {
		g.remember(q.ID, q.Options[i].Label)
	}
	return i, err
}

// pick is a choice of several that is remembered.
func (g *Guide) pick(ctx context.Context, q prompt.Question) ([]int, error) {
	before := strings.Split(g.remembered(q.ID), "\n")
	for i, o := range q.Options {
		for _, label := range before {
			if label == o.Label {
				q.Chosen = append(q.Chosen, i)
			}
		}
	}
	ticked, err := g.Prompts.MultiSelect(ctx, q)
	if err != nil {
		return nil, err
	}
	var labels []string
	for _, i := range ticked {
		labels = append(labels, q.Options[i].Label)
	}
	g.remember(q.ID, strings.Join(labels, "\n"))
	return ticked, nil
}
