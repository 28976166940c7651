package help

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/shell"
)

// description is everything help says about an operation, formatted later for the
// terminal or for the reference. Its strings contain no control characters.
type description struct {
	method, path string
	line, more   string // our summary, and the document's text if it has one
	deprecated   bool
	notes        []string // other facts that callers need
	usage        string
	servers      []string // if they differ from the API's
	params       []paramRow
	bodies       []content // one per media type
	bodyRequired bool
	call         call
	filter       string // JSONata that has a result on the response, "" if none
	success      *openapi.Response
	others       []string // statuses other than the success
}

// paramRow is a parameter as shown in help.
type paramRow struct {
	name, in, kind string
	flag           string // "--token-type", "" if there is none
	required       bool
	value          string // the default, "" if there is none
	about          string
}

// content is a body of one media type, with an outline of its schema.
type content struct {
	mediaType string
	outline   *node
}

func describe(api *openapi.API, op *openapi.Operation) *description {
	op.Described()
	d := &description{
		method: op.Method, path: clean(op.Path), line: clean(op.Line),
		deprecated: op.Deprecated,
		usage:      usage(api, op), call: callOf(api, op), filter: exampleFilter(op),
		success: op.Success(), bodyRequired: op.Body != nil && op.Body.Required,
	}
	if op.Security == openapi.Public {
		d.notes = append(d.notes, publicNote)
	}
	if op.DestroysMany {
		d.notes = append(d.notes, destroysNote)
	}
	if clean(op.Description) != d.line {
		d.more = strings.TrimSpace(safe(op.Description))
	}
	for _, server := range op.Servers {
		d.servers = append(d.servers, clean(server))
	}
	flags := map[*openapi.Param]string{}
	for _, flag := range params.Flags(op) {
		flags[flag.Param] = "--" + clean(flag.Name)
	}
	for _, param := range op.Params {
		d.params = append(d.params, paramRow{
			clean(param.Name), param.In, clean(shortType(param.Schema)), flags[param], param.Required,
			clean(defaultOf(param.Schema)), aboutParam(param),
		})
	}
	if op.Body != nil {
		d.bodies = contentsOf(op.Body.Contents, true)
	}
	for _, r := range op.Responses {
		if r != d.success {
			d.others = append(d.others, clean(r.Status))
		}
	}
	return d
}

func contentsOf(contents []*openapi.Content, sent bool) []content {
	var found []content
	for _, c := range contents {
		found = append(found, content{clean(c.MediaType), outlineOf(c.Schema, sent)})
	}
	return found
}

// filtered returns the arguments that show a part of the response.
func (d *description) filtered() string { return "--jsonata " + shell.SingleQuote(d.filter) }

// Usage returns the synopsis of an operation: the command and its argument names.
func Usage(api *openapi.API, op *openapi.Operation) string { return usage(api, op) + " [flags]" }

func usage(api *openapi.API, op *openapi.Operation) string {
	return strings.Join(append([]string{"epilot", clean(api.Name), called(api, op)}, pathUsage(op)...), " ")
}

// called returns an operation's ID as typed in a shell.
func called(api *openapi.API, op *openapi.Operation) string {
	return shell.Quote(clean(api.CallName(op)))
}

func pathUsage(op *openapi.Operation) []string {
	var words []string
	for _, param := range op.PathParams() {
		words = append(words, "<"+clean(param.Name)+">")
	}
	return words
}

func defaultOf(s *openapi.Schema) string {
	if target := s.Target(); target != nil {
		return target.Default
	}
	return ""
}

// aboutParam returns a parameter's description and limits: "deprecated; Page number;
// max 100".
func aboutParam(param *openapi.Param) string {
	var parts []string
	if param.Deprecated {
		parts = append(parts, "deprecated")
	}
	text := strings.TrimSuffix(clean(param.Description), ".")
	if text != "" {
		parts = append(parts, text)
	}
	if target := param.Schema.Target(); target != nil {
		parts = append(parts, limits(target)...)
		if target.Is("array") && !strings.Contains(text, "repeat") {
			parts = append(parts, "repeatable")
		}
	}
	if example := clean(documentedExample(param)); example != "" && len(example) <= longExample && !strings.Contains(text, example) {
		parts = append(parts, "e.g. "+example)
	}
	return clean(strings.Join(parts, "; "))
}

// longExample is the maximum size in bytes of an example in a table.
const longExample = 40

// factsOf returns a value's limits and default, to follow its type.
func factsOf(s *openapi.Schema) string {
	found := limits(s)
	if s.Default != "" {
		found = append(found, "default "+s.Default)
	}
	if s.ReadOnly {
		found = append(found, readOnly)
	}
	if s.Deprecated {
		found = append(found, "deprecated")
	}
	if len(found) == 0 {
		return ""
	}
	return ", " + strings.Join(found, ", ")
}

const readOnly = "read-only"

// limits returns a value's format, minimum and maximum.
func limits(s *openapi.Schema) []string {
	var found []string
	if s.Format != "" {
		found = append(found, s.Format)
	}
	if s.Minimum != "" {
		found = append(found, "min "+s.Minimum)
	}
	if s.Maximum != "" {
		found = append(found, "max "+s.Maximum)
	}
	return found
}

// sampleOf returns the start of a sample response as indented JSON; "" if the
// response is not JSON.
func sampleOf(response *openapi.Response) string {
	sample := sampleResponse(response)
	if sample == "" {
		return ""
	}
	return clipped(indented(sample))
}

// withoutSample describes a response that has no sample.
func withoutSample(response *openapi.Response) string {
	switch {
	case len(response.Contents) > 0:
		return clean(response.Contents[0].MediaType)
	case response.Status == "204" || response.Status == "205": // RFC 9110, section 15.3
		return "no body"
	}
	return "no body described"
}

func mark(yes bool, text string) string {
	if yes {
		return text
	}
	return ""
}

// plainType is the type of a body that has no members to show.
func (c content) plainType() string {
	if c.outline.inside != nil && len(c.outline.children()) > 0 && !schema.Shape(c.outline.inside).Is("array") {
		return ""
	}
	return c.outline.facts
}
