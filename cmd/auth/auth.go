// Package auth implements the authentication commands.
package auth

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/profiles"
)

// New returns the auth command group.
func New(f *cmdutil.Factory) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "auth"},
		NewLogin(f), newTokenCmd(f), newStatusCmd(f), NewLogout(f), newPrintTokenCmd(f))
}

// seenBy returns the current profile as seen by an API ("" for no API), or nil if
// there is no profile.
func seenBy(f *cmdutil.Factory, api string) (*profiles.Profile, error) {
	if api != "" && !f.Catalog().Has(api) {
		return nil, f.RefuseAPI(api)
	}
	account := f.Account()
	return account.As(api)
}

// tokenOfCall returns the token that a call of the profile sends: the mock's own
// token, if the call goes to the mock and no other is intended for it.
func tokenOfCall(f *cmdutil.Factory, profile *profiles.Profile, in auth.Input) (*auth.Token, error) {
	token, err := auth.Resolve(in)
	if err != nil {
		return nil, err
	}
	// An invalid setting prevents calls, but not reading the stored token.
	if c, err := f.Client(); err != nil || c.NamedServer(profile) != client.MockServer || client.MockKnows(token) {
		return token, nil
	}
	return f.MockToken()
}

func addAPIFlag(f *cmdutil.Factory, cmd *cobra.Command, api *string) {
	cmd.Flags().StringVar(api, "api", "", "Use the token for calls to `API`")
	cmdutil.Complete(cmd, "api", f.CompleteAPI)
}

type printTokenOptions struct {
	f   *cmdutil.Factory
	api string
}

func newPrintTokenCmd(f *cmdutil.Factory) *cobra.Command {
	o := &printTokenOptions{f: f}
	cmd := &cobra.Command{
		Use:     "print-token",
		Short:   "Print the token that a call uses, for scripts",
		Example: `curl -H "Authorization: Bearer $(epilot auth print-token)" https://entity.sls.epilot.io/v1/entity/schemas`,
		Args:    cmdutil.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
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
	token, err := tokenOfCall(o.f, profile, in)
	if err != nil {
		return err
	}
	if token == nil {
		return auth.Missing(in)
	}
	return o.f.Out.Text(token.Value + "\n")
}

func newTokenCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "token [token]",
		Short: "Store a token from stdin (-), a hidden prompt or an argument",
		Example: `epilot auth token
pass show epilot/ci | epilot auth token - --profile ci`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return failure.New(failure.Usage, "%q takes one token, got %s", cmd.CommandPath(), failure.Count(len(args), "argument")).
					Hintf("a token has no spaces")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, args []string) error { return storeToken(cmd.Context(), f, args) },
	}
}

func storeToken(ctx context.Context, f *cmdutil.Factory, args []string) error {
	token, err := takeToken(ctx, f, args)
	if err != nil {
		return err
	}
	if err := f.CheckPlausible(ctx, token); err != nil {
		return err
	}
	return signIn(ctx, f, cmdutil.OwnerOf(token.Value))
}

// signIn stores an account, and warns that a login does not store a server.
func signIn(ctx context.Context, f *cmdutil.Factory, who cmdutil.SignedIn) error {
	if err := f.SignIn(ctx, who); err != nil || f.Flags.Server == "" {
		return err
	}
	f.Out.Warn("--server is not stored with the token: pass it to each call, or store both with \"epilot profile create NAME --server " +
		shell.Quote(f.Flags.Server) + " --token -\"")
	return nil
}

// takeToken reads the token from an argument, --token, stdin or the prompt.
func takeToken(ctx context.Context, f *cmdutil.Factory, args []string) (*auth.Token, error) {
	flags := f.Flags
	switch {
	case len(args) == 1 && flags.TokenSet:
		return nil, failure.New(failure.Usage, "two tokens given").Hintf("leave --token out")
	case len(args) == 1 && args[0] != "-":
		return auth.Take(args[0], "the command line")
	case flags.TokenSet && flags.Token != "-":
		return auth.Take(flags.Token, auth.FromFlag)
	case len(args) == 1 || flags.TokenSet || !f.Streams.InTTY:
		return cmdutil.ReadToken(f.Streams.In)
	case flags.NoInteractive:
		return nil, failure.New(failure.Usage, "missing token").Hintf("pass it as an argument, or - to read it from stdin")
	}
	line, err := f.AskHidden(ctx, "Token: ")
	if err != nil {
		return nil, err
	}
	return auth.Take(line, "the terminal")
}
