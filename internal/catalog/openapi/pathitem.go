package openapi

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/epilot-cli/epilot/internal/operation"
)

// pathItem is what the operations of a path share.
type pathItem struct {
	params  []*operation.Param
	servers []string
}

// item follows the $ref of a path item.
func (t *tree) item(n *node, at jsontext.Pointer) (*node, jsontext.Pointer, error) {
	for range maxReferences {
		ref := n.child("$ref")
		if ref == nil {
			return n, at, nil
		}
		next, place, err := t.find(newReader(ref.raw, "", t).text())
		if err != nil {
			return nil, "", t.errorf(at.AppendToken("$ref"), "%w", err)
		}
		n, at = next, place
	}
	return nil, "", t.errorf(at, "$ref leads back to itself")
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

// complete gives an operation what its path says for all of them; the
// operation's own word wins.
func (item *pathItem) complete(op *operation.Operation) {
	if len(op.Servers) == 0 {
		op.Servers = item.servers
	}
	op.Params = merge(op.Path, slices.Concat(item.params, op.Params))
	declareMissing(op)
}

// merge lets the later of two parameters with the same name and location take
// the place of the earlier, and leaves out those for which the path has none.
func merge(path string, params []*operation.Param) []*operation.Param {
	var merged []*operation.Param
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

// declareMissing adds the parameters of the template that are not declared:
// without them the operation could not be called.
func declareMissing(op *operation.Operation) {
	for _, part := range strings.Split(op.Path, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		if op.Param(name, "path") == nil {
			op.Params = append(op.Params, &operation.Param{
				Name: name, In: "path", Style: "simple", Required: true,
				Schema: &operation.Schema{Types: []string{"string"}},
			})
		}
	}
}
