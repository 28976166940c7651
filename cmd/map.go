package cmd

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/render"
)

// mapVersion changes when a program that reads the map would break. Its form
// is docs/map.schema.json.
const mapVersion = 1

// addMapFlag adds --map, once: the program has it as its APIs do.
func (o *callOptions) addMapFlag(flags *pflag.FlagSet) {
	if flags.Lookup("map") != nil {
		return
	}
	flags.BoolVar(&o.showMap, "map", false, "With --json: commands, flags, APIs, operations and schemas as data")
}

// programMap is the map without its APIs, which follow one by one.
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

// mapAll writes the map of the whole program: as data with --json, else as an
// outline.
func (o *callOptions) mapAll(cmd *cobra.Command) error {
	if !o.json {
		return o.outline(cmd)
	}
	return o.streamJSON(func(w io.Writer) error { return o.writeMap(cmd.Context(), w, o.wholeTree()) })
}

// wholeTree is the program with all of its own commands: a line that names
// neither one of them nor an API may mean each.
func (o *callOptions) wholeTree() *cobra.Command {
	root, _ := newRootCmd(o.app, []string{"/"})
	root.InitDefaultHelpCmd()
	return root
}

// streamJSON writes JSON while it is made: the map of all APIs is not held.
func (o *callOptions) streamJSON(write func(io.Writer) error) error {
	from, to := io.Pipe()
	defer from.Close() // else the writer would wait for a reader that is gone
	go func() {
		buffered := bufio.NewWriterSize(to, 64<<10)
		err := write(buffered)
		if err == nil {
			err = buffered.Flush()
		}
		to.CloseWithError(err)
	}()
	return render.JSON(o.app.Streams.Out, from, render.Style{Escape: o.app.Streams.OutTTY})
}

func (o *callOptions) writeMap(ctx context.Context, w io.Writer, root *cobra.Command) error {
	head, err := encode(o.programMap(root))
	if err != nil {
		return err
	}
	// The APIs are the last member of the object.
	if _, err := io.WriteString(w, head[:len(head)-1]+`,"apis":[`); err != nil {
		return err
	}
	comma := ""
	for _, name := range o.catalog.All() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		api, err := encode(o.mappedDefinition(ctx, name))
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

func (o *callOptions) programMap(root *cobra.Command) programMap {
	m := programMap{
		MapVersion: mapVersion, Program: "epilot", Version: o.app.Version,
		Commands: mappedCommands(root), GlobalFlags: mappedFlags(root.PersistentFlags()), CallFlags: mappedFlags(callFlagSet()),
		Topics: listed(manual.Topics()),
	}
	for _, kind := range failure.Kinds() {
		m.ExitStatuses = append(m.ExitStatuses, mappedStatus{failure.ExitStatus(failure.New(kind, "")), kind})
	}
	return m
}

// mappedDefinition is the API that calls of that name use. One that cannot be
// read is told of and does not end the map: it may be a file of a repository.
func (o *callOptions) mappedDefinition(ctx context.Context, name string) *mappedAPI {
	definition, err := o.catalog.Definition(ctx, name)
	if err != nil {
		return &mappedAPI{Name: name, Origin: definition.Origin, Problem: err.Error(), Operations: []mappedOperation{}}
	}
	return mapAPI(definition.API, definition.Origin, name)
}

func encode(value any) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
}
