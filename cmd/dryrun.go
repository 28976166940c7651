package cmd

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/body"
	"github.com/epilot-cli/epilot/internal/call"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/paging"
	"github.com/epilot-cli/epilot/internal/term"
)

// instead is what the line wants to see in place of an answer.
type instead struct {
	curl, sdk bool
}

func (i *instead) add(flags *pflag.FlagSet) {
	flags.BoolVar(&i.curl, "curl", false, "Print the call as a curl command that reads $EPILOT_TOKEN; send nothing")
	flags.BoolVar(&i.sdk, "sdk", false, "Print the call in JavaScript, with epilot's SDK; send nothing")
}

// prints tells that nothing is sent, so that no credentials are needed.
func (o *callOptions) prints() bool { return o.dryRun || o.show.curl || o.show.sdk }

// checkPrints refuses a line that wants two things at once.
func (o *callOptions) checkPrints() error {
	n := 0
	for _, wanted := range []bool{o.dryRun, o.show.curl, o.show.sdk} {
		if wanted {
			n++
		}
	}
	if n > 1 {
		return failure.New(failure.Usage, "--dry-run, --curl and --sdk exclude each other").
			Hintf("give one of them")
	}
	return nil
}

// printRequest writes the request in the form that the line wants.
func (a *answer) printRequest(ctx context.Context, planned *call.Call) error {
	req, err := a.request(ctx, planned)
	if err != nil {
		return err
	}
	streams := a.options.app.Streams
	text := ""
	switch {
	case a.options.show.curl:
		text, err = a.curl(req, planned)
	case a.options.show.sdk:
		text, err = a.javaScript(planned)
	default:
		if a.readsToken(req, planned) && planned.Token == "" {
			req.Header.Set("Authorization", "Bearer ***") // there is none here, and the call needs one
		}
		return asWriteError(a.preview(streams.Out, req, planned, streams.OutTTY))
	}
	if err != nil {
		return err
	}
	if streams.OutTTY {
		text = term.Safe(text)
	}
	_, err = io.WriteString(streams.Out, text)
	return asWriteError(err)
}

// request is the first request of the call.
func (a *answer) request(ctx context.Context, planned *call.Call) (*http.Request, error) {
	req, err := planned.Request(ctx)
	if err != nil || a.options.pages.pageSize == 0 {
		return req, err
	}
	pages, err := paging.New(paging.Options{Operation: a.op, PageSize: a.options.pages.pageSize})
	if err != nil {
		return nil, err
	}
	return pages.First(req)
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
