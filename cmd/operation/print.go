package operation

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// printRequest writes the request in the form that the line wants, in place of
// sending it.
func (k *call) printRequest(ctx context.Context, prepared *client.Call) error {
	req, err := k.firstRequest(ctx, prepared)
	if err != nil {
		return err
	}
	text := ""
	switch {
	case k.flags.Print.Curl:
		text, err = k.curl(req, prepared)
	case k.flags.Print.SDK:
		text, err = k.javaScript(req, prepared)
	default:
		if prepared.Token == nil && k.readsToken(req, prepared) {
			req.Header.Set("Authorization", "Bearer ***") // there is none here, and the call needs one
		}
		if err := k.preview(k.f.Streams.Out, req, prepared, preview{tty: k.f.Streams.OutTTY, headers: true}); err != nil {
			return &render.WriteError{Err: err}
		}
		return nil
	}
	if err != nil {
		return err
	}
	return k.f.Out.Text(text)
}

// firstRequest is the first request of the call.
func (k *call) firstRequest(ctx context.Context, prepared *client.Call) (*http.Request, error) {
	return k.client.FirstPage(ctx, prepared, k.pageOptions())
}

// sentBody is the body as it is shown: the files of a form by their names.
func sentBody(payload *body.Body, req *http.Request) (string, error) {
	if payload != nil && payload.Open != nil {
		var text strings.Builder
		for _, part := range payload.Parts {
			text.WriteString(part.Name + "=")
			if part.File != "" {
				text.WriteString("@" + part.File)
			}
			text.WriteString(part.Text + "\n")
		}
		return text.String(), nil
	}
	if req.GetBody == nil {
		return "", nil
	}
	from, err := req.GetBody()
	if err != nil {
		return "", err
	}
	defer from.Close()
	text, err := io.ReadAll(from)
	return string(text), err
}
