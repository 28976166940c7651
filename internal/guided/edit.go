package guided

import (
	"context"
	"strings"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// Edit lets the person write the body in the editor and returns it as JSON. It
// begins with the given body, or the least that the operation takes. What does
// not fit is opened again with the reason in its first line; an empty text is an
// error of kind Interrupted.
func (g *Guide) Edit(ctx context.Context, op *operation.Operation, start string) ([]byte, error) {
	content := operation.JSON(op.Body.Contents)
	if content == nil {
		return nil, failure.New(failure.Usage, "%s takes no JSON body", op.ID).
			Hintf("give it with -d @file")
	}
	if start == "" {
		start = schema.SampleFor(content.Schema, false, schema.Request)
	}
	text := draft(op, content.Schema, start)
	for before := text; ; {
		edited, err := g.Prompts.Edit(ctx, "body.jsonc", text)
		if err != nil {
			return nil, err
		}
		edited = withFault(edited, "")
		json, wrong := readDraft(g.held(content.Schema), edited)
		if wrong == nil {
			return json, nil
		}
		if failure.Of(wrong).Kind == failure.Interrupted || edited == before {
			return nil, wrong // who changes nothing will not mend it
		}
		before, text = edited, withFault(edited, wrong.Error())
	}
}

// held is the schema that a body must fit.
func (g *Guide) held(s *operation.Schema) *operation.Schema {
	if g.Lenient {
		return nil
	}
	return s
}

func readDraft(s *operation.Schema, text string) ([]byte, error) {
	plain := uncommented(text)
	if strings.TrimSpace(plain) == "" {
		return nil, failure.New(failure.Interrupted, "cancelled: the body is empty")
	}
	doc, err := document.Parse("line", []byte(plain))
	if err != nil {
		return nil, err
	}
	if err := body.Check(s, doc); err != nil {
		return nil, err
	}
	return doc.JSON, nil
}
