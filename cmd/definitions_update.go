package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/term"
)

func newUpdateCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "update [api…]",
		Short: "Download definitions that are newer than the program, all or those named",
		RunE:  func(cmd *cobra.Command, words []string) error { return call.updateDefinitions(cmd.Context(), words) },
	}
}

// updated is one API of an update as --json writes it.
type updated struct {
	Name       string          `json:"name"`
	Outcome    catalog.Outcome `json:"outcome"`
	Operations int             `json:"operationCount,omitempty"`
	Error      string          `json:"error,omitempty"`
}

// updateDefinitions downloads and says what became of each. Where some failed,
// the rest is kept, and the exit status is that of a local file (5) if one
// could not be written, else 3.
func (o *callOptions) updateDefinitions(ctx context.Context, names []string) error {
	if err := o.downloadable(names); err != nil {
		return err
	}
	total := len(names)
	if total == 0 {
		total = len(o.catalog.Downloadable())
	}
	bar := o.progress(total, "definitions")
	updates, err := o.catalog.Update(ctx, names, o.app.Getenv("EPILOT_DEFINITIONS_URL"), func(catalog.Update) { bar.step() })
	bar.done()
	if err != nil {
		return err
	}
	if err := o.showUpdates(updates); err != nil {
		return err
	}
	return notUpdated(updates)
}

// downloadable refuses names that cannot be downloaded, before any other is.
func (o *callOptions) downloadable(names []string) error {
	known := o.catalog.Downloadable()
	for _, name := range names {
		switch {
		case o.catalog.Published(name):
		case slices.Contains(known, name):
			return failure.New(failure.Usage, "the definition of %s is not published anywhere", name).
				Hintf("the built-in one serves; --definition or .epilot/overrides can bring another")
		default:
			return unknownAPI(name, known)
		}
	}
	return nil
}

func unknownAPI(name string, known []string) error {
	unknown := failure.New(failure.Usage, "unknown API %q", name)
	if near := nearest.Match(name, known); near != "" {
		return unknown.Hintf("did you mean %s? \"epilot definitions list\" lists them", near)
	}
	return unknown.Hintf("\"epilot definitions list\" lists them")
}

func (o *callOptions) showUpdates(updates []catalog.Update) error {
	if o.json {
		rows := make([]updated, 0, len(updates))
		for _, u := range updates {
			row := updated{Name: u.Name, Outcome: u.Outcome, Operations: u.Operations}
			if u.Err != nil {
				row.Error = u.Err.Error()
			}
			rows = append(rows, row)
		}
		return o.printJSON(rows)
	}
	rows := [][]string{{"API", "OUTCOME"}}
	for _, u := range updates {
		words := string(u.Outcome)
		if u.Outcome == catalog.Updated {
			words += fmt.Sprintf(", %d operations", u.Operations)
		}
		rows = append(rows, []string{u.Name, words})
		if u.Err != nil {
			fmt.Fprintf(o.app.Streams.Err, "%s: %s\n", u.Name, safeLines(u.Err.Error()))
		}
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Table(rows)
	_, err := page.WriteTo(o.app.Streams.Out) // no pager: a person waits for the prompt
	return asWriteError(err)
}

// notUpdated is the failure of the whole: the worst of the single ones.
func notUpdated(updates []catalog.Update) error {
	count, kind := 0, failure.Network
	for _, u := range updates {
		if u.Err == nil {
			continue
		}
		count++
		if failure.Of(u.Err).Kind == failure.File {
			kind = failure.File
		}
	}
	if count == 0 {
		return nil
	}
	return failure.New(kind, "%d of %d definitions could not be updated", count, len(updates)).
		Hintf("those in use before are kept; try again with \"epilot definitions update\"")
}

func newResetCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "reset [api…]",
		Short: "Remove downloaded definitions, all or those named",
		RunE:  func(_ *cobra.Command, words []string) error { return call.resetDefinitions(words) },
	}
}

func (o *callOptions) resetDefinitions(names []string) error {
	known := o.catalog.Downloadable()
	for _, name := range names {
		if !slices.Contains(known, name) && !o.catalog.Has(name) {
			return unknownAPI(name, known)
		}
	}
	removed, err := o.catalog.Reset(names)
	if err != nil {
		return err
	}
	if o.json {
		return o.printJSON(map[string][]string{"removed": append([]string{}, removed...)})
	}
	for _, name := range removed {
		if _, err := fmt.Fprintln(o.app.Streams.Out, "removed "+name); err != nil {
			return asWriteError(err)
		}
	}
	if len(removed) == 0 {
		fmt.Fprintln(o.app.Streams.Err, "there is no such download")
	}
	return nil
}
