package manual

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
	"github.com/epilot-cli/epilot/internal/term"
)

// longSample is how many lines a sample of every property may have: of a longer
// body a minimal one takes its place, for it must stay whole to be sent; of a
// longer response the beginning is shown.
const longSample = 40

// SampleBody is a JSON body that the operation takes, as compact text: the
// definition's first valid example, else one made from the schema. It is "" where
// the operation takes no JSON.
func SampleBody(op *operation.Operation) string {
	if op.Body == nil {
		return ""
	}
	return sampleOf(op.Body.Contents, schema.Request)
}

func sampleOf(contents []*operation.Content, dir schema.Direction) string {
	content := operation.JSON(contents)
	if content == nil {
		return ""
	}
	for _, example := range content.Examples {
		if fits(content.Schema, example.Value, dir) {
			return compact(example.Value)
		}
	}
	if content.Schema == nil {
		return ""
	}
	full := schema.SampleFor(content.Schema, true, dir)
	if dir == schema.Response || strings.Count(indented(full), "\n") <= longSample {
		return full
	}
	return schema.SampleFor(content.Schema, false, dir)
}

// fits reports whether a document's example is valid: many are not, and one
// that is refused is no help.
func fits(s *operation.Schema, text string, dir schema.Direction) bool {
	value, err := schema.Decode([]byte(text))
	return err == nil && (s == nil || len(schema.Check(s, value, dir)) == 0)
}

func compact(text string) string {
	var out bytes.Buffer
	if json.Compact(&out, []byte(text)) != nil {
		return text
	}
	return out.String()
}

func indented(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") != nil {
		return safe(text)
	}
	return safe(out.String())
}

// clipped is the beginning of a long sample.
func clipped(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) <= longSample {
		return text
	}
	return strings.Join(lines[:longSample], "\n") + "\n…"
}

func safe(text string) string { return term.Safe(text) }
