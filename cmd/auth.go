package cmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

// newAuthCmd is the group of commands about who is signed in.
func newAuthCmd(call *callOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "auth <command>",
		RunE: call.runGroup,
	}
	cmd.AddCommand(
		newLoginCmd(call), newTokenCmd(call), newStatusCmd(call), newLogoutCmd(call), newPrintTokenCmd(call),
	)
	return cmd
}

// noteFlags reads what cobra knows of the flags of this line.
func (o *callOptions) noteFlags(cmd *cobra.Command) error {
	o.tokenSet = cmd.Flags().Changed("token")
	return refuseEmpty(cmd.Flags())
}

// seenBy is the profile of this line as an API sees it, "" for none of them;
// nil where there is no profile.
func (o *callOptions) seenBy(store *profiles.Store, api string) (*profiles.Profile, error) {
	if api != "" && !o.catalog.Has(api) {
		return nil, failure.New(failure.Usage, "unknown API %q", api).Hintf("\"epilot\" lists the APIs")
	}
	profile, err := store.Resolve(o.profile)
	if err != nil || profile == nil {
		return nil, err
	}
	return profile.For(api), nil
}

func addAPIFlag(cmd *cobra.Command, api *string) {
	cmd.Flags().StringVar(api, "api", "", "The token that calls of this API would use")
}

type printTokenOptions struct {
	call *callOptions
	api  string
}

func newPrintTokenCmd(call *callOptions) *cobra.Command {
	o := &printTokenOptions{call: call}
	cmd := &cobra.Command{
		Use:   "print-token",
		Short: "Print the token that a call would use, for scripts",
		Args:  noWords,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := call.noteFlags(cmd); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	addAPIFlag(cmd, &o.api)
	return cmd
}

func (o *printTokenOptions) run(ctx context.Context) error {
	store := o.call.app.profiles()
	profile, err := o.call.seenBy(store, o.api)
	if err != nil {
		return err
	}
	in := o.call.tokenSources(ctx, store, profile)
	token, err := auth.Resolve(in)
	if err != nil {
		return err
	}
	if token == nil {
		return auth.Missing(in)
	}
	_, err = io.WriteString(o.call.app.Streams.Out, token.Value+"\n")
	return asWriteError(err)
}
