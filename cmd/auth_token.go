package cmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/failure"
)

func newTokenCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "token [token]",
		Short: "Store a token: the word, else from stdin (-) or a masked prompt, which keep it out of the process list",
		Args:  cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := call.noteFlags(cmd); err != nil {
				return err
			}
			if len(words) > 1 {
				return failure.New(failure.Usage, "%q takes one token, got %d words", cmd.CommandPath(), len(words)).
					Hintf("a token has no spaces")
			}
			return call.storeToken(cmd.Context(), words)
		},
	}
}

func (o *callOptions) storeToken(ctx context.Context, words []string) error {
	token, err := o.givenToken(ctx, words)
	if err != nil {
		return err
	}
	return o.signIn(ctx, accountOf(token.Value))
}

// givenToken is the token of a word, of --token, of stdin, or of the prompt.
func (o *callOptions) givenToken(ctx context.Context, words []string) (*auth.Token, error) {
	switch {
	case len(words) == 1 && o.tokenSet:
		return nil, failure.New(failure.Usage, "the token is given twice").Hintf("leave --token out")
	case len(words) == 1 && words[0] != "-":
		return auth.Take(words[0], "the command line")
	case o.tokenSet && o.token != "-":
		return auth.Take(o.token, auth.FromFlag)
	case len(words) == 1 || o.tokenSet || !o.app.Streams.InTTY:
		return readToken(o.app.Streams.In)
	case o.noInteractive:
		return nil, failure.New(failure.Usage, "no token is given").Hintf("give it as a word, or - to read it from stdin")
	}
	line, err := o.app.askMasked(ctx, "Token: ")
	if err != nil {
		return nil, err
	}
	return auth.Take(line, "the terminal")
}

func readToken(from io.Reader) (*auth.Token, error) {
	const most = 64 << 10
	text, err := io.ReadAll(io.LimitReader(from, most))
	if err != nil {
		return nil, failure.New(failure.Usage, "stdin cannot be read: %w", err)
	}
	return auth.Take(string(text), "stdin")
}
