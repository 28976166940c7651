package profiles

import (
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
)

const (
	activeKey  = "active"
	activeName = "EPILOT_PROFILE"
)

// Fallback is the profile that is used when none is named and it exists.
const Fallback = "default"

// Resolve returns the profile of a command: the one that the --profile flag
// names, then EPILOT_PROFILE, then the active one, then one that is called
// "default". It returns nil when none is meant. A profile that is named and
// does not exist is an error of kind Usage, wherever it is named; a file that
// cannot be read or parsed is one of kind File.
func (s *Store) Resolve(flag string) (*Profile, error) {
	config, err := s.config.get()
	if err != nil {
		return nil, err
	}
	chosen, err := s.chosen(config, flag)
	if err != nil {
		return nil, err
	}
	if chosen.Text == "" {
		return config.profile(Fallback), nil
	}
	if p := config.profile(chosen.Text); p != nil {
		return p, nil
	}
	return nil, s.unknown(config, chosen)
}

// Chosen returns the name that --profile, EPILOT_PROFILE or the active profile
// give, "" for none. No profile of that name need exist: a login makes one.
func (s *Store) Chosen(flag string) (string, error) {
	config, err := s.config.get()
	if err != nil {
		return "", err
	}
	chosen, err := s.chosen(config, flag)
	return chosen.Text, err
}

// chosen is the name of the profile that applies, "" for none, and who named it.
func (s *Store) chosen(c *config, flag string) (Value, error) {
	key := Key{Name: activeKey, Variable: activeName}
	l := layers{variable: s.variable(key, activeName)}
	if flag != "" {
		l.flag = layer{text: &flag, where: "--profile"}
	}
	if c.active != "" {
		l.file = layer{text: &c.active, where: `"active" in ` + s.Path()}
	}
	return l.resolve(key)
}

// unknown is the error for a name that no profile has.
func (s *Store) unknown(c *config, chosen Value) error {
	err := failure.New(failure.Usage, "profile %q, named by %s, does not exist", chosen.Text, chosen.Where)
	known := c.names()
	if len(known) == 0 {
		return err.Hintf("there are no profiles in %s", s.place())
	}
	return err.Hintf("%s", listProfiles(chosen.Text, known))
}

// unknownProfile is the error for a name that a command was given.
func unknownProfile(name string, known []string) error {
	err := failure.New(failure.Usage, "profile %q does not exist", name)
	if len(known) == 0 {
		return err.Hintf("there are no profiles; \"epilot profile create\" makes one")
	}
	return err.Hintf("%s", listProfiles(name, known))
}

// listProfiles is a hint that lists the profiles, and the one that may have
// been meant.
func listProfiles(name string, known []string) string {
	quoted := make([]string, len(known))
	for i, k := range known {
		quoted[i] = strconv.Quote(k)
	}
	list := strings.Join(quoted, ", ")
	if near := nearest.Match(name, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "? The profiles are: " + list
	}
	return "the profiles are: " + list
}

func (s *Store) place() string {
	if s.dir == "" {
		return "the configuration: no home directory is known"
	}
	return s.Path()
}
