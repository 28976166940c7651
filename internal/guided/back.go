package guided

import (
	"context"
	"errors"

	"github.com/epilot-cli/epilot/internal/prompt"
)

// rewinder is a Prompter that lets the person go back: the walk begins again,
// and all questions but the last are answered as before, without being asked.
type rewinder struct {
	prompt.Prompter
	given []any // the answers, in the order of the questions
	at    int   // the question that comes next
}

// withBack walks, and again for each step back.
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
