package manual

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
	"github.com/epilot-cli/epilot/internal/term"
)

// longSample is how many lines a sample of every property may have before a
// minimal one takes its place.
const longSample = 40

// SampleBody is a JSON body that the operation takes, as compact text: the
// definition's first example, else one made from the schema. It is "" where
// the operation takes no JSON.
func SampleBody(op *operation.Operation) string {
	if op.Body == nil {
		return ""
	}
	return sampleOf(op.Body.Contents)
}

func sampleOf(contents []*operation.Content) string {
	content := operation.JSON(contents)
	if content == nil {
		return ""
	}
	if len(content.Examples) > 0 {
		return compact(content.Examples[0].Value)
	}
	if content.Schema == nil {
		return ""
	}
	full := schema.Sample(content.Schema, true)
	if strings.Count(indented(full), "\n") <= longSample {
		return full
	}
	return schema.Sample(content.Schema, false)
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

func safe(text string) string { return term.Safe(text) }

// Examples are command lines that call the operation, ready to paste.
func Examples(api *operation.API, op *operation.Operation) []string {
	base := "epilot " + api.Name + " " + op.ID
	named, positional := exampleParams(op)
	body := ""
	if sample := SampleBody(op); sample != "" {
		body = " -d " + Quote(sample)
	}
	lines := []string{base + named + body}
	if positional != "" {
		lines = append(lines, base+positional+body)
	}
	if body != "" {
		lines = append(lines, "cat body.json | "+base+named)
	}
	lines = append(lines, base+named+body+" --jsonata '$'")
	return append(lines, base+named+body+" --server mock")
}

// exampleParams are the required parameters as -p flags, and the same with the
// path parameters as words; the second is "" where the path has none.
func exampleParams(op *operation.Operation) (named, positional string) {
	var flags, words, rest strings.Builder
	for _, param := range op.Params {
		if !param.Required {
			continue
		}
		value := Quote(exampleWord(param))
		flag := " -p " + Quote(param.Name) + "=" + value
		flags.WriteString(flag)
		if param.In != "path" {
			rest.WriteString(flag)
		}
	}
	for _, param := range op.PathParams() {
		words.WriteString(" " + Quote(exampleWord(param)))
	}
	if words.Len() == 0 {
		return flags.String(), ""
	}
	return flags.String(), words.String() + rest.String()
}

// exampleWord is a value for a parameter as a person would type it.
func exampleWord(param *operation.Param) string {
	text := param.Example
	if text == "" {
		text = schema.Sample(param.Schema, false)
	}
	var bare string
	if json.Unmarshal([]byte(text), &bare) == nil {
		return bare
	}
	return text
}

// Quote makes a text one word of a POSIX shell.
func Quote(text string) string {
	if text != "" && strings.Trim(text, unquoted) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

const unquoted = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,"
