package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// mockState says where the local epilot keeps its state.
type mockState struct {
	file      string // "" for the one that all commands share
	ephemeral bool
}

// addFile adds --state; the commands below mock show only flags of their own.
// An empty one is an unset variable, and must not mean the state of all.
func (s *mockState) addFile(cmd *cobra.Command) *cobra.Command {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error { return refuseEmpty(cmd.Flags()) }
	cmd.Flags().StringVar(&s.file, "state", "", "Keep the state in this file, not in the one that --server mock uses too")
	_ = cobra.MarkFlagFilename(cmd.Flags(), "state") // it is there
	return cmd
}

func (s *mockState) addFlags(cmd *cobra.Command) {
	s.addFile(cmd).Flags().BoolVar(&s.ephemeral, "ephemeral", false, "Begin with no state, and forget it at the end")
}

// open chooses the state. end removes one that is to be forgotten.
func (s *mockState) open(with *emulator.Options) (end func(), err error) {
	switch {
	case s.ephemeral && s.file != "":
		return nil, failure.New(failure.Usage, "--state keeps a file and --ephemeral does not").Hintf("give one of the two")
	case !s.ephemeral:
		with.StatePath = s.file
		return func() {}, nil
	}
	dir, err := os.MkdirTemp("", "epilot-mock-")
	if err != nil {
		return nil, failure.New(failure.File, "no folder can be made for the state: %w", err).
			Hintf("make the folder for temporary files writable, or use --state FILE")
	}
	s.file = filepath.Join(dir, "state.db")
	with.StatePath = s.file
	return func() { _ = os.RemoveAll(dir) }, nil
}

// emulator makes the local epilot for a command that serves no calls.
func (s *mockState) emulator(call *callOptions) (*emulator.Emulator, error) {
	return call.emulator(emulator.Options{Issuer: mockIssuer, StatePath: s.file})
}

// flag is what names this state to other commands.
func (s *mockState) flag() string {
	if s.file == "" {
		return ""
	}
	return " --state " + manual.Quote(s.file)
}

func newMockResetCmd(call *callOptions, state *mockState) *cobra.Command {
	keepTokens := false
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Make the local epilot forget what was created, and its tokens",
		Args:  noWords,
		Example: `epilot mock reset
epilot mock reset --keep-tokens --yes`,
		RunE: func(cmd *cobra.Command, _ []string) error { return call.resetMock(cmd.Context(), state, keepTokens) },
	}
	cmd.Flags().BoolVar(&keepTokens, "keep-tokens", false, "Forget everything but the tokens")
	cmd.Flags().BoolVarP(&call.yes, "yes", "y", false, "Do not ask")
	return state.addFile(cmd)
}

// resetMock may run while a local epilot does: that one goes on with what is
// left.
func (o *callOptions) resetMock(ctx context.Context, state *mockState, keepTokens bool) error {
	if err := o.confirmReset(ctx, keepTokens); err != nil {
		return err
	}
	e, err := state.emulator(o)
	if err != nil {
		return err
	}
	defer e.Close()
	if err := e.Reset(ctx, keepTokens); err != nil {
		return err
	}
	left := "everything, its tokens too"
	if keepTokens {
		left = "everything but its tokens"
	}
	fmt.Fprintf(o.app.Streams.Err, "the local epilot has forgotten %s\n", left)
	return nil
}

func (o *callOptions) confirmReset(ctx context.Context, keepTokens bool) error {
	if o.yes || !o.guided && !o.mayAsk() {
		return nil
	}
	prompts, err := o.prompter()
	if err != nil {
		return err
	}
	text := "Forget all that was created in the local epilot, and its tokens"
	if keepTokens {
		text = "Forget all that was created in the local epilot"
	}
	yes, err := prompts.Confirm(ctx, prompt.Question{Text: text})
	if err == nil && !yes {
		return failure.New(failure.Interrupted, "cancelled: nothing was forgotten")
	}
	return err
}
