package mock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	texts "github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/shell"
)

// stateFlags say where the mock keeps its state.
type stateFlags struct {
	file      string // "" for the one that all commands share
	ephemeral bool
}

// addFile adds --state; the commands below mock show only flags of their own.
// An empty one is an unset variable, and must not mean the state of all.
func (s *stateFlags) addFile(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&s.file, "state", "", "Keep the state in `FILE` instead of the one that --server mock uses")
	cmdutil.TakesFile(cmd.Flags(), "state")
	cmdutil.Writes(cmd.Flags(), "state")
	cmdutil.RefuseEmpty(cmd.Flags(), "state")
	return cmd
}

func (s *stateFlags) addFlags(cmd *cobra.Command) {
	s.addFile(cmd).Flags().BoolVar(&s.ephemeral, "ephemeral", false, "Begin with no state, and forget it at the end")
	cmdutil.Excludes(cmd.Flags(), "state", "ephemeral")
}

// open chooses the state. end removes one that is to be forgotten.
func (s *stateFlags) open(with *emulator.Options) (end func(), err error) {
	if !s.ephemeral {
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

// emulator makes the mock for a command that serves no calls.
func (s *stateFlags) emulator(f *cmdutil.Factory) (*emulator.Emulator, error) {
	return f.Emulator(emulator.Options{Issuer: cmdutil.MockIssuer, StatePath: s.file}, nil)
}

// flag is what names this state to other commands.
func (s *stateFlags) flag() string {
	if s.file == "" {
		return ""
	}
	return " --state " + shell.Quote(s.file)
}

func newResetCmd(f *cmdutil.Factory, state *stateFlags) *cobra.Command {
	keepTokens, yes := false, false
	cmd := &cobra.Command{
		Use:   "reset",
		Short: "Delete the resources and tokens of the mock",
		Args:  cmdutil.NoArgs,
		Example: `epilot mock reset
epilot mock reset --keep-tokens --yes`,
		RunE: func(cmd *cobra.Command, _ []string) error { return resetMock(cmd.Context(), f, state, keepTokens, yes) },
	}
	cmd.Flags().BoolVar(&keepTokens, "keep-tokens", false, "Forget everything but the tokens")
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "Do not ask")
	return state.addFile(cmd)
}

// resetMock may run while the mock does: that one goes on with what is
// left.
func resetMock(ctx context.Context, f *cmdutil.Factory, state *stateFlags, keepTokens, yes bool) error {
	if !yes && f.Asks() {
		if err := confirmReset(ctx, f, keepTokens); err != nil {
			return err
		}
	}
	e, err := state.emulator(f)
	if err != nil {
		return err
	}
	defer e.Close()
	setAside, err := e.Reset(ctx, keepTokens)
	if err != nil {
		return err
	}
	if setAside != "" {
		f.Out.Warn("the state file was damaged; it is kept as " + setAside)
	}
	left := "everything, its tokens too"
	if keepTokens {
		left = "everything but its tokens"
	}
	f.Out.Note("the mock has forgotten %s", left)
	return nil
}

func confirmReset(ctx context.Context, f *cmdutil.Factory, keepTokens bool) error {
	text := "Forget all that was created in the mock, and its tokens"
	if keepTokens {
		text = "Forget all that was created in the mock"
	}
	return f.Confirm(ctx, prompt.Question{Text: text}, "cancelled: nothing was forgotten")
}

func newSeedCmd(f *cmdutil.Factory, state *stateFlags) *cobra.Command {
	return state.addFile(&cobra.Command{
		Use:   "seed <file>",
		Short: "Create the resources that a YAML or JSON file lists: all of them or none",
		Example: `epilot mock seed seed.yaml
printf 'entity:\n  contact:\n    - first_name: Ada\n' | epilot mock seed -`,
		Args: cmdutil.OneArg("file", "epilot mock seed seed.yaml"),
		RunE: func(cmd *cobra.Command, args []string) error { return seedMock(cmd.Context(), f, state, args[0]) },

		ValidArgsFunction: cmdutil.OneFile,
	})
}

func seedMock(ctx context.Context, f *cmdutil.Factory, state *stateFlags, file string) error {
	doc, err := readSeed(f, file)
	if err != nil {
		return err
	}
	e, err := state.emulator(f)
	if err != nil {
		return err
	}
	defer e.Close()
	made, faults, err := e.Seed(ctx, doc.JSON)
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return seedFailure(doc, faults)
	}
	return printSeeded(f, made)
}

// maxSeed bounds a file of things, in bytes.
const maxSeed = 256 << 20

func readSeed(f *cmdutil.Factory, file string) (*texts.Document, error) {
	name, from := file, f.Streams.In
	if file == "-" {
		name = "stdin"
	} else {
		opened, err := os.Open(file)
		if err != nil {
			return nil, failure.New(failure.File, "%w", err).Hintf("name a YAML or JSON file, or - for stdin")
		}
		defer opened.Close()
		from = opened
	}
	text, err := io.ReadAll(io.LimitReader(from, maxSeed+1))
	switch {
	case err != nil:
		return nil, failure.New(failure.File, "%s cannot be read: %w", name, err).Hintf("name a YAML or JSON file, or - for stdin")
	case len(text) > maxSeed:
		return nil, failure.New(failure.Usage, "%s is longer than %d bytes", name, maxSeed).Hintf("seed it in parts")
	}
	return texts.Parse(name, text)
}

// maxSeedFaults bounds how many faults are listed.
const maxSeedFaults = 10

func seedFailure(doc *texts.Document, faults []emulator.SeedFault) error {
	var lines []string
	for _, fault := range faults[:min(len(faults), maxSeedFaults)] {
		lines = append(lines, doc.Where(fault.Pointer)+": "+fault.Message)
	}
	if more := len(faults) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return failure.New(failure.Usage, "%w", errors.New(strings.Join(lines, "; "))).
		Hintf("nothing was created; \"epilot <api> <operation> --help\" shows what a creation takes")
}

func printSeeded(f *cmdutil.Factory, made []emulator.Seeded) error {
	rows := [][]string{{"API", "COLLECTION", "ID"}}
	for _, seeded := range made {
		rows = append(rows, []string{seeded.API, seeded.Collection, seeded.ID})
	}
	return f.Out.Show(made, func(page *help.Page) { page.Table(rows) })
}
