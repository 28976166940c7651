package openapi

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/go-json-experiment/json/jsontext"
)

// readPaths reads every operation, in the document's order.
func (t *tree) readPaths(api *operation.API) error {
	paths := jsontext.Pointer("/paths")
	seen := map[string]bool{}
	for _, path := range t.root.child("paths").names() {
		if strings.HasPrefix(path, "x-") {
			continue
		}
		at := paths.AppendToken(path)
		if err := t.checkTemplate(path, at); err != nil {
			return err
		}
		if err := t.readPath(api, path, at, seen); err != nil {
			return err
		}
	}
	if len(api.Operations) == 0 {
		return t.errorf(paths, "there is no operation in it")
	}
	return nil
}

const maxTemplate = 2000 // bytes; no server takes a longer one

func (t *tree) checkTemplate(path string, at jsontext.Pointer) error {
	switch {
	case !strings.HasPrefix(path, "/"):
		return t.errorf(at, "path %q does not begin with /", path)
	case strings.ContainsAny(path, "?#"):
		return t.errorf(at, "path %q holds a query or a fragment", path)
	case len(path) > maxTemplate:
		return t.errorf(at, "a path is longer than %d bytes", maxTemplate)
	case strings.Count(path, "{") != strings.Count(path, "}"):
		return t.errorf(at, "path %q has a brace without its other half", path)
	}
	return nil
}

func isMethod(name string) bool {
	switch name {
	case "get", "put", "post", "delete", "options", "head", "patch", "trace":
		return true
	}
	return false
}

func (t *tree) readPath(api *operation.API, path string, at jsontext.Pointer, seen map[string]bool) error {
	n, at, err := t.item(t.root.child("paths").child(path), at)
	if err != nil {
		return err
	}
	shared, err := t.shared(n, at, api.Source)
	if err != nil {
		return err
	}
	for _, method := range n.names() {
		if !isMethod(method) {
			continue
		}
		op := &operation.Operation{Method: strings.ToUpper(method), Path: path, Security: t.security}
		place := at.AppendToken(method)
		if err := t.readOperation(op, n.child(method), place, api.Source); err != nil {
			return err
		}
		if seen[op.ID] {
			return t.errorf(place.AppendToken("operationId"), "operationId %q is taken by an operation before", op.ID)
		}
		seen[op.ID] = true
		shared.complete(op)
		api.Operations = append(api.Operations, op)
	}
	return nil
}

func (t *tree) readOperation(op *operation.Operation, n *node, at jsontext.Pointer, source string) error {
	r := t.reader(n, at)
	r.operation(op)
	if r.err != nil {
		return r.err
	}
	if op.ID == "" {
		return t.errorf(at, "%s %s has no operationId", op.Method, op.Path).
			Hintf("an operation is called by its operationId: add one")
	}
	op.Servers = absolute(op.Servers, source)
	return nil
}
