package facts

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

func (w *writer) operation(op *operation.Operation) string {
	var o object
	o.flag("deprecated", op.Deprecated)
	o.texts("tags", op.Tags)
	if w.options.Texts {
		o.text("description", op.Description)
	}
	switch op.Security {
	case operation.Public:
		o.text("security", "public")
	case operation.Optional:
		o.text("security", "optional")
	}
	o.texts("servers", op.Servers)
	o.list("parameters", each(op.Params, w.param))
	if op.Body != nil {
		o.raw("requestBody", w.body(op.Body))
	}
	o.raw("responses", w.responses(op.Responses))
	return o.json()
}

func (w *writer) body(body *operation.Body) string {
	var o object
	o.flag("required", body.Required)
	if w.options.Texts {
		o.text("description", body.Description)
	}
	o.raw("content", w.contents(body.Contents))
	return o.json()
}

func (w *writer) responses(responses []*operation.Response) string {
	var o object
	for _, response := range responses {
		fragment := w.response(response)
		if name, shared := w.names[fragment]; shared {
			var reference object
			reference.text("$ref", name)
			fragment = reference.json()
		}
		o.raw(response.Status, fragment)
	}
	return o.json()
}

func (w *writer) response(response *operation.Response) string {
	var o object
	if w.options.Texts {
		o.text("description", response.Description)
	}
	if len(response.Contents) > 0 {
		o.raw("content", w.contents(response.Contents))
	}
	return o.json()
}

func (w *writer) contents(contents []*operation.Content) string {
	var o object
	for _, content := range contents {
		var c object
		if content.Schema != nil {
			c.raw("schema", w.schema(content.Schema))
		}
		w.examples(&c, content.Examples)
		o.raw(content.MediaType, c.json())
	}
	return o.json()
}

func (w *writer) examples(o *object, examples []operation.Example) {
	var named object
	for _, example := range examples {
		switch {
		case !w.keeps(example.Value):
		case example.Name == "":
			o.raw("example", example.Value)
		default:
			var e object
			e.raw("value", example.Value)
			named.raw(example.Name, e.json())
		}
	}
	if len(named.members) > 0 {
		o.raw("examples", named.json())
	}
}

const longestExample = 64 // bytes of JSON text

// keeps reports whether an example may be written.
func (w *writer) keeps(example string) bool {
	if example == "" || w.options.Texts {
		return example != ""
	}
	return len(example) <= longestExample && example != "null" && !strings.ContainsAny(example[:1], "{[") &&
		!strings.ContainsAny(example, ` \`)
}

func (w *writer) param(p *operation.Param) string {
	var o object
	o.text("name", p.Name)
	o.text("in", p.In)
	simple := p.In == "path" || p.In == "header"
	if p.Style != "form" && !simple || p.Style != "simple" && simple {
		o.text("style", p.Style)
	}
	if p.Explode != (p.Style == "form") {
		o.raw("explode", truth(p.Explode))
	}
	o.flag("required", p.Required && (w.options.whole || p.In != "path"))
	o.flag("deprecated", p.Deprecated)
	o.flag("allowReserved", p.AllowReserved)
	if w.options.Texts {
		o.text("description", p.Description)
	}
	if p.MediaType != "" {
		o.raw("content", w.contents([]*operation.Content{{MediaType: p.MediaType, Schema: p.Schema}}))
	} else if p.Schema != nil {
		o.raw("schema", w.schema(p.Schema))
	}
	if w.keeps(p.Example) {
		o.raw("example", p.Example)
	}
	return o.json()
}
