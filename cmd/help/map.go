package help

import (
	"bufio"
	"context"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/output/render"
)

// programMap is the map without its APIs, which are streamed after it.
type programMap struct {
	MapVersion   int             `json:"map_version"`
	Program      string          `json:"program"`
	Version      string          `json:"version"`
	Commands     []mappedCommand `json:"commands"`
	GlobalFlags  []mappedFlag    `json:"global_flags"`
	CallFlags    []mappedFlag    `json:"call_flags"`
	Topics       []listedEntry   `json:"topics"`
	ExitStatuses []mappedStatus  `json:"exit_statuses"`
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
		GlobalFlags: mappedFlags(root.PersistentFlags()), CallFlags: mappedFlags(cmdutil.CallCommand().PersistentFlags()),
		Topics: listed(help.Topics()),
	}
	for _, kind := range failure.Kinds() {
		head.ExitStatuses = append(head.ExitStatuses, mappedStatus{failure.ExitStatus(failure.New(kind, "")), kind})
	}
	return streamJSON(f, func(w io.Writer) error { return writeMap(ctx, f.Catalog(), w, head) })
}

// outline writes the map for the terminal: every command and every operation.
func outline(ctx context.Context, f *cmdutil.Factory, commands []mappedCommand) error {
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

// mappedCommand is a command other than an API operation.
type mappedCommand struct {
	Name  string       `json:"name"` // "auth login"
	Usage string       `json:"usage"`
	Line  string       `json:"line"`
	Flags []mappedFlag `json:"flags"` // local flags, without the global ones
}

// mappedFlag is a flag. Value says whether it takes a value: required, optional or
// none.
type mappedFlag struct {
	Name       string   `json:"name"`
	Shorthand  string   `json:"shorthand,omitempty"`
	Type       string   `json:"type"` // string, bool or int
	Value      string   `json:"value"`
	Repeatable bool     `json:"repeatable,omitempty"`
	Kind       string   `json:"kind,omitempty"` // kind of the value, such as DURATION or key=value
	Default    string   `json:"default,omitempty"`
	Values     []string `json:"values,omitempty"` // the only allowed values, if limited
	Line       string   `json:"line"`
}

// mappedCommands returns the runnable commands of the program and the extra commands
// of APIs.
func mappedCommands(root *cobra.Command, extra map[string][]*cmdutil.APICommand) []mappedCommand {
	var found []mappedCommand
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.HasParent() && !cmdutil.IsGroup(c) {
			found = append(found, describeCommand(c))
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
	for _, api := range slices.Sorted(maps.Keys(extra)) {
		for _, c := range extra[api] {
			found = append(found, mappedCommand{api + " " + c.Name, c.Usage(api), c.Line + "; takes the flags of a call", []mappedFlag{}})
		}
	}
	return found
}

func describeCommand(c *cobra.Command) mappedCommand {
	return mappedCommand{
		Name: strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" "), Usage: c.UseLine(),
		Line: c.Short, Flags: mappedFlags(c.LocalNonPersistentFlags()),
	}
}

func mappedFlags(flags *pflag.FlagSet) []mappedFlag {
	found := []mappedFlag{}
	flags.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			found = append(found, describeFlag(flag))
		}
	})
	return found
}

func describeFlag(flag *pflag.Flag) mappedFlag {
	kind, line := cmdutil.FlagText(flag)
	m := mappedFlag{
		Name: flag.Name, Shorthand: flag.Shorthand, Type: flagKind(flag.Value.Type()), Repeatable: cmdutil.IsRepeated(flag),
		Value: "required", Values: cmdutil.FlagValues(flag), Kind: kind, Line: line,
	}
	switch {
	case m.Type == "bool":
		m.Value = "none"
	case flag.NoOptDefVal != "":
		m.Value = "optional"
	}
	if !m.Repeatable && flag.DefValue != "false" {
		m.Default = flag.DefValue
	}
	return m
}

// flagKind shortens pflag's name of a type.
func flagKind(name string) string {
	switch {
	case strings.HasPrefix(strings.TrimPrefix(name, "u"), "int"):
		return "int"
	case name == "bool":
		return name
	}
	return "string"
}
