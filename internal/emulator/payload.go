package emulator

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// maxBody is how many bytes a request body may have: 10 MB, as at the API's
// own gateway.
const maxBody = 10 << 20

// readBody reads the body of an operation that has one, and returns what is
// wrong with it. The problems are 413 for its length, 415 for its media type
// or coding, 400 for one that ends early.
func (c *call) readBody() ([]string, error) {
	if c.op.Body == nil {
		return nil, nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.writer, c.request.Body, maxBody))
	if err != nil {
		return nil, unread(err)
	}
	if len(raw) == 0 {
		return c.checkAbsent(), nil
	}
	content, err := c.content()
	if err != nil {
		return nil, err
	}
	value, err := c.decode(content, raw)
	if err != nil {
		return []string{"body: " + err.Error()}, nil
	}
	c.body, c.raw = value, raw
	return prefixed("body: ", checkValue(content.Schema, value)), nil
}

func unread(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return refuse(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes", maxBody)
	}
	return refuse(http.StatusBadRequest, "the body ended early: %s", err)
}

func (c *call) checkAbsent() []string {
	if !c.op.Body.Required {
		return nil
	}
	return []string{"a request body is required"}
}

// content returns the documented content that the body is of.
func (c *call) content() (*operation.Content, error) {
	header := c.request.Header
	if coding := header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, refuse(http.StatusUnsupportedMediaType, "content encoding %q is not accepted; send the body as it is", coding).
			with("Accept-Encoding", "identity")
	}
	content := accepts(c.op.Body.Contents, header.Get("Content-Type"))
	if content == nil {
		return nil, c.unsupported()
	}
	_, words, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return nil, refuse(http.StatusUnsupportedMediaType, "content type %q cannot be read: %s", header.Get("Content-Type"), err)
	}
	charset := words["charset"]
	if charset != "" && !strings.EqualFold(charset, "utf-8") && operation.IsJSON(content.MediaType) {
		return nil, refuse(http.StatusUnsupportedMediaType, "charset %q is not accepted; JSON is UTF-8", charset)
	}
	return content, nil
}

func (c *call) unsupported() error {
	allowed := make([]string, 0, len(c.op.Body.Contents))
	for _, content := range c.op.Body.Contents {
		allowed = append(allowed, content.MediaType)
	}
	list := strings.Join(allowed, ", ")
	return refuse(http.StatusUnsupportedMediaType, "content type %q is not accepted; accepted: %s",
		c.request.Header.Get("Content-Type"), list).with("Accept", list)
}

// accepts returns the content for a Content-Type, by its essence; the
// definition may have a range such as "image/*".
func accepts(contents []*operation.Content, contentType string) *operation.Content {
	given := essence(contentType)
	for _, content := range contents {
		documented := essence(content.MediaType)
		kind, isRange := strings.CutSuffix(documented, "*")
		if documented == given || isRange && (kind == "*/" || strings.HasPrefix(given, kind)) {
			return content
		}
	}
	return nil
}

func essence(mediaType string) string {
	name, _, _ := strings.Cut(mediaType, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// decode returns the value of the body: of JSON as schema.Decode does, of a
// form as an object, of text as a string. Anything else is nil: it has no
// schema that could tell more than its media type.
func (c *call) decode(content *operation.Content, raw []byte) (any, error) {
	switch given := essence(c.request.Header.Get("Content-Type")); {
	case operation.IsJSON(given):
		return schema.Decode(raw)
	case given == "multipart/form-data":
		return multipartForm(content.Schema, c.request.Header.Get("Content-Type"), raw)
	case given == "application/x-www-form-urlencoded":
		return urlencodedForm(content.Schema, string(raw))
	case strings.HasPrefix(given, "text/"):
		return string(raw), nil
	}
	return nil, nil
}

// checkJSON returns what is wrong with a JSON text: one fault where it is not
// JSON, else the schema's.
func checkJSON(s *operation.Schema, text []byte) []string {
	value, err := schema.Decode(text)
	if err != nil {
		return []string{err.Error()}
	}
	return checkValue(s, value)
}

func checkValue(s *operation.Schema, value any) []string {
	if s == nil {
		return nil
	}
	var found []string
	for _, fault := range schema.Check(s, value, schema.Request) {
		found = append(found, fault.String())
	}
	return found
}

func prefixed(prefix string, words []string) []string {
	for i := range words {
		words[i] = prefix + words[i]
	}
	return words
}
