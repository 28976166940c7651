package cmd

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

// newProfileCmd is the group of commands about the stored accounts.
func newProfileCmd(call *callOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "profile <command>",
		RunE: call.runGroup,
	}
	cmd.AddCommand(
		newProfileListCmd(call), newProfileEditCmd(call, true), newProfileEditCmd(call, false),
		newProfileUseCmd(call), newProfileShowCmd(call), newProfileRenameCmd(call), newProfileDeleteCmd(call),
	)
	return cmd
}

// runGroup is what a group of commands does without one of them.
func (o *callOptions) runGroup(cmd *cobra.Command, words []string) error {
	if len(words) == 0 {
		return o.help(cmd)
	}
	return unknownSubcommand(cmd, words[0])
}

func newProfileUseCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "use <name>",
		Short: "Make a profile the active one: calls that name none use it",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "profile", "epilot profile use dev"); err != nil {
				return err
			}
			return call.useProfile(cmd.Context(), words[0])
		},
	}
}

func (o *callOptions) useProfile(ctx context.Context, name string) error {
	err := o.app.profiles().Update(ctx, func(d *profiles.Draft) error { return d.Use(name) })
	if err != nil {
		return err
	}
	if env := o.app.Getenv("EPILOT_PROFILE"); env != "" && env != name {
		o.app.warn("EPILOT_PROFILE is set and outranks the active profile: calls use " + strconv.Quote(env))
	}
	return o.changedProfile(name, "is the active one")
}

func newProfileRenameCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "rename <name> <new name>",
		Short: "Give a profile another name",
		RunE: func(cmd *cobra.Command, words []string) error {
			if len(words) != 2 {
				return failure.New(failure.Usage, "%q takes two names, got %d words", cmd.CommandPath(), len(words)).
					Hintf("as in: epilot profile rename dev staging")
			}
			return call.renameProfile(cmd.Context(), words[0], words[1])
		},
	}
}

// renameProfile takes a token in the keyring along: its entry has the name of
// the profile. The old entry goes when nothing needs it any more.
func (o *callOptions) renameProfile(ctx context.Context, from, to string) error {
	moved := false
	err := o.app.profiles().Update(ctx, func(d *profiles.Draft) error {
		if err := d.Rename(from, to); err != nil || !d.Profile(to).Keyring {
			return err
		}
		token, err := o.app.vault().Get(ctx, vault.Profile(from))
		if err != nil {
			return err
		}
		moved, err = o.app.vault().Keep(ctx, vault.KeyringOnly, vault.Profile(to), token)
		return err
	})
	if err != nil {
		return err
	}
	if moved {
		o.app.forgetToken(ctx, vault.Profile(from))
	}
	return o.changedProfile(to, "is the new name of "+strconv.Quote(from))
}

func newProfileDeleteCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "delete <name>",
		Short: "Delete a profile, with its token",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "profile", "epilot profile delete dev"); err != nil {
				return err
			}
			return call.deleteProfile(cmd.Context(), words[0])
		},
	}
}

func (o *callOptions) deleteProfile(ctx context.Context, name string) error {
	inKeyring := false
	err := o.app.profiles().Update(ctx, func(d *profiles.Draft) error {
		if p := d.Profile(name); p != nil {
			inKeyring = p.Keyring
		}
		return d.Delete(name)
	})
	if err != nil {
		return err
	}
	if inKeyring {
		o.app.forgetToken(ctx, vault.Profile(name))
	}
	if o.json {
		return o.printJSON(map[string]string{"deleted": name})
	}
	o.app.say("profile %q was deleted", name)
	return nil
}

// changedProfile tells what became of a profile: in words, or with --json as
// the profile is now.
func (o *callOptions) changedProfile(name, what string) error {
	if !o.json {
		o.app.say("profile %q %s", name, what)
		return nil
	}
	described, err := o.describeProfile(name)
	if err != nil {
		return err
	}
	return o.printJSON(described)
}

// say tells the person what was done.
func (a *App) say(format string, args ...any) {
	fmt.Fprintln(a.Streams.Err, safeLines(fmt.Sprintf(format, args...)))
}
