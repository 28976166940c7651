package operation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/guided"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/output/render"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

// interview prompts for the missing input of a call. A nil interview prompts for
// nothing.
type interview struct {
	call  *call
	guide *guided.Guide
}

// interview starts an interview, or returns nil if this call must not prompt.
func (k *call) interview() (*interview, error) {
	if !k.f.Asks() {
		return nil, nil
	}
	prompts, err := k.f.Prompter()
	if err != nil {
		return nil, err
	}
	i := &interview{call: k, guide: &guided.Guide{Prompts: prompts, Lenient: k.flags.Input.NoValidate}}
	if !k.client.Unsent {
		i.guide.IDs = func(ctx context.Context, p *openapi.Param, in params.Input) []complete.Candidate {
			defer k.f.Out.Wait("looking up values of " + p.Name)()
			return ids{k.f, k.api, k.op}.of(ctx, p, in)
		}
		i.guide.Members = func(ctx context.Context) []complete.Candidate {
			defer k.f.Out.Wait("looking up the fields of the schema")()
			return ids{k.f, k.api, k.op}.fields(ctx, k.flags.Input.ParamInput(k.positional))
		}
	}
	if dir := profiles.StateDir(k.f.Getenv); dir != "" && keepsHistory(k.f) {
		i.guide.Answers = guided.OpenAnswers(filepath.Join(dir, "answers", k.fileName()), k.holdsToken)
	}
	return i, nil
}

// fileName returns the file name for the operation, as in the official CLI.
func (k *call) fileName() string {
	return url.PathEscape(k.api.Name) + "_" + url.PathEscape(k.op.ID) + ".json"
}

// holdsToken reports whether text contains a token of this call.
func (k *call) holdsToken(text string) bool {
	return strings.Contains(text, k.f.Flags.Token) && k.f.Flags.Token != "" || k.client.Redactor().Text(text) != text
}

// params prompts for the missing parameters and adds them to the line.
func (i *interview) params(ctx context.Context) error {
	if i == nil {
		return nil
	}
	k := i.call
	switch {
	case k.f.Flags.Guided && i.guide.Answers == nil:
		k.f.Out.Note("Ctrl-B goes back")
	case k.f.Flags.Guided:
		k.f.Out.Note("Ctrl-B goes back one question, Ctrl-C saves your answers for the next run")
	}
	added, err := i.guide.Params(ctx, k.op, k.flags.Input.ParamInput(k.positional), k.f.Flags.Guided)
	if err != nil {
		return i.interrupted(err)
	}
	k.positional = append(k.positional, added.Positional...)
	k.flags.Input.Params = append(k.flags.Input.Params, added.Named...)
	return nil
}

// body prompts for the body if the line has none.
func (i *interview) body(ctx context.Context) error {
	if i == nil || i.call.op.Body == nil || i.call.hasData || len(i.call.flags.Input.Fields) > 0 {
		return nil
	}
	ask := i.missingBody
	if i.call.f.Flags.Guided {
		ask = i.guidedBody
	}
	data, err := ask(ctx)
	i.call.flags.Input.Data, i.call.hasData = data, data != ""
	return i.interrupted(err)
}

// interrupted stores the answers entered so far and says how to continue. A signal
// that ends the process is not waited for.
func (i *interview) interrupted(err error) error {
	if i == nil || err == nil || failure.Of(err).Kind != failure.Interrupted || !i.call.f.Flags.Guided {
		return err
	}
	if i.guide.Answers == nil || i.guide.Answers.Save() != nil {
		return err
	}
	return failure.New(failure.Interrupted, "%s", err.Error()).
		Hintf("your answers are saved: run the same command again to continue")
}

// guidedBody prompts along the schema.
func (i *interview) guidedBody(ctx context.Context) (string, error) {
	data, err := i.guide.Body(ctx, i.call.op)
	return i.corrected(ctx, data, err)
}

// corrected opens the editor for errors that only the complete body reveals.
func (i *interview) corrected(ctx context.Context, data string, err error) (string, error) {
	k := i.call
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

// missingBody prompts for the fields of a small body, and for how to enter any other
// body. For an optional body it asks first.
func (i *interview) missingBody(ctx context.Context) (string, error) {
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
		q := prompt.Question{Text: "Add a request body to " + k.op.ID + "?", Yes: needed}
		if small {
			q.Text = "Fill in the request body of " + k.op.ID + "?"
		}
		write, err := i.guide.Prompts.Confirm(ctx, q)
		if err != nil || !write {
			return "", err
		}
	}
	if small {
		return i.guide.Fields(ctx, k.op)
	}
	way, err := i.guide.Way(ctx, k.op)
	if err != nil {
		return "", err
	}
	switch way {
	case guided.ByForm:
		data, err := i.guide.Form(ctx, k.op)
		return i.corrected(ctx, data, err)
	case guided.BySample:
		return i.sampleBody(ctx)
	}
	return i.editedBody(ctx)
}

// sampleBody shows the body of the operation's example and uses it once confirmed.
func (i *interview) sampleBody(ctx context.Context) (string, error) {
	k := i.call
	data := help.Body(k.op, false)
	var shown bytes.Buffer
	if json.Indent(&shown, []byte(data), "", "  ") != nil {
		shown.WriteString(data)
	}
	if _, err := fmt.Fprintln(k.f.Streams.Err, term.Safe(shown.String())); err != nil {
		return "", &render.WriteError{Err: err}
	}
	return data, k.f.Confirm(ctx, prompt.Question{Text: "Send this body?"}, "cancelled; nothing was sent")
}

// editedBody opens the editor, with the previous body if the user wants it.
func (i *interview) editedBody(ctx context.Context) (string, error) {
	k := i.call
	file := k.lastBodyFile()
	start := guided.LastBody(file)
	if start != "" {
		again, err := i.guide.Prompts.Confirm(ctx, prompt.Question{Text: "Begin with the last body of " + k.op.ID + "?", Yes: true})
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

// lastBodyFile returns the file where the official CLI keeps the operation's last
// body.
func (k *call) lastBodyFile() string {
	dir := profiles.ConfigDir(k.f.Getenv)
	if dir == "" || !keepsHistory(k.f) {
		return ""
	}
	return filepath.Join(dir, "cache", k.fileName())
}

// keepBody stores the body for the next time. A failure is only a warning, since the
// call can still be made.
func (i *interview) keepBody(file string, json []byte) {
	if file == "" {
		return
	}
	if err := guided.KeepBody(file, json, i.call.holdsToken); err != nil {
		i.call.f.Out.Warn("the body is not remembered: " + err.Error())
	}
}

// keep stores the answers for the next time, like keepBody.
func (i *interview) keep(ctx context.Context) {
	if i == nil || i.guide.Answers == nil || ctx.Err() != nil {
		return
	}
	if err := i.guide.Answers.Save(); err != nil {
		i.call.f.Out.Warn("the answers are not remembered: " + err.Error())
	}
}
