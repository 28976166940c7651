package definitions

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
)

func newTrustCmd(f *cmdutil.Factory) *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "trust <file>",
		Short: "Allow the stored token to go to the servers of a definition over https",
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
		Use:   "untrust <file>",
		Short: "Stop trusting a definition",
		Args:  cmdutil.OneArg("file", "epilot definitions untrust .epilot/overrides/entity.yaml"),
		RunE:  func(cmd *cobra.Command, args []string) error { return untrustDefinition(cmd.Context(), f, args[0]) },

		ValidArgsFunction: cmdutil.OneFile,
	}
}

// trustDefinition reads the file before it trusts it: the person is told which
// servers that means.
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
	f.Out.Note("%s is not trusted any more", file)
	return nil
}

// trustedFile is a row of the list as --json writes it.
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
