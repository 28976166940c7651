package cmd

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/manual"
)

// inherited are the flags that the command has from above, in their order.
func inherited(cmd *cobra.Command) *pflag.FlagSet {
	flags := pflag.NewFlagSet("inherited", pflag.ContinueOnError)
	flags.SortFlags = false
	cmd.Root().PersistentFlags().VisitAll(func(flag *pflag.Flag) {
		if cmd.Flags().Lookup(flag.Name) == flag {
			flags.AddFlag(flag)
		}
	})
	return flags
}

// CallFlags are the flags of an API call, as its help and docs/reference list
// them.
func CallFlags() []manual.Entry {
	global := pflag.NewFlagSet("global", pflag.ContinueOnError)
	new(callOptions).addGlobalFlags(global)
	return slices.Concat(callFlagEntries(), flagEntries(global))
}

func callFlagEntries() []manual.Entry { return flagEntries(callFlagSet()) }

// callFlagSet has the flags that an API's command has beside the global ones.
func callFlagSet() *pflag.FlagSet {
	flags := pflag.NewFlagSet("call", pflag.ContinueOnError)
	o := new(callOptions)
	o.addCallFlags(flags)
	o.addMapFlag(flags)
	return flags
}

// flagEntries are the flags as the help lists them.
func flagEntries(flags *pflag.FlagSet) []manual.Entry {
	var entries []manual.Entry
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		name := "    --" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", --" + flag.Name
		}
		if flag.NoOptDefVal == "" {
			name += " <value>"
		}
		entries = append(entries, manual.Entry{Name: name, Line: flag.Usage})
	})
	return entries
}
