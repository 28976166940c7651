package profiles

import (
	"cmp"

	"github.com/spf13/viper"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Source is where a value comes from.
type Source string

// The sources, the first that has a value wins.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "environment"
	FromProfile     Source = "profile"
	FromFile        Source = "file"
	FromDefault     Source = "default"
)

// Value is what a setting is now.
type Value struct {
	Key    Key
	Text   string
	Source Source
	Where  string // the flag, variable, profile or file; "" for the default
}

// Setting returns the value of a setting. flag is what its flag says, "" where
// it was not given. A value that the setting cannot have is an error: of kind
// File where a file has it, else of kind Usage. So is a name that is no
// setting.
func (s *Store) Setting(name, flag string) (Value, error) {
	return s.setting(name, flag, nil)
}

// StageOf returns the stage of a call: the flag's, then EPILOT_STAGE, then the
// profile's, then the configured one, then "prod". The profile may be nil. For
// errors see Setting.
func (s *Store) StageOf(profile *Profile, flag string) (Value, error) {
	return s.setting(stageKey, flag, profile)
}

// Stage is the text of StageOf.
func (s *Store) Stage(profile *Profile, flag string) (string, error) {
	stage, err := s.StageOf(profile, flag)
	return stage.Text, err
}

func (s *Store) setting(name, flag string, profile *Profile) (Value, error) {
	key, err := findKey(name)
	if err != nil {
		return Value{}, err
	}
	in, err := s.layers(key, flag, profile)
	if err != nil {
		return Value{}, err
	}
	v, err := in.resolve(key)
	if err != nil {
		return Value{}, err
	}
	if err := key.check(v.Text, v.Where); err != nil && v.Source == FromFile {
		return Value{}, in.at.faultf("%s %q is not valid", name, v.Text).Hintf("%s is %s", name, key.Allowed)
	} else if err != nil {
		return Value{}, err
	}
	return v, nil
}

// layer is a value that a source has, nil for none.
type layer struct {
	text  *string
	where string
}

// layers are what the sources of a key say.
type layers struct {
	flag, variable, profile, file, shared layer
	at                                    value // where the file has it
}

// resolve lets viper choose. It is a private instance, and the key is the only
// one in it: viper lower-cases keys and cuts them at a delimiter, which the
// names of profiles must survive.
func (l layers) resolve(key Key) (Value, error) {
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00"))
	v.SetDefault(key.Name, key.Default)
	chosen := Value{Key: key, Source: FromDefault}
	replace := func(l layer) error { v.SetDefault(key.Name, *l.text); return nil }
	merge := func(l layer) error { return v.MergeConfigMap(map[string]any{key.Name: *l.text}) }
	bind := func(l layer) error { return v.BindFlagValue(key.Name, variable{l.where, *l.text}) }
	outrank := func(l layer) error { v.Set(key.Name, *l.text); return nil }
	for _, said := range []struct {
		layer
		source Source
		hand   func(layer) error
	}{
		{l.shared, FromEnvironment, replace},
		{l.file, FromFile, merge},
		{l.profile, FromProfile, merge},
		{l.variable, FromEnvironment, bind},
		{l.flag, FromFlag, outrank},
	} {
		if said.text == nil {
			continue
		}
		if err := said.hand(said.layer); err != nil {
			return Value{}, failure.New(failure.Usage, "the setting %s cannot be read: %w", key.Name, err)
		}
		chosen.Source, chosen.Where = said.source, said.where
	}
	chosen.Text = v.GetString(key.Name)
	return chosen, nil
}

// variable is an environment variable as viper's layer above the file: its
// BindEnv would ask the process, and not the lookup that was handed in.
type variable struct{ name, value string }

func (v variable) HasChanged() bool    { return true }
func (v variable) Name() string        { return v.name }
func (v variable) ValueString() string { return v.value }
func (v variable) ValueType() string   { return "string" }

// layers asks all sources of a key.
func (s *Store) layers(key Key, flag string, profile *Profile) (layers, error) {
	l := layers{variable: s.variable(key, key.Variable)}
	if flag != "" {
		l.flag = layer{text: &flag, where: cmp.Or(key.Flag, "the flag")}
	}
	if profile != nil && profile.Stage != "" && key.Name == stageKey {
		l.profile = layer{text: &profile.Stage, where: profile.Name}
	}
	for _, name := range key.Shared {
		if l.shared.text == nil {
			l.shared = s.variable(key, name)
		}
	}
	// What the line says needs no file: a broken one must not stop it.
	if l.flag.text != nil || l.variable.text != nil {
		return l, nil
	}
	var err error
	l.file, l.at, err = s.stored(key)
	return l, err
}

func (s *Store) variable(key Key, name string) layer {
	text, set := s.lookup(name)
	if !set || text == "" && !key.empty {
		return layer{}
	}
	return layer{text: &text, where: name}
}
