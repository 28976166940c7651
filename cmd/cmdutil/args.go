package cmdutil

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// NoArgs refuses arguments.
func NoArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case cmd.HasSubCommands():
		return UnknownSubcommand(cmd, args[0])
	}
	return failure.New(failure.Usage, "%s takes no word, got %q", cmd.CommandPath(), args[0]).
		Hintf("\"%s --help\" lists its flags", cmd.CommandPath())
}

// OneArg wants one argument; what names it, example is a line to paste.
func OneArg(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return failure.New(failure.Usage, "%q takes one %s, got %d words", cmd.CommandPath(), what, len(args)).
			Hintf("for example: %s", example)
	}
}

// TwoArgs wants two arguments; what names them, example is a line to paste.
func TwoArgs(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 2 {
			return nil
		}
		return failure.New(failure.Usage, "%q takes %s, got %d words", cmd.CommandPath(), what, len(args)).
			Hintf("for example: %s", example)
	}
}

// Group makes a command a group: without one of the commands below it, it shows
// its help.
func Group(cmd *cobra.Command, below ...*cobra.Command) *cobra.Command {
	cmd.Use += " <command>"
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return cmd.Help()
		}
		return UnknownSubcommand(cmd, args[0])
	}
	cmd.AddCommand(below...)
	return cmd
}

// IsGroup reports whether a command does nothing without one of those below it.
func IsGroup(cmd *cobra.Command) bool { return strings.HasSuffix(cmd.Use, " <command>") }

// UnknownSubcommand is the error for a name that is none of a group's commands.
func UnknownSubcommand(cmd *cobra.Command, name string) error {
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return unknownName(fmt.Sprintf("unknown command %q of %q", name, cmd.CommandPath()), name, names,
		fmt.Sprintf("%q lists them", cmd.CommandPath()))
}

// UnknownAPI is the error for a name that is none of the known APIs.
func UnknownAPI(name string, names []string) error {
	return unknownName(fmt.Sprintf("unknown API %q", name), name, names, `"epilot definitions list" lists them`)
}

// Misnamed is the error for the name of an API, a command or an operation that is
// not known, with the known one that may be meant.
type Misnamed struct {
	Err        error
	Name, Near string
	At         int  // how many names stand before it on the line
	Safe       bool // Near changes nothing
}

func (m *Misnamed) Error() string { return m.Err.Error() }

func (m *Misnamed) Unwrap() error { return m.Err }

// UnknownOperation is the error for a name that the API does not have. extra
// are the names of the API's other commands.
func UnknownOperation(api *openapi.API, id string, extra ...string) error {
	if err := catalog.LeftOut(api, id); err != nil {
		return err
	}
	names := slices.Clone(extra)
	for _, op := range api.Operations {
		names = append(names, api.CallName(op))
	}
	unknown := failure.New(failure.Usage, "%s has no operation %q", api.Name, id)
	near := suggest.Match(id, names)
	if near == "" {
		return unknown.Hintf("\"epilot %s\" lists the operations", api.Name)
	}
	op := api.Named(near)
	return &Misnamed{
		Err:  unknown.Hintf("did you mean %s? \"epilot %s\" lists them", shell.Quote(near), api.Name),
		Name: id, Near: near, At: 1, Safe: op != nil && op.Method == http.MethodGet,
	}
}

// unknownName is an error of kind Usage that offers the known name that may
// have been meant.
func unknownName(message, name string, names []string, list string) error {
	unknown := failure.New(failure.Usage, "%s", message)
	if near := suggest.Match(name, names); near != "" {
		return unknown.Hintf("did you mean %s? %s", near, list)
	}
	return unknown.Hintf("%s", list)
}

func unknownFlag(err error, name string, names []string, list string) error {
	unknown := failure.New(failure.Usage, "%w", err)
	if near := suggest.Match(name, names); near != "" {
		return unknown.Hintf("did you mean --%s? %s", near, list)
	}
	return unknown.Hintf("%s", list)
}
