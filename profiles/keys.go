package profiles

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// Key is a setting: its name and where its value comes from. The order is: the
// flag, the variable, the file, the shared variables, the default.
type Key struct {
	Name     string
	Variable string   // the environment variable of this program
	Shared   []string // variables that other programs use too
	Flag     string   // as it is typed, "" for none
	Default  string
	Words    []string // what it may be, nil for what Allowed says
	Allowed  string   // what it may be, in words
	Line     string   // what it decides
	fits     func(string) bool
	empty    bool // an empty value is one
	number   bool // the file has it as a number
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
		oneOf(Key{Name: "color", Variable: "EPILOT_COLOR", Line: "Colour on a terminal, or never"}, "auto", "never"),
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
			Name: "retry", Variable: "EPILOT_RETRY", Flag: "--retry", Default: "3", number: true,
			Allowed: "a whole number from 1 to 10", fits: isCount,
			Line: "How many attempts a call has in all",
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
func oneOf(k Key, words ...string) Key {
	k.Words, k.Default, k.Allowed = words, words[0], "one of: "+strings.Join(words, ", ")
	k.fits = func(text string) bool { return slices.Contains(words, text) }
	return k
}

func oneLine(text string) bool { return !hasControl(text) }

func isDuration(text string) bool {
	limit, err := time.ParseDuration(text)
	return err == nil && limit >= 0
}

func isCount(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n >= 1 && n <= 10 && strconv.Itoa(n) == text
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
	err := failure.New(failure.Usage, "there is no setting %q", name)
	list := strings.Join(names, ", ")
	if near := nearest.Match(name, names); near != "" {
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
