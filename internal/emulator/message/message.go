// Package message defines the types that the parts of the mock exchange: a
// request to an operation, its response, and the errors that clients see.
package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/object"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// Request is a request to an operation, as far as it has been parsed.
type Request struct {
	HTTP  *http.Request
	API   *openapi.API
	Op    *openapi.Operation
	Path  map[string]string // path parameters, decoded
	Query url.Values
	Body  any    // as schema.Decode returns it; nil without a body
	Raw   []byte // the unparsed body
	Kept  bool   // the state was updated, even if the response is a sample
}

// Value returns a query parameter or member of the body as a string, or "".
func (r *Request) Value(name string) string {
	if r.Query.Has(name) {
		return r.Query.Get(name)
	}
	body, _ := r.Body.(map[string]any)
	switch value := body[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	}
	return ""
}

// Object returns the body if it is an object or a form, otherwise nil.
func (r *Request) Object() jsonx.Object {
	if _, isObject := r.Body.(map[string]any); !isObject {
		return nil
	}
	if sent, ok := jsonx.ParseObject(r.Raw); ok {
		return sent
	}
	sent, _ := jsonx.ParseObject(object.Encode(r.Body))
	return sent
}

// Handler serves one operation.
type Handler func(*Request) (*Response, error)

// Response is a complete response: the mock's responses are small.
type Response struct {
	Status    int
	MediaType string // "" without a body
	Body      []byte
	Header    http.Header
}

func (a *Response) Write(w http.ResponseWriter) {
	a.WriteHeader(w)
	// An error means that the client has gone away; there is nobody to tell.
	_, _ = w.Write(a.Body)
}

// WriteHeader writes the status and the headers.
func (a *Response) WriteHeader(w http.ResponseWriter) {
	header := w.Header()
	for key, values := range a.Header {
		header[key] = values
	}
	if a.MediaType != "" {
		header["Content-Type"] = []string{a.MediaType}
		header["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
	}
	w.WriteHeader(a.Status)
}

// JSON returns a response with the value as its body, without HTML escapes.
func JSON(status int, value any) (*Response, error) {
	text, err := jsonx.Encode(value)
	if err != nil {
		return nil, fmt.Errorf("cannot encode the response: %w", err)
	}
	return &Response{Status: status, MediaType: "application/json", Body: text}, nil
}

// Problem is an error for the client, in the format of the API's own error bodies.
type Problem struct {
	Status  int    `json:"status"`
	Message string `json:"error"`
	header  http.Header
}

func Refuse(status int, format string, args ...any) *Problem {
	return &Problem{Status: status, Message: fmt.Sprintf(format, args...), header: http.Header{}}
}

func (p *Problem) With(key, value string) *Problem {
	p.header.Set(key, value)
	return p
}

func (p *Problem) Error() string { return p.Message }

// ErrorResponse returns the response for an error: the status of a Problem, and
// 500 for anything else (the state file, a definition).
func ErrorResponse(err error) *Response {
	var problem *Problem
	if !errors.As(err, &problem) {
		problem = Refuse(http.StatusInternalServerError, "%s", err)
	}
	a, err := JSON(problem.Status, problem)
	if err != nil {
		return &Response{Status: http.StatusInternalServerError}
	}
	a.Header = problem.header
	return a
}

// Unauthorized returns a 401 with the challenge of RFC 6750, section 3.
func Unauthorized(reason string) error {
	return Refuse(http.StatusUnauthorized, "%s", reason).With("WWW-Authenticate", "Bearer")
}

// SplitList splits a header at separators outside quoted strings, and omits empty
// elements.
func SplitList(text, separators string) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text), !quoted && strings.IndexByte(separators, text[i]) >= 0:
			if part := strings.TrimSpace(text[min(start, len(text)):i]); part != "" {
				parts = append(parts, part)
			}
			start = i + 1
		case text[i] == '"':
			quoted = !quoted
		case text[i] == '\\' && quoted:
			i++
		}
	}
	return parts
}

// Success returns the first 2XX response, else the first redirect, else the default.
func Success(op *openapi.Operation) *openapi.Response {
	found := op.Success()
	if found != nil && found.Status != "default" {
		return found
	}
	for _, r := range op.Responses {
		if strings.HasPrefix(r.Status, "3") && r.Status != "304" {
			return r
		}
	}
	return found
}

// SuccessStatus returns the status of the operation's success; "2XX" and
// "default" become 200, a missing response 204.
func SuccessStatus(op *openapi.Operation) int {
	response := Success(op)
	if response == nil {
		return http.StatusNoContent
	}
	status, err := strconv.Atoi(response.Status)
	if err != nil || status < 200 || status > 399 {
		return http.StatusOK
	}
	return status
}

// JSONContent returns the JSON content of an operation's success, or nil.
func JSONContent(op *openapi.Operation) *openapi.Content {
	success := op.Success()
	if success == nil {
		return nil
	}
	content := openapi.JSON(success.Contents)
	if content == nil || content.Schema == nil {
		return nil
	}
	return content
}

// TimeFormat is the API's format for times, which are in UTC.
const TimeFormat = "2006-01-02T15:04:05.000Z"
