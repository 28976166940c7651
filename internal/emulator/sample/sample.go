// Package sample creates responses from a definition alone: its examples, or
// values that match its schemas.
package sample

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Options selects a sample.
type Options struct {
	Accept  string
	Example string     // the name of an example, or ""
	Random  *rand.Rand // nil: always the same sample
	Texts   *Cache     // cached samples; nil: no cache
}

// Cache contains the fixed samples, each created once. It has at most one per
// content in the catalog.
type Cache struct{ known sync.Map }

func (t *Cache) text(content *openapi.Content) string {
	if t == nil {
		return Text(content)
	}
	if text, ok := t.known.Load(content); ok {
		return text.(string)
	}
	text := Text(content)
	t.known.Store(content, text)
	return text
}

// Default returns the response of an operation without a service: the example of
// its success, or a sample from the schema.
func Default(op *openapi.Operation) *message.Response {
	a, err := Options{}.Response(message.Success(op), message.SuccessStatus(op))
	if err != nil { // only a named example can be missing
		return message.ErrorResponse(err)
	}
	return a
}

// RedirectTarget is the target of sample redirects. It is a path of this
// emulator, so that a client that follows it stays here.
const RedirectTarget = "/_sample"

// Response returns a sample of a documented response. The error is a 400 for an
// unknown example.
func (w Options) Response(response *openapi.Response, status int) (*message.Response, error) {
	a := &message.Response{Status: status}
	if status >= 300 && status < 400 && status != http.StatusNotModified {
		a.Header = http.Header{"Location": {RedirectTarget}}
	}
	if response == nil || !hasBody(status) {
		return a, nil
	}
	content := Negotiate(response.Contents, w.Accept)
	if content == nil {
		return a, nil
	}
	text, err := w.text(content)
	if err != nil {
		return nil, err
	}
	a.MediaType, a.Body = concreteType(content.MediaType), []byte(text)
	if !httpx.IsJSON(a.MediaType) {
		a.Body = otherDocument(a.MediaType, text)
	}
	return a, nil
}

// hasBody reports whether a response with that status can have a body (RFC 9110,
// section 6.4.1).
func hasBody(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// text returns the JSON of the content's sample: the example that the request
// names; else, unless it is to be random, the first example that matches the
// schema; else a sample from the schema.
func (w Options) text(content *openapi.Content) (string, error) {
	if w.Example != "" {
		return namedExample(content, w.Example)
	}
	if w.Random != nil {
		return schema.SampleWith(content.Schema, schema.SampleOptions{Direction: schema.Response, Random: w.Random}), nil
	}
	return w.Texts.text(content), nil
}

func namedExample(content *openapi.Content, name string) (string, error) {
	var names []string
	for _, example := range content.Examples {
		if example.Name == name {
			return example.Value, nil
		}
		if example.Name != "" {
			names = append(names, example.Name)
		}
	}
	there := "it has no named examples"
	if len(names) > 0 {
		there = "it has " + strings.Join(names, ", ")
	}
	return "", message.Refuse(http.StatusBadRequest, "header parameter Prefer: the response has no example %q; %s", name, there)
}

func Text(content *openapi.Content) string {
	for _, example := range content.Examples {
		if isValid(content.Schema, example.Value) {
			return example.Value
		}
	}
	return schema.SampleWith(content.Schema, schema.SampleOptions{Direction: schema.Response, Full: true, Realistic: true})
}

// isValid reports whether an example is JSON that matches its schema.
func isValid(s *openapi.Schema, text string) bool {
	value, err := schema.Decode([]byte(text))
	return err == nil && (s == nil || len(schema.Check(s, value, schema.Response)) == 0)
}

// Preferred returns a sample of the status that a request asks for. The problem
// is a 400 that lists the documented statuses.
func (w Options) Preferred(op *openapi.Operation, code int) (*message.Response, error) {
	if code == 0 {
		return w.Response(message.Success(op), message.SuccessStatus(op))
	}
	text := strconv.Itoa(code)
	for _, status := range []string{text, text[:1] + "XX", text[:1] + "xx", "default"} {
		for _, r := range op.Responses {
			if r.Status == status {
				return w.Response(r, code)
			}
		}
	}
	var known []string
	for _, r := range op.Responses {
		known = append(known, r.Status)
	}
	return nil, message.Refuse(http.StatusBadRequest, "header parameter Prefer: %s has no response %d; it has %s",
		op.ID, code, strings.Join(known, ", "))
}

// Organization is the id of the mock's organization; "123:owner" is a role in it.
const Organization = "123"

// User is the id of the user that the mock's tokens belong to.
const User = "10006129"
