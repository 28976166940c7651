package cmd

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/guided"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/profiles"
)

// params asks for the parameters that the line lacks and adds them to it.
func (i *interview) params(ctx context.Context) error {
	if i == nil {
		return nil
	}
	o := i.options
	words, err := i.guide.Params(ctx, i.op, o.words(), o.guided)
	if err != nil {
		return err
	}
	o.positional = append(o.positional, words.Positional...)
	o.params = append(o.params, words.Named...)
	return nil
}

// body asks for the body, where the line has none.
func (i *interview) body(ctx context.Context) error {
	if i == nil || i.op.Body == nil || i.options.dataSet || len(i.options.fields) > 0 {
		return nil
	}
	data, err := "", error(nil)
	if i.options.guided {
		data, err = i.guidedBody(ctx)
	} else {
		data, err = i.editedBody(ctx)
	}
	i.options.data, i.options.dataSet = data, data != ""
	return err
}

// guidedBody walks the schema. What only the whole body can tell to be wrong is
// mended in the editor.
func (i *interview) guidedBody(ctx context.Context) (string, error) {
	data, err := i.guide.Body(ctx, i.op)
	if err != nil || data == "" || strings.HasPrefix(data, "@") {
		return data, err
	}
	in := i.options.bodyInput()
	in.Data = &data
	if _, wrong := body.Read(ctx, i.op, in); wrong != nil {
		i.options.app.warn(wrong.Error() + "; mend it in the editor")
		json, err := i.guide.Edit(ctx, i.op, data)
		return string(json), err
	}
	return data, nil
}

// editedBody opens the editor, for a body that need not be there after a
// question.
func (i *interview) editedBody(ctx context.Context) (string, error) {
	reads := i.op.Method == http.MethodGet || i.op.Method == http.MethodDelete
	if operation.JSON(i.op.Body.Contents) == nil || reads && !i.op.Body.Required {
		return "", nil
	}
	if !i.op.Body.Required {
		write, err := i.guide.Prompts.Confirm(ctx, prompt.Question{Text: i.op.ID + " can have a body; write one in the editor"})
		if err != nil || !write {
			return "", err
		}
	}
	file := i.options.bodyFile()
	start := guided.LastBody(file)
	if start != "" {
		again, err := i.guide.Prompts.Confirm(ctx, prompt.Question{Text: "Begin with the last body of " + i.op.ID, Yes: true})
		if err != nil {
			return "", err
		}
		if !again {
			start = ""
		}
	}
	json, err := i.guide.Edit(ctx, i.op, start)
	if err != nil {
		return "", err
	}
	return string(json), i.keepBody(file, json)
}

func (i *interview) keepBody(file string, json []byte) error {
	if file == "" {
		return nil
	}
	if err := guided.KeepBody(file, json, i.options.isSecret); err != nil {
		i.options.app.warn("the body is not remembered: " + err.Error())
	}
	return nil
}

// bodyFile is where the official CLI keeps the last body of the operation.
func (o *callOptions) bodyFile() string {
	dir := profiles.ConfigDir(o.app.Getenv)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "cache", o.memory())
}

// askToken asks for the token that is missing, and offers to store it. A call
// that may not ask, or is not sent, ends or goes on without.
func (o *callOptions) askToken(ctx context.Context, server auth.Server, missing error) (*auth.Token, error) {
	switch {
	case failure.Of(missing).Kind != failure.Credentials:
		return nil, missing // a file or keyring that cannot be read
	case o.prints():
		return nil, nil
	case !o.asks():
		return nil, nearHint(server, missing)
	}
	prompts, err := o.prompter()
	if err != nil {
		return nil, err
	}
	line, err := prompts.Password(ctx, prompt.Question{
		Text: "Token for " + server.URL.Host, Help: missing.Error() + ownTokenHint(server),
		Check: func(text string) error {
			_, err := auth.Take(text, auth.FromTerminal)
			return err
		},
	})
	if err != nil {
		return nil, err
	}
	token, err := auth.Take(line, auth.FromTerminal)
	if err != nil {
		return nil, err
	}
	store, err := prompts.Confirm(ctx, prompt.Question{Text: "Store it for later calls"})
	if err != nil || !store {
		return token, err
	}
	return token, o.signIn(ctx, accountOf(token.Value))
}
