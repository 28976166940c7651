package cmdutil

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// MappedCommand is a command other than an API operation.
type MappedCommand struct {
	Name  string       `json:"name"` // "auth login"
	Usage string       `json:"usage"`
	Line  string       `json:"line"`
	Flags []MappedFlag `json:"flags"` // local flags, without the global ones
}

// MappedFlag is a flag. Value says whether it takes a value: required, optional or
// none.
type MappedFlag struct {
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

// MapCommand returns a built-in command.
func MapCommand(c *cobra.Command) MappedCommand {
	return MappedCommand{
		Name: strings.TrimPrefix(c.CommandPath(), c.Root().Name()+" "), Usage: c.UseLine(),
		Line: c.Short, Flags: MapFlags(c.LocalNonPersistentFlags()),
	}
}

// MapAPICommand returns a command of an API that is not an operation.
func MapAPICommand(api string, c *APICommand) MappedCommand {
	return MappedCommand{
		Name: api + " " + c.Name, Usage: c.Usage(api), Line: c.Line,
		Flags: slices.DeleteFunc(MapFlags(CallCommand().PersistentFlags()), func(flag MappedFlag) bool {
			return !slices.Contains(c.Flags, flag.Name)
		}),
	}
}

// MapFlags returns the visible flags of a set.
func MapFlags(flags *pflag.FlagSet) []MappedFlag {
	found := []MappedFlag{}
	flags.VisitAll(func(flag *pflag.Flag) {
		if !flag.Hidden {
			found = append(found, mapFlag(flag))
		}
	})
	return found
}

func mapFlag(flag *pflag.Flag) MappedFlag {
	kind, line := FlagText(flag)
	m := MappedFlag{
		Name: flag.Name, Shorthand: flag.Shorthand, Type: flagKind(flag.Value.Type()), Repeatable: IsRepeated(flag),
		Value: "required", Values: FlagValues(flag), Kind: kind, Line: line,
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
