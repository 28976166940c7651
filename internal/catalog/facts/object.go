package facts

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// object is a JSON object while it is written. Empty values are left out.
type object struct{ members []string }

func (o *object) raw(name, json string) {
	if json != "" {
		o.members = append(o.members, quote(name)+":"+json)
	}
}

func (o *object) text(name, text string) {
	if text != "" {
		o.raw(name, quote(text))
	}
}

func (o *object) flag(name string, set bool) {
	if set {
		o.raw(name, "true")
	}
}

func (o *object) count(name string, n *int) {
	if n != nil {
		o.raw(name, strconv.Itoa(*n))
	}
}

func (o *object) list(name string, items []string) {
	if len(items) > 0 {
		o.raw(name, "["+strings.Join(items, ",")+"]")
	}
}

func (o *object) texts(name string, texts []string) { o.list(name, each(texts, quote)) }

func (o *object) json() string { return "{" + strings.Join(o.members, ",") + "}" }

// mapping writes a map, sorted.
func (o *object) mapping(name string, pairs map[string]string) {
	var inner object
	for _, key := range slices.Sorted(maps.Keys(pairs)) {
		inner.raw(key, quote(pairs[key]))
	}
	if len(pairs) > 0 {
		o.raw(name, inner.json())
	}
}

func truth(b bool) string { return strconv.FormatBool(b) }

func each[T any](items []T, write func(T) string) []string {
	var texts []string
	for _, item := range items {
		texts = append(texts, write(item))
	}
	return texts
}

// quote writes a JSON string. A character that is not valid UTF-8 is replaced.
func quote(text string) string {
	quoted, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		quoted, _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(text, "\uFFFD"))
	}
	return string(quoted)
}
