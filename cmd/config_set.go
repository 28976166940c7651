package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/profiles"
)

func newConfigSetCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "set <setting> <value>",
		Short: "Store a setting",
		RunE: func(cmd *cobra.Command, words []string) error {
			if len(words) != 2 {
				return failure.New(failure.Usage, "%q takes a setting and a value, got %d words", cmd.CommandPath(), len(words)).
					Hintf("as in: epilot config set stage dev")
			}
			err := call.app.profiles().Set(cmd.Context(), words[0], words[1])
			return call.changedSetting(words[0], err)
		},
	}
}

func newConfigUnsetCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "unset <setting>",
		Short: "Remove a stored setting: its default counts again",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "setting", "epilot config unset stage"); err != nil {
				return err
			}
			return call.unsetSetting(cmd.Context(), words[0])
		},
	}
}

func (o *callOptions) unsetSetting(ctx context.Context, name string) error {
	return o.changedSetting(name, o.app.profiles().Unset(ctx, name))
}

// changedSetting tells what a setting is after a change, and what outranks it.
func (o *callOptions) changedSetting(name string, changed error) error {
	if changed != nil {
		return changed
	}
	v, err := o.setting(name)
	if err != nil {
		return err
	}
	if v.Source == profiles.FromEnvironment && v.Where == v.Key.Variable || v.Source == profiles.FromProfile {
		o.app.warn(fmt.Sprintf("%s %s says %q and outranks what is stored", v.Source, v.Where, v.Text))
	}
	if o.json {
		return o.printJSON(describeSetting(v))
	}
	o.app.say("%s is %q", name, v.Text)
	return nil
}
