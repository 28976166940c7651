package mock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	texts "github.com/epilot-cli/epilot/internal/openapi/document"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/shell"
)

// stateFlags select where the mock keeps its state.
type stateFlags struct {
	file      string // "" for the state shared by all commands
	ephemeral bool
}

// addFile adds --state; the mock subcommands show only their own flags. An empty
// value is an unset variable and must not select the shared state.
func (s *stateFlags) addFile(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&s.file, "state", "", "Store the state in `FILE`, separate from --server mock")
	cmdutil.TakesFile(cmd.Flags(), "state")
	cmdutil.Writes(cmd.Flags(), "state")
	cmdutil.RefuseEmpty(cmd.Flags(), "state")
	return cmd
}

func (s *stateFlags) addFlags(cmd *cobra.Command) {
	s.addFile(cmd).Flags().BoolVar(&s.ephemeral, "ephemeral", false, "Start without state and discard it on exit")
	cmdutil.Excludes(cmd.Flags(), "state", "ephemeral")
}

// open selects the state. end removes a temporary one.
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

// emulator returns the mock for a command that serves no calls.
func (s *stateFlags) emulator(f *cmdutil.Factory) (*emulator.Emulator, error) {
	return f.Emulator(emulator.Options{Issuer: cmdutil.MockIssuer, StatePath: s.file}, nil)
}

// flag returns the flags that select this state in other commands.
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
	cmd.Flags().BoolVar(&keepTokens, "keep-tokens", false, "Delete everything except tokens")
	cmdutil.AddYes(cmd.Flags(), &yes)
	return state.addFile(cmd)
}

// resetMock may run while the mock is running; the mock continues with the reset
// state.
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
	left := "everything in the mock, including its tokens"
	if keepTokens {
		left = "everything in the mock except its tokens"
	}
	f.Out.Note("deleted %s", left)
	return nil
}

func confirmReset(ctx context.Context, f *cmdutil.Factory, keepTokens bool) error {
	text := "Delete everything created in the mock, and its tokens?"
	if keepTokens {
		text = "Delete everything created in the mock?"
	}
	return f.Confirm(ctx, prompt.Question{Text: text}, "cancelled: nothing was deleted")
}

func newSeedCmd(f *cmdutil.Factory, state *stateFlags) *cobra.Command {
	demo := false
	cmd := &cobra.Command{
		Use:   "seed [<file>]",
		Short: "Create all resources in a YAML or JSON file, or none on an error",
		Example: `epilot mock seed seed.yaml
epilot mock seed --demo
printf 'entity:\n  contact:\n    - first_name: Ada\n' | epilot mock seed -`,
		Args: func(cmd *cobra.Command, args []string) error {
			if demo {
				return cmdutil.NoArgs(cmd, args)
			}
			return cmdutil.OneArg("file", "epilot mock seed seed.yaml")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if demo {
				return seedDemo(cmd.Context(), f, state)
			}
			return seedMock(cmd.Context(), f, state, args[0])
		},

		ValidArgsFunction: cmdutil.OneFile,
	}
	cmd.Flags().BoolVar(&demo, "demo", false, "Create 998 demo resources, such as contacts and orders")
	return state.addFile(cmd)
}

// seedDemo creates the demo data and prints the number of records of each kind.
func seedDemo(ctx context.Context, f *cmdutil.Factory, state *stateFlags) error {
	e, err := state.emulator(f)
	if err != nil {
		return err
	}
	defer e.Close()
	made, faults, err := e.SeedDemo(ctx)
	if err == nil && len(faults) > 0 {
		err = failure.New(failure.Usage, "%s: %s", faults[0].Pointer, faults[0].Message)
	}
	if err != nil {
		return err
	}
	rows := [][]string{{"API", "COLLECTION", "COUNT"}}
	count := 0
	for i, seeded := range made {
		if count++; i+1 == len(made) || made[i+1].Collection != seeded.Collection {
			rows = append(rows, []string{seeded.API, seeded.Collection, strconv.Itoa(count)})
			count = 0
		}
	}
	return f.Out.Show(made, func(page *help.Page) { page.Table(rows) })
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

// maxSeed limits the size of a seed file, in bytes.
const maxSeed = 256 << 20

func readSeed(f *cmdutil.Factory, file string) (*texts.Document, error) {
	name, from := file, f.Streams.In
	if file == "-" {
		name = "stdin"
	} else {
		opened, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("no such file") // the same on every system
		}
		if err != nil {
			return nil, failure.New(failure.File, "%s: %w", file, atomicfile.Cause(err)).Hintf("name a YAML or JSON file, or - for stdin")
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

// maxSeedFaults limits the number of listed faults.
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
