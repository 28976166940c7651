package help

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/term"
)

// Example is a command line that calls the operation, ready to paste, and that
// the mock takes as it stands.
func Example(api *openapi.API, op *openapi.Operation) string {
	return callOf(api, op).line()
}

// ExampleFor is an example of an operation about entities with the schema of that
// slug, "" for any. A body has a field that every schema has.
func ExampleFor(api *openapi.API, op *openapi.Operation, slug string) string {
	const usual = "contact"
	line := Example(api, op)
	if slug == "" || slug == usual {
		return line
	}
	line = strings.ReplaceAll(line, usual, slug)
	if before, _, written := strings.Cut(line, " -d "); written && op.Param("slug", "path") != nil {
		return before + ` -d '{"_tags":["vip"]}'`
	}
	return line
}

// Signature is how an operation is called, with what may follow: the required
// parameters and body, then the others in brackets.
func Signature(api *openapi.API, op *openapi.Operation) string {
	words, optional := []string{usage(api, op)}, []string(nil)
	for _, param := range op.Params {
		switch {
		case param.In == "path":
		case param.Required:
			words = append(words, "-p "+clean(param.Name)+"="+clean(shortType(param.Schema)))
		default:
			optional = append(optional, clean(param.Name))
		}
	}
	if op.Body != nil {
		body := "-d json"
		if openapi.JSON(op.Body.Contents) == nil {
			body = "-f field=value"
		}
		if !op.Body.Required {
			body = "[" + body + "]"
		}
		words = append(words, body)
	}
	if len(optional) > mostOptional {
		optional = append(optional[:mostOptional], "…")
	}
	if len(optional) > 0 {
		words = append(words, "[-p "+strings.Join(optional, "|")+"]")
	}
	return strings.Join(words, " ")
}

const mostOptional = 5 // optional parameters that a signature names

// call is a command line that calls an operation.
type call struct {
	command string   // "epilot access-token listAccessTokens"
	words   []string // its arguments, quoted for a shell: "contact", "-p id=1"
	body    string   // the JSON that -d has in words, which are its last
}

func (c call) line() string { return strings.Join(append([]string{c.command}, c.words...), " ") }

func callOf(api *openapi.API, op *openapi.Operation) call {
	c := call{command: "epilot " + clean(api.Name) + " " + called(api, op)}
	args := exampleArgs(op)
	for i := 0; i < len(args); i++ {
		word := quoted(args[i])
		if strings.HasPrefix(args[i], "-") && i+1 < len(args) {
			i++
			word += " " + quoted(args[i])
			if args[i-1] == "-d" && !strings.HasPrefix(args[i], "@") {
				c.body = args[i]
			}
		}
		c.words = append(c.words, term.Line(word))
	}
	return c
}

// quoted is an argument as a person types it: only the value behind a key is
// put in quotes.
func quoted(arg string) string {
	key, value, keyed := strings.Cut(arg, "=")
	if keyed && value != "" && shell.Quote(key) == key {
		return key + "=" + shell.Quote(value)
	}
	return shell.Quote(arg)
}

// exampleArgs are the arguments behind the operation's id: the ones written by
// hand, else what is required, with values that fit the names.
func exampleArgs(op *openapi.Operation) []string {
	if args, err := shell.Command("the example", op.Described().Example); err == nil {
		return args
	}
	var args, named []string
	for _, param := range op.PathParams() {
		if value := exampleValue(param); strings.HasPrefix(value, "-") {
			named = append(named, "-p", flagName(op, param)+"="+value)
		} else if named == nil {
			args = append(args, value)
		} else {
			named = append(named, "-p", flagName(op, param)+"="+value)
		}
	}
	for _, param := range op.Params {
		if param.Required && param.In != "path" {
			named = append(named, "-p", flagName(op, param)+"="+exampleValue(param))
		}
	}
	args = append(args, named...)
	if body := exampleBody(op); body != "" {
		return append(args, "-d", body)
	}
	return append(args, exampleFields(op)...)
}

// flagName is the parameter as -p names it: with its location where another
// one has the same name.
func flagName(op *openapi.Operation, param *openapi.Param) string {
	for _, other := range op.Params {
		if other != param && other.Name == param.Name {
			return param.In + ":" + param.Name
		}
	}
	return param.Name
}

// exampleValue is a value for a parameter as a person would type it.
func exampleValue(param *openapi.Param) string {
	if value := givenExample(param); value != "" {
		return value
	}
	return bare(schema.Example(param.Name, param.Schema, false))
}

// givenExample is the document's example of a parameter, where it fits.
func givenExample(param *openapi.Param) string {
	word := bare(param.Example)
	if word == "" || word == "string" || len(schema.CheckWord(param.Schema, word)) > 0 {
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

// Body is the JSON body of the operation's example, or one with every property
// when full, as compact text; "" where the operation takes no JSON.
func Body(op *openapi.Operation, full bool) string {
	if op.Body == nil || openapi.JSON(op.Body.Contents) == nil {
		return ""
	}
	if full {
		return schema.Example("", openapi.JSON(op.Body.Contents).Schema, true)
	}
	args := exampleArgs(op)
	for i, arg := range args[:max(0, len(args)-1)] {
		if arg == "-d" {
			return args[i+1]
		}
	}
	return exampleBody(op)
}

// exampleBody is a body that the schema requires: the definition's own example
// where it is as short.
func exampleBody(op *openapi.Operation) string {
	if op.Body == nil {
		return ""
	}
	content := openapi.JSON(op.Body.Contents)
	if content == nil {
		return ""
	}
	text := schema.Example("", content.Schema, false)
	if text != "{}" {
		return text
	}
	for _, example := range content.Examples {
		if fits(content.Schema, example.Value, schema.Request) {
			return compact(example.Value)
		}
	}
	return text
}

// exampleFilter is a JSONata expression with a result on the sample response:
// its first member, or that of its first element, else all of it. It is ""
// where the response is no JSON.
func exampleFilter(op *openapi.Operation) string {
	success := op.Success()
	if success == nil {
		return ""
	}
	sample := sampleResponse(success)
	if sample == "" {
		return ""
	}
	name, inArray := firstMember(sample)
	switch {
	case name == "":
		return "$"
	case inArray:
		return "$." + step(name)
	}
	return step(name)
}

// firstMember is the name of the first member of an object, or of the object
// that is the first element of an array; "" for any other JSON text.
func firstMember(text string) (name string, inArray bool) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	token, err := decoder.Token()
	if err == nil && token == json.Delim('[') {
		inArray = true
		token, err = decoder.Token()
	}
	if err != nil || token != json.Delim('{') {
		return "", inArray
	}
	member, err := decoder.Token()
	if err != nil {
		return "", inArray
	}
	name, _ = member.(string)
	return name, inArray
}

// step is a member's name as JSONata reads it: between backticks where it is no
// plain name (https://docs.jsonata.org/simple).
func step(name string) string {
	switch name {
	case "and", "or", "in", "true", "false", "null", "function":
		return "`" + name + "`"
	}
	if strings.Trim(name, letters) == "" && strings.Trim(name[:1], digits) != "" {
		return name
	}
	if strings.ContainsAny(name, "`") {
		return "$"
	}
	return "`" + name + "`"
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_" + digits
)

// sampleResponse is the JSON of a response, as compact text, "" for none: the
// definition's first valid example, else one made from the schema.
func sampleResponse(response *openapi.Response) string {
	content := openapi.JSON(response.Contents)
	if content == nil {
		return ""
	}
	for _, example := range content.Examples {
		if fits(content.Schema, example.Value, schema.Response) {
			return compact(example.Value)
		}
	}
	if content.Schema == nil {
		return ""
	}
	return schema.SampleWith(content.Schema, schema.SampleOptions{Direction: schema.Response, Full: true, Own: true})
}

// fits reports whether a document's example is valid: many are not, and one
// that is refused is no help.
func fits(s *openapi.Schema, text string, dir schema.Direction) bool {
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

// longSample is how many lines of a sample response are shown.
const longSample = 40

// clipped is the beginning of a long sample.
func clipped(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) <= longSample {
		return text
	}
	return strings.Join(lines[:longSample], "\n") + "\n…"
}

func safe(text string) string { return term.Safe(text) }

// exampleFields are the arguments that make a body that is not JSON: -f for a
// form, a file for any other; nil where none is required.
func exampleFields(op *openapi.Operation) []string {
	if op.Body == nil || len(op.Body.Contents) == 0 || openapi.JSON(op.Body.Contents) != nil {
		return nil
	}
	content := op.Body.Contents[0]
	if !isForm(content.MediaType) {
		if !op.Body.Required {
			return nil
		}
		return []string{"-d", "@" + exampleFile(content.MediaType)}
	}
	shape := schema.Shape(content.Schema)
	var fields []string
	for _, p := range shape.Properties {
		if slices.Contains(shape.Required, p.Name) && schema.IsSent(p.Schema, true) {
			fields = append(fields, "-f", exampleField(p))
		}
	}
	switch {
	case len(fields) > 0 || !op.Body.Required:
		return fields
	case len(shape.Properties) > 0:
		return []string{"-f", exampleField(shape.Properties[0])}
	}
	return []string{"-f", "name=value"}
}

func isForm(mediaType string) bool {
	essence := httpx.Essence(mediaType)
	return essence == "multipart/form-data" || essence == "application/x-www-form-urlencoded"
}

// exampleField is one part of a form as -f takes it.
func exampleField(p openapi.Property) string {
	shape := schema.Shape(p.Schema)
	name := strings.NewReplacer(`\`, `\\`, ".", `\.`, "[", `\[`).Replace(p.Name)
	switch {
	case shape.Format == "binary":
		return name + "=@" + exampleFile("")
	case shape.Is("array") && schema.Shape(shape.Items).Format == "binary":
		return name + "[]=@" + exampleFile("")
	case shape.Is("object") || shape.Is("array"):
		return name + ":=" + schema.Example(p.Name, p.Schema, false)
	}
	return name + "=" + bare(schema.Example(p.Name, p.Schema, false))
}

// exampleFile is the name of a file of a media type.
func exampleFile(mediaType string) string {
	switch kind, name, _ := strings.Cut(httpx.Essence(mediaType), "/"); {
	case kind == "image":
		return "image.png"
	case name == "csv" || name == "xml" || name == "yaml":
		return "body." + name
	case kind == "text":
		return "body.txt"
	case name == "octet-stream":
		return "file.bin"
	}
	return "file.pdf"
}
