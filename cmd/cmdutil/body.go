package cmdutil

import (
	"io"
	"os"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi/body"
)

// BodyInput returns the sources of a call's body: the command line, a file or stdin.
// contentType is the header on the command line, or "".
func (f *Factory) BodyInput(i *InputFlags, hasData bool, contentType string) body.Input {
	in := body.Input{
		Open:       func(name string) (io.ReadCloser, error) { return os.Open(name) },
		NoValidate: i.NoValidate,
		Waiting: func() {
			f.Out.Note("reading the request body from stdin (end it with Ctrl-D, or use -d)…")
		},
		Fields: i.Fields, Random: f.Random, ContentType: contentType, Budget: f.Out.Budget,
	}
	hasInput := hasData
	if hasData {
		in.Data = &i.Data
	}
	readsStdin := func(field string) bool { return len(field) > 2 && strings.HasSuffix(field, "@-") }
	for _, field := range i.Fields {
		hasInput = hasInput || readsStdin(field)
	}
	if !f.Streams.InTTY || hasInput {
		in.Stdin = f.Streams.In
	}
	return in
}

// WatchBody shows the upload progress of a long body on a terminal.
func (f *Factory) WatchBody(payload *body.Body) {
	if payload == nil || payload.Open == nil {
		return
	}
	open := payload.Open
	payload.Open = func() (io.ReadCloser, error) {
		from, err := open()
		if err != nil {
			return nil, err
		}
		return struct {
			io.Reader
			io.Closer
		}{f.Out.Bytes(0, payload.Size).Sender(from), from}, nil
	}
}
