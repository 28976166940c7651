package guided

import (
	"context"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// Body asks for the body, and returns it as -d takes it: a JSON text, or "@file"
// where the operation takes no JSON; "" for none.
func (g *Guide) Body(ctx context.Context, op *operation.Operation) (string, error) {
	if op.Body == nil || len(op.Body.Contents) == 0 {
		return "", nil
	}
	if !op.Body.Required {
		q := prompt.Question{ID: "body?", Text: op.ID + " can have a body; give one", Yes: true}
		if yes, err := g.confirm(ctx, q); err != nil || !yes {
			return "", err
		}
	}
	content := operation.JSON(op.Body.Contents)
	if content == nil {
		return g.file(ctx, op.Body.Contents[0].MediaType)
	}
	return g.value(ctx, content.Schema, place{id: "body", label: "body"})
}

func (g *Guide) file(ctx context.Context, mediaType string) (string, error) {
	q := prompt.Question{ID: "body", Text: "file with the body", Help: mediaType, Check: notEmpty}
	q.Default = g.earlier(place{id: "body"}, "", nil)
	name, err := g.Prompts.Input(ctx, q)
	if err != nil {
		return "", err
	}
	g.remember("body", name)
	return "@" + name, nil
}
