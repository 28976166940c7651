package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/epilot-cli/epilot/internal/catalog/descriptions"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

// build returns the files of the catalog by name: the facts of each API and the
// index.
func build(ctx context.Context, folder string, log io.Writer, checks ...func(*openapi.API) error) (map[string]string, error) {
	documents, err := sources(folder)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	var index strings.Builder
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		api, lines, err := convert(ctx, name, documents[name], log)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, check := range checks {
			if err := check(api); err != nil {
				return nil, err
			}
		}
		files[name+".txt"] = lines
		fmt.Fprintf(&index, "%s\t%s\t%s\n", name, api.Title, strings.Join(api.AllServers(), " "))
	}
	files["index.tsv"] = index.String()
	return files, nil
}

// convert parses one document and returns its facts.
func convert(ctx context.Context, name, file string, log io.Writer) (*openapi.API, string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	api, err := reader.Parse(name, file, text)
	if err != nil {
		return nil, "", err
	}
	if err := compare(ctx, api, text, log); err != nil {
		return nil, "", err
	}
	lines := facts.Write(api, facts.Options{})
	return api, lines, checkFacts(name, lines)
}

// checkDescribed fails if a parameter or property lacks our description.
func checkDescribed(api *openapi.API) error {
	if problems := descriptions.Of(api.Name).Check(api); len(problems) > 0 {
		return fmt.Errorf("internal/catalog/descriptions/%s.txt: %s", api.Name, strings.Join(problems, "; "))
	}
	return nil
}

// checkFacts checks that facts survive a round trip.
func checkFacts(name, lines string) error {
	api, err := facts.Read(name, lines)
	if err != nil {
		return err
	}
	want, got := strings.Split(lines, "\n"), strings.Split(facts.Write(api, facts.Options{}), "\n")
	for i, line := range want {
		if i >= len(got) || got[i] != line {
			return fmt.Errorf("line %d of the facts is not read as it is written:\n%s\n%s", i+1, line, got[min(i, len(got)-1)])
		}
	}
	return nil
}

// compare validates a document with kin-openapi and compares the result with our
// reader's. Faults of a third-party document are only logged, because many published
// ones are not quite valid.
func compare(ctx context.Context, api *openapi.API, text []byte, log io.Writer) error {
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

func sameOperations(api *openapi.API, doc *openapi3.T) error {
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

func sameParts(ours *openapi.Operation, theirs *openapi3.Operation, shared openapi3.Parameters) error {
	params := map[string]bool{}
	for _, list := range []openapi3.Parameters{shared, theirs.Parameters} {
		for _, p := range list {
			if p.Value.In == "header" && strings.EqualFold(p.Value.Name, "Authorization") {
				continue // OpenAPI 3 requires it to be ignored
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
