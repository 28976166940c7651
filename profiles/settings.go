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

// Source is the source of a value.
type Source string

// The sources; the first one with a value wins.
const (
	FromFlag        Source = "flag"
	FromEnvironment Source = "environment"
	FromProfile     Source = "profile"
	FromFile        Source = "file"
	FromDefault     Source = "default"
)

// Value is the current value of a setting.
type Value struct {
	Key    Key
	Text   string
	Source Source
	Where  string // the flag, variable, profile or file; "" for the default
	at     value  // position in the file
}

// Setting returns the value of a setting. flag is the value of its flag, or "" if
// not set. An invalid value is an error: of kind File if it is in a file, else of
// kind Usage. An unknown name is an error of kind Usage.
func (s *Store) Setting(name, flag string) (Value, error) {
	return s.setting(name, flag, nil)
}

// StageOf returns the stage of a call: the flag's, then EPILOT_STAGE, then the
// profile's, then the configured one, then "prod". The profile may be nil. Errors
// are those of Setting.
func (s *Store) StageOf(profile *Profile, flag string) (Value, error) {
	return s.setting(stageKey, flag, profile)
}

// Stage returns the text of StageOf.
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
		return Value{}, v.at.faultf("invalid %s %q", name, v.Text).Hintf("use %s", key.Allowed)
	} else if err != nil {
		return Value{}, err
	}
	return v, nil
}

// settings contains the one viper instance of a run, which decides the precedence.
// Its layers, of which the first with a value wins, are:
//
//   - flags, bound;
//   - configuration: the variables of this program over the active profile over
//     the file, merged in that order;
//   - defaults: the variables shared with other programs, else the default.
//
// Each layer below the flags stores a Value, so one lookup returns both the value
// and its source. viper's environment layer is not used: it reads the process
// instead of the Store's lookup, accepts white space as a value, and can only treat
// empty variables as values for all keys or for none. Profile and header names are
// never keys, because viper lower-cases keys.
type settings struct {
	mutex   sync.Mutex
	viper   *viper.Viper
	profile [2]string       // profile whose stage is merged: name and stage
	files   map[string]bool // keys whose files are merged
}

// boundFlag is a command-line flag bound to viper.
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

// value returns viper's decision. The file of a key is read only if neither the
// command line nor the environment has a value, so that a broken file does not stop
// those.
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

// merge puts a value into viper's configuration, replacing any other.
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
	case string: // from a flag
		return Value{Key: key, Text: value, Source: FromFlag, Where: cmp.Or(key.Flag, "the flag")}
	}
	return Value{Key: key, Text: key.Default, Source: FromDefault}
}

// variable returns an environment variable without surrounding white space, or nil.
func (s *Store) variable(key Key, name string) *Value {
	text, set := s.lookup(name)
	text = strings.TrimSpace(text)
	if !set || text == "" && !key.empty {
		return nil
	}
	return &Value{Key: key, Text: text, Source: FromEnvironment, Where: name}
}

// Key is a setting: its name and its sources. Their order is: the flag, the
// variable, the file, the shared variables, the default.
type Key struct {
	Name     string
	Variable string   // the environment variable of this program
	Shared   []string // variables shared with other programs
	Flag     string   // as typed, "" for none
	Default  string
	OneOf    []string // allowed values; nil if Allowed describes them
	Allowed  string   // description of the allowed values
	Line     string   // description
	fits     func(string) bool
	empty    bool // an empty value is valid
	number   bool // a number in the file

	// member is the name in the file if it is not Name. A value under Name was then
	// written by an older version, and is read by old.
	member string
	old    func(string) string
}

const (
	stageKey  = "stage"
	stageName = "EPILOT_STAGE"
)

const production = "prod"

func stages() []string { return []string{production, "dev", "staging"} }

// editorOf returns the editor that every installation of the system has.
func editorOf(system string) string {
	if system == "windows" {
		return "notepad"
	}
	return "vi"
}

// Keys returns all settings in display order.
func Keys() []Key {
	return []Key{
		oneOf(Key{
			Name: stageKey, Variable: stageName, Flag: "--use-dev, --use-staging",
			Line: "The epilot stage that calls use",
		}, stages()...),
		oneOf(Key{Name: "color", Variable: "EPILOT_COLOR", Line: "Colour on a terminal, never, or always for help and messages"}, "auto", "never", "always"),
		oneOf(Key{
			Name: "theme", Variable: "EPILOT_THEME",
			Line: "Colours for a dark or light terminal; auto reads COLORFGBG",
		}, "auto", "dark", "light"),
		{
			Name: "pager", Variable: "EPILOT_PAGER", Shared: []string{"PAGER"}, Default: "less", empty: true,
			Allowed: "a command; empty for none", fits: oneLine,
			Line: "The program that shows long output on a terminal",
		},
		{
			Name: "editor", Variable: "EPILOT_EDITOR", Shared: []string{"VISUAL", "EDITOR"}, Default: editorOf(runtime.GOOS),
			Allowed: "a command", fits: oneLine,
			Line: "The program that edits a request body",
		},
		{
			Name: "timeout", Variable: "EPILOT_TIMEOUT", Flag: "--timeout", Default: "0s",
			Allowed: "a duration such as 30s or 5m; 0 sets no limit", fits: isDuration,
			Line: "Time limit for a call",
		},
		{
			Name: "idle_timeout", Variable: "EPILOT_IDLE_TIMEOUT", Default: "60s",
			Allowed: "a duration such as 30s or 5m; 0 sets no limit", fits: isDuration,
			Line: "Maximum wait for the next bytes of a response",
		},
		{
			Name: "retry", Variable: "EPILOT_RETRY", Flag: "--retry", Default: "2", number: true,
			Allowed: "an integer from 0 to 10", fits: isCount, member: "retries", old: retriesOf,
			Line: "Maximum retries on transient failures; 0 disables",
		},
		{
			Name: "max_memory", Variable: "EPILOT_MAX_MEMORY", Default: "256MB",
			Allowed: "a size of at least 1MB, such as 512MB or 2GB", fits: isSize,
			Line: "Memory limit for a response or body",
		},
		oneOf(Key{
			Name: "credential_store", Variable: "EPILOT_CREDENTIAL_STORE",
			Line: "Where tokens are stored: the system keyring, files, or the first that works",
		}, "auto", "keyring", "file"),
		oneOf(Key{
			Name: "history", Variable: "EPILOT_HISTORY",
			Line: "Whether to remember recent operations, answers and edited bodies",
		}, "on", "off"),
		oneOf(Key{
			Name: "complete_ids", Variable: "EPILOT_COMPLETE_IDS",
			Line: "Whether Tab asks the API for ids of path parameters",
		}, "off", "on"),
		oneOf(Key{Name: "jsonata_engine", Variable: "EPILOT_JSONATA_ENGINE", Line: "The engine for --jsonata"}, "gnata", "blues"),
		oneOf(Key{
			Name: "update_notice", Variable: "EPILOT_UPDATE_NOTICE",
			Line: "Whether to announce a new version, at most once a day",
		}, "auto", "never"),
	}
}

// oneOf returns a key with a list of allowed values; the first is the default.
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

// retriesOf converts a stored number of attempts, as older versions wrote it.
func retriesOf(attempts string) string {
	if n, err := strconv.Atoi(attempts); err == nil && n >= 1 && n <= 10 {
		return strconv.Itoa(n - 1)
	}
	return attempts
}

// findKey returns the key of that name. An unknown name is an error of kind Usage
// that lists the known ones.
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

// check rejects an invalid value. source is the flag, variable or place of the
// value, or "" for an argument of config set.
func (k Key) check(text, source string) error {
	if k.fits(text) {
		return nil
	}
	name := k.Name
	if strings.HasPrefix(source, "--") || source == k.Variable || slices.Contains(k.Shared, source) {
		name, source = source, ""
	}
	if source != "" {
		source = " in " + source
	}
	return failure.New(failure.Usage, "invalid %s %q%s", name, text, source).Hintf("use %s", k.Allowed)
}

// CheckStage rejects an unknown stage. source is the flag that named it.
func CheckStage(stage, source string) error {
	key, err := findKey(stageKey)
	if err != nil {
		return err
	}
	return key.check(stage, source)
}
