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

// paramFlag is the value of a parameter's flag. What it is given goes to the call
// in the form of -p.
type paramFlag struct {
	key  string
	list bool
	to   *[]string
}

func (f *paramFlag) String() string { return strings.Join(f.GetSlice(), " ") }

// Type is pflag's name of the value's type.
func (f *paramFlag) Type() string {
	if f.list {
		return cmdutil.ListType
	}
	return "string"
}

// Set adds a value: of an array there may be several, and of others the call says
// that there may not.
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

// Replace is not used: a line only adds values.
func (f *paramFlag) Replace([]string) error { return nil }

// ParamFlags are the flags that AddParamFlags made, nil for none.
func (c *Command) ParamFlags() *pflag.FlagSet { return c.paramFlags }

// AddParamFlags makes flags of the parameters of the operation that the line
// names, and returns them; nil where they are not known. A line without such a
// flag does not ask. Nothing is fetched: a definition at a URL has no flags. The
// errors of a definition are those of the call.
func (c *Command) AddParamFlags(definition string) *pflag.FlagSet {
	if c.paramFlags != nil || !c.named || catalog.IsURL(definition) {
		return c.paramFlags
	}
	c.flags.Input.Definition = definition
	op, _ := c.lookup(context.Background(), c.id) // nothing is fetched that could be cancelled
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

// lookup loads the definition for flags and completion, and the operation of that
// name; nil where there is none, or where the definition cannot be read.
func (c *Command) lookup(ctx context.Context, name string) (*openapi.Operation, *openapi.API) {
	api, err := c.load(ctx)
	if err != nil {
		return nil, nil
	}
	return api.Named(name), api
}

// DescribeParamFlags gives the flags of parameters their texts and what completes
// them, which only a shell asks for.
func (c *Command) DescribeParamFlags(definition string) *pflag.FlagSet {
	if c.AddParamFlags(definition) == nil {
		return nil
	}
	op, _ := c.lookup(context.Background(), c.id)
	for _, flag := range params.Flags(op.Described()) {
		text := cmp.Or(flag.Param.Description, flag.Param.In+" parameter "+flag.Param.Name)
		c.paramFlags.Lookup(flag.Name).Usage = strings.ReplaceAll(term.Line(text), "`", "'")
		cmdutil.Complete(c.Commands()[0], flag.Name, paramValues(flag.Param))
	}
	return c.paramFlags
}

// paramValues completes the value of a parameter.
func paramValues(p *openapi.Param) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) (completions, directive) {
		found := complete.Values(p.Schema)
		lines, d := cmdutil.Candidates(found, typed, keepOrder)
		if len(found) == 0 {
			lines = cobra.AppendActiveHelp(lines, term.Line(p.Name+": "+complete.Describe(p.Schema)))
		}
		return lines, d
	}
}

// Respell is the flag of a parameter as it is called here, for one that is spelled
// otherwise, such as --token_type; "" where there is none.
func (c *Command) Respell(name string) string {
	found := ""
	c.paramFlags.VisitAll(func(flag *pflag.Flag) {
		if suggest.Fold(flag.Name) == suggest.Fold(name) {
			found = flag.Name
		}
	})
	return found
}
