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
			return call.setSetting(cmd.Context(), words[0], words[1])
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

func (o *callOptions) setSetting(ctx context.Context, name, text string) error {
	if err := o.app.profiles().Set(ctx, name, text); err != nil {
		return err
	}
	v, err := o.setting(name)
	if err != nil {
		return err
	}
	if v.Source != profiles.FromFile && v.Text != text {
		o.app.warn(fmt.Sprintf("%s %s says %q and outranks what is stored", v.Source, v.Where, v.Text))
	}
	return o.changedSetting(v)
}

func (o *callOptions) unsetSetting(ctx context.Context, name string) error {
	if err := o.app.profiles().Unset(ctx, name); err != nil {
		return err
	}
	v, err := o.setting(name)
	if err != nil {
		return err
	}
	return o.changedSetting(v)
}

// changedSetting tells what a setting is after a change.
func (o *callOptions) changedSetting(v profiles.Value) error {
	if o.json {
		return o.printJSON(describeSetting(v))
	}
	o.app.say("%s is %q", v.Key.Name, v.Text)
	return nil
}
