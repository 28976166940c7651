package guided

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/params"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Words are the answers about parameters as a command line has them.
type Words struct {
	Positional []string // the whole path, or nothing of it
	Named      []string // "key=value", for -p
}

// Params asks for the required parameters that the words lack, and when all is
// set for those of the others that the person ticks.
func (g *Guide) Params(ctx context.Context, op *operation.Operation, given params.Input, all bool) (Words, error) {
	w := &wording{op: op, given: given}
	if err := g.each(ctx, params.Missing(op, given), w); err != nil {
		return Words{}, err
	}
	if !all {
		return w.words(), nil
	}
	ticked, err := g.tick(ctx, op, params.Optional(op, given))
	if err == nil {
		err = g.each(ctx, ticked, w)
	}
	return w.words(), err
}

func (g *Guide) each(ctx context.Context, list []*operation.Param, w *wording) error {
	for _, p := range list {
		words, err := g.param(ctx, p)
		if err != nil {
			return err
		}
		w.add(p, words)
	}
	return nil
}

func (g *Guide) tick(ctx context.Context, op *operation.Operation, list []*operation.Param) ([]*operation.Param, error) {
	if len(list) == 0 {
		return nil, nil
	}
	q := prompt.Question{ID: "param?", Text: "Optional parameters"}
	for _, p := range list {
		q.Options = append(q.Options, prompt.Option{Label: params.Key(op, p), Note: p.In + ", " + help(p.Schema, "")})
	}
	chosen, err := g.pick(ctx, q)
	var ticked []*operation.Param
	for _, i := range chosen {
		ticked = append(ticked, list[i])
	}
	return ticked, err
}

// param asks for one parameter and returns its words: one, or one for each
// element of an array.
func (g *Guide) param(ctx context.Context, p *operation.Param) ([]string, error) {
	at := place{id: "param/" + p.In + "/" + p.Name, label: p.Name, word: p.In == "path"}
	if p.MediaType == "" && isAny(p.Schema) {
		return g.plainWord(ctx, p, at)
	}
	text, err := g.value(ctx, p.Schema, at)
	if err != nil || p.MediaType != "" {
		return []string{text}, err
	}
	return wordsOf(p.Schema, text), nil
}

func isAny(s *operation.Schema) bool {
	shape := schema.Shape(s)
	return len(schema.Variants(s)) == 0 && len(kindsOf(shape)) == 0 && len(fixed(s, shape)) == 0
}

func (g *Guide) plainWord(ctx context.Context, p *operation.Param, at place) ([]string, error) {
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

// wordsOf are the words for a value: the text of a scalar, the elements of an
// array where each can stand as a word of its own, else the JSON.
func wordsOf(s *operation.Schema, text string) []string {
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &list) != nil || text == "null" {
		return []string{bare(text)}
	}
	var words []string
	for _, element := range list {
		word := bare(string(element))
		words = append(words, word)
	}
	if len(words) == 0 || len(schema.Variants(s)) > 0 || slices.ContainsFunc(words, looksLikeJSON) {
		return []string{text}
	}
	return words
}

// looksLikeJSON tells a word that -p would not take for an element.
func looksLikeJSON(word string) bool {
	word = strings.TrimSpace(word)
	return strings.HasPrefix(word, "[") || strings.HasPrefix(word, "{")
}

// wording puts the words of parameters together.
type wording struct {
	op    *operation.Operation
	given params.Input
	path  []string // words of the path, in its order
	named []string // the same and all others, by name
}

func (w *wording) add(p *operation.Param, words []string) {
	if p.In == "path" && len(words) == 1 {
		w.path = append(w.path, words[0])
	}
	for _, word := range words {
		w.named = append(w.named, params.Key(w.op, p)+"="+word)
	}
}

// words are positional where they are the whole path and none looks like a
// flag: that is how a person would type them.
func (w *wording) words() Words {
	whole := len(w.given.Positional) == 0 && len(w.path) == variables(w.op)
	dashed := slices.ContainsFunc(w.path, func(word string) bool { return strings.HasPrefix(word, "-") })
	if !whole || dashed {
		return Words{Named: w.named}
	}
	return Words{Positional: w.path, Named: w.named[len(w.path):]}
}

// variables is how many words the path takes.
func variables(op *operation.Operation) int {
	n := 0
	for _, p := range params.Missing(op, params.Input{}) {
		if p.In == "path" {
			n++
		}
	}
	return n
}
