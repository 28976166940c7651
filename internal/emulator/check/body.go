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

// MaxBody is how many bytes a request body may have: 10 MB, as at the API's
// own gateway.
const MaxBody = 10 << 20

// readBody reads the body of an operation that has one, and returns what is
// wrong with it. The problems are 413 for its length, 415 for its media type
// or coding, 400 for one that ends early.
func (c *checker) readBody() ([]string, error) {
	if c.Op.Body == nil {
		return nil, nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.writer, c.HTTP.Body, MaxBody))
	if err != nil {
		return nil, bodyError(err)
	}
	if len(raw) == 0 {
		return c.checkAbsent(), nil
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

// maxValues is how many values a body may have: a value of two bytes takes a
// hundred times as much memory once it is decoded.
const maxValues = 200_000

// maxFormParts is how many parts or pairs a form may have.
const maxFormParts = 10_000

var errManyValues = errors.New("the body has too many values; a JSON text may have 200,000, a form 10,000")

// decodeJSON is schema.Decode with a bound on the number of values.
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

// content returns the documented content that the body is of.
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

// accepts returns the content for a Content-Type, by its essence; the
// definition may have a range such as "image/*".
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

// decode returns the value of the body: of JSON as schema.Decode does, of a
// form as an object, of text as a string. Anything else is nil: it has no
// schema that could tell more than its media type.
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

// checkJSON returns what is wrong with a JSON text: one fault where it is not
// JSON, else the schema's.
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

// multipartForm is the object that a form stands for: a member for each name,
// an array where the schema has one. A part with a file name, or with a type of
// its own that is not JSON, is its text; what a file holds is not checked.
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
	return schema.ReadWord(s, string(text)), nil
}

// urlencodedForm is the object that the pairs stand for.
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
			members[name] = append(members[name], schema.ReadWord(elementOf(s, name), word))
		}
	}
	return formObject(s, members), nil
}

// formObject has the only value of each name, or all where the schema has an
// array or several came.
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

// elementOf is the schema that one value of the name has to fit.
func elementOf(s *openapi.Schema, name string) *openapi.Schema {
	member := memberOf(s, name)
	if items := itemsOf(member); items != nil {
		return items
	}
	return member
}
