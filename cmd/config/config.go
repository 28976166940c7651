// Package config implements the commands for settings.
package config

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/profiles"
)

// New returns the config command group.
func New(f *cmdutil.Factory) *cobra.Command {
	return cmdutil.Group(&cobra.Command{Use: "config"},
		newListCmd(f), newGetCmd(f), newSetCmd(f), newUnsetCmd(f), newPathCmd(f))
}

// shownSetting is the JSON form of a setting.
type shownSetting struct {
	Key    string          `json:"key"`
	Value  string          `json:"value"`
	Source profiles.Source `json:"source"`
	Where  string          `json:"where,omitempty"` // the variable, flag, file or profile
}

func describeSetting(v profiles.Value) shownSetting {
	return shownSetting{Key: v.Key.Name, Value: v.Text, Source: v.Source, Where: v.Where}
}

func newListCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the settings with their values and sources",
		Args:  cmdutil.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return listSettings(f) },
	}
}

func listSettings(f *cmdutil.Factory) error {
	var shown []shownSetting
	rows := [][]string{{"SETTING", "VALUE", "SOURCE", "", "DESCRIPTION"}}
	for _, key := range profiles.Keys() {
		v, err := f.Setting(key.Name)
		if err != nil {
			return err
		}
		shown = append(shown, describeSetting(v))
		rows = append(rows, []string{key.Name, v.Text, string(v.Source), v.Where, key.Line})
	}
	return f.Out.Show(shown, func(page *help.Page) { page.Table(rows) })
}

func newGetCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "get <setting>",
		Short:   "Print the value of a setting",
		Example: "epilot config get stage",
		Args:    cmdutil.OneArg("setting", "epilot config get stage"),
		RunE:    func(cmd *cobra.Command, args []string) error { return printSetting(f, args[0]) },

		ValidArgsFunction: completeSetting,
	}
}

// completeSetting completes the name of a setting.
func completeSetting(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []complete.Candidate
	for _, key := range profiles.Keys() {
		found = append(found, complete.Candidate{Text: key.Name, Note: key.Line})
	}
	return cmdutil.Candidates(found, typed, cobra.ShellCompDirectiveKeepOrder)
}

func printSetting(f *cmdutil.Factory, name string) error {
	v, err := f.Setting(name)
	if err != nil {
		return err
	}
	return f.ShowLine(describeSetting(v), v.Text)
}

func newPathCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the path of the configuration folder",
		Args:  cmdutil.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return printConfigPath(f) },
	}
}

func printConfigPath(f *cmdutil.Factory) error {
	file := f.Profiles().SettingsPath()
	if file == "" {
		return failure.New(failure.File, "no folder for the configuration").
			Hintf("set HOME or XDG_CONFIG_HOME to an absolute path")
	}
	return f.ShowLine(map[string]string{"path": filepath.Dir(file)}, filepath.Dir(file))
}

func newSetCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "set <setting> <value>",
		Short:   "Store a setting",
		Long:    settingsText(),
		Example: "epilot config set stage dev\nepilot config set color always\nepilot config set pager ''",
		Args:    cmdutil.TwoArgs("a setting and a value", "epilot config set stage dev"),
		RunE:    func(cmd *cobra.Command, args []string) error { return setSetting(cmd.Context(), f, args[0], args[1]) },

		ValidArgsFunction: completeSettingAndValue,
	}
}

// settingsText lists the settings for help.
func settingsText() string {
	var names []string
	for _, key := range profiles.Keys() {
		names = append(names, key.Name)
	}
	return "Settings: " + strings.Join(names, ", ") + ". \"epilot config list\" describes them."
}

func newUnsetCmd(f *cmdutil.Factory) *cobra.Command {
	return &cobra.Command{
		Use:     "unset <setting>",
		Short:   "Remove a stored setting and restore its default",
		Example: "epilot config unset stage",
		Args:    cmdutil.OneArg("setting", "epilot config unset stage"),
		RunE:    func(cmd *cobra.Command, args []string) error { return unsetSetting(cmd.Context(), f, args[0]) },

		ValidArgsFunction: completeSetting,
	}
}

// completeSettingAndValue completes the name of a setting, then its value.
func completeSettingAndValue(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) == 1 {
		return cmdutil.Values(cmdutil.SettingValues(args[0])...)(cmd, args, typed)
	}
	return completeSetting(cmd, args, typed)
}

func setSetting(ctx context.Context, f *cmdutil.Factory, name, text string) error {
	if err := f.Profiles().Set(ctx, name, text); err != nil {
		return err
	}
	v, err := f.Setting(name)
	if err != nil {
		return err
	}
	if v.Source != profiles.FromFile && v.Text != text {
		f.Out.Warn(fmt.Sprintf("%s %s says %q and overrides the stored value", v.Source, v.Where, v.Text))
	}
	return changedSetting(f, v)
}

func unsetSetting(ctx context.Context, f *cmdutil.Factory, name string) error {
	if err := f.Profiles().Unset(ctx, name); err != nil {
		return err
	}
	v, err := f.Setting(name)
	if err != nil {
		return err
	}
	return changedSetting(f, v)
}

// changedSetting prints a setting after a change.
func changedSetting(f *cmdutil.Factory, v profiles.Value) error {
	return f.Done(describeSetting(v), "%s is %q", v.Key.Name, v.Text)
}
