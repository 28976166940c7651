package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/term"
)

func newTrustCmd(call *callOptions) *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use:   "trust <file>",
		Short: "Let the servers of a definition, as it is now, have the stored token over https",
		RunE: func(cmd *cobra.Command, words []string) error {
			if list {
				if err := noWords(cmd, words); err != nil {
					return err
				}
				return call.listTrusted()
			}
			if err := oneWord(cmd, words, "file", "epilot definitions trust .epilot/overrides/entity.yaml"); err != nil {
				return err
			}
			return call.trustDefinition(cmd.Context(), words[0])
		},
	}
	cmd.Flags().BoolVar(&list, "list", false, "List the trusted files, and whether they have changed")
	return cmd
}

func newUntrustCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "untrust <file>",
		Short: "End the trust in a definition",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "file", "epilot definitions untrust .epilot/overrides/entity.yaml"); err != nil {
				return err
			}
			return call.untrustDefinition(cmd.Context(), words[0])
		},
	}
}

// trustDefinition reads the file before it trusts it: the person is told which
// servers that means.
func (o *callOptions) trustDefinition(ctx context.Context, file string) error {
	api, err := o.catalog.Read(file)
	if err != nil {
		return err
	}
	if err := o.app.trust().Add(ctx, api); err != nil {
		return err
	}
	named := api.AllServers()
	if o.json {
		return o.printJSON(map[string]any{"path": file, "servers": named})
	}
	fmt.Fprintf(o.app.Streams.Err, "%s is trusted until it changes; a stored token may go to %s\n",
		safeLines(file), safeLines(strings.Join(named, ", ")))
	return nil
}

func (o *callOptions) untrustDefinition(ctx context.Context, file string) error {
	found, err := o.app.trust().Remove(ctx, file)
	if err != nil {
		return err
	}
	if !found {
		return failure.New(failure.Usage, "%s is not trusted", file).
			Hintf("\"epilot definitions trust --list\" lists the files that are")
	}
	fmt.Fprintf(o.app.Streams.Err, "%s is not trusted any more\n", safeLines(file))
	return nil
}

// trustedFile is a row of the list as --json writes it.
type trustedFile struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Since  string `json:"since"` // RFC 3339
	State  string `json:"state"` // trusted, changed or missing
}

func (o *callOptions) listTrusted() error {
	files, err := o.app.trust().List()
	if err != nil {
		return err
	}
	listed := make([]trustedFile, 0, len(files))
	rows := [][]string{{"FILE", "SINCE", "STATE"}}
	for _, f := range files {
		state := o.trustState(f)
		listed = append(listed, trustedFile{f.Path, f.SHA256, f.Since.Format(time.RFC3339), state})
		rows = append(rows, []string{f.Path, f.Since.Format(time.DateOnly), state})
	}
	if o.json {
		return o.printJSON(listed)
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Table(rows)
	return o.print(page)
}

func (o *callOptions) trustState(f catalog.Trusted) string {
	api, err := o.catalog.Read(f.Path)
	switch {
	case err != nil && strings.HasSuffix(err.Error(), "no such file"):
		return "missing"
	case err != nil || api.Digest() != f.SHA256:
		return "changed"
	}
	return "trusted"
}

// definitionFile is the file that an API was read from, "" where it was none.
func definitionFile(api *operation.API) string {
	if strings.Contains(api.Source, "://") {
		return ""
	}
	return api.Source
}
