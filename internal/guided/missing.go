package guided

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// Way is a way to enter a body.
type Way int

// The ways to enter a body.
const (
	ByForm Way = iota
	ByEditor
	BySample
)

// Way asks how to enter a body that is too large for a few questions.
func (g *Guide) Way(ctx context.Context, op *openapi.Operation) (Way, error) {
	chosen, err := g.choose(ctx, prompt.Question{
		ID: "body/", Text: "Request body of " + op.ID,
		Options: []prompt.Option{
			ByForm:   {Label: "Form", Note: "Prompt for each required field, then for optional ones"},
			ByEditor: {Label: "Editor", Note: "Write JSON or YAML in your editor"},
			BySample: {Label: "Sample", Note: "Show a sample body and confirm before sending"},
		},
	}, "")
	return Way(chosen), err
}

// Form prompts for the body along its schema and returns it in the form of -d.
func (g *Guide) Form(ctx context.Context, op *openapi.Operation) (data string, err error) {
	err = g.withBack(func() error {
		data, err = g.value(ctx, openapi.JSON(op.Described().Body.Contents).Schema, location{id: "body", label: "body"})
		return err
	})
	return data, err
}

// placeholder is the sample value of a string without further information.
const placeholder = "string"

// placeholderIn returns the path of the first member that still has the placeholder
// of the offered text, or "". The offered text has only required members.
func placeholderIn(offered, edited []byte) string {
	var before, now any
	if json.Unmarshal(offered, &before) != nil || json.Unmarshal(edited, &now) != nil {
		return ""
	}
	return placeholderAt(before, now, "")
}

func placeholderAt(before, now any, path string) string {
	switch now := now.(type) {
	case string:
		if now == placeholder && before == placeholder {
			return path
		}
	case map[string]any:
		was, _ := before.(map[string]any)
		var names []string
		for name := range now {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			if found := placeholderAt(was[name], now[name], join(path, name)); found != "" {
				return found
			}
		}
	case []any:
		was, _ := before.([]any)
		for i := range min(len(was), len(now)) {
			if found := placeholderAt(was[i], now[i], path+"[]"); found != "" {
				return found
			}
		}
	}
	return ""
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
