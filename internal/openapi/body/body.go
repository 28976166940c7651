// Package body makes the body of a request: it reads what was typed, named or
// piped, decides its media type, and checks it against the operation's schema.
// It sends nothing, and knows neither the terminal nor how stdin was opened.
package body

import (
	"bytes"
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

// Input is where the body of one call may come from.
type Input struct {
	Data       *string                                  // -d as typed: text, "@file", "@-" or "-"; nil when absent
	Stdin      io.Reader                                // nil when it is a terminal or must not be read
	Open       func(name string) (io.ReadCloser, error) // os.Open
	Waiting    func()                                   // called once when stdin has been silent for Silence; may be nil
	Silence    time.Duration                            // two seconds when 0
	NoValidate bool                                     // send what was typed
	Fields     []string                                 // -f as typed; they win over Data
	Values     []Value                                  // what a program gives for fields; Fields win over them
	Random     io.Reader                                // makes the boundary of a form
	Budget     budget.Budget                            // of what is held in memory

	// ContentType is the header that the line names, "" for none. It chooses
	// among the operation's media types; what is not a form already is sent as
	// it is.
	ContentType string

	meter *budget.Meter // of the texts that are read: the body and the files of fields
}

// Value is a field that is not typed: no text in it names a file. A value that
// has a path as -f has it, such as address.city or tags[], goes there.
type Value struct {
	Name string
	Text string      // gets the type that the schema asks for
	JSON *jsonx.Node // in place of Text; nil for none
	From string      // for messages: "column name"; "" for the name
}

// hasFields reports whether the body is made of fields.
func (in *Input) hasFields() bool { return len(in.Fields)+len(in.Values) > 0 }

// Body is what is sent, and its Content-Type. A form with files has an Open
// instead of Bytes.
type Body struct {
	MediaType string
	Bytes     []byte
	Open      func() (io.ReadCloser, error)
	Size      int64  // of what Open returns, in bytes; -1 where it is not known
	Once      bool   // Open may be called once only
	Parts     []Part // of a form
}

// values counts what a text takes once it is read.
func (in *Input) values(name string) *budget.Meter {
	return in.Budget.Values(failure.Usage, "the body from "+name)
}

// Reader opens what is sent.
func (b *Body) Reader() (io.ReadCloser, error) {
	if b.Open != nil {
		return b.Open()
	}
	if len(b.Bytes) == 0 {
		return http.NoBody, nil // else net/http takes the length for unknown
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
	if src.optional && strings.TrimSpace(string(text)) == "" {
		return nil, none(op)
	}
	if !src.optional || op.Body.Required {
		return build(op, src, text, in)
	}
	return piped(op, src, text, in)
}

// piped makes the body of text that nobody said is one: stdin may be the list
// of a loop that the call stands in. What cannot be a body is an error.
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

// mayBe reports whether text begins as a value that the schema has: an object
// or an array, and a string or number only where the schema says so.
func mayBe(s *openapi.Schema, text []byte) bool {
	if plain, err := jsonx.UTF8(text); err == nil {
		text = plain
	}
	first := bytes.TrimSpace(text)[:1]
	if first[0] == '{' || first[0] == '[' {
		return true
	}
	for _, name := range schema.Types(s) {
		if name != "object" && name != "array" && json.Valid(text) {
			return true
		}
	}
	return false
}

func refuse(op *openapi.Operation, in Input) error {
	flag := "-d"
	switch {
	case in.Data == nil && !in.hasFields():
		return nil
	case in.Data == nil && len(in.Fields) == 0:
		return failure.New(failure.Usage, "%s does not accept a request body, and has no parameter %s", op.ID, in.Values[0].Name)
	case in.Data == nil:
		flag = "-f"
	}
	return failure.New(failure.Usage, "%s does not accept a request body; remove %s", op.ID, flag).
		Hintf("leave out %s; parameters are given with -p name=value", flag)
}

func none(op *openapi.Operation) error {
	if !op.Body.Required {
		return nil
	}
	return failure.New(failure.Usage, "%s needs a body", op.ID).
		Hintf("give one with -d '{…}', with -d @file (JSON or YAML), or on stdin")
}

// build makes the body of the text and the fields in one of the operation's
// media types: as JSON, as a form of the fields, or the text as it is, of which
// nothing is checked.
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

// contentFor is the media type that the header of the line names, else that of
// the file's name, else the first JSON, else the first at all.
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

// declared is the content of that media type, else of the narrowest range that
// it is in; ranges of everything count where any is true.
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

// other is a body that is not JSON. A range such as image/* is not a
// Content-Type, so the file's name decides, then the text.
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

// maxFaults is how many faults one error lists.
const maxFaults = 5

// Check holds a document against a schema, which may be nil. The error, of kind
// Usage, lists what is wrong and where it stands.
func Check(s *openapi.Schema, doc *document.Document) error { return validate(s, doc, Input{}) }

// validate makes one error of all faults that the document has.
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
		Hintf("--help shows a body that fits; --no-validate sends it as it is")
}

// listAt lists faults, each with what at says of its place.
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

// Base is the JSON text of the input's Data, for a caller that goes on with it;
// nil where there is none. Errors are those of Read.
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
