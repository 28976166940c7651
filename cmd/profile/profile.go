// Package profile implements the profile commands.
package profile

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/profiles"
)

// New returns the profile command group.
func New(f *cmdutil.Factory) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "profile"},
		newListCmd(f), newEditCmd(f, true), newEditCmd(f, false),
		newUseCmd(f), newShowCmd(f), newRenameCmd(f), newDeleteCmd(f))
}

func newUseCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "use <name>",
		Short:   "Set the active profile",
		Example: "epilot profile use dev",
		Args:    cmdutil.OneArg("profile", "epilot profile use dev"),
		RunE:    func(cmd *cobra.Command, args []string) error { return useProfile(cmd.Context(), f, args[0]) },

		ValidArgsFunction: f.CompleteProfileArg,
	}
}

func useProfile(ctx context.Context, f *cmdutil.Factory, name string) error {
	err := f.Profiles().Update(ctx, func(d *profiles.Draft) error { return d.Use(name) })
	if err != nil {
		return err
	}
	if env := strings.TrimSpace(f.Getenv("EPILOT_PROFILE")); env != "" && env != name {
		f.Out.Warn("EPILOT_PROFILE is set and overrides the active profile: calls use " + strconv.Quote(env))
	}
	return changedProfile(f, name, "is now active")
}

func newRenameCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "rename <name> <new name>",
		Short:   "Rename a profile",
		Example: "epilot profile rename dev staging",
		Args:    cmdutil.TwoArgs("two names", "epilot profile rename dev staging"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return renameProfile(cmd.Context(), f, args[0], args[1])
		},

		ValidArgsFunction: f.CompleteProfileArg,
	}
}

// renameProfile also moves a token in the keyring, whose entry is named after the
// profile. The old entry is removed once nothing needs it.
func renameProfile(ctx context.Context, f *cmdutil.Factory, from, to string) error {
	var moved []string
	err := f.Profiles().Update(ctx, func(d *profiles.Draft) error {
		if err := d.Rename(from, to); err != nil {
			return err
		}
		for _, entry := range cmdutil.KeyringEntries(d.Profile(to)) {
			token, err := f.Vault().Get(ctx, entry.Named(from))
			if err != nil {
				return err
			}
			if _, err = f.Vault().Keep(ctx, keyring.KeyringOnly, entry.Named(to), token); err != nil {
				return err
			}
			moved = append(moved, entry.Named(from))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, account := range moved {
		f.ForgetToken(ctx, account)
	}
	return changedProfile(f, to, "is the new name of "+strconv.Quote(from))
}

func newDeleteCmd(f *cmdutil.Factory) *cobra.Command {
	yes := false
	cmd := &cobra.Command{
		Use:     "delete <name>",
		Short:   "Delete a profile, with its token",
		Example: "epilot profile delete dev",
		Args:    cmdutil.OneArg("profile", "epilot profile delete dev"),
		RunE:    func(cmd *cobra.Command, args []string) error { return deleteProfile(cmd.Context(), f, args[0], yes) },

		ValidArgsFunction: f.CompleteProfileArg,
	}
	cmdutil.AddYes(cmd.Flags(), &yes)
	return cmd
}

func deleteProfile(ctx context.Context, f *cmdutil.Factory, name string, yes bool) error {
	if stored, err := f.Profiles().Profile(name); err == nil && stored != nil {
		if err := f.ConfirmLoss(ctx, yes, fmt.Sprintf("Delete profile %q and its token", name)); err != nil {
			return err
		}
	}
	var entries []cmdutil.KeyringEntry
	err := f.Profiles().Update(ctx, func(d *profiles.Draft) error {
		if p := d.Profile(name); p != nil {
			entries = cmdutil.KeyringEntries(p)
		}
		return d.Delete(name)
	})
	if err != nil {
		return err
	}
	for _, entry := range entries {
		f.ForgetToken(ctx, entry.Account)
	}
	return f.Done(map[string]string{"deleted": name}, "profile %q was deleted", name)
}

// changedProfile reports a change: as a sentence, or with --json as the new profile.
func changedProfile(f *cmdutil.Factory, name, what string) error {
	if !f.Flags.JSON {
		f.Out.Note("profile %q %s", name, what)
		return nil
	}
	described, err := loadProfile(f, name)
	if err != nil {
		return err
	}
	return f.Out.PrintJSON(described)
}

func newListCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the profiles; * marks the active one",
		Args:  cmdutil.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return listProfiles(f) },
	}
}

func listProfiles(f *cmdutil.Factory) error {
	store := f.Profiles()
	all, err := store.Profiles()
	if err != nil {
		return err
	}
	active, err := store.Active()
	if err != nil {
		return err
	}
	shown := make([]shownProfile, len(all))
	for i, p := range all {
		shown[i] = describeProfile(p, active)
	}
	if len(shown) == 0 && !f.Flags.JSON {
		f.Out.Note("no profiles; \"epilot profile create\" adds one")
		return nil
	}
	return f.Out.Show(shown, func(page *help.Page) { profileTable(f, page, shown) })
}

func profileTable(f *cmdutil.Factory, page *help.Page, all []shownProfile) {
	rows := [][]string{{"", "PROFILE", "SERVER", "STAGE", "TOKEN", "ORGANIZATION", "EXPIRES"}}
	for _, p := range all {
		mark := ""
		if p.Active {
			mark = "*"
		}
		rows = append(rows, []string{mark, p.Name, p.Server, p.Stage, p.tokenColumn(), p.OrgID, expiry(f, p.ExpiresAt)})
	}
	page.Table(rows)
}

// expiry returns a time for display, and whether it has passed.
func expiry(f *cmdutil.Factory, written string) string {
	at, err := time.Parse(time.RFC3339, written)
	if err != nil {
		return ""
	}
	text := at.Local().Format("2006-01-02 15:04")
	if !f.Now().Before(at) {
		text += " (expired)"
	}
	return text
}
