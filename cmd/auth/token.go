package auth

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/prompt"
)

func newTokenCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "token [token]",
		Short: "Store a token from stdin (-), a hidden prompt or an argument",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return failure.New(failure.Usage, "%q takes one token, got %d words", cmd.CommandPath(), len(args)).
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
	if err := checkPlausible(ctx, f, token); err != nil {
		return err
	}
	return f.SignIn(ctx, cmdutil.OwnerOf(token.Value))
}

// checkPlausible asks before it stores what does not look like a token, and
// refuses it in a script.
func checkPlausible(ctx context.Context, f *cmdutil.Factory, token *auth.Token) error {
	if auth.IsPlausible(token.Value) {
		return nil
	}
	refused := failure.New(failure.Usage, "the token of %s does not look like a token: it is too short", token).
		Hintf("copy all of it; an epilot token has three parts with dots between them")
	if !f.MayAsk() {
		return refused
	}
	prompts, err := f.Prompter()
	if err != nil {
		return err
	}
	if yes, err := prompts.Confirm(ctx, prompt.Question{Text: "This does not look like a token. Store it"}); err != nil || yes {
		return err
	}
	return refused
}

// takeToken is the token of an argument, of --token, of stdin, or of the prompt.
func takeToken(ctx context.Context, f *cmdutil.Factory, args []string) (*auth.Token, error) {
	flags := f.Flags
	switch {
	case len(args) == 1 && flags.TokenSet:
		return nil, failure.New(failure.Usage, "the token is given twice").Hintf("leave --token out")
	case len(args) == 1 && args[0] != "-":
		return auth.Take(args[0], "the command line")
	case flags.TokenSet && flags.Token != "-":
		return auth.Take(flags.Token, auth.FromFlag)
	case len(args) == 1 || flags.TokenSet || !f.Streams.InTTY:
		return cmdutil.ReadToken(f.Streams.In)
	case flags.NoInteractive:
		return nil, failure.New(failure.Usage, "no token is given").Hintf("give it as a word, or - to read it from stdin")
	}
	line, err := f.AskHidden(ctx, "Token: ")
	if err != nil {
		return nil, err
	}
	return auth.Take(line, "the terminal")
}
