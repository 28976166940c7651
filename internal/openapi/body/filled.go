package body

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// filled is a JSON body that fields were put into.
func filled(content *openapi.Content, src *source, text []byte, in Input) (*Body, error) {
	made, err := fill(content.Schema, src, text, in, false)
	if err != nil {
		return nil, err
	}
	if err := fits(content.Schema, made, in); err != nil {
		return nil, err
	}
	return &Body{MediaType: content.MediaType, Bytes: made.JSON()}, nil
}

// fill puts the fields into the text, which src may lack.
func fill(s *openapi.Schema, src *source, text []byte, in Input, form bool) (*fieldDocument, error) {
	var base []byte
	if src != nil {
		doc, err := src.parse(text, in)
		if err != nil {
			return nil, err
		}
		base = doc.JSON
	}
	return buildFields(fieldInput{Fields: in.Fields, Values: in.Values, Base: base, Schema: s, Open: in.open, Form: form, meter: in.meter, values: in.values("-f")})
}

// open opens the file of a field; "-" is stdin.
func (in Input) open(name string) (io.ReadCloser, error) {
	if name != "-" {
		return in.Open(name)
	}
	if in.Stdin == nil {
		return nil, failure.New(failure.Usage, "nothing is piped to stdin")
	}
	return io.NopCloser(in.Stdin), nil
}

// fits checks what was made of fields. A fault names the field that it is in.
func fits(s *openapi.Schema, made *fieldDocument, in Input) error {
	if s == nil || in.NoValidate {
		return nil
	}
	text := made.JSON()
	value, err := schema.DecodeWithin(text, in.values("-f"))
	if failed := new(failure.Error); errors.As(err, &failed) {
		return failed
	}
	if err != nil {
		return failure.New(failure.Usage, "the body of -f: %w", err)
	}
	faults := slices.DeleteFunc(schema.Check(s, value, schema.Request), func(f schema.Fault) bool {
		return slices.ContainsFunc(made.Files(), func(file string) bool {
			return f.Pointer == file || strings.HasPrefix(f.Pointer, file+"/")
		})
	})
	if len(faults) == 0 {
		return nil
	}
	return failure.New(failure.Usage, "body: %s", listAt(faults, func(pointer string) string {
		if field := made.Field(pointer); field != "" {
			return " in " + field
		}
		return ""
	})).Hintf("--help shows a body that fits; --no-validate sends it as it is")
}

func noFields(op *openapi.Operation, mediaType string) error {
	return failure.New(failure.Usage, "%s takes a body of type %s; -f cannot be used", op.ID, mediaType).
		Hintf("give the body with -d @file or on stdin")
}

// where is the place of a fault in a document.
func where(doc *document.Document) func(pointer string) string {
	return func(pointer string) string { return " at " + doc.Where(pointer) }
}
