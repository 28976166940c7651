// Package open implements the command that opens epilot pages in the browser.
package open

import (
	"context"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// records is the first argument for a record in the portal.
const records = "entity"

// New returns the open command.
func New(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use: "open [api [operationId]] | entity <slug> <id>",
		Example: "epilot open entity createEntity" + "\n" +
			"epilot open entity contact 3fa85f64-5717-4562-b3fc-2c963f66afa6",
		Args: checkArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return run(cmd.Context(), f, args) },

		ValidArgsFunction: func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return cmdutil.Candidates(choices(cmd.Context(), f, args), typed, 0)
		},
	}
}

func checkArgs(_ *cobra.Command, args []string) error {
	switch {
	case len(args) < 3, len(args) == 3 && suggest.Fold(args[0]) == records:
		return nil
	case len(args) == 3:
		return failure.New(failure.Usage, "only records of entity can be opened, got %q", args[0]).
			Hintf("for example: epilot open entity contact 3fa85f64-5717-4562-b3fc-2c963f66afa6")
	}
	return failure.New(failure.Usage, "\"epilot open\" takes at most 3 arguments, got %d", len(args)).
		Hintf("for example: epilot open entity createEntity")
}

// choices returns the completions after the arguments.
func choices(ctx context.Context, f *cmdutil.Factory, args []string) []complete.Candidate {
	switch len(args) {
	case 0:
		return f.APINames()
	case 1:
		api, err := f.Catalog().Load(ctx, args[0], "")
		if err != nil {
			return nil
		}
		var found []complete.Candidate
		for _, op := range api.Operations {
			found = append(found, complete.Candidate{Text: op.ID, Note: op.Line})
		}
		return found
	}
	return nil
}

func run(ctx context.Context, f *cmdutil.Factory, args []string) error {
	switch len(args) {
	case 0:
		return f.Browse(help.Documentation)
	case 3:
		if wrong := checkRecord(args[1:]); wrong != nil {
			return wrong
		}
		portal, err := f.Portal()
		if err != nil {
			return err
		}
		return f.Browse(portal.JoinPath("app", "entity", url.PathEscape(args[1]), url.PathEscape(args[2])).String())
	}
	name := args[0]
	if !f.Catalog().Has(name) {
		name = f.Catalog().Spelled(name)
	}
	if name == "" {
		return openOperation(ctx, f, args)
	}
	id := ""
	if len(args) == 2 {
		id = args[1]
	}
	return f.BrowseDocs(ctx, name, id)
}

// openOperation opens the documentation of an operation named without its API.
func openOperation(ctx context.Context, f *cmdutil.Factory, args []string) error {
	found := f.Catalog().Called(ctx, args[0])
	if len(args) != 1 || len(found) != 1 {
		return f.RefuseAPI(args[0])
	}
	return f.BrowseDocs(ctx, found[0].API, found[0].Operation.ID)
}

// checkRecord rejects a slug or id that would lead to a different page.
func checkRecord(parts []string) error {
	for _, part := range parts {
		if part == "" || part == "." || part == ".." {
			return failure.New(failure.Usage, "%q is neither a slug nor an id", part).
				Hintf("for example: epilot open entity contact 3fa85f64-5717-4562-b3fc-2c963f66afa6")
		}
	}
	return nil
}
