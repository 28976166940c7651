// Package guided prompts the user for the input of an operation: its parameters, and
// its body, either step by step along the schema or in an editor. It returns
// command-line arguments, so that the same call can be made without prompts.
//
// It uses a prompt.Prompter, is independent of the terminal, and sends nothing.
package guided

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// Guide prompts for the input of one operation.
type Guide struct {
	Prompts prompt.Prompter
	Answers *Answers // offered as defaults; may be nil
	Lenient bool     // Edit accepts a body that does not match the schema

	// IDs returns the possible values of a path parameter; in is the input from the
	// command line and the answers so far. Nil if lookups are not allowed.
	IDs func(ctx context.Context, p *openapi.Param, in params.Input) []complete.Candidate

	// Members returns the members of the body that its schema does not list. Nil if
	// lookups are not allowed.
	Members func(ctx context.Context) []complete.Candidate

	listed   *[]complete.Candidate           // result of Members, for a step back
	known    map[string][]complete.Candidate // results of IDs, for a step back
	choosing []schema.Variant                // variants of the current union
}

// location is the position of a value in the input.
type location struct {
	id    string // "body/assignments/0", the key in the history
	label string // "assignments[0]", as shown to the user
	about string // description of the value; "" if there is none
	depth int
	word  bool // a parameter's value: plain text instead of JSON

	required bool // a string must not be empty
}

func (p location) inside(id, label string) location {
	return location{id: p.id + "/" + id, label: label, depth: p.depth + 1}
}

// member returns the location of an object's member.
func (p location) member(name string) location {
	id := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	if p.id == "body" {
		return p.inside(id, name)
	}
	return p.inside(id, p.label+"."+name)
}

// question returns the question for the value at a location.
func (g *Guide) question(s *openapi.Schema, at location, about string) prompt.Question {
	return prompt.Question{ID: at.id, Text: at.label, Help: helpText(at.about, describe(s, about))}
}

// helpText returns the description and the type of a value.
func helpText(about, facts string) string {
	if about == "" {
		return facts
	}
	return about + " (" + facts + ")"
}

// describe returns the type of a value, its limits, and its description.
func describe(s *openapi.Schema, about string) string {
	shape := schema.Shape(s)
	parts := []string{about}
	if about == "" {
		parts = []string{schema.TypeName(s)}
	}
	pattern := shape.Pattern
	if pattern != "" {
		pattern = schema.DescribePattern(pattern)
	}
	for _, fact := range []struct{ name, text string }{
		{"", shape.Format}, {"at least ", shape.Minimum}, {"at most ", shape.Maximum}, {"", pattern},
	} {
		if fact.text != "" {
			parts = append(parts, fact.name+fact.text)
		}
	}
	return strings.Join(parts, ", ")
}

// earlier returns the stored answer, else the definition's default, if it is still
// valid.
func (g *Guide) earlier(at location, fallback string, check func(string) error) string {
	for _, text := range []string{g.remembered(at.id), fallback} {
		if text != "" && (check == nil || check(text) == nil) {
			return text
		}
	}
	return ""
}

func (g *Guide) remembered(id string) string {
	if g.Answers == nil {
		return ""
	}
	return g.Answers.Get(id)
}

func (g *Guide) remember(id, text string) {
	if g.Answers != nil {
		g.Answers.Put(id, text)
	}
}

// confirm asks a yes/no question and stores the answer.
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

// choose asks for a choice and stores the option's label.
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

// pick asks for several choices and stores them.
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

// Answers are the answers of earlier runs, in a file that only the user can read.
// They contain no secrets: see Put.
type Answers struct {
	path   string
	hidden func(text string) bool
	texts  map[string]string
}

// OpenAnswers reads the file, if it exists. Answers are a convenience, so an
// unreadable file counts as empty. hidden reports further texts that must not be
// stored; it may be nil.
func OpenAnswers(path string, hidden func(text string) bool) *Answers {
	a := &Answers{path: path, hidden: hidden, texts: map[string]string{}}
	text, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(text, &a.texts) != nil || a.texts == nil {
		a.texts = map[string]string{}
	}
	return a
}

// Get returns the answer with that id, or "".
func (a *Answers) Get(id string) string { return a.texts[id] }

// Put stores an answer, unless its name or its text looks like a secret.
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

// Save writes the file, without answers that turned out to be secrets since Put.
// Errors are of kind File.
func (a *Answers) Save() error {
	maps.DeleteFunc(a.texts, a.secret)
	text, err := json.MarshalIndent(a.texts, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(a.path, append(text, '\n'), 0o600)
}

// isSecret reports whether a step of an id names a secret. A step ends with marks
// for the schema's branch.
func isSecret(step string) bool {
	return convention.IsSecret(strings.TrimRight(step, "?|:0123456789#"))
}

// holdsSecret reports whether text contains a JSON Web Token or, in JSON, a secret
// by name.
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

// lastName returns the name of the value in an id.
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

// LastBody returns the last body edited for an operation, or "".
func LastBody(path string) string {
	text, err := os.ReadFile(path)
	if err != nil || !json.Valid(text) {
		return ""
	}
	return string(text)
}

// KeepBody stores a body for LastBody, unless it contains a secret. hidden is as in
// OpenAnswers.
func KeepBody(path string, body []byte, hidden func(text string) bool) error {
	if holdsSecret(string(body)) || hidden != nil && hidden(string(body)) {
		return nil
	}
	return atomicfile.Write(path, body, 0o600)
}

// rewinder is a Prompter that lets the user go back: the walk restarts, and all
// questions but the last are answered as before, without prompting.
type rewinder struct {
	prompt.Prompter
	given []any // the answers in question order
	at    int   // the next question
}

// withBack calls walk, and again for each step back.
func (g *Guide) withBack(walk func() error) error {
	asked := g.Prompts
	r := &rewinder{Prompter: asked}
	g.Prompts = r
	defer func() { g.Prompts = asked }()
	for {
		r.at = 0
		err := walk()
		if !errors.Is(err, prompt.ErrBack) {
			return err
		}
		r.given = r.given[:len(r.given)-1]
	}
}

func answer[T any](r *rewinder, q prompt.Question, ask func(prompt.Question) (T, error)) (T, error) {
	if r.at < len(r.given) {
		if given, fits := r.given[r.at].(T); fits {
			r.at++
			return given, nil
		}
		r.given = r.given[:r.at]
	}
	q.Back = r.at > 0
	given, err := ask(q)
	if err == nil {
		r.given = append(r.given, given)
		r.at++
	}
	return given, err
}

func (r *rewinder) Select(ctx context.Context, q prompt.Question) (int, error) {
	return answer(r, q, func(q prompt.Question) (int, error) { return r.Prompter.Select(ctx, q) })
}

func (r *rewinder) MultiSelect(ctx context.Context, q prompt.Question) ([]int, error) {
	return answer(r, q, func(q prompt.Question) ([]int, error) { return r.Prompter.MultiSelect(ctx, q) })
}

func (r *rewinder) Confirm(ctx context.Context, q prompt.Question) (bool, error) {
	return answer(r, q, func(q prompt.Question) (bool, error) { return r.Prompter.Confirm(ctx, q) })
}

func (r *rewinder) Input(ctx context.Context, q prompt.Question) (string, error) {
	return answer(r, q, func(q prompt.Question) (string, error) { return r.Prompter.Input(ctx, q) })
}

func (r *rewinder) Password(ctx context.Context, q prompt.Question) (string, error) {
	return answer(r, q, func(q prompt.Question) (string, error) { return r.Prompter.Password(ctx, q) })
}
