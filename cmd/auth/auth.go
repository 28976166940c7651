// Package auth is the group of commands about who is signed in.
package auth

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/profiles"
)

// New is the group.
func New(f *cmdutil.Factory) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "auth"},
		NewLogin(f), newTokenCmd(f), newStatusCmd(f), NewLogout(f), newPrintTokenCmd(f))
}

// seenBy is the profile of this line as an API sees it, "" for none of them;
// nil without a profile.
func seenBy(f *cmdutil.Factory, api string) (*profiles.Profile, error) {
	if api != "" && !f.Catalog().Has(api) {
		return nil, f.RefuseAPI(api)
	}
	account := f.Account()
	return account.As(api)
}

func addAPIFlag(f *cmdutil.Factory, cmd *cobra.Command, api *string) {
	cmd.Flags().StringVar(api, "api", "", "Take the token that calls of `API` use")
	cmdutil.Complete(cmd, "api", f.CompleteAPI)
}

type printTokenOptions struct {
	f   *cmdutil.Factory
	api string
}

func newPrintTokenCmd(f *cmdutil.Factory) *cobra.Command {
	o := &printTokenOptions{f: f}
	cmd := &cobra.Command{
		Use:   "print-token",
		Short: "Print the token that a call uses, for scripts",
		Args:  cmdutil.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	addAPIFlag(f, cmd, &o.api)
	return cmd
}

func (o *printTokenOptions) run(ctx context.Context) error {
	profile, err := seenBy(o.f, o.api)
	if err != nil {
		return err
	}
	account := o.f.Account()
	in := account.Sources(ctx, profile)
	token, err := auth.Resolve(in)
	if err != nil {
		return err
	}
	if token == nil {
		return auth.Missing(in)
	}
	return o.f.Out.Text(token.Value + "\n")
}
