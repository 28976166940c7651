package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
	"github.com/epilot-cli/epilot/internal/term"
)

// mapOne writes the map of one API, or of one operation, with the schemas that
// it leads to.
func (o *callOptions) mapOne(ctx context.Context) error {
	api, err := o.catalog.Load(ctx, o.api, o.definition)
	if err != nil {
		return err
	}
	operations := api.Operations
	if o.named {
		op := api.Find(o.operation)
		if op == nil {
			return unknownOperation(api, o.operation)
		}
		operations = []*operation.Operation{op}
	}
	return o.printJSON(mapWhole(api, o.origin(ctx), operations))
}

// origin is where the definition of this line comes from.
func (o *callOptions) origin(ctx context.Context) catalog.Origin {
	if o.definition != "" {
		return "definition"
	}
	found, _ := o.catalog.Definition(ctx, o.api) // it was loaded just now
	return found.Origin
}

// mapOperation is --map for an operation; a person reads its help.
func (o *callOptions) mapOperation(cmd *cobra.Command) error {
	if !o.json {
		return o.help(cmd)
	}
	return o.mapOne(cmd.Context())
}

// outline is the map for a person: every command and every operation.
func (o *callOptions) outline(cmd *cobra.Command) error {
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	var commands []manual.Entry
	for _, c := range mappedCommands(o.wholeTree()) {
		commands = append(commands, manual.Entry{Name: c.Name, Line: c.Line})
	}
	page.List("COMMANDS", commands)
	for _, name := range o.catalog.All() {
		api, err := o.catalog.Load(cmd.Context(), name, "")
		if err != nil {
			return err
		}
		page.Lines("")
		page.Operations(api)
	}
	return o.print(page)
}
