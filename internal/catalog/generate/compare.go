package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/epilot-cli/epilot/internal/operation"
)

// compare checks a document with kin-openapi and holds what it found against
// what our reader read. What is wrong with somebody else's document is logged:
// many of those that are published are not quite valid.
func compare(ctx context.Context, api *operation.API, text []byte, log io.Writer) error {
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err == nil {
		if err := sameOperations(api, doc); err != nil {
			return err
		}
		err = doc.Validate(ctx)
	}
	if err == nil {
		return nil
	}
	reason, _, _ := strings.Cut(err.Error(), "\n")
	fmt.Fprintf(log, "%s: not valid: %.160s\n", api.Name, reason)
	return nil
}

func sameOperations(api *operation.API, doc *openapi3.T) error {
	count := 0
	for path, item := range doc.Paths.Map() {
		for method, theirs := range item.Operations() {
			count++
			ours := api.Find(theirs.OperationID)
			if ours == nil || ours.Path != path || ours.Method != method {
				return fmt.Errorf("%s %s (%s) was not read", method, path, theirs.OperationID)
			}
			if err := sameParts(ours, theirs, item.Parameters); err != nil {
				return fmt.Errorf("%s: %w", ours.ID, err)
			}
		}
	}
	if count != len(api.Operations) {
		return fmt.Errorf("%d operations were read, kin-openapi reads %d", len(api.Operations), count)
	}
	return nil
}

func sameParts(ours *operation.Operation, theirs *openapi3.Operation, shared openapi3.Parameters) error {
	params := map[string]bool{}
	for _, list := range []openapi3.Parameters{shared, theirs.Parameters} {
		for _, p := range list {
			if p.Value.In == "header" && strings.EqualFold(p.Value.Name, "Authorization") {
				continue // OpenAPI 3 wants it ignored
			}
			params[p.Value.In+" "+p.Value.Name] = true
		}
	}
	if len(params) != len(ours.Params) {
		return fmt.Errorf("%d parameters were read, kin-openapi reads %d", len(ours.Params), len(params))
	}
	for _, p := range ours.Params {
		if !params[p.In+" "+p.Name] {
			return fmt.Errorf("kin-openapi reads no parameter %q in %s", p.Name, p.In)
		}
	}
	if n := theirs.Responses.Len(); n != len(ours.Responses) {
		return fmt.Errorf("%d responses were read, kin-openapi reads %d", len(ours.Responses), n)
	}
	if (theirs.RequestBody != nil) != (ours.Body != nil) {
		return fmt.Errorf("the request body was not read")
	}
	return nil
}
