package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	texts "github.com/epilot-cli/epilot/internal/document"
	"github.com/epilot-cli/epilot/internal/emulator"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
)

func newMockSeedCmd(call *callOptions, state *mockState) *cobra.Command {
	return state.addFile(&cobra.Command{
		Use:   "seed <file>",
		Short: "Create what a YAML or JSON file lists in the local epilot, all of it or nothing",
		Example: `epilot mock seed seed.yaml
printf 'entity:\n  contact:\n    - first_name: Ada\n' | epilot mock seed -`,
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "file", "epilot mock seed seed.yaml"); err != nil {
				return err
			}
			return call.seedMock(cmd.Context(), state, words[0])
		},
	})
}

func (o *callOptions) seedMock(ctx context.Context, state *mockState, file string) error {
	doc, err := o.readSeed(file)
	if err != nil {
		return err
	}
	e, err := state.emulator(o)
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
	return o.printSeeded(made)
}

// maxSeed bounds a file of things, in bytes.
const maxSeed = 256 << 20

func (o *callOptions) readSeed(file string) (*texts.Document, error) {
	name, from := file, o.app.Streams.In
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

func (o *callOptions) printSeeded(made []emulator.Seeded) error {
	if o.json {
		return o.printJSON(made)
	}
	rows := [][]string{{"API", "COLLECTION", "ID"}}
	for _, thing := range made {
		rows = append(rows, []string{thing.API, thing.Collection, thing.ID})
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Table(rows)
	return o.print(page)
}
