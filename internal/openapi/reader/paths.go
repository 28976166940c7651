package reader

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// readPaths reads every operation, in document order. Unreadable operations are left
// out with the reason.
func (l *library) readPaths(api *openapi.API) error {
	paths := jsontext.Pointer("/paths")
	found := &operations{api: api, ids: map[string]bool{}, library: l}
	for _, path := range l.main.root.child("paths").names() {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		at := location{l.main, paths.AppendToken(path)}
		plain, _, _ := strings.Cut(path, "#") // distinguishes operations and is never sent
		found.readPath(plain, at)
	}
	found.nameAll()
	switch {
	case len(api.Operations) > 0:
		return nil
	case len(api.LeftOut) > 0:
		return failure.New(failure.Usage, "%s; none of the %d operations of the document can be read", api.LeftOut[0].Message, len(api.LeftOut))
	}
	return l.main.errorf(paths, "it has no operations")
}

// operations contains the operations read so far.
type operations struct {
	*library
	api     *openapi.API
	ids     map[string]bool
	renamed []*openapi.Operation // operations that need a generated ID
}

// readPath reads the operations of one path.
func (o *operations) readPath(path string, at location) {
	n, at, err := o.item(at)
	if err == nil {
		err = checkTemplate(at, path)
	}
	if kind := at.tree.reader(n, at.at).kind(); err == nil && kind != '{' && kind != 'n' {
		err = at.tree.errorf(at.at, "path %q is not an object", path)
	}
	shared := &pathItem{}
	if err == nil {
		shared, err = at.tree.shared(n, at.at, o.api.Source)
	}
	methods := slices.DeleteFunc(methodsOf(n), func(m method) bool { return m.node == nil })
	if err != nil && len(methods) == 0 {
		methods = []method{{}} // the methods are unknown
	}
	for _, m := range methods {
		op := &openapi.Operation{Method: m.name, Path: path, Security: o.security}
		failed := err
		if failed == nil {
			failed = at.tree.readOperation(op, m.node, at.at+m.at, o.api.Source)
		}
		if failed != nil {
			id := op.ID
			if m.node != nil && id == "" {
				id = strings.TrimSpace(at.tree.reader(m.node.child("operationId"), "").literal())
			}
			o.api.LeftOut = append(o.api.LeftOut, openapi.Problem{ID: id, Method: m.name, Path: path, Message: failed.Error()})
			continue
		}
		shared.complete(op)
		o.add(op, location{at.tree, at.at + m.at})
	}
}

// add records an operation. If its ID is missing or taken, it is generated later, so
// that explicit IDs have precedence.
func (o *operations) add(op *openapi.Operation, at location) {
	o.api.Operations = append(o.api.Operations, op)
	switch {
	case op.ID == "":
		o.renamed = append(o.renamed, op)
	case o.ids[op.ID]:
		at.tree.notef(at.at, "operationId %q is already in use: %s %s is called %s", op.ID, op.Method, op.Path, idOf(op))
		o.renamed = append(o.renamed, op)
	}
	o.ids[op.ID] = true
}

// nameAll generates the missing operation IDs.
func (o *operations) nameAll() {
	for _, op := range o.renamed {
		plain := idOf(op)
		op.ID = plain
		for n := 2; o.ids[op.ID]; n++ {
			op.ID = fmt.Sprintf("%s%d", plain, n)
		}
		o.ids[op.ID] = true
	}
}

// idOf builds an operation ID from method and path: GET /pets/{id} becomes
// getPetsId.
func idOf(op *openapi.Operation) string {
	var id strings.Builder
	id.WriteString(strings.ToLower(op.Method))
	upper := true
	for _, r := range op.Path {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			upper = true
		case upper:
			id.WriteRune(unicode.ToUpper(r))
			upper = false
		default:
			id.WriteRune(r)
		}
	}
	return id.String()
}

const maxTemplate = 2000 // bytes; servers do not accept longer paths

func checkTemplate(at location, path string) error {
	t := at.tree
	switch {
	case !strings.HasPrefix(path, "/"):
		return t.errorf(at.at, "path %q does not begin with /", path)
	case strings.Contains(path, "?"):
		return t.errorf(at.at, "path %q holds a query", path)
	case len(path) > maxTemplate:
		return t.errorf(at.at, "a path is longer than %d bytes", maxTemplate)
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return t.errorf(at.at, "path %q has the segment %q, which would change the URL", path, segment)
		}
		for rest := segment; ; {
			before, after, open := strings.Cut(rest, "{")
			if strings.Contains(before, "}") {
				return t.errorf(at.at, "path %q has a brace without its other half", path)
			}
			if !open {
				break
			}
			name, behind, closed := strings.Cut(after, "}")
			switch {
			case !closed || strings.Contains(name, "{"):
				return t.errorf(at.at, "path %q has a brace without its other half", path)
			case name == "":
				return t.errorf(at.at, "path %q has a parameter without a name", path)
			}
			rest = behind
		}
	}
	return nil
}

// method is one operation of a path item.
type method struct {
	name string // upper case
	node *node
	at   jsontext.Pointer // below the path item
}

// methodsOf lists the operations of a path item, including those of OpenAPI 3.2.
func methodsOf(n *node) []method {
	var found []method
	for _, name := range n.names() {
		switch lower := strings.ToLower(name); lower {
		case "get", "put", "post", "delete", "options", "head", "patch", "trace", "query":
			found = append(found, method{strings.ToUpper(lower), n.child(name), jsontext.Pointer("").AppendToken(name)})
		case "additionaloperations":
			for _, own := range n.child(name).names() {
				if own != "" && strings.Trim(own, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") == "" {
					found = append(found, method{own, n.child(name).child(own), jsontext.Pointer("").AppendToken(name).AppendToken(own)})
				}
			}
		}
	}
	return found
}

// pathItem contains what the operations of a path share.
type pathItem struct {
	params  []*openapi.Param
	servers []string
}

// item follows the $ref of a path item.
func (l *library) item(at location) (*node, location, error) {
	n := at.tree.root.find(at.at)
	for range maxReferences {
		ref := n.child("$ref")
		if ref == nil {
			return n, at, nil
		}
		next, to, err := at.tree.find(newReader(ref.raw, "", at.tree).text())
		if err != nil {
			return nil, at, at.tree.errorf(at.at.AppendToken("$ref"), "%w", err)
		}
		n, at = next, to
	}
	return nil, at, at.tree.errorf(at.at, "$ref refers to itself")
}

func (t *tree) shared(n *node, at jsontext.Pointer, source string) (*pathItem, error) {
	var item pathItem
	if list := n.child("parameters"); list != nil {
		r := t.reader(list, at.AppendToken("parameters"))
		if item.params = r.parameters(); r.err != nil {
			return nil, r.err
		}
	}
	if list := n.child("servers"); list != nil {
		item.servers = absolute(t.reader(list, at).servers(), source)
	}
	return &item, nil
}

// readOperation reads an operation object. An empty object is an operation without
// parameters.
func (t *tree) readOperation(op *openapi.Operation, n *node, at jsontext.Pointer, source string) error {
	r := t.reader(n, at)
	if kind := r.kind(); kind != '{' && kind != 'n' {
		return t.errorf(at, "%s %s is not an object", op.Method, op.Path)
	}
	r.operation(op)
	op.Servers = absolute(op.Servers, source)
	return r.err
}

// complete adds the settings of the path to an operation; those of the operation
// have precedence.
func (item *pathItem) complete(op *openapi.Operation) {
	if len(op.Servers) == 0 {
		op.Servers = item.servers
	}
	op.Params = merge(op.Path, slices.Concat(item.params, op.Params))
	declareMissing(op)
}

// merge replaces a parameter by a later one with the same name and location, and
// leaves out path parameters that the template lacks.
func merge(path string, params []*openapi.Param) []*openapi.Param {
	var merged []*openapi.Param
	places := map[string]int{}
	for _, p := range params {
		if p.In == "path" && !strings.Contains(path, "{"+p.Name+"}") {
			continue
		}
		key := p.In + " " + p.Name
		if i, taken := places[key]; taken {
			merged[i] = p
			continue
		}
		places[key] = len(merged)
		merged = append(merged, p)
	}
	return merged
}

// declareMissing adds the undeclared parameters of the template: without them the
// operation could not be called.
func declareMissing(op *openapi.Operation) {
	for _, part := range strings.Split(op.Path, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		if op.Param(name, "path") == nil {
			op.Params = append(op.Params, &openapi.Param{
				Name: name, In: "path", Style: "simple", Required: true,
				Schema: &openapi.Schema{Types: []string{"string"}},
			})
		}
	}
}
