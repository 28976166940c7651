package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
)

type searchOptions struct {
	call  *callOptions
	limit int
}

func newSearchCmd(call *callOptions) *cobra.Command {
	o := &searchOptions{call: call}
	cmd := &cobra.Command{
		Use:  "search <words>",
		RunE: func(cmd *cobra.Command, words []string) error { return o.run(cmd.Context(), words) },
	}
	cmd.Flags().IntVar(&o.limit, "limit", 20, "Show at most this many; 0 shows all")
	return cmd
}

// run lists what is found; nothing is no failure, but a script can tell by the
// empty list.
func (o *searchOptions) run(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return failure.New(failure.Usage, "search needs a word to look for").
			Hintf("as in: epilot search revoke token")
	}
	matches, err := o.call.catalog.Search(ctx, words)
	if err != nil {
		return err
	}
	total := len(matches)
	if o.limit > 0 && total > o.limit {
		matches = matches[:o.limit]
	}
	if o.call.json {
		listed := make([]listedOperation, 0, len(matches))
		for _, m := range matches {
			listed = append(listed, describeOperation(m.API, m.Operation))
		}
		return o.call.printJSON(listed)
	}
	page := manual.NewPage(term.NewPalette(o.call.app.Streams.Color))
	page.Found(total, len(matches))
	for _, m := range matches {
		page.Match(m.API, m.Operation)
	}
	return o.call.print(page)
}
