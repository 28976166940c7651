package profiles

import (
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/viper"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

// The settings that viper resolves, and the variable that each also has.
const (
	activeKey  = "active"
	activeName = "EPILOT_PROFILE"
	stageKey   = "stage"
	stageName  = "EPILOT_STAGE"
)

const production = "prod"

func stages() []string { return []string{production, "dev", "staging"} }

// loadSettings hands viper the scalars of the file and nothing else: viper
// lower-cases keys and cuts them at a delimiter, which profile names must
// survive.
func (s *Store) loadSettings() (*viper.Viper, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	v := viper.NewWithOptions(viper.KeyDelimiter("\x00"))
	v.SetDefault(stageKey, production)
	for key, name := range map[string]string{activeKey: activeName, stageKey: stageName} {
		if err := v.BindFlagValue(key, variable{name, s.getenv(name)}); err != nil {
			return nil, failure.New(failure.File, "cannot read the settings: %w", err)
		}
	}
	if err := v.MergeConfigMap(config.scalars()); err != nil {
		return nil, failure.New(failure.File, "%s: cannot read the settings: %w", s.path, err)
	}
	return v, nil
}

// variable is an environment variable as viper's layer above the file: its
// BindEnv would ask the process, and not the lookup that was handed in.
type variable struct{ name, value string }

func (v variable) HasChanged() bool    { return v.value != "" }
func (v variable) Name() string        { return v.name }
func (v variable) ValueString() string { return v.value }
func (v variable) ValueType() string   { return "string" }

// chosen returns the profile name that applies, "" for none, and who named it.
func (s *Store) chosen(flag string) (name, source string, err error) {
	if flag != "" {
		return flag, "--profile", nil
	}
	settings, err := s.settings()
	if err != nil {
		return "", "", err
	}
	if s.getenv(activeName) != "" {
		return settings.GetString(activeKey), activeName, nil
	}
	return settings.GetString(activeKey), `"active" in ` + s.path, nil
}

// unknown is the error for a name that no profile has.
func (s *Store) unknown(c *config, name, source string) error {
	err := failure.New(failure.Usage, "profile %q, named by %s, does not exist", name, source)
	known := c.names()
	if len(known) == 0 {
		return err.Hintf("there are no profiles in %s", s.place())
	}
	quoted := make([]string, len(known))
	for i, k := range known {
		quoted[i] = strconv.Quote(k)
	}
	list := strings.Join(quoted, ", ")
	if near := nearest.Match(name, known); near != "" {
		return err.Hintf("did you mean %q? The profiles are: %s", near, list)
	}
	return err.Hintf("the profiles are: %s", list)
}

func (s *Store) place() string {
	if s.path == "" {
		return "the configuration: no home directory is known"
	}
	return s.path
}

// Stage returns the stage of a command: the flag's, then EPILOT_STAGE, then
// the configured one, then "prod". A stage other than prod, dev and staging is
// an error, of kind File where profiles.json has it, else of kind Usage.
func (s *Store) Stage(flag string) (string, error) {
	if flag != "" {
		return checked(flag, "the flag")
	}
	settings, err := s.settings()
	if err != nil {
		return "", err
	}
	stage := settings.GetString(stageKey)
	if s.getenv(stageName) != "" {
		return checked(stage, stageName)
	}
	if slices.Contains(stages(), stage) {
		return stage, nil
	}
	config, err := s.config()
	if err != nil {
		return "", err
	}
	return "", config.stageAt.faultf("stage %q is not known", stage).Hintf("the stages are: %s", strings.Join(stages(), ", "))
}

func checked(stage, source string) (string, error) {
	if slices.Contains(stages(), stage) {
		return stage, nil
	}
	err := failure.New(failure.Usage, "stage %q, named by %s, is not known", stage, source)
	return "", err.Hintf("the stages are: %s", strings.Join(stages(), ", "))
}
