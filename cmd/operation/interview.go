package operation

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/guided"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/profiles"
)

// interview asks a person for what a call lacks. A nil one asks nothing.
type interview struct {
	call    *call
	guide   *guided.Guide
	answers *guided.Answers
}

// interview begins one; nil where this call may not ask.
func (k *call) interview() (*interview, error) {
	if !k.f.Asks() {
		return nil, nil
	}
	prompts, err := k.f.Prompter()
	if err != nil {
		return nil, err
	}
	i := &interview{call: k, guide: &guided.Guide{Prompts: prompts, Lenient: k.flags.Input.NoValidate}}
	if dir := profiles.StateDir(k.f.Getenv); dir != "" {
		i.answers = guided.OpenAnswers(filepath.Join(dir, "answers", k.fileName()), k.holdsToken)
		i.guide.History = i.answers
	}
	return i, nil
}

// fileName is the name of a file about the operation, the official CLI's.
func (k *call) fileName() string {
	return url.PathEscape(k.api.Name) + "_" + url.PathEscape(k.op.ID) + ".json"
}

// holdsToken finds the tokens of this call in a text.
func (k *call) holdsToken(text string) bool {
	return strings.Contains(text, k.f.Flags.Token) && k.f.Flags.Token != "" || k.client.Redactor().Text(text) != text
}

// params asks for the parameters that the line lacks and adds them to it.
func (i *interview) params(ctx context.Context) error {
	if i == nil {
		return nil
	}
	k := i.call
	if k.f.Flags.Guided {
		k.f.Out.Note("Ctrl-B goes back to the question before, Ctrl-C keeps the answers for the next time")
	}
	added, err := i.guide.Params(ctx, k.op, k.flags.Input.ParamInput(k.positional), k.f.Flags.Guided)
	if err != nil {
		return i.interrupted(err)
	}
	k.positional = append(k.positional, added.Positional...)
	k.flags.Input.Params = append(k.flags.Input.Params, added.Named...)
	return nil
}

// body asks for the body, where the line has none.
func (i *interview) body(ctx context.Context) error {
	if i == nil || i.call.op.Body == nil || i.call.dataGiven || len(i.call.flags.Input.Fields) > 0 {
		return nil
	}
	ask := i.editedBody
	if i.call.f.Flags.Guided {
		ask = i.guidedBody
	}
	data, err := ask(ctx)
	i.call.flags.Input.Data, i.call.dataGiven = data, data != ""
	return i.interrupted(err)
}

// interrupted keeps the answers that were given before the person left, and says
// how to go on. A signal that ends the process is not waited for.
func (i *interview) interrupted(err error) error {
	if err == nil || failure.Of(err).Kind != failure.Interrupted || !i.call.f.Flags.Guided {
		return err
	}
	if i.answers == nil || i.answers.Save() != nil {
		return err
	}
	return failure.New(failure.Interrupted, "%s", err.Error()).
		Hintf("your answers are kept: run the same command again to go on")
}

// guidedBody walks the schema. What only the complete body can tell to be wrong
// is corrected in the editor.
func (i *interview) guidedBody(ctx context.Context) (string, error) {
	k := i.call
	data, err := i.guide.Body(ctx, k.op)
	if err != nil || data == "" || strings.HasPrefix(data, "@") {
		return data, err
	}
	in := k.f.BodyInput(&k.flags.Input, true, "")
	in.Data = &data
	if _, wrong := body.Read(ctx, k.op, in); wrong != nil {
		k.f.Out.Warn(wrong.Error() + "; correct it in the editor")
		json, err := i.guide.Edit(ctx, k.op, data)
		return string(json), err
	}
	return data, nil
}

// editedBody asks for the fields of a small body and opens the editor for any
// other, for a body that need not be there after a question.
func (i *interview) editedBody(ctx context.Context) (string, error) {
	k := i.call
	reads := k.op.Method == http.MethodGet || k.op.Method == http.MethodDelete
	if openapi.JSON(k.op.Body.Contents) == nil || reads && !k.op.Body.Required {
		return "", nil
	}
	small, needed := guided.IsSmall(k.op)
	if small && k.op.Body.Required {
		return i.guide.Fields(ctx, k.op)
	}
	if !k.op.Body.Required {
		q := prompt.Question{Text: k.op.ID + " can have a body; write one in the editor", Yes: needed}
		if small {
			q.Text = k.op.ID + " can have a body; fill in its fields"
		}
		write, err := i.guide.Prompts.Confirm(ctx, q)
		if err != nil || !write {
			return "", err
		}
	}
	if small {
		return i.guide.Fields(ctx, k.op)
	}
	file := k.lastBodyFile()
	start := guided.LastBody(file)
	if start != "" {
		again, err := i.guide.Prompts.Confirm(ctx, prompt.Question{Text: "Begin with the last body of " + k.op.ID, Yes: true})
		if err != nil {
			return "", err
		}
		if !again {
			start = ""
		}
	}
	json, err := i.guide.Edit(ctx, k.op, start)
	if err != nil {
		return "", err
	}
	i.keepBody(file, json)
	return string(json), nil
}

// lastBodyFile is where the official CLI keeps the last body of the operation.
func (k *call) lastBodyFile() string {
	dir := profiles.ConfigDir(k.f.Getenv)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "cache", k.fileName())
}

// keepBody stores the body for the next time. That it fails is a warning: the
// call can be made.
func (i *interview) keepBody(file string, json []byte) {
	if file == "" {
		return
	}
	if err := guided.KeepBody(file, json, i.call.holdsToken); err != nil {
		i.call.f.Out.Warn("the body is not remembered: " + err.Error())
	}
}

// keep stores the answers for the next time, as keepBody does.
func (i *interview) keep(ctx context.Context) {
	if i == nil || i.answers == nil || ctx.Err() != nil {
		return
	}
	if err := i.answers.Save(); err != nil {
		i.call.f.Out.Warn("the answers are not remembered: " + err.Error())
	}
}
