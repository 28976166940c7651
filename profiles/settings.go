package profiles

import (
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/spf13/viper"

	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/suggest"
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
	at     value  // where the file has it
}

// Setting returns the value of a setting. flag is what its flag says, "" where
// it was not given. A value that the setting cannot have is an error: of kind
// File where a file has it, else of kind Usage. So is an unknown name.
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
	v, err := s.settings.value(s, key, flag, profile)
	if err != nil {
		return Value{}, err
	}
	if err := key.check(v.Text, v.Where); err != nil && v.Source == FromFile {
		return Value{}, v.at.faultf("%s %q is not valid", name, v.Text).Hintf("%s is %s", name, key.Allowed)
	} else if err != nil {
		return Value{}, err
	}
	return v, nil
}

// settings holds the one viper instance of a run, in which viper decides. Its
// layers, the first that has a value wins:
//
//   - flags, bound;
//   - configuration: the variables of this program over the active profile over
//     the file, merged in that order;
//   - defaults: the variables that other programs use too, else the default.
//
// What a layer below the flags holds is a Value, so where a value comes from is
// known from the same lookup as the value. viper's own layer for the environment
// is not used: it asks the process and not the Store's lookup, takes white space
// for a value, and knows "an empty variable is a value" for all keys or for none.
// Names of profiles and headers are never keys, because viper lower-cases keys.
type settings struct {
	mutex   sync.Mutex
	viper   *viper.Viper
	profile [2]string       // whose stage is merged: name and stage
	files   map[string]bool // keys whose file is merged
}

// boundFlag is a flag of the command line as viper binds it.
type boundFlag struct{ name, text string }

func (f boundFlag) HasChanged() bool    { return f.text != "" }
func (f boundFlag) Name() string        { return f.name }
func (f boundFlag) ValueString() string { return f.text }
func (f boundFlag) ValueType() string   { return "string" }

func (c *settings) forget() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.viper = nil
}

// value is what viper decides. The file of a key is read only where neither the
// line nor the environment has a value: a broken file must not stop it.
func (c *settings) value(s *Store, key Key, flag string, profile *Profile) (Value, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	name, stage := profileStage(profile)
	if key.Name == stageKey && c.profile != [2]string{name, stage} {
		c.viper = nil
		c.profile = [2]string{name, stage}
	}
	if c.viper == nil {
		c.viper, c.files = viper.NewWithOptions(viper.KeyDelimiter("\x00")), map[string]bool{}
		if err := s.bindEnvironment(c.viper); err != nil {
			return Value{}, err
		}
	}
	if err := c.viper.BindFlagValue(key.Name, boundFlag{cmp.Or(key.Flag, "the flag"), flag}); err != nil {
		return Value{}, failure.New(failure.Usage, "cannot bind %s: %w", key.Flag, err)
	}
	found := decided(c.viper, key)
	if found.Source == FromFlag || found.Where == key.Variable || c.files[key.Name] {
		return found, nil
	}
	file, err := s.stored(key)
	if err != nil {
		return Value{}, err
	}
	if err := merge(c.viper, key, file); err != nil {
		return Value{}, err
	}
	if key.Name == stageKey && stage != "" {
		err = merge(c.viper, key, &Value{Key: key, Text: stage, Source: FromProfile, Where: name})
	}
	c.files[key.Name] = true
	return decided(c.viper, key), err
}

func profileStage(profile *Profile) (name, stage string) {
	if profile == nil {
		return "", ""
	}
	return profile.Name, profile.Stage
}

// bindEnvironment sets the layers that need no file.
func (s *Store) bindEnvironment(v *viper.Viper) error {
	for _, key := range append(Keys(), activeProfile()) {
		v.SetDefault(key.Name, Value{Key: key, Text: key.Default, Source: FromDefault})
		for _, name := range slices.Backward(key.Shared) {
			if shared := s.variable(key, name); shared != nil {
				v.SetDefault(key.Name, *shared)
			}
		}
		if err := merge(v, key, s.variable(key, key.Variable)); err != nil {
			return err
		}
	}
	return nil
}

// merge puts a value into viper's configuration, over what is there.
func merge(v *viper.Viper, key Key, value *Value) error {
	if value == nil {
		return nil
	}
	if err := v.MergeConfigMap(map[string]any{key.Name: *value}); err != nil {
		return failure.New(failure.Usage, "cannot read the setting %s: %w", key.Name, err)
	}
	return nil
}

func decided(v *viper.Viper, key Key) Value {
	switch value := v.Get(key.Name).(type) {
	case Value:
		return value
	case string: // a flag
		return Value{Key: key, Text: value, Source: FromFlag, Where: cmp.Or(key.Flag, "the flag")}
	}
	return Value{Key: key, Text: key.Default, Source: FromDefault}
}

// variable is the value of an environment variable without surrounding white
// space, nil for none.
func (s *Store) variable(key Key, name string) *Value {
	text, set := s.lookup(name)
	text = strings.TrimSpace(text)
	if !set || text == "" && !key.empty {
		return nil
	}
	return &Value{Key: key, Text: text, Source: FromEnvironment, Where: name}
}

// Key is a setting: its name and where its value comes from. The order is: the
// flag, the variable, the file, the shared variables, the default.
type Key struct {
	Name     string
	Variable string   // the environment variable of this program
	Shared   []string // variables that other programs use too
	Flag     string   // as it is typed, "" for none
	Default  string
	OneOf    []string // what it may be, nil for what Allowed says
	Allowed  string   // what it may be, in words
	Line     string   // what it decides
	fits     func(string) bool
	empty    bool // an empty value is one
	number   bool // the file has it as a number

	// member is its name in the file where that is not Name. A value that the
	// file has under Name is then an older version's, read by old.
	member string
	old    func(string) string
}

const (
	stageKey  = "stage"
	stageName = "EPILOT_STAGE"
)

const production = "prod"

func stages() []string { return []string{production, "dev", "staging"} }

// editorOf is the editor that every machine with that system has.
func editorOf(system string) string {
	if system == "windows" {
		return "notepad"
	}
	return "vi"
}

// Keys are all settings, in the order in which they are shown.
func Keys() []Key {
	return []Key{
		oneOf(Key{
			Name: stageKey, Variable: stageName, Flag: "--use-dev, --use-staging",
			Line: "The stage of epilot that calls go to",
		}, stages()...),
		oneOf(Key{Name: "color", Variable: "EPILOT_COLOR", Line: "Colour on a terminal, never, or always for help and messages"}, "auto", "never", "always"),
		{
			Name: "pager", Variable: "EPILOT_PAGER", Shared: []string{"PAGER"}, Default: "less", empty: true,
			Allowed: "a command; empty for none", fits: oneLine,
			Line: "The program that long output is shown with on a terminal",
		},
		{
			Name: "editor", Variable: "EPILOT_EDITOR", Shared: []string{"VISUAL", "EDITOR"}, Default: editorOf(runtime.GOOS),
			Allowed: "a command", fits: oneLine,
			Line: "The program that edits a request body",
		},
		{
			Name: "timeout", Variable: "EPILOT_TIMEOUT", Flag: "--timeout", Default: "0s",
			Allowed: "a duration such as 30s or 5m; 0 sets no limit", fits: isDuration,
			Line: "How long a call may take in all",
		},
		{
			Name: "idle_timeout", Variable: "EPILOT_IDLE_TIMEOUT", Default: "60s",
			Allowed: "a duration such as 30s or 5m; 0 sets no limit", fits: isDuration,
			Line: "Maximum wait for the next bytes of a response",
		},
		{
			Name: "retry", Variable: "EPILOT_RETRY", Flag: "--retry", Default: "2", number: true,
			Allowed: "a whole number from 0 to 10", fits: isCount, member: "retries", old: retriesOf,
			Line: "Maximum retries on transient failures; 0 disables",
		},
		{
			Name: "max_memory", Variable: "EPILOT_MAX_MEMORY", Default: "256MB",
			Allowed: "a size of at least 1MB, such as 512MB or 2GB", fits: isSize,
			Line: "How much of a response or body may be held in memory",
		},
		oneOf(Key{
			Name: "credential_store", Variable: "EPILOT_CREDENTIAL_STORE",
			Line: "Where a token is stored: in the system's keyring, in the files, or in the first of them that works",
		}, "auto", "keyring", "file"),
		oneOf(Key{Name: "jsonata_engine", Variable: "EPILOT_JSONATA_ENGINE", Line: "What evaluates --jsonata"}, "gnata", "blues"),
		oneOf(Key{
			Name: "update_notice", Variable: "EPILOT_UPDATE_NOTICE",
			Line: "Whether a terminal is told of a new version, at most once a day, or never",
		}, "auto", "never"),
	}
}

// oneOf is a key that is one of the words, the first of them by default.
func oneOf(k Key, allowed ...string) Key {
	k.OneOf, k.Default, k.Allowed = allowed, allowed[0], "one of: "+strings.Join(allowed, ", ")
	k.fits = func(text string) bool { return slices.Contains(allowed, text) }
	return k
}

func isSize(text string) bool {
	_, err := budget.Parse(text)
	return err == nil
}

func oneLine(text string) bool { return !strings.ContainsFunc(text, unicode.IsControl) }

func isDuration(text string) bool {
	limit, err := time.ParseDuration(text)
	return err == nil && limit >= 0
}

func isCount(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 0 && n <= 10 && strconv.Itoa(n) == text
}

// retriesOf reads a stored number of attempts, which older versions wrote.
func retriesOf(attempts string) string {
	if n, err := strconv.Atoi(attempts); err == nil && n >= 1 && n <= 10 {
		return strconv.Itoa(n - 1)
	}
	return attempts
}

// findKey returns the key of that name; an unknown one is an error of kind
// Usage that lists those there are.
func findKey(name string) (Key, error) {
	var names []string
	for _, k := range Keys() {
		if k.Name == name {
			return k, nil
		}
		names = append(names, k.Name)
	}
	err := failure.New(failure.Usage, "unknown setting %q", name)
	list := strings.Join(names, ", ")
	if near := suggest.Match(name, names); near != "" {
		return Key{}, err.Hintf("did you mean %s? The settings are: %s", near, list)
	}
	return Key{}, err.Hintf("the settings are: %s", list)
}

// check refuses a value that the key cannot have. The source is who named it.
func (k Key) check(text, source string) error {
	if k.fits(text) {
		return nil
	}
	return failure.New(failure.Usage, "%s %q, named by %s, is not valid", k.Name, text, source).
		Hintf("%s is %s", k.Name, k.Allowed)
}

// CheckStage refuses a stage that is none. The source is who named it.
func CheckStage(stage, source string) error {
	key, err := findKey(stageKey)
	if err != nil {
		return err
	}
	return key.check(stage, source)
}
