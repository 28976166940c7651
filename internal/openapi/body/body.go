// Package body builds request bodies: it reads inline data, files, stdin and fields,
// chooses the media type and validates the result against the operation's schema. It
// sends nothing and does not know the terminal or how stdin was opened.
package body

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Input describes where the body of one call comes from.
type Input struct {
	Data       *string                                  // -d as typed: inline data, "@file", "@-" or "-"; nil if absent
	DataName   string                                   // label of inline Data in messages; "" for -d
	Stdin      io.Reader                                // nil if it is a terminal or must not be read
	Open       func(name string) (io.ReadCloser, error) // os.Open
	Waiting    func()                                   // called once if stdin is silent for Silence; may be nil
	Silence    time.Duration                            // two seconds if 0
	NoValidate bool                                     // send the input unchecked
	Fields     []string                                 // -f as typed; they override Data
	Values     []Value                                  // field values set by the program; Fields override them
	Random     io.Reader                                // source of the form boundary
	Budget     budget.Budget                            // memory limit

	// ContentType is the header set by the user, or "". It selects one of the
	// operation's media types; data that is not a form is sent unchanged.
	ContentType string

	meter *budget.Meter // counts the data read: the body and the files of fields
}

// Value is a field set by the program: its text never names a file. The name may be
// a path as in -f, such as address.city or tags[].
type Value struct {
	Name string
	Text string      // converted to the type in the schema
	JSON *jsonx.Node // used instead of Text; may be nil
	From string      // label for messages: "column name"; "" for the name
}

// hasFields reports whether the body is built from fields.
func (in *Input) hasFields() bool { return len(in.Fields)+len(in.Values) > 0 }

// Body is the request body and its Content-Type. A form with files has Open instead
// of Bytes.
type Body struct {
	MediaType string
	Bytes     []byte
	Open      func() (io.ReadCloser, error)
	Size      int64  // of the data from Open, in bytes; -1 if unknown
	Once      bool   // Open can be called only once
	Parts     []Part // of a form
}

// values counts the memory of parsed data.
func (in *Input) values(name string) *budget.Meter {
	return in.Budget.Values(failure.Usage, "the body from "+name)
}

// Reader opens the body.
func (b *Body) Reader() (io.ReadCloser, error) {
	if b.Open != nil {
		return b.Open()
	}
	if len(b.Bytes) == 0 {
		return http.NoBody, nil // otherwise net/http treats the length as unknown
	}
	return io.NopCloser(bytes.NewReader(b.Bytes)), nil
}

// Length returns the length in bytes, or -1 if unknown.
func (b *Body) Length() int64 {
	if b.Open != nil {
		return b.Size
	}
	return int64(len(b.Bytes))
}

// Read returns the body for the operation, or nil if there is none. Stdin is read,
// to its end, only if the operation has a body and either neither -d nor -f is set
// or they name stdin. An empty -d means no body. Errors are of kind Usage, or File
// if a file cannot be read, or Interrupted if the context ends.
func Read(ctx context.Context, op *openapi.Operation, in Input) (*Body, error) {
	if op.Body == nil {
		return nil, refuse(op, in)
	}
	in.meter = in.Budget.Meter(failure.Usage, "the body of "+op.ID)
	src, err := choose(in)
	if err != nil {
		return nil, err
	}
	if src == nil {
		if in.hasFields() {
			return build(op, nil, nil, in)
		}
		return nil, none(op)
	}
	text, err := src.read(ctx, in.meter)
	if err != nil {
		return nil, err
	}
	if src.optional && isBlank(text) {
		return nil, none(op)
	}
	if !src.optional || op.Body.Required {
		return build(op, src, text, in)
	}
	return piped(op, src, text, in)
}

// piped builds the body from stdin that was not requested explicitly: it may be the
// input of a shell loop around the call. Data that cannot be a body is an error.
func piped(op *openapi.Operation, src *source, text []byte, in Input) (*Body, error) {
	const hint = "add </dev/null if stdin is not for this call, or -d - if it is the body"
	if content := contentFor(op.Body.Contents, src, in); httpx.IsJSON(content.MediaType) && !mayBe(content.Schema, text) {
		return nil, failure.New(failure.Usage, "stdin was read for a body of %s, and is not a JSON object or array", op.ID).
			Hintf(hint)
	}
	made, err := build(op, src, text, in)
	if err != nil && failure.Of(err).Kind == failure.Usage {
		return nil, failure.New(failure.Usage, "stdin was read for a body of %s: %w", op.ID, err).Hintf(hint)
	}
	return made, err
}

// mayBe reports whether text starts like a value that the schema allows: an object
// or array, or a string or number if the schema allows it.
func mayBe(s *openapi.Schema, text []byte) bool {
	if plain, err := jsonx.UTF8(text); err == nil {
		text = plain
	}
	if start := bytes.TrimSpace(text); bytes.HasPrefix(start, []byte("{")) || bytes.HasPrefix(start, []byte("[")) {
		return true
	}
	for _, name := range schema.Types(s) {
		if name != "object" && name != "array" && json.Valid(text) {
			return true
		}
	}
	return false
}

// isBlank reports whether text is empty, but for white space and a byte order mark.
func isBlank(text []byte) bool {
	if plain, err := jsonx.UTF8(text); err == nil {
		text = plain
	}
	return len(bytes.TrimSpace(text)) == 0
}

func refuse(op *openapi.Operation, in Input) error {
	flag := cmp.Or(in.DataName, "-d")
	switch {
	case in.Data == nil && !in.hasFields():
		return nil
	case in.Data == nil && len(in.Fields) == 0:
		return failure.New(failure.Usage, "%s does not accept a request body, and has no parameter %s", op.ID, in.Values[0].Name)
	case in.Data == nil:
		flag = "-f"
	}
	return failure.New(failure.Usage, "%s does not accept a request body; remove %s", op.ID, flag).
		Hintf("pass parameters with -p name=value")
}

func none(op *openapi.Operation) error {
	if !op.Body.Required {
		return nil
	}
	return failure.New(failure.Usage, "%s needs a body", op.ID).
		Hintf("pass one with -d '{…}', -d @file (JSON or YAML) or on stdin")
}

// build builds the body from the data and fields in one of the operation's media
// types: as JSON, as a form of the fields, or as the unchanged, unchecked data.
func build(op *openapi.Operation, src *source, text []byte, in Input) (*Body, error) {
	content := contentFor(op.Body.Contents, src, in)
	if !httpx.IsJSON(content.MediaType) {
		if isForm(content.MediaType) && (in.ContentType == "" && !in.NoValidate || in.hasFields()) {
			return form(content, src, text, in)
		}
		if in.hasFields() {
			return nil, noFields(op, content.MediaType)
		}
		return other(content.MediaType, src, text), nil
	}
	if in.hasFields() {
		return filled(content, src, text, in)
	}
	if in.NoValidate && !src.mayBeYAML() {
		return &Body{MediaType: content.MediaType, Bytes: text}, nil
	}
	doc, err := src.parse(text, in)
	if err != nil {
		return nil, err
	}
	if err := validate(content.Schema, doc, in); err != nil {
		return nil, err
	}
	return &Body{MediaType: content.MediaType, Bytes: doc.JSON}, nil
}

// contentFor returns the content for the Content-Type header, else for the file
// name, else the first JSON content, else the first content.
func contentFor(contents []*openapi.Content, src *source, in Input) *openapi.Content {
	if in.ContentType != "" {
		if content := declared(contents, in.ContentType, true); content != nil {
			return content
		}
		if !httpx.IsJSON(in.ContentType) && !in.hasFields() {
			return &openapi.Content{MediaType: in.ContentType}
		}
	}
	if src != nil && src.file && !in.hasFields() {
		if known := MediaTypeOf(src.name); known != unknownType && !httpx.IsJSON(known) {
			if content := declared(contents, known, false); content != nil {
				return content
			}
		}
	}
	if content := openapi.JSON(contents); content != nil {
		return content
	}
	if len(contents) > 0 {
		return contents[0]
	}
	return &openapi.Content{MediaType: "application/json"}
}

// declared returns the content of this media type, else of the narrowest matching
// range; */* counts only if any is true.
func declared(contents []*openapi.Content, mediaType string, any bool) *openapi.Content {
	essence := httpx.Essence(mediaType)
	kind, _, _ := strings.Cut(essence, "/")
	wanted := []string{essence, kind + "/*"}
	if any {
		wanted = append(wanted, "*/*")
	}
	for _, name := range wanted {
		for _, content := range contents {
			if httpx.Essence(content.MediaType) == name {
				return content
			}
		}
	}
	return nil
}

// other returns a body that is not JSON. A range such as image/* is not a
// Content-Type, so the file name decides, then the data.
func other(mediaType string, src *source, text []byte) *Body {
	if mediaType != "" && !strings.Contains(mediaType, "*") {
		return &Body{MediaType: mediaType, Bytes: text}
	}
	kind, _, _ := strings.Cut(httpx.Essence(mediaType), "*")
	fits := func(known string) bool { return known != unknownType && strings.HasPrefix(known, kind) }
	if src != nil && src.file {
		if known := MediaTypeOf(src.name); fits(known) {
			return &Body{MediaType: known, Bytes: text}
		}
	}
	if _, err := document.ParseJSON("", text); err == nil && fits("application/json") {
		return &Body{MediaType: "application/json", Bytes: text}
	}
	if kind == "text/" {
		return &Body{MediaType: "text/plain; charset=utf-8", Bytes: text}
	}
	if found := http.DetectContentType(text); kind != "" && fits(found) {
		return &Body{MediaType: found, Bytes: text}
	}
	return &Body{MediaType: unknownType, Bytes: text}
}

// maxFaults is the maximum number of faults in one error.
const maxFaults = 5

// Check validates a document against a schema, which may be nil. The error, of kind
// Usage, lists the faults and their positions.
func Check(s *openapi.Schema, doc *document.Document) error { return validate(s, doc, Input{}) }

// validate combines all faults of the document into one error.
func validate(s *openapi.Schema, doc *document.Document, in Input) error {
	if s == nil || in.NoValidate {
		return nil
	}
	value, err := schema.DecodeWithin(doc.JSON, in.values(doc.Name))
	if failed := new(failure.Error); errors.As(err, &failed) {
		return failed
	}
	if err != nil {
		return failure.New(failure.Usage, "body from %s: %w", doc.Name, err)
	}
	faults := schema.Check(s, value, schema.Request)
	if len(faults) == 0 {
		return nil
	}
	return failure.New(failure.Usage, "body: %s", listAt(faults, where(doc))).
		Hintf("--help shows a valid body; --no-validate sends yours unchanged")
}

// listAt lists faults, each with the result of at for its position.
func listAt(faults []schema.Fault, at func(pointer string) string) string {
	var lines []string
	for _, f := range faults[:min(len(faults), maxFaults)] {
		lines = append(lines, f.String()+at(f.Pointer))
	}
	if hidden := len(faults) - maxFaults; hidden > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", hidden))
	}
	return strings.Join(lines, "; ")
}

// Base returns the input's Data as JSON, for a caller that modifies it; nil if there
// is none. Errors are those of Read.
func Base(ctx context.Context, in Input) ([]byte, error) {
	if in.Data == nil {
		return nil, nil
	}
	in.meter = in.Budget.Meter(failure.Usage, "the body")
	src, err := choose(in)
	if err != nil || src == nil {
		return nil, err
	}
	text, err := src.read(ctx, in.meter)
	if err != nil {
		return nil, err
	}
	doc, err := src.parse(text, in)
	if err != nil {
		return nil, err
	}
	return doc.JSON, nil
}
