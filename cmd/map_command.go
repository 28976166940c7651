package cmd

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/render"
)

// mappedCommand is a command that is no operation of an API.
type mappedCommand struct {
	Name  string       `json:"name"` // "auth login"
	Usage string       `json:"usage"`
	Line  string       `json:"line"`
	Flags []mappedFlag `json:"flags"` // its own, beside the global ones
}

// mappedFlag is a flag. Value says whether it takes one: required, optional or
// none.
type mappedFlag struct {
	Name       string   `json:"name"`
	Shorthand  string   `json:"shorthand,omitempty"`
	Type       string   `json:"type"` // string, bool or int
	Value      string   `json:"value"`
	Repeatable bool     `json:"repeatable,omitempty"`
	Default    string   `json:"default,omitempty"`
	Values     []string `json:"values,omitempty"` // where only these are allowed
	Line       string   `json:"line"`
}

// mappedCommands are the commands below the program that do something by
// themselves, and the two of the File API that are no operations.
func mappedCommands(root *cobra.Command) []mappedCommand {
	var found []mappedCommand
	var visit func(*cobra.Command)
	visit = func(c *cobra.Command) {
		if c.HasParent() && !isGroup(c) {
			found = append(found, describeCommand(c))
		}
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(root)
	for _, t := range transferList() {
		found = append(found, mappedCommand{fileAPI + " " + t.name, t.usage(), t.line + "; takes the flags of a call", []mappedFlag{}})
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
	kind := flagKind(flag.Value.Type())
	m := mappedFlag{
		Name: flag.Name, Shorthand: flag.Shorthand, Type: kind, Repeatable: isRepeated(flag),
		Value: "required", Values: allowedValues(flag.Name), Line: flag.Usage,
	}
	switch {
	case kind == "bool":
		m.Value = "none"
	case flag.NoOptDefVal != "":
		m.Value = "optional"
	}
	if !m.Repeatable && flag.DefValue != "false" {
		m.Default = flag.DefValue
	}
	return m
}

// flagKind is pflag's name of a type in fewer words.
func flagKind(name string) string {
	switch {
	case strings.HasPrefix(strings.TrimPrefix(name, "u"), "int"):
		return "int"
	case name == "bool":
		return name
	}
	return "string"
}

// callFlagSet has the flags that an API's command has beside the global ones.
func callFlagSet() *pflag.FlagSet {
	flags := pflag.NewFlagSet("call", pflag.ContinueOnError)
	new(callOptions).addCallFlags(flags)
	return flags
}

// allowedValues is what a flag may be, nil where that is no short list.
func allowedValues(name string) []string {
	switch name {
	case "output":
		return render.Formats()
	case "skeleton":
		return []string{minimalSkeleton, fullSkeleton}
	case "stage":
		return settingWords(name)
	}
	return nil
}
