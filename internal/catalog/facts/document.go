package facts

import (
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Document writes parts of an API as an OpenAPI 3.1 document has them, for
// programs that read the map of all operations. The texts of a definition are
// left out, as in the facts.
type Document struct {
	API  *operation.API
	Base string // stands before "#/components/schemas/…" in references: "", or where the document is

	writer *writer
}

// Parameters are the parameters of an operation as a JSON array, "" for none.
func (d *Document) Parameters(op *operation.Operation) string {
	return array(each(op.Params, d.write().param))
}

// Body is the request body of an operation as a JSON object, "" for none.
func (d *Document) Body(op *operation.Operation) string {
	if op.Body == nil {
		return ""
	}
	return d.write().body(op.Body)
}

// Responses are the responses of an operation by status, as a JSON object.
func (d *Document) Responses(op *operation.Operation) string {
	return d.write().responses(op.Responses)
}

// Schemas are the components that the operations lead to, as a JSON object.
func (d *Document) Schemas(operations ...*operation.Operation) string {
	w := d.write()
	for _, op := range operations {
		w.reach(op.Load())
	}
	var schemas object
	for _, name := range w.reached() {
		schemas.raw(name, w.schema(d.API.Components.Schema(name)))
	}
	return schemas.json()
}

func (d *Document) write() *writer {
	if d.writer == nil {
		d.writer = &writer{
			options:    Options{whole: true, base: d.Base},
			components: d.API.Components, found: map[string]bool{},
		}
	}
	return d.writer
}

func array(items []string) string {
	if len(items) == 0 {
		return ""
	}
	return "[" + strings.Join(items, ",") + "]"
}

// reference is how a component is named: bare in the facts, by a pointer
// (RFC 6901) in the fragment of a URL in a document.
func (w *writer) reference(name string) string {
	if !w.options.whole || name == "" {
		return name
	}
	pointer := strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	return w.options.base + "#/components/schemas/" + url.PathEscape(pointer)
}

func (w *writer) references(names map[string]string) map[string]string {
	found := make(map[string]string, len(names))
	for value, name := range names {
		found[value] = w.reference(name)
	}
	return found
}
