// Package definitions implements the commands that show, update and trust API
// definitions.
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

// New returns the definitions command group.
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

// describedDefinition is the JSON form of a definition.
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

// describeSource describes the source of a definition for the terminal.
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
		Short: "List the definitions with version, source and operation count",
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
		row.Operations = nil // shown by "show"
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
		Use:     "show <api>",
		Short:   "Show a definition: title, version, servers, source and operations",
		Example: "epilot definitions show entity",
		Args:    cmdutil.OneArg("API", "epilot definitions show entity"),
		RunE:    func(cmd *cobra.Command, args []string) error { return showDefinition(cmd.Context(), f, args[0]) },

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

func newTrustCmd(f *cmdutil.Factory) *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "trust <file>",
		Short: "Allow a definition's servers to receive your token over https",
		Example: `epilot definitions trust .epilot/overrides/entity.yaml
epilot definitions trust --list`,
		Args: func(cmd *cobra.Command, args []string) error {
			if list {
				return cmdutil.NoArgs(cmd, args)
			}
			return cmdutil.OneArg("file", "epilot definitions trust .epilot/overrides/entity.yaml")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if list {
				return listTrusted(f)
			}
			return trustDefinition(cmd.Context(), f, args[0])
		},
		ValidArgsFunction: cmdutil.OneFile,
	}
	cmd.Flags().BoolVar(&list, "list", false, "List the trusted files, and whether they have changed")
	return cmd
}

func newUntrustCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "untrust <file>",
		Short:   "Stop trusting a definition",
		Example: "epilot definitions untrust .epilot/overrides/entity.yaml",
		Args:    cmdutil.OneArg("file", "epilot definitions untrust .epilot/overrides/entity.yaml"),
		RunE:    func(cmd *cobra.Command, args []string) error { return untrustDefinition(cmd.Context(), f, args[0]) },

		ValidArgsFunction: cmdutil.OneFile,
	}
}

// trustDefinition reads the file before trusting it, to show the user which servers
// are affected.
func trustDefinition(ctx context.Context, f *cmdutil.Factory, file string) error {
	api, err := f.Catalog().Read(file)
	if err != nil {
		return err
	}
	if err := f.Trust().Add(ctx, api); err != nil {
		return err
	}
	named := api.AllServers()
	return f.Done(map[string]any{"path": file, "servers": named},
		"%s is trusted until it changes; a stored token may go to %s", file, strings.Join(named, ", "))
}

func untrustDefinition(ctx context.Context, f *cmdutil.Factory, file string) error {
	found, err := f.Trust().Remove(ctx, file)
	if err != nil {
		return err
	}
	if !found {
		return failure.New(failure.Usage, "%s is not trusted", file).
			Hintf("\"epilot definitions trust --list\" lists the files that are")
	}
	f.Out.Note("%s is no longer trusted", file)
	return nil
}

// trustedFile is the JSON form of a trusted file.
type trustedFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Since  string `json:"since"` // RFC 3339
	State  string `json:"state"` // trusted, changed or missing
}

func listTrusted(f *cmdutil.Factory) error {
	files, err := f.Trust().List()
	if err != nil {
		return err
	}
	listed := make([]trustedFile, 0, len(files))
	rows := [][]string{{"FILE", "SINCE", "STATE"}}
	for _, t := range files {
		state := trustState(f.Catalog(), t)
		listed = append(listed, trustedFile{t.Path, t.SHA256, t.Since.Format(time.RFC3339), state})
		rows = append(rows, []string{t.Path, t.Since.Format(time.DateOnly), state})
	}
	return f.Out.Show(listed, func(page *help.Page) { page.Table(rows) })
}

func trustState(definitions *catalog.Catalog, t catalog.Trusted) string {
	api, err := definitions.Read(t.Path)
	switch {
	case err != nil && strings.HasSuffix(err.Error(), "no such file"):
		return "missing"
	case err != nil || api.Digest() != t.SHA256:
		return "changed"
	}
	return "trusted"
}
