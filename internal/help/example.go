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

// Example returns a command line that calls the operation. It can be pasted, and the
// mock accepts it unchanged.
func Example(api *openapi.API, op *openapi.Operation) string {
	return callOf(api, op).line()
}

// Describe returns an operation's synopsis and an example, for search results.
func Describe(api *openapi.API, op *openapi.Operation) (usage, example string) {
	return Signature(api, op), Example(api, op)
}

// WithSlug adapts an entity operation's example to the schema with that slug; ""
// means any schema. A body then has a field that every schema has.
func WithSlug(example, path, slug string) string {
	const usual = "contact"
	if slug == "" || slug == usual {
		return example
	}
	example = strings.ReplaceAll(example, usual, slug)
	if before, _, written := strings.Cut(example, " -d "); written && strings.Contains(path, "{slug}") {
		return before + ` -d '{"_tags":["vip"]}'`
	}
	return example
}

// Signature returns an operation's synopsis: the required parameters and body, then
// the optional ones in brackets.
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

const mostOptional = 5 // optional parameters listed in a signature

// call is a command line that calls an operation.
type call struct {
	command string   // "epilot access-token listAccessTokens"
	words   []string // arguments, quoted for a shell: "contact", "-p id=1"
	body    string   // the JSON of -d, the last of words
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

// quoted quotes an argument the way people type it: only the value after the key.
func quoted(arg string) string {
	key, value, keyed := strings.Cut(arg, "=")
	if keyed && value != "" && shell.Quote(key) == key {
		return key + "=" + shell.Quote(value)
	}
	return shell.Quote(arg)
}

// exampleArgs returns the arguments after the operation's ID: handwritten ones, or
// else the required ones with values that suit their names.
func exampleArgs(op *openapi.Operation) []string {
	if args, err := shell.Command("the example", op.Load().Example()); err == nil {
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

// flagName returns the parameter's name for -p, with its location if another
// parameter has the same name.
func flagName(op *openapi.Operation, param *openapi.Param) string {
	for _, other := range op.Params {
		if other != param && other.Name == param.Name {
			return param.In + ":" + param.Name
		}
	}
	return param.Name
}

// exampleValue returns a realistic value for a parameter.
func exampleValue(param *openapi.Param) string {
	if value := documentedExample(param); value != "" {
		return value
	}
	return bare(schema.Example(param.Name, param.Schema, false))
}

// documentedExample returns the document's example of a parameter if it is valid.
func documentedExample(param *openapi.Param) string {
	word := bare(param.Example)
	if word == "" || word == "string" || len(schema.CheckText(param.Schema, word)) > 0 {
		return ""
	}
	return word
}

// bare returns JSON text without the quotes of a string.
func bare(text string) string {
	var word string
	if json.Unmarshal([]byte(text), &word) == nil {
		return word
	}
	return text
}

// Body returns the body of the operation's example as compact JSON, or if full is
// true a body with every property. It is "" if the operation does not accept JSON.
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

// exampleBody returns a body with what the schema requires, or the definition's own
// example if it is as short.
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

// exampleFilter returns a JSONata expression that has a result on the sample
// response: the first member, or the first member of the first element, or else
// everything. It is "" if the response is not JSON.
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

// firstMember returns the name of the first member of an object, or of the object
// that is the first element of an array; "" for any other JSON.
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

// step returns a member name as a JSONata step, in backticks unless it is a plain
// name (https://docs.jsonata.org/simple).
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

// sampleResponse returns a sample of the response as compact JSON, "" if there is
// none: the definition's first valid example, or else one generated from the schema.
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

// fits reports whether a document's example is valid: many are not, and an example
// that the server rejects does not help.
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

// longSample is the maximum number of lines of a sample response.
const longSample = 40

// clipped returns the start of a long sample.
func clipped(text string) string {
	lines := strings.Split(text, "\n")
	if len(lines) <= longSample {
		return text
	}
	return strings.Join(lines[:longSample], "\n") + "\n…"
}

func safe(text string) string { return term.Safe(text) }

// exampleFields returns the arguments for a body that is not JSON: -f for a form, a
// file for any other type; nil if no body is required.
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

// exampleField returns one part of a form as a -f argument.
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

// exampleFile returns a file name for a media type.
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
