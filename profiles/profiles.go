// Package profiles reads and writes the configuration: the profiles, the active one,
// the stage and the credentials of the last login, in files shared with the official
// CLI, and the settings in a separate file. It selects the profile, the stage and
// the settings of a command. Unknown data in a file survives a write, and a file
// that cannot be parsed is never written.
//
// It does not decide which token is sent, or where: package auth does.
package profiles

import (
	"path/filepath"
	"sync"
)

// Options are the location and environment of the configuration.
type Options struct {
	Dir    string                           // the directory returned by ConfigDir; "" reads nothing
	Lookup func(name string) (string, bool) // looks up an environment variable, like os.LookupEnv
	Warn   func(message string)             // reports repairs; may be nil
	Look   bool                             // read only: do not repair file modes
}

// Store is a configuration directory. Each file is read once, on first use, and
// again after a change by this Store. It is safe for concurrent use.
type Store struct {
	dir         string
	lookup      func(string) (string, bool)
	guard       *guard
	config      cache[*config]
	credentials cache[*Credentials]
	preferences cache[*preferences]
	settings    settings
}

// Open returns the store of a directory. It reads nothing yet.
func Open(o Options) *Store {
	s := &Store{dir: o.Dir, lookup: o.Lookup, guard: &guard{warn: o.Warn, looks: o.Look}}
	s.config.read = func() (*config, error) { return readConfig(s.guard, s.path(profilesFile)) }
	s.credentials.read = func() (*Credentials, error) { return readCredentials(s.guard, s.path(credentialsFile)) }
	s.preferences.read = func() (*preferences, error) { return readPreferences(s.guard, s.path(settingsFile)) }
	return s
}

// The configuration files. The first two are shared with the official CLI.
const (
	profilesFile    = "profiles.json"
	credentialsFile = "credentials.json"
	settingsFile    = "config.json"
)

// path returns the path of a file of the store, or "" without a directory.
func (s *Store) path(name string) string {
	if s.dir == "" {
		return ""
	}
	return filepath.Join(s.dir, name)
}

// Path returns the path of profiles.json, or "" without a directory.
func (s *Store) Path() string { return s.path(profilesFile) }

// SettingsPath returns the path of config.json, or "" without a directory.
func (s *Store) SettingsPath() string { return s.path(settingsFile) }

// Profiles returns all profiles in file order.
func (s *Store) Profiles() ([]*Profile, error) {
	config, err := s.config.get()
	if err != nil {
		return nil, err
	}
	all := make([]*Profile, len(config.profiles))
	for i, p := range config.profiles {
		all[i] = p.clone()
	}
	return all, nil
}

// Profile returns a profile. An unknown name is an error of kind Usage.
func (s *Store) Profile(name string) (*Profile, error) {
	config, err := s.config.get()
	if err != nil {
		return nil, err
	}
	if p := config.profile(name); p != nil {
		return p, nil
	}
	return nil, unknownProfile(name, config.names())
}

// Active returns the active profile's name in profiles.json, or "". The profile need
// not exist.
func (s *Store) Active() (string, error) {
	config, err := s.config.get()
	if err != nil {
		return "", err
	}
	return config.active, nil
}

// Credentials returns the content of credentials.json, or nil if there is no such
// file. A file that cannot be read or parsed is an error of kind File.
func (s *Store) Credentials() (*Credentials, error) {
	stored, err := s.credentials.get()
	if err != nil || stored == nil {
		return nil, err
	}
	own := *stored
	return &own, nil
}

// cache is the content of a file, read once until invalidated.
type cache[T any] struct {
	read  func() (T, error)
	mu    sync.Mutex
	known bool
	value T
	err   error
}

func (c *cache[T]) get() (T, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		c.value, c.err = c.read()
		c.known = true
	}
	return c.value, c.err
}

func (c *cache[T]) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = false
}

// ConfigDir returns the configuration directory shared with the official CLI: epilot
// under XDG_CONFIG_HOME, else under ~/.config, on every system. It is "" if neither
// is known: a directory relative to the current one would let any checked-out
// repository bring its own.
// https://specifications.freedesktop.org/basedir-spec/latest/
func ConfigDir(getenv func(string) string) string {
	return directory(getenv, "XDG_CONFIG_HOME", ".config")
}

// StateDir returns the directory for data kept between runs: epilot under
// XDG_STATE_HOME, else under ~/.local/state; "" if neither is known.
func StateDir(getenv func(string) string) string {
	return directory(getenv, "XDG_STATE_HOME", filepath.Join(".local", "state"))
}

// CacheDir returns the directory for data that can be downloaded again: epilot under
// XDG_CACHE_HOME, else under ~/.cache; "" if neither is known.
func CacheDir(getenv func(string) string) string {
	return directory(getenv, "XDG_CACHE_HOME", ".cache")
}

func directory(getenv func(string) string, variable, inHome string) string {
	// The specification requires that relative paths are ignored.
	if base := getenv(variable); filepath.IsAbs(base) {
		return filepath.Join(base, "epilot")
	}
	for _, home := range []string{getenv("HOME"), getenv("USERPROFILE")} {
		if filepath.IsAbs(home) {
			return filepath.Join(home, inHome, "epilot")
		}
	}
	return ""
}
