package cmd

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
)

// describedDefinition is a definition as --json writes it.
type describedDefinition struct {
	listedAPI
	Source  catalog.Origin `json:"source"`
	File    string         `json:"file,omitempty"`
	URL     string         `json:"url,omitempty"`
	Fetched string         `json:"fetched,omitempty"` // RFC 3339
	Count   *int           `json:"operationCount,omitempty"`
	Note    string         `json:"note,omitempty"`
}

func describeDefinition(d catalog.Definition) describedDefinition {
	described := describedDefinition{
		listedAPI: listedAPI{Name: d.Name}, Source: d.Origin,
		File: d.File, URL: d.URL, Note: d.Note,
	}
	if !d.Fetched.IsZero() {
		described.Fetched = d.Fetched.Format(time.RFC3339)
	}
	if d.API != nil {
		described.listedAPI = describeAPI(d.API)
		count := len(d.API.Operations)
		described.Count = &count
	}
	return described
}

// sourceWords says where a definition comes from, for people.
func sourceWords(d catalog.Definition) string {
	switch {
	case d.Origin == catalog.IsOverride:
		return "override " + d.File
	case d.Origin == catalog.IsDownloaded && !d.Fetched.IsZero():
		return "downloaded " + d.Fetched.Format(time.DateOnly)
	}
	return string(d.Origin)
}

func newListCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the definitions: title, version, source, operations",
		Args:  noWords,
		RunE:  func(cmd *cobra.Command, _ []string) error { return call.listDefinitions(cmd.Context()) },
	}
}

func (o *callOptions) listDefinitions(ctx context.Context) error {
	definitions := o.catalog.Definitions(ctx)
	if o.json {
		described := make([]describedDefinition, 0, len(definitions))
		for _, d := range definitions {
			row := describeDefinition(d)
			row.Operations = nil // "show" has them
			described = append(described, row)
		}
		return o.printJSON(described)
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	rows := [][]string{{"API", "VERSION", "OPERATIONS", "SOURCE", "TITLE"}}
	for _, d := range definitions {
		rows = append(rows, definitionRow(d))
	}
	page.Table(rows)
	return o.print(page)
}

func definitionRow(d catalog.Definition) []string {
	row := []string{d.Name, "", "", sourceWords(d), ""}
	if d.API != nil {
		row[1], row[2], row[4] = d.API.Version, strconv.Itoa(len(d.API.Operations)), d.API.Title
	}
	if d.Note != "" {
		row[4] = strings.TrimSpace(row[4] + "  (" + d.Note + ")")
	}
	return row
}

func newShowCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "show <api>",
		Short: "Show what a definition says: title, version, servers, source, operations",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "API", "epilot definitions show entity"); err != nil {
				return err
			}
			return call.showDefinition(cmd.Context(), words[0])
		},
	}
}

func (o *callOptions) showDefinition(ctx context.Context, name string) error {
	d, err := o.catalog.Definition(ctx, name)
	if err != nil {
		return err
	}
	if o.json {
		return o.printJSON(describeDefinition(d))
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Operations(d.API)
	page.List("DEFINITION", definitionEntries(d))
	return o.print(page)
}

func definitionEntries(d catalog.Definition) []manual.Entry {
	entries := []manual.Entry{
		{Name: "version", Line: d.API.Version},
		{Name: "source", Line: sourceWords(d)},
		{Name: "servers", Line: strings.Join(d.API.AllServers(), " ")},
		{Name: "file", Line: d.File},
		{Name: "url", Line: d.URL},
		{Name: "operations", Line: strconv.Itoa(len(d.API.Operations))},
		{Name: "note", Line: d.Note},
	}
	return slices.DeleteFunc(entries, func(e manual.Entry) bool { return e.Line == "" })
}
