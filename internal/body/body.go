// Package body makes the body of a request: it reads what was typed, named or
// piped, decides its media type, and checks it against the operation's schema.
// It sends nothing, and knows neither the terminal nor how stdin was opened.
package body

import (
	"bytes"
	"context"
	"io"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/fields"
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
	Fields     []string                                 // -f as typed; they win over Data
	Typed      bool                                     // the line names a Content-Type: what is no form is sent as it is
	Random     io.Reader                                // makes the boundary of a form
}

// Body is what is sent, and its Content-Type. A form with files has an Open
// instead of Bytes.
type Body struct {
	MediaType string
	Bytes     []byte
	Open      func() (io.ReadCloser, error)
	Size      int64         // of what Open returns, in bytes; -1 where it is not known
	Once      bool          // Open may be called once only
	Parts     []fields.Part // of a form
}

// Reader opens what is sent.
func (b *Body) Reader() (io.ReadCloser, error) {
	if b.Open != nil {
		return b.Open()
	}
	return io.NopCloser(bytes.NewReader(b.Bytes)), nil
}

// Length is how many bytes are sent, -1 where it is not known.
func (b *Body) Length() int64 {
	if b.Open != nil {
		return b.Size
	}
	return int64(len(b.Bytes))
}

// Read returns the body for the operation, or nil when there is none to send.
// Stdin is read, to its end, only when the operation has a body and neither -d
// nor -f was given, or they name it. An empty -d means no body. Errors are of kind Usage,
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
		if len(in.Fields) > 0 {
			return build(op, nil, nil, in)
		}
		return nil, none(op)
	}
	text, err := src.read(ctx)
	if err != nil {
		return nil, err
	}
	if src.optional && strings.TrimSpace(string(text)) == "" {
		return nil, none(op)
	}
	return build(op, src, text, in)
}

func refuse(op *operation.Operation, in Input) error {
	flag := "-d"
	switch {
	case in.Data == nil && len(in.Fields) == 0:
		return nil
	case in.Data == nil:
		flag = "-f"
	}
	return failure.New(failure.Usage, "%s takes no body, so %s has no place here", op.ID, flag).
		Hintf("leave out %s; parameters are given with -p name=value", flag)
}

func none(op *operation.Operation) error {
	if !op.Body.Required {
		return nil
	}
	return failure.New(failure.Usage, "%s needs a body", op.ID).
		Hintf("give one with -d '{…}', with -d @file (JSON or YAML), or on stdin")
}

// build makes the body of the text and the fields in the first of the
// operation's media types that is JSON, else in the first at all: a form of the
// fields, or the text as it is, of which nothing is checked.
func build(op *operation.Operation, src *source, text []byte, in Input) (*Body, error) {
	content := operation.JSON(op.Body.Contents)
	if content == nil && len(op.Body.Contents) > 0 {
		content = op.Body.Contents[0]
		if isForm(content.MediaType) && (!in.Typed && !in.NoValidate || len(in.Fields) > 0) {
			return form(content, src, text, in)
		}
		if len(in.Fields) > 0 {
			return nil, noFields(op, content.MediaType)
		}
		return other(content.MediaType, text), nil
	}
	if content == nil {
		content = &operation.Content{MediaType: "application/json"}
	}
	if len(in.Fields) > 0 {
		return filled(content, src, text, in)
	}
	if in.NoValidate && !src.mayBeYAML() {
		return &Body{MediaType: content.MediaType, Bytes: text}, nil
	}
	doc, err := src.parse(text)
	if err != nil {
		return nil, err
	}
	if err := validate(content.Schema, doc, in.NoValidate); err != nil {
		return nil, err
	}
	return &Body{MediaType: content.MediaType, Bytes: doc.JSON}, nil
}

// other is a body that is not JSON. A range such as */* is no Content-Type, so
// the text decides.
func other(mediaType string, text []byte) *Body {
	if !strings.Contains(mediaType, "*") {
		return &Body{MediaType: mediaType, Bytes: text}
	}
	if _, err := document.ParseJSON("", text); err == nil && !strings.HasPrefix(mediaType, "text/") {
		return &Body{MediaType: "application/json", Bytes: text}
	}
	if strings.HasPrefix(mediaType, "text/") {
		return &Body{MediaType: "text/plain; charset=utf-8", Bytes: text}
	}
	return &Body{MediaType: "application/octet-stream", Bytes: text}
}
