package guided

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// Args are the answers about parameters as a command line has them.
type Args struct {
	Positional []string // the whole path, or nothing of it
	Named      []string // "key=value", for -p
}

// Params asks for the required parameters that the words lack, and when all is
// set for those of the others that the person ticks.
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
		texts, err := g.param(ctx, p)
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

// param asks for one parameter and returns its words: one, or one for each
// element of an array.
func (g *Guide) param(ctx context.Context, p *openapi.Param) ([]string, error) {
	at := location{id: "param/" + p.In + "/" + p.Name, label: p.Name, about: p.Description, word: p.In == "path"}
	if p.MediaType == "" && isAny(p.Schema) {
		return g.plainWord(ctx, p, at)
	}
	text, err := g.value(ctx, p.Schema, at)
	if err != nil || p.MediaType != "" {
		return []string{text}, err
	}
	return textsOf(p.Schema, text), nil
}

func isAny(s *openapi.Schema) bool {
	shape := schema.Shape(s)
	return len(schema.Variants(s)) == 0 && len(kindsOf(shape)) == 0 && len(fixed(s, shape)) == 0
}

func (g *Guide) plainWord(ctx context.Context, p *openapi.Param, at location) ([]string, error) {
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

// textsOf are the words for a value: the text of a scalar, the elements of an
// array where each can stand as a word of its own, else the JSON.
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

// looksLikeJSON tells a word that -p would not take for an element.
func looksLikeJSON(word string) bool {
	word = strings.TrimSpace(word)
	return strings.HasPrefix(word, "[") || strings.HasPrefix(word, "{")
}

// argList puts the words of parameters together.
type argList struct {
	op    *openapi.Operation
	typed params.Input
	path  []string // words of the path, in its order
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

// args are positional where they are the whole path and none looks like a
// flag: that is how a person would type them.
func (w *argList) args() Args {
	whole := len(w.typed.Positional) == 0 && len(w.path) == variables(w.op)
	dashed := slices.ContainsFunc(w.path, func(word string) bool { return strings.HasPrefix(word, "-") })
	if !whole || dashed {
		return Args{Named: w.named}
	}
	return Args{Positional: w.path, Named: w.named[len(w.path):]}
}

// variables is how many words the path takes.
func variables(op *openapi.Operation) int {
	n := 0
	for _, p := range params.Missing(op, params.Input{}) {
		if p.In == "path" {
			n++
		}
	}
	return n
}
