package emulator

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// maxBody is how many bytes a request body may have: 10 MB, as at the API's
// own gateway.
const maxBody = 10 << 20

// readBody reads and checks the body of an operation that has one. The
// problems are 413 for its length, 415 for its media type, 400 for the rest.
func (c *call) readBody() error {
	if c.op.Body == nil {
		return nil
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.writer, c.request.Body, maxBody))
	if err != nil {
		return unread(err)
	}
	if len(raw) == 0 {
		return c.checkAbsent()
	}
	content := accepts(c.op.Body.Contents, c.request.Header.Get("Content-Type"))
	if content == nil {
		return c.unsupported()
	}
	if !operation.IsJSON(content.MediaType) {
		return nil
	}
	if faults := checkJSON(content.Schema, raw); len(faults) > 0 {
		return invalid(prefixed("body: ", faults))
	}
	c.body, err = schema.Decode(raw)
	return err
}

func unread(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return refuse(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes", maxBody)
	}
	return refuse(http.StatusBadRequest, "the body ended early: %s", err)
}

func (c *call) checkAbsent() error {
	if !c.op.Body.Required {
		return nil
	}
	return refuse(http.StatusBadRequest, "a request body is required")
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

// checkJSON returns what is wrong with a JSON text: one fault where it is not
// JSON, else the schema's.
func checkJSON(s *operation.Schema, text []byte) []string {
	value, err := schema.Decode(text)
	if err != nil {
		return []string{err.Error()}
	}
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
