package guided

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
)

// Args are the answers for parameters as command-line arguments.
type Args struct {
	Positional []string // the complete path, or none of it
	Named      []string // "key=value", for -p
}

// Params prompts for the missing required parameters and, if all is set, for the
// optional ones that the user selects.
func (g *Guide) Params(ctx context.Context, op *openapi.Operation, typed params.Input, all bool) (args Args, err error) {
	err = g.withBack(func() error {
		args, err = g.walkParams(ctx, op, typed, all)
		return err
	})
	return args, err
}

func (g *Guide) walkParams(ctx context.Context, op *openapi.Operation, typed params.Input, all bool) (Args, error) {
	w := &argList{op: op.Described(), typed: typed}
	if err := g.each(ctx, params.Missing(op, typed), w); err != nil {
		return Args{}, err
	}
	if !all {
		return w.args(), nil
	}
	ticked, err := g.tick(ctx, op, params.Optional(op, typed))
	if err == nil {
		err = g.each(ctx, ticked, w)
	}
	return w.args(), err
}

func (g *Guide) each(ctx context.Context, list []*openapi.Param, w *argList) error {
	for _, p := range list {
		texts, err := g.idOrParam(ctx, p, w.input())
		if err != nil {
			return err
		}
		w.add(p, texts)
	}
	return nil
}

func (g *Guide) tick(ctx context.Context, op *openapi.Operation, list []*openapi.Param) ([]*openapi.Param, error) {
	if len(list) == 0 {
		return nil, nil
	}
	q := prompt.Question{ID: "param?", Text: "Optional parameters"}
	for _, p := range list {
		q.Options = append(q.Options, prompt.Option{Label: params.Key(op, p), Note: p.In + ", " + helpText(p.Description, describe(p.Schema, ""))})
	}
	chosen, err := g.pick(ctx, q)
	var ticked []*openapi.Param
	for _, i := range chosen {
		ticked = append(ticked, list[i])
	}
	return ticked, err
}

// param prompts for one parameter and returns its arguments: one, or one per array
// element.
func (g *Guide) param(ctx context.Context, p *openapi.Param) ([]string, error) {
	at := paramLocation(p)
	if p.MediaType == "" && isAny(p.Schema) {
		return g.plainValue(ctx, p, at)
	}
	text, err := g.value(ctx, p.Schema, at)
	if err != nil || p.MediaType != "" {
		return []string{text}, err
	}
	return textsOf(p.Schema, text), nil
}

func paramLocation(p *openapi.Param) location {
	return location{id: "param/" + p.In + "/" + p.Name, label: p.Name, about: p.Description, word: p.In == "path"}
}

func isAny(s *openapi.Schema) bool {
	shape := schema.Shape(s)
	return len(schema.Variants(s)) == 0 && len(kindsOf(shape)) == 0 && len(fixed(s, shape)) == 0
}

func (g *Guide) plainValue(ctx context.Context, p *openapi.Param, at location) ([]string, error) {
	q := g.question(p.Schema, at, "")
	if at.word {
		q.Check = notEmpty
	}
	q.Default = g.earlier(at, "", q.Check)
	word, err := g.Prompts.Input(ctx, q)
	if err == nil {
		g.remember(at.id, word)
	}
	return []string{word}, err
}

func notEmpty(text string) error {
	if text == "" {
		return errors.New("must not be empty")
	}
	return nil
}

// textsOf returns the arguments for a value: the text of a scalar, the elements of
// an array if each works as a separate argument, else JSON.
func textsOf(s *openapi.Schema, text string) []string {
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &list) != nil || text == "null" {
		return []string{bare(text)}
	}
	var texts []string
	for _, element := range list {
		word := bare(string(element))
		texts = append(texts, word)
	}
	if len(texts) == 0 || len(schema.Variants(s)) > 0 || slices.ContainsFunc(texts, looksLikeJSON) {
		return []string{text}
	}
	return texts
}

// looksLikeJSON reports whether -p would not take the argument for an array element.
func looksLikeJSON(word string) bool {
	word = strings.TrimSpace(word)
	return strings.HasPrefix(word, "[") || strings.HasPrefix(word, "{")
}

// argList collects the arguments of parameters.
type argList struct {
	op    *openapi.Operation
	typed params.Input
	path  []string // path arguments in path order
	named []string // the same and all others, by name
}

func (w *argList) add(p *openapi.Param, texts []string) {
	if p.In == "path" && len(texts) == 1 {
		w.path = append(w.path, texts[0])
	}
	for _, word := range texts {
		w.named = append(w.named, params.Key(w.op, p)+"="+word)
	}
}

// input returns the input from the command line and the answers.
func (w *argList) input() params.Input {
	in := w.typed
	in.Named = slices.Concat(in.Named, w.named)
	return in
}

// args returns positional arguments, as users would type them, if these cover the
// complete path and none looks like a flag.
func (w *argList) args() Args {
	whole := len(w.typed.Positional) == 0 && len(w.path) == variables(w.op)
	dashed := slices.ContainsFunc(w.path, func(word string) bool { return strings.HasPrefix(word, "-") })
	if !whole || dashed {
		return Args{Named: w.named}
	}
	return Args{Positional: w.path, Named: w.named[len(w.path):]}
}

// variables returns the number of arguments in the path.
func variables(op *openapi.Operation) int {
	n := 0
	for _, p := range params.Missing(op, params.Input{}) {
		if p.In == "path" {
			n++
		}
	}
	return n
}

// idOrParam offers the known ids of a path parameter, or else prompts for any value.
func (g *Guide) idOrParam(ctx context.Context, p *openapi.Param, in params.Input) ([]string, error) {
	found := g.idsOf(ctx, p, in)
	if len(found) == 0 {
		return g.param(ctx, p)
	}
	at := paramLocation(p)
	q := g.question(p.Schema, at, "")
	q.Options = append(idRows(found), prompt.Option{Label: "Enter another value", Stays: true})
	if earlier := g.remembered(at.id); earlier != "" {
		before := slices.IndexFunc(found, func(c complete.Candidate) bool { return c.Text == earlier })
		q.Chosen = []int{max(before, 0)}
	}
	chosen, err := g.Prompts.Select(ctx, q)
	if err != nil {
		return nil, err
	}
	if chosen >= len(found) {
		return g.param(ctx, p)
	}
	g.remember(at.id, found[chosen].Text)
	return []string{found[chosen].Text}, nil
}

// idsOf looks up ids once per parameter and preceding values: a step back must find
// the same rows.
func (g *Guide) idsOf(ctx context.Context, p *openapi.Param, in params.Input) []complete.Candidate {
	if g.IDs == nil || p.In != "path" || len(complete.Values(p.Schema)) > 0 {
		return nil
	}
	key := strings.Join(slices.Concat([]string{p.Name}, in.Positional, in.Named, in.Flags), "\x00")
	found, known := g.known[key]
	if !known {
		found = g.IDs(ctx, p, in)
		if g.known == nil {
			g.known = map[string][]complete.Candidate{}
		}
		g.known[key] = found
	}
	return found
}

// idRows returns the ids followed by names and dates.
func idRows(found []complete.Candidate) []prompt.Option {
	widest := 0
	for _, c := range found {
		widest = max(widest, term.Width(term.Line(c.Text)))
	}
	var rows []prompt.Option
	for _, c := range found {
		label := term.Line(c.Text)
		if c.Note != "" {
			label += strings.Repeat(" ", widest-term.Width(label)+2) + c.Note
		}
		rows = append(rows, prompt.Option{Label: label})
	}
	return rows
}
