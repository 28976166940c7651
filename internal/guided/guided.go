// Package guided asks a person for all that an operation takes: its parameters,
// and its body step by step along the schema or as a text in an editor. What it
// gives back are words of a command line, so that the same call can be made
// without it.
//
// It asks through a prompt.Prompter and knows no terminal; it sends nothing.
package guided

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
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

// location is where in the input a value stands.
type location struct {
	id    string // "body/assignments/0", names it in the history
	label string // "assignments[0]", names it to the person
	about string // what the value is, "" where nobody wrote it
	depth int
	word  bool // the value of a parameter: text, where a body has JSON

	required bool // a text may not be empty
}

func (p location) inside(id, label string) location {
	return location{id: p.id + "/" + id, label: label, depth: p.depth + 1}
}

// member is the place of an object's member.
func (p location) member(name string) location {
	id := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	if p.id == "body" {
		return p.inside(id, name)
	}
	return p.inside(id, p.label+"."+name)
}

// question is the question about the value at a place.
func (g *Guide) question(s *openapi.Schema, at location, about string) prompt.Question {
	return prompt.Question{ID: at.id, Text: at.label, Help: helpText(at.about, describe(s, about))}
}

// helpText is what a value is, and of which type.
func helpText(about, facts string) string {
	if about == "" {
		return facts
	}
	return about + " (" + facts + ")"
}

// describe is the type of a value, its limits, and what is said about it.
func describe(s *openapi.Schema, about string) string {
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
func (g *Guide) earlier(at location, fallback string, check func(string) error) string {
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

// Answers are those of earlier runs, in a file of the user alone. They hold no
// secret: see Put.
type Answers struct {
	path   string
	hidden func(text string) bool
	texts  map[string]string
}

// OpenAnswers reads the file, if it is there: answers are a convenience, so a
// file that is not readable is one without answers. hidden knows more texts
// that must not be kept, by value; it may be nil.
func OpenAnswers(path string, hidden func(text string) bool) *Answers {
	a := &Answers{path: path, hidden: hidden, texts: map[string]string{}}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &a.texts) != nil || a.texts == nil {
		a.texts = map[string]string{}
	}
	return a
}

// Get returns the answer of that id, or "".
func (a *Answers) Get(id string) string { return a.texts[id] }

// Put keeps an answer, unless its name or its text looks like a secret.
func (a *Answers) Put(id, text string) {
	switch {
	case text == "":
		delete(a.texts, id)
	case !a.secret(id, text):
		a.texts[id] = text
	}
}

func (a *Answers) secret(id, text string) bool {
	return slices.ContainsFunc(strings.Split(id, "/"), isSecret) || holdsSecret(text) || a.hidden != nil && a.hidden(text)
}

// Save writes the file, without what turned out to be a secret since Put. Errors
// are of kind File.
func (a *Answers) Save() error {
	maps.DeleteFunc(a.texts, a.secret)
	text, err := json.MarshalIndent(a.texts, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(a.path, append(text, '\n'), 0o600)
}

// isSecret reports whether a step of an id names a secret. A step ends with
// marks of the schema's branch.
func isSecret(step string) bool {
	return convention.IsSecret(strings.TrimRight(step, "?|:0123456789#"))
}

// holdsSecret finds JSON Web Tokens, and secrets by name inside JSON.
func holdsSecret(text string) bool {
	if strings.Contains(text, "eyJ") || strings.Contains(text, "Bearer ") {
		return true
	}
	var value any
	return json.Unmarshal([]byte(text), &value) == nil && holdsNamed(value)
}

func holdsNamed(value any) bool {
	switch v := value.(type) {
	case []any:
		return slices.ContainsFunc(v, holdsNamed)
	case map[string]any:
		for name, member := range v {
			if _, isText := member.(string); isText && convention.IsSecret(name) || holdsNamed(member) {
				return true
			}
		}
	}
	return false
}

// lastName is the name of the value at an id.
func lastName(id string) string {
	for id != "" {
		at := strings.LastIndex(id, "/")
		if name := id[at+1:]; strings.Trim(name, "0123456789") != "" || at < 0 {
			return name
		}
		id = id[:at]
	}
	return ""
}

// LastBody is the last body that was edited for an operation, or "".
func LastBody(path string) string {
	text, err := os.ReadFile(path)
	if err != nil || !json.Valid(text) {
		return ""
	}
	return string(text)
}

// KeepBody stores a body for LastBody, unless a secret is in it. hidden is as
// for OpenAnswers.
func KeepBody(path string, body []byte, hidden func(text string) bool) error {
	if holdsSecret(string(body)) || hidden != nil && hidden(string(body)) {
		return nil
	}
	return atomicfile.Write(path, body, 0o600)
}
