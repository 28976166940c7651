package definitions

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
)

func newUpdateCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "update [api…]",
		Short: "Download newer definitions of all or the given APIs",
		Example: `epilot definitions update
epilot definitions update entity workflow`,
		RunE: func(cmd *cobra.Command, args []string) error { return updateDefinitions(cmd.Context(), f, args) },

		ValidArgsFunction: cmdutil.Names(func() []complete.Candidate { return downloads(f) }, false),
	}
}

// downloads returns the APIs whose definitions are published.
func downloads(f *cmdutil.Factory) []complete.Candidate {
	titles := map[string]string{}
	for _, e := range f.Catalog().Entries() {
		titles[e.Name] = e.Title
	}
	var found []complete.Candidate
	for _, name := range f.Catalog().Downloadable() {
		found = append(found, complete.Candidate{Text: name, Note: titles[name]})
	}
	return found
}

// updated is the JSON form of one updated API.
type updated struct {
	Name       string          `json:"name"`
	Outcome    catalog.Outcome `json:"outcome"`
	Operations int             `json:"operationCount,omitempty"`
	Error      string          `json:"error,omitempty"`
}

// updateDefinitions downloads definitions and reports the result of each. If some
// fail, the others are kept, and the exit status is 5 if a local file could not be
// written, else 3.
func updateDefinitions(ctx context.Context, f *cmdutil.Factory, names []string) error {
	if err := checkDownloadable(f.Catalog(), names); err != nil {
		return err
	}
	if _, err := f.Client(); err != nil {
		return err // settings errors, before anything is requested
	}
	total := len(names)
	if total == 0 {
		total = len(f.Catalog().Downloadable())
	}
	mirror := strings.TrimSpace(f.Getenv("EPILOT_DEFINITIONS_URL"))
	if u, err := url.Parse(mirror); err == nil {
		if err := f.CheckEncrypted("EPILOT_DEFINITIONS_URL", u); err != nil {
			return err
		}
	}
	bar := f.Out.Steps(total, "definitions")
	updates, err := f.Catalog().Update(ctx, names, mirror, func(catalog.Update) { bar.Add(1) })
	bar.Done()
	if err != nil {
		return err
	}
	if err := showUpdates(f, updates); err != nil {
		return err
	}
	return notUpdated(updates)
}

// checkDownloadable rejects names that cannot be downloaded before any download
// starts.
func checkDownloadable(definitions *catalog.Catalog, names []string) error {
	downloadable := definitions.Downloadable()
	for _, name := range names {
		switch {
		case definitions.Published(name):
		case slices.Contains(downloadable, name):
			return failure.New(failure.Usage, "the definition of %s is not published anywhere", name).
				Hintf("the built-in definition is used; --definition or .epilot/overrides replaces it")
		default:
			return cmdutil.UnknownAPI(name, downloadable)
		}
	}
	return nil
}

func showUpdates(f *cmdutil.Factory, updates []catalog.Update) error {
	shown := make([]updated, 0, len(updates))
	rows := [][]string{{"API", "OUTCOME"}}
	for _, u := range updates {
		row, outcome := updated{Name: u.Name, Outcome: u.Outcome, Operations: u.Operations}, string(u.Outcome)
		if u.Outcome == catalog.Updated {
			outcome += ", " + failure.Count(u.Operations, "operation")
		}
		if u.Err != nil {
			row.Error = u.Err.Error()
			if !f.Flags.JSON {
				f.Out.Note("%s: %v", u.Name, u.Err)
			}
		}
		shown, rows = append(shown, row), append(rows, []string{u.Name, outcome})
	}
	return f.Out.Show(shown, func(page *help.Page) { page.Table(rows) })
}

// notUpdated returns the most severe error of the updates.
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
		Hintf("the previous definitions stay in use; run \"epilot definitions update\" again")
}

func newResetCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "reset [api…]",
		Short: "Remove downloaded definitions of all or the given APIs",
		Example: `epilot definitions reset
epilot definitions reset entity`,
		RunE: func(_ *cobra.Command, args []string) error { return resetDefinitions(f, args) },

		ValidArgsFunction: cmdutil.Names(f.APINames, false),
	}
}

func resetDefinitions(f *cmdutil.Factory, names []string) error {
	downloadable := f.Catalog().Downloadable()
	for _, name := range names {
		if !slices.Contains(downloadable, name) && !f.Catalog().Has(name) {
			return cmdutil.UnknownAPI(name, downloadable)
		}
	}
	removed, err := f.Catalog().Reset(names)
	if err != nil {
		return err
	}
	shown := map[string][]string{"removed": append([]string{}, removed...)}
	if len(removed) == 0 {
		return f.Done(shown, "no downloaded definitions to remove")
	}
	return f.ShowLine(shown, "removed "+strings.Join(removed, "\nremoved "))
}
