package manual

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
)

// example is a command line that calls an operation.
type example struct {
	about string   // what it shows; "" for the plain call
	call  string   // "epilot access-token listAccessTokens"
	words []string // its arguments, quoted for a shell: "-p id=1"
}

// longBody is how many bytes a body may have that is repeated after the first
// example; a longer one is read from body.json.
const longBody = 160

const bodyFile = "-d @body.json"

// Examples are command lines that call the operation, ready to paste.
func Examples(api *operation.API, op *operation.Operation) []string {
	var lines []string
	for _, e := range examples(api, op) {
		lines = append(lines, e.join(" "))
	}
	return append(lines, lines[0]+" --server mock")
}

func (e example) join(separator string) string {
	return strings.Join(append([]string{e.call}, e.words...), separator)
}

// examples are the plain call and, where they apply, the same with path
// parameters as words, with the body on stdin, and with a JSONata filter.
func examples(api *operation.API, op *operation.Operation) []example {
	base := "epilot " + clean(api.Name) + " " + Quote(clean(op.ID))
	named := exampleParams(op)
	body, again := exampleBody(op)
	found := []example{{"", base, slices.Concat(named, body)}}
	if words := positionalWords(op, again); words != nil {
		found = append(found, example{"Using positional args for path parameters", base, words})
	}
	if body != nil {
		found = append(found, example{"Using stdin pipe", "cat body.json | " + base, named})
	}
	if filter := exampleFilter(op); filter != "" {
		filtered := slices.Concat(named, again, []string{"--jsonata " + singleQuoted(filter)})
		found = append(found, example{"With JSONata filter", base, filtered})
	}
	return found
}

// exampleBody is the sample body as an argument, and how later examples name
// it; nil where the operation takes no JSON.
func exampleBody(op *operation.Operation) (first, again []string) {
	sample := SampleBody(op)
	if sample == "" {
		return nil, nil
	}
	first = []string{"-d " + Quote(sample)}
	if len(sample) > longBody {
		return first, []string{bodyFile}
	}
	return first, first
}

// exampleParams are the required parameters as -p flags.
func exampleParams(op *operation.Operation) []string {
	var flags []string
	for _, param := range op.Params {
		if param.Required {
			flags = append(flags, exampleFlag(op, param))
		}
	}
	return flags
}

func exampleFlag(op *operation.Operation, param *operation.Param) string {
	return "-p " + Quote(flagName(op, param)) + "=" + Quote(exampleWord(param))
}

// positionalWords are the required parameters with those of the path as words,
// and the body; nil where the path has none. Words that look like flags stand
// behind "--".
func positionalWords(op *operation.Operation, body []string) []string {
	var words, flags []string
	dashed := false
	for _, param := range op.PathParams() {
		word := exampleWord(param)
		words, dashed = append(words, Quote(word)), dashed || strings.HasPrefix(word, "-")
	}
	for _, param := range op.Params {
		if param.Required && param.In != "path" {
			flags = append(flags, exampleFlag(op, param))
		}
	}
	switch {
	case words == nil:
		return nil
	case dashed:
		return slices.Concat(flags, body, []string{"--"}, words)
	}
	return slices.Concat(words, flags, body)
}

// flagName is the parameter as -p names it: with its location where another
// one has the same name.
func flagName(op *operation.Operation, param *operation.Param) string {
	for _, other := range op.Params {
		if other != param && other.Name == param.Name {
			return param.In + ":" + param.Name
		}
	}
	return param.Name
}

// exampleWord is a value for a parameter as a person would type it.
func exampleWord(param *operation.Param) string {
	if word := givenExample(param); word != "" {
		return word
	}
	text := schema.SampleFor(param.Schema, false, schema.Request)
	if text == "[]" || text == "{}" {
		text = schema.SampleFor(param.Schema, true, schema.Request)
	}
	return bare(text)
}

// givenExample is the document's example of a parameter, where it fits.
func givenExample(param *operation.Param) string {
	word := bare(param.Example)
	if word == "" || len(schema.CheckWord(param.Schema, word)) > 0 {
		return ""
	}
	return word
}

// bare is a JSON text without the quotes of a string.
func bare(text string) string {
	var word string
	if json.Unmarshal([]byte(text), &word) == nil {
		return word
	}
	return text
}
