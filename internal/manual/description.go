package manual

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/schema"
	"github.com/epilot-cli/epilot/internal/term"
)

// description is all there is to say about one operation, made once and laid
// out twice: for the terminal and for the reference. Its texts are clean.
type description struct {
	method, path string
	line, more   string // ours, and the document's own text where there is one
	deprecated   bool
	public       bool
	usage        string
	servers      []string    // where they are not the API's
	params       [][]string  // rows of parameterColumns
	bodies       []bodyShape // one for each media type
	sampleBody   string      // indented JSON, "" for none
	examples     []example
	response     *responseShape // nil where no success is described
}

// bodyShape is a request body of one media type, its schema as an outline.
type bodyShape struct {
	mediaType string
	required  bool
	tree      []string
}

// responseShape is what a successful call answers.
type responseShape struct {
	status    string
	mediaType string // "" for no body
	sample    string // indented JSON, "" for none
}

func describe(api *operation.API, op *operation.Operation, palette *term.Palette) *description {
	d := &description{
		method: op.Method, path: clean(op.Path), line: clean(op.Line),
		deprecated: op.Deprecated, public: op.Security == operation.Public,
		usage: usage(api, op), params: parameterRows(op), examples: examples(api, op),
		sampleBody: indented(SampleBody(op)), response: shapeOfSuccess(op),
	}
	if clean(op.Description) != d.line {
		d.more = strings.TrimSpace(safe(op.Description))
	}
	for _, server := range op.Servers {
		d.servers = append(d.servers, clean(server))
	}
	if op.Body != nil {
		for _, c := range op.Body.Contents {
			d.bodies = append(d.bodies, bodyShape{clean(c.MediaType), op.Body.Required, tree(c.Schema, palette)})
		}
	}
	return d
}

func usage(api *operation.API, op *operation.Operation) string {
	words := []string{"epilot", clean(api.Name), clean(op.ID)}
	for _, param := range op.PathParams() {
		words = append(words, "<"+clean(param.Name)+">")
	}
	return strings.Join(words, " ")
}

func shapeOfSuccess(op *operation.Operation) *responseShape {
	success := op.Success()
	if success == nil {
		return nil
	}
	shape := &responseShape{status: clean(success.Status)}
	content := operation.JSON(success.Contents)
	switch {
	case content != nil:
		shape.sample = clipped(indented(sampleOf(success.Contents, schema.Response)))
	case len(success.Contents) > 0:
		content = success.Contents[0]
	default:
		return shape
	}
	shape.mediaType = clean(content.MediaType)
	return shape
}

// answer says in words what a response without a sample is.
func (r *responseShape) answer() string {
	switch {
	case r.mediaType != "":
		return r.mediaType
	case r.status == "204" || r.status == "205": // RFC 9110, section 15.3
		return "no body"
	}
	return "no body described"
}
