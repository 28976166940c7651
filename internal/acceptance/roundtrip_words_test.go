package acceptance

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
)

// Values of a string parameter whose schema accepts anything: characters that are
// special in a path or query, and digits that are not a number.
const (
	hostile = `a/b?c=d&e%2F é日+#;:@,"'`
	digits  = "00712345678901234567890"
)

// argument is a parameter and its value, as decoded from JSON.
type argument struct {
	promisedParam
	value any
}

// sampleValue returns a value that the parameter's schema allows, using text if it
// allows any string.
func sampleValue(param *openapi.Param, text string) any {
	if param == nil || takes(param.Schema, text) { // a parameter that the catalog lacks fails later, by name
		return text
	}
	switch value := decoded(schema.SampleFor(param.Schema, true, schema.Request)).(type) {
	case []any:
		return elements(param.Schema, value, text)
	case object:
		if len(value) == 0 {
			return object{"member": text}
		}
		return value
	default:
		return word(value)
	}
}

func decoded(text string) any {
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&value) != nil {
		return text
	}
	return value
}

func takes(s *openapi.Schema, value any) bool {
	return s == nil || len(schema.Check(s, value, schema.Request)) == 0
}

// elements adds allowed values to the sample: a single element would not show how
// elements are separated.
func elements(s *openapi.Schema, list []any, text string) []any {
	for _, more := range []string{text, "second"} {
		if longer := append(slices.Clone(list), more); takes(s, longer) {
			list = longer
		}
	}
	return list
}

// word returns a value as on the command line and on the wire.
func word(value any) string {
	if text, isText := value.(string); isText {
		return text
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a decoded value can be encoded
	return strings.TrimSpace(out.String())
}

// flags returns the -p flags for the argument: one per part, or one with JSON.
func (a argument) flags(whole bool) []string {
	parts := map[string][]any{a.name: {a.value}}
	if !whole {
		switch value := a.value.(type) {
		case []any:
			parts[a.name] = value
		case object:
			parts = map[string][]any{}
			for name, member := range value {
				parts[a.name+"."+name] = []any{member}
			}
		}
	}
	var flags []string
	for key, values := range parts {
		for _, value := range values {
			flags = append(flags, "-p", key+"="+word(value))
		}
	}
	return flags
}

// pairs returns the encoded query pairs of the argument, by OpenAPI's table of style
// values. Styles that no operation uses are not implemented.
func (a argument) pairs() []string {
	if a.style != "form" {
		return []string{"the test does not know style " + a.style}
	}
	var pairs []string
	switch value := a.value.(type) {
	case []any:
		if !a.explode {
			return []string{encoded(a.name) + "=" + strings.Join(encodedAll(value), ",")}
		}
		for _, text := range encodedAll(value) {
			pairs = append(pairs, encoded(a.name)+"="+text)
		}
	case object:
		for name, member := range value {
			pairs = append(pairs, encoded(name)+"="+encoded(word(member)))
		}
	default:
		pairs = []string{encoded(a.name) + "=" + encoded(word(value))}
	}
	return pairs
}

func encodedAll(values []any) []string {
	var texts []string
	for _, value := range values {
		texts = append(texts, encoded(word(value)))
	}
	return texts
}

// encoded escapes everything but RFC 3986's unreserved characters.
func encoded(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}
