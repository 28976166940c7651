// Package body makes the body of a request: it reads what was typed, named or
// piped, decides its media type, and checks it against the operation's schema.
// It sends nothing, and knows neither the terminal nor how stdin was opened.
package body

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Input is where the body of one call may come from.
type Input struct {
	Data       *string                                  // -d as typed: text, "@file", "@-" or "-"; nil when absent
	Stdin      io.Reader                                // nil when it is a terminal or must not be read
	Open       func(name string) (io.ReadCloser, error) // os.Open
	Waiting    func()                                   // called once when stdin has been silent for Silence; may be nil
	Silence    time.Duration                            // two seconds when 0
	NoValidate bool                                     // send what was typed
}

// Body is what is sent, and its Content-Type.
type Body struct {
	MediaType string
	Bytes     []byte
}

// Read returns the body for the operation, or nil when there is none to send.
// Stdin is read, to its end, only when the operation has a body and no -d was
// given, or -d names it. An empty -d means no body. Errors are of kind Usage,
// or File for a file that cannot be read; when the context ends, of kind
// Interrupted.
func Read(ctx context.Context, op *operation.Operation, in Input) (*Body, error) {
	if op.Body == nil {
		return nil, refuse(op, in)
	}
	src, err := choose(in)
	if err != nil {
		return nil, err
	}
	if src == nil {
		return nil, none(op)
	}
	text, err := src.read(ctx)
	if err != nil {
		return nil, err
	}
	if src.optional && strings.TrimSpace(string(text)) == "" {
		return nil, none(op)
	}
	return build(op, src, text, in.NoValidate)
}

func refuse(op *operation.Operation, in Input) error {
	if in.Data == nil {
		return nil
	}
	return failure.New(failure.Usage, "%s takes no body, so -d has no place here", op.ID).
		Hintf("leave out -d; parameters are given with -p name=value")
}

func none(op *operation.Operation) error {
	if !op.Body.Required {
		return nil
	}
	return failure.New(failure.Usage, "%s needs a body", op.ID).
		Hintf("give one with -d '{…}', with -d @file (JSON or YAML), or on stdin")
}

// build makes the body of the text in the first of the operation's media types
// that is JSON, else in the first at all, of which nothing is checked.
func build(op *operation.Operation, src *source, text []byte, noValidate bool) (*Body, error) {
	content := operation.JSON(op.Body.Contents)
	if content == nil && len(op.Body.Contents) > 0 {
		return other(op.Body.Contents[0].MediaType, text), nil
	}
	if content == nil {
		content = &operation.Content{MediaType: "application/json"}
	}
	if noValidate && !src.mayBeYAML() {
		return &Body{content.MediaType, text}, nil
	}
	doc, err := src.parse(text)
	if err != nil {
		return nil, err
	}
	if err := validate(content.Schema, doc, noValidate); err != nil {
		return nil, err
	}
	return &Body{content.MediaType, doc.JSON}, nil
}

// other is a body that is not JSON. A range such as */* is no Content-Type, so
// the text decides.
func other(mediaType string, text []byte) *Body {
	if !strings.Contains(mediaType, "*") {
		return &Body{mediaType, text}
	}
	if _, err := document.ParseJSON("", text); err == nil && !strings.HasPrefix(mediaType, "text/") {
		return &Body{"application/json", text}
	}
	if strings.HasPrefix(mediaType, "text/") {
		return &Body{"text/plain; charset=utf-8", text}
	}
	return &Body{"application/octet-stream", text}
}
