package operation

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
)

// paramFlag is the value of a parameter's flag. Its values are passed to the call in
// the form of -p.
type paramFlag struct {
	key  string
	list bool
	to   *[]string
}

func (f *paramFlag) String() string { return strings.Join(f.GetSlice(), " ") }

// Type returns pflag's name of the value type.
func (f *paramFlag) Type() string {
	if f.list {
		return cmdutil.ListType
	}
	return "string"
}

// Set adds a value. An array accepts several; for other types the call reports the
// error.
func (f *paramFlag) Set(value string) error {
	*f.to = append(*f.to, f.key+"="+value)
	return nil
}

// GetSlice returns the values of this parameter.
func (f *paramFlag) GetSlice() []string {
	var values []string
	if f.to == nil {
		return nil
	}
	for _, given := range *f.to {
		if value, own := strings.CutPrefix(given, f.key+"="); own {
			values = append(values, value)
		}
	}
	return values
}

// Append adds a value.
func (f *paramFlag) Append(value string) error { return f.Set(value) }

// Replace is unused: a command line only adds values.
func (f *paramFlag) Replace([]string) error { return nil }

// ParamFlags returns the flags made by AddParamFlags, or nil.
func (c *Command) ParamFlags() *pflag.FlagSet { return c.paramFlags }

// AddParamFlags makes flags for the parameters of the operation on the line, or
// returns nil if they are not known. It is only called for a line with such a flag.
// Nothing is fetched: a definition at a URL has no flags. The call reports errors in
// a definition.
func (c *Command) AddParamFlags(definition string) *pflag.FlagSet {
	if c.paramFlags != nil || !c.named || catalog.IsURL(definition) {
		return c.paramFlags
	}
	c.flags.Input.Definition = definition
	op := c.lookup(context.Background(), c.id) // nothing is fetched that could be cancelled
	if op == nil {
		return nil
	}
	c.paramFlags = pflag.NewFlagSet(op.ID, pflag.ContinueOnError)
	c.paramFlags.SortFlags = false
	below := c.Commands()[0]
	for _, flag := range params.Flags(op) {
		key := params.Key(op, flag.Param)
		value := &paramFlag{key: key, to: &c.flags.Input.FromFlags, list: flag.IsList()}
		c.paramFlags.Var(value, flag.Name, "")
		if flag.IsSwitch() {
			c.paramFlags.Lookup(flag.Name).NoOptDefVal = "true"
		}
	}
	below.Flags().AddFlagSet(c.paramFlags)
	return c.paramFlags
}

// lookup loads the definition for flags and completion and finds the operation. It
// returns nil if there is none or the definition cannot be read.
func (c *Command) lookup(ctx context.Context, name string) *openapi.Operation {
	api, err := c.load(ctx)
	if err != nil {
		return nil
	}
	return api.Named(name)
}

// DescribeParamFlags adds descriptions and completion to the parameter flags, which
// only a shell needs.
func (c *Command) DescribeParamFlags(definition string) *pflag.FlagSet {
	if c.AddParamFlags(definition) == nil {
		return nil
	}
	op := c.lookup(context.Background(), c.id)
	for _, flag := range params.Flags(op.Described()) {
		text := cmp.Or(flag.Param.Description, flag.Param.In+" parameter "+flag.Param.Name)
		c.paramFlags.Lookup(flag.Name).Usage = strings.ReplaceAll(term.Line(text), "`", "'")
		cmdutil.Complete(c.Commands()[0], flag.Name, c.paramValues(op, flag.Param))
	}
	return c.paramFlags
}

// paramValues completes the value of a parameter.
func (c *Command) paramValues(op *openapi.Operation, p *openapi.Param) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) (completions, directive) {
		found := c.values(cmd.Context(), op, p, args)
		lines, d := cmdutil.Candidates(found, typed, keepOrder)
		if len(found) == 0 {
			lines = cobra.AppendActiveHelp(lines, term.Line(p.Name+": "+complete.Describe(p.Schema)))
		}
		return lines, d
	}
}

// Respell returns the correct flag of a parameter for another spelling, such as
// --token_type, or "".
func (c *Command) Respell(name string) string {
	found := ""
	c.paramFlags.VisitAll(func(flag *pflag.Flag) {
		if suggest.Fold(flag.Name) == suggest.Fold(name) {
			found = flag.Name
		}
	})
	return found
}
