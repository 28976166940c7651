package help

import (
	"bufio"
	"context"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// programMap is the map without its APIs, which are streamed after it.
type programMap struct {
	MapVersion   int                     `json:"map_version"`
	Program      string                  `json:"program"`
	Version      string                  `json:"version"`
	Commands     []cmdutil.MappedCommand `json:"commands"`
	GlobalFlags  []cmdutil.MappedFlag    `json:"global_flags"`
	CallFlags    []cmdutil.MappedFlag    `json:"call_flags"`
	Topics       []listedEntry           `json:"topics"`
	ExitStatuses []mappedStatus          `json:"exit_statuses"`
}

type mappedStatus struct {
	Status int          `json:"status"`
	Kind   failure.Kind `json:"kind"`
}

// Map writes the map of the program: as data with --json, else as an outline. root
// has all commands; extra are the extra commands of APIs by API name.
func Map(ctx context.Context, f *cmdutil.Factory, root *cobra.Command, extra map[string][]*cmdutil.APICommand) error {
	commands := mappedCommands(root, extra)
	if !f.Flags.JSON {
		return outline(ctx, f, commands)
	}
	head := programMap{
		MapVersion: cmdutil.MapVersion, Program: "epilot", Version: f.Program.Version, Commands: commands,
		GlobalFlags: cmdutil.MapFlags(root.PersistentFlags()), CallFlags: cmdutil.MapFlags(cmdutil.CallCommand().PersistentFlags()),
		Topics: listed(help.Topics()),
	}
	for _, kind := range failure.Kinds() {
		head.ExitStatuses = append(head.ExitStatuses, mappedStatus{failure.ExitStatus(failure.New(kind, "")), kind})
	}
	return streamJSON(f, func(w io.Writer) error { return writeMap(ctx, f.Catalog(), w, head) })
}

// outline writes the map for the terminal: every command and every operation.
func outline(ctx context.Context, f *cmdutil.Factory, commands []cmdutil.MappedCommand) error {
	page := f.Out.Page()
	var entries []help.Entry
	for _, c := range commands {
		entries = append(entries, help.Entry{Name: c.Name, Line: c.Line})
	}
	page.List("COMMANDS", entries)
	for _, name := range f.Catalog().All() {
		api, err := f.Catalog().Load(ctx, name, "")
		if err != nil {
			return err
		}
		page.Lines("")
		page.Operations(api, catalog.About(api))
	}
	return f.Out.Print(page)
}

// streamJSON writes JSON as it is generated: the map of all APIs is not kept in
// memory.
func streamJSON(f *cmdutil.Factory, write func(io.Writer) error) error {
	from, to := io.Pipe()
	defer from.Close() // else the writer would block without a reader
	go func() {
		buffered := bufio.NewWriterSize(to, 64<<10)
		err := write(buffered)
		if err == nil {
			err = buffered.Flush()
		}
		to.CloseWithError(err)
	}()
	return render.JSON(f.Streams.Out, from, render.Style{Escape: f.Streams.OutTTY})
}

func writeMap(ctx context.Context, definitions *catalog.Catalog, w io.Writer, program programMap) error {
	head, err := encode(program)
	if err != nil {
		return err
	}
	// The APIs are the last field of the object.
	if _, err := io.WriteString(w, head[:len(head)-1]+`,"apis":[`); err != nil {
		return err
	}
	comma := ""
	for _, name := range definitions.All() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		api, err := encode(mappedDefinition(ctx, definitions, name))
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, comma+api); err != nil {
			return err
		}
		comma = ","
	}
	_, err = io.WriteString(w, "]}\n")
	return err
}

// mappedDefinition returns the API that calls of that name use. If it cannot be
// read, the map contains the error and continues: it may be a file of a repository.
func mappedDefinition(ctx context.Context, definitions *catalog.Catalog, name string) *cmdutil.MappedAPI {
	definition, err := definitions.Definition(ctx, name)
	if err != nil {
		return &cmdutil.MappedAPI{Name: name, Origin: definition.Origin, Problem: err.Error(), Operations: []cmdutil.MappedOperation{}}
	}
	return cmdutil.MapAPI(definition.API, definition.Origin, name)
}

func encode(value any) (string, error) {
	text, err := jsonx.Encode(value)
	return string(text), err
}

// mappedCommands returns the runnable commands of the program and the extra commands
// of APIs.
func mappedCommands(root *cobra.Command, extra map[string][]*cmdutil.APICommand) []cmdutil.MappedCommand {
	var found []cmdutil.MappedCommand
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.HasParent() && !cmdutil.IsGroup(c) {
			found = append(found, cmdutil.MapCommand(c))
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
	for _, api := range slices.Sorted(maps.Keys(extra)) {
		for _, c := range extra[api] {
			found = append(found, cmdutil.MapAPICommand(api, c))
		}
	}
	return found
}
