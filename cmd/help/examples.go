package help

import (
	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/help"
)

// NewExamples returns the command that shows common tasks as lines to paste.
func NewExamples(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:  "examples",
		Args: cmdutil.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return f.Out.Show(help.Tasks(), (*help.Page).Tasks)
		},
	}
}
