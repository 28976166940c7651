package cmd

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

// newConfigCmd is the group of commands about the settings.
func newConfigCmd(call *callOptions) *cobra.Command {
	cmd := &cobra.Command{
		Use:  "config <command>",
		RunE: call.runGroup,
	}
	cmd.AddCommand(newConfigListCmd(call), newConfigGetCmd(call), newConfigSetCmd(call), newConfigUnsetCmd(call), newConfigPathCmd(call))
	return cmd
}

// shownSetting is a setting as --json writes it.
type shownSetting struct {
	Key    string          `json:"key"`
	Value  string          `json:"value"`
	Source profiles.Source `json:"source"`
	Where  string          `json:"where,omitempty"` // the variable, flag, file or profile
}

func describeSetting(v profiles.Value) shownSetting {
	return shownSetting{Key: v.Key.Name, Value: v.Text, Source: v.Source, Where: v.Where}
}

// setting is what the key is for a call of this line.
func (o *callOptions) setting(name string) (profiles.Value, error) {
	store := o.app.profiles()
	switch name {
	case "stage":
		profile, err := store.Resolve(o.profile)
		if err != nil {
			return profiles.Value{}, err
		}
		return store.StageOf(profile, o.stageFlag())
	case "timeout":
		return store.Setting(name, o.timeout)
	case "retry":
		return store.Setting(name, o.retry.attempts)
	}
	return store.Setting(name, "")
}

func newConfigListCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the settings: what each is now, and where that comes from",
		Args:  noWords,
		RunE:  func(*cobra.Command, []string) error { return call.listSettings() },
	}
}

func (o *callOptions) listSettings() error {
	var shown []shownSetting
	rows := [][]string{{"SETTING", "VALUE", "SOURCE", "", "WHAT IT DECIDES"}}
	for _, key := range profiles.Keys() {
		v, err := o.setting(key.Name)
		if err != nil {
			return err
		}
		shown = append(shown, describeSetting(v))
		rows = append(rows, []string{key.Name, v.Text, string(v.Source), v.Where, key.Line})
	}
	if o.json {
		return o.printJSON(shown)
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Table(rows)
	return o.print(page)
}

func newConfigGetCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "get <setting>",
		Short: "Print what a setting is now",
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := oneWord(cmd, words, "setting", "epilot config get stage"); err != nil {
				return err
			}
			return call.printSetting(words[0])
		},
	}
}

func (o *callOptions) printSetting(name string) error {
	v, err := o.setting(name)
	if err != nil {
		return err
	}
	if o.json {
		return o.printJSON(describeSetting(v))
	}
	return (&answer{options: o}).line(v.Text)
}

func newConfigPathCmd(call *callOptions) *cobra.Command {
	return &cobra.Command{
		Use:   "path",
		Short: "Print the folder of the configuration",
		Args:  noWords,
		RunE:  func(*cobra.Command, []string) error { return call.printConfigPath() },
	}
}

func (o *callOptions) printConfigPath() error {
	file := o.app.profiles().SettingsPath()
	if file == "" {
		return failure.New(failure.File, "there is no folder for the configuration").
			Hintf("set HOME or XDG_CONFIG_HOME to an absolute path")
	}
	if o.json {
		return o.printJSON(map[string]string{"path": filepath.Dir(file)})
	}
	_, err := fmt.Fprintln(o.app.Streams.Out, filepath.Dir(file))
	return asWriteError(err)
}
