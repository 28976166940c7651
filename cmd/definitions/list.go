// Package definitions is the group of commands about the definitions that calls
// use, and about which of them are trusted.
package definitions

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
)

// New is the group.
func New(f *cmdutil.Factory) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "definitions"},
		newListCmd(f), newShowCmd(f), newUpdateCmd(f), newResetCmd(f),
		newPathCmd(f), newTrustCmd(f), newUntrustCmd(f))
}

func newPathCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the path of the folder with downloaded definitions",
		Args:  cmdutil.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return printCache(f) },
	}
}

func printCache(f *cmdutil.Factory) error {
	folder := f.CacheDir()
	if folder == "" {
		return failure.New(failure.File, "no folder for downloaded definitions").
			Hintf("set HOME or XDG_CACHE_HOME")
	}
	return f.ShowLine(map[string]string{"path": folder}, folder)
}

// describedDefinition is a definition as --json writes it.
type describedDefinition struct {
	cmdutil.ListedAPI
	Source  catalog.Origin `json:"source"`
	File    string         `json:"file,omitempty"`
	URL     string         `json:"url,omitempty"`
	Fetched string         `json:"fetched,omitempty"` // RFC 3339
	Count   *int           `json:"operationCount,omitempty"`
	Note    string         `json:"note,omitempty"`
}

func describeDefinition(d catalog.Definition) describedDefinition {
	described := describedDefinition{
		ListedAPI: cmdutil.ListedAPI{Name: d.Name}, Source: d.Origin,
		File: d.File, URL: d.URL, Note: d.Note,
	}
	if !d.Fetched.IsZero() {
		described.Fetched = d.Fetched.Format(time.RFC3339)
	}
	if d.API != nil {
		described.ListedAPI = cmdutil.DescribeAPI(d.API)
		count := len(d.API.Operations)
		described.Count = &count
	}
	return described
}

// describeSource says where a definition comes from, for people.
func describeSource(d catalog.Definition) string {
	switch {
	case d.Origin == catalog.IsOverride:
		return "override " + d.File
	case d.Origin == catalog.IsDownloaded && !d.Fetched.IsZero():
		return "downloaded " + d.Fetched.Format(time.DateOnly)
	}
	return string(d.Origin)
}

func newListCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the definitions with version, source and number of operations",
		Args:  cmdutil.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return listDefinitions(cmd.Context(), f) },
	}
}

func listDefinitions(ctx context.Context, f *cmdutil.Factory) error {
	definitions := f.Catalog().Definitions(ctx)
	described := make([]describedDefinition, 0, len(definitions))
	rows := [][]string{{"API", "VERSION", "OPERATIONS", "SOURCE", "TITLE"}}
	for _, d := range definitions {
		row := describeDefinition(d)
		row.Operations = nil // "show" has them
		described = append(described, row)
		rows = append(rows, definitionRow(d))
	}
	return f.Out.Show(described, func(page *help.Page) { page.Table(rows) })
}

func definitionRow(d catalog.Definition) []string {
	row := []string{d.Name, "", "", describeSource(d), ""}
	if d.API != nil {
		row[1], row[2], row[4] = d.API.Version, strconv.Itoa(len(d.API.Operations)), d.API.Title
	}
	if d.Note != "" {
		row[4] = strings.TrimSpace(row[4] + "  (" + d.Note + ")")
	}
	return row
}

func newShowCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "show <api>",
		Short: "Show a definition: title, version, servers, source and operations",
		Args:  cmdutil.OneArg("API", "epilot definitions show entity"),
		RunE:  func(cmd *cobra.Command, args []string) error { return showDefinition(cmd.Context(), f, args[0]) },

		ValidArgsFunction: cmdutil.Names(f.APINames, true),
	}
}

func showDefinition(ctx context.Context, f *cmdutil.Factory, name string) error {
	d, err := f.Catalog().Definition(ctx, name)
	if err != nil {
		return err
	}
	return f.Out.Show(describeDefinition(d), func(page *help.Page) {
		page.Operations(d.API, catalog.About(d.API))
		page.List("DEFINITION", definitionEntries(d))
	})
}

func definitionEntries(d catalog.Definition) []help.Entry {
	entries := []help.Entry{
		{Name: "version", Line: d.API.Version},
		{Name: "source", Line: describeSource(d)},
		{Name: "servers", Line: strings.Join(d.API.AllServers(), " ")},
		{Name: "file", Line: d.File},
		{Name: "url", Line: d.URL},
		{Name: "operations", Line: strconv.Itoa(len(d.API.Operations))},
		{Name: "note", Line: d.Note},
	}
	return slices.DeleteFunc(entries, func(e help.Entry) bool { return e.Line == "" })
}
