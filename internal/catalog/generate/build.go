package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/catalog/openapi"
	"github.com/epilot-cli/epilot/internal/operation"
)

// build returns the files of the catalog by name: the facts of each API and
// the index.
func build(ctx context.Context, folder string, log io.Writer) (map[string]string, error) {
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
		files[name+".txt"] = lines
		fmt.Fprintf(&index, "%s\t%s\t%s\n", name, api.Title, strings.Join(api.AllServers(), " "))
	}
	files["index.tsv"] = index.String()
	return files, nil
}

// convert reads one document and returns its facts.
func convert(ctx context.Context, name, file string, log io.Writer) (*operation.API, string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	api, err := openapi.Parse(name, file, text)
	if err != nil {
		return nil, "", err
	}
	if err := compare(ctx, api, text, log); err != nil {
		return nil, "", err
	}
	lines := facts.Write(api, facts.Options{})
	return api, lines, checkFacts(name, lines)
}

// checkFacts reads facts back and writes them again: nothing may get lost.
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
