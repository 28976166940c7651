package check

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/emulator/message"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// MaxBody is the maximum size of a request body in bytes: 10 MB, the limit of the
// API's own gateway.
const MaxBody = 10 << 20

// readBody reads the body, if the operation accepts one, and returns its faults.
// The problems are 413 for its length, 415 for its media type or coding, 400 for
// a truncated body.
func (c *checker) readBody() ([]string, error) {
	if c.Op.Body == nil && !c.sendsJSON() {
		return nil, nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.writer, c.HTTP.Body, MaxBody))
	if err != nil {
		return nil, bodyError(err)
	}
	if len(raw) == 0 {
		return c.checkAbsent(), nil
	}
	if c.Op.Body == nil {
		return nil, c.keepUndocumented(raw)
	}
	content, err := c.content()
	if err != nil {
		return nil, err
	}
	if httpx.IsJSON(c.HTTP.Header.Get("Content-Type")) {
		raw = bytes.TrimPrefix(raw, []byte("\uFEFF")) // RFC 8259, section 8.1: a parser may ignore it
	}
	value, err := c.decode(content, raw)
	if errors.Is(err, errManyValues) {
		return nil, message.Refuse(http.StatusRequestEntityTooLarge, "%s", err)
	}
	if err != nil {
		return []string{"body: " + err.Error()}, nil
	}
	c.Body, c.Raw = value, raw
	return prefixed("body: ", checkValue(content.Schema, value)), nil
}

// sendsJSON reports whether the request has a JSON body.
func (c *checker) sendsJSON() bool {
	return c.HTTP.ContentLength != 0 && httpx.IsJSON(c.HTTP.Header.Get("Content-Type"))
}

// keepUndocumented keeps a JSON object that the definition does not document:
// some operations of the API have a body without a definition of it.
func (c *checker) keepUndocumented(raw []byte) error {
	value, err := decodeJSON(raw)
	if errors.Is(err, errManyValues) {
		return message.Refuse(http.StatusRequestEntityTooLarge, "%s", err)
	}
	if members, ok := value.(map[string]any); ok {
		c.Body, c.Raw = members, raw
	}
	return nil
}

// maxValues is the maximum number of values in a body: a decoded value takes a
// hundred times the memory of its two bytes.
const maxValues = 200_000

// maxFormParts is the maximum number of parts or pairs in a form.
const maxFormParts = 10_000

var errManyValues = errors.New("the body has too many values; a JSON text may have 200,000, a form 10,000")

// decodeJSON is schema.Decode with a limit on the number of values.
func decodeJSON(text []byte) (any, error) {
	count, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '"':
			quoted = !quoted
		case b == '\\' && quoted:
			i++
		case !quoted && (b == ',' || b == ':' || b == '{' || b == '['):
			count++
		}
	}
	if count > maxValues {
		return nil, errManyValues
	}
	return schema.Decode(text)
}

func bodyError(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return message.Refuse(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes", MaxBody)
	}
	return message.Refuse(http.StatusBadRequest, "the body ended early: %s", err)
}

func (c *checker) checkAbsent() []string {
	if !c.Op.Body.Required {
		return nil
	}
	return []string{"a request body is required"}
}

// content returns the documented content that matches the body.
func (c *checker) content() (*openapi.Content, error) {
	header := c.HTTP.Header
	if coding := header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, message.Refuse(http.StatusUnsupportedMediaType, "content encoding %q is not accepted; send the body as it is", coding).
			With("Accept-Encoding", "identity")
	}
	content := accepts(c.Op.Body.Contents, header.Get("Content-Type"))
	if content == nil {
		return nil, c.unsupported()
	}
	_, mediaParams, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return nil, message.Refuse(http.StatusUnsupportedMediaType, "content type %q cannot be read: %s", header.Get("Content-Type"), err)
	}
	charset := mediaParams["charset"]
	if charset != "" && !strings.EqualFold(charset, "utf-8") && httpx.IsJSON(content.MediaType) {
		return nil, message.Refuse(http.StatusUnsupportedMediaType, "charset %q is not accepted; JSON is UTF-8", charset)
	}
	return content, nil
}

func (c *checker) unsupported() error {
	allowed := make([]string, 0, len(c.Op.Body.Contents))
	for _, content := range c.Op.Body.Contents {
		allowed = append(allowed, content.MediaType)
	}
	list := strings.Join(allowed, ", ")
	return message.Refuse(http.StatusUnsupportedMediaType, "content type %q is not accepted; accepted: %s",
		c.HTTP.Header.Get("Content-Type"), list).With("Accept", list)
}

// accepts returns the content for a Content-Type without its parameters; the
// definition can have a range such as "image/*".
func accepts(contents []*openapi.Content, contentType string) *openapi.Content {
	mediaType := httpx.Essence(contentType)
	for _, content := range contents {
		documented := httpx.Essence(content.MediaType)
		kind, isRange := strings.CutSuffix(documented, "*")
		if documented == mediaType || isRange && (kind == "*/" || strings.HasPrefix(mediaType, kind)) {
			return content
		}
	}
	return nil
}

// decode returns the value of the body: JSON like schema.Decode, a form as an
// object, text as a string. For anything else it returns nil, since its schema
// says no more than its media type.
func (c *checker) decode(content *openapi.Content, raw []byte) (any, error) {
	switch mediaType := httpx.Essence(c.HTTP.Header.Get("Content-Type")); {
	case httpx.IsJSON(mediaType):
		return decodeJSON(raw)
	case mediaType == "multipart/form-data":
		return multipartForm(content.Schema, c.HTTP.Header.Get("Content-Type"), raw)
	case mediaType == "application/x-www-form-urlencoded":
		return urlencodedForm(content.Schema, string(raw))
	case strings.HasPrefix(mediaType, "text/"):
		return string(raw), nil
	}
	return nil, nil
}

// checkJSON returns the faults of a JSON text: one fault if it is not JSON,
// otherwise those of the schema.
func checkJSON(s *openapi.Schema, text []byte) []string {
	value, err := schema.Decode(text)
	if err != nil {
		return []string{err.Error()}
	}
	return checkValue(s, value)
}

func checkValue(s *openapi.Schema, value any) []string {
	if s == nil {
		return nil
	}
	var found []string
	for _, fault := range schema.Check(s, value, schema.Request) {
		found = append(found, fault.String())
	}
	return found
}

func prefixed(prefix string, texts []string) []string {
	for i := range texts {
		texts[i] = prefix + texts[i]
	}
	return texts
}

// multipartForm returns the form as an object: a member for each name, an array
// if the schema has one. A part with a file name, or with a type of its own other
// than JSON, is a string; file contents are not checked.
func multipartForm(s *openapi.Schema, contentType string, raw []byte) (any, error) {
	_, mediaParams, err := mime.ParseMediaType(contentType)
	if err != nil || mediaParams["boundary"] == "" {
		return nil, errors.New("multipart/form-data needs a boundary in its content type")
	}
	members := map[string][]any{}
	count := 0
	parts := multipart.NewReader(bytes.NewReader(raw), mediaParams["boundary"])
	for {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return formObject(s, members), nil
		}
		if err != nil {
			return nil, fmt.Errorf("the form cannot be read: %w", err)
		}
		if count++; count > maxFormParts {
			return nil, errManyValues
		}
		if part.FormName() == "" {
			return nil, errors.New("a part of the form has no name")
		}
		value, err := partValue(elementOf(s, part.FormName()), part)
		if err != nil {
			return nil, fmt.Errorf("part %q: %w", part.FormName(), err)
		}
		members[part.FormName()] = append(members[part.FormName()], value)
	}
}

func partValue(s *openapi.Schema, part *multipart.Part) (any, error) {
	text, err := io.ReadAll(part)
	switch {
	case err != nil:
		return nil, fmt.Errorf("it ends early: %w", err)
	case part.FileName() != "":
		return string(text), nil
	case httpx.IsJSON(part.Header.Get("Content-Type")):
		return decodeJSON(text)
	}
	return schema.ReadText(s, string(text)), nil
}

// urlencodedForm returns the pairs as an object.
func urlencodedForm(s *openapi.Schema, text string) (any, error) {
	if strings.Count(text, "&") > maxFormParts {
		return nil, errManyValues
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, fmt.Errorf("the form cannot be read: %w", err)
	}
	members := map[string][]any{}
	for name, texts := range values {
		for _, word := range texts {
			members[name] = append(members[name], schema.ReadText(elementOf(s, name), word))
		}
	}
	return formObject(s, members), nil
}

// formObject returns a single value for each name, or an array if the schema has
// one or the name was repeated.
func formObject(s *openapi.Schema, members map[string][]any) map[string]any {
	object := map[string]any{}
	for name, values := range members {
		_, isList := values[0].([]any)
		if len(values) == 1 && (isList || !mayBe(memberOf(s, name), "array")) {
			object[name] = values[0]
		} else {
			object[name] = values
		}
	}
	return object
}

// elementOf returns the schema for one value of the name.
func elementOf(s *openapi.Schema, name string) *openapi.Schema {
	member := memberOf(s, name)
	if items := schema.Items(member); items != nil {
		return items
	}
	return member
}
