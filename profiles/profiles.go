// Package profiles reads and writes the configuration: the profiles, the active
// one, the stage and the credentials of the last login, in the files that the
// program shares with the official CLI, and the settings, in a file of its own.
// It chooses the profile, the stage and the settings of a command. What it does
// not know in a file outlives a write, and a file that cannot be parsed is never
// written.
//
// It does not decide which token is sent, or where to: package auth does that.
package profiles

import (
	"path/filepath"
	"sync"
)

// Options say where the configuration is.
type Options struct {
	Dir    string                           // the directory of the files, as ConfigDir names it; "" reads none
	Lookup func(name string) (string, bool) // looks an environment variable up, as os.LookupEnv does
	Warn   func(message string)             // says what was repaired, nil for nobody
	Look   bool                             // only look: the modes of the files are left as they are
}

// Store is a configuration directory. Each file is read once, when it is first
// needed, and again after a change of this Store's. It is safe for use by
// several goroutines.
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

// The files of the configuration. The first two are the official CLI's too.
const (
	profilesFile    = "profiles.json"
	credentialsFile = "credentials.json"
	settingsFile    = "config.json"
)

// path is the path of a file of the store, "" where there is no directory.
func (s *Store) path(name string) string {
	if s.dir == "" {
		return ""
	}
	return filepath.Join(s.dir, name)
}

// Path is the path of profiles.json, "" where there is no directory.
func (s *Store) Path() string { return s.path(profilesFile) }

// SettingsPath is the path of config.json, "" where there is no directory.
func (s *Store) SettingsPath() string { return s.path(settingsFile) }

// Profiles returns all profiles in the order of the file.
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

// Profile returns the profile of that name; that there is none is an error of
// kind Usage.
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

// Active returns the name that profiles.json calls the active profile, "" for
// none. A profile of that name need not exist.
func (s *Store) Active() (string, error) {
	config, err := s.config.get()
	if err != nil {
		return "", err
	}
	return config.active, nil
}

// Credentials returns the content of credentials.json, or nil where there is no
// such file. A file that cannot be read or parsed is an error of kind File.
func (s *Store) Credentials() (*Credentials, error) {
	stored, err := s.credentials.get()
	if err != nil || stored == nil {
		return nil, err
	}
	own := *stored
	return &own, nil
}

// cache is the content of a file, read once until it is forgotten.
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

// ConfigDir is the directory of the configuration, shared with the official
// CLI: epilot under XDG_CONFIG_HOME, else under ~/.config, on every system. It
// is "" where neither is known: a directory relative to the current one would
// let any checked-out repository bring its own.
// https://specifications.freedesktop.org/basedir-spec/latest/
func ConfigDir(getenv func(string) string) string {
	return directory(getenv, "XDG_CONFIG_HOME", ".config")
}

// StateDir is the directory of what the program keeps between runs: epilot
// under XDG_STATE_HOME, else under ~/.local/state; "" where neither is known.
func StateDir(getenv func(string) string) string {
	return directory(getenv, "XDG_STATE_HOME", filepath.Join(".local", "state"))
}

// CacheDir is the directory of what can be downloaded again: epilot under
// XDG_CACHE_HOME, else under ~/.cache; "" where neither is known.
func CacheDir(getenv func(string) string) string {
	return directory(getenv, "XDG_CACHE_HOME", ".cache")
}

func directory(getenv func(string) string, variable, inHome string) string {
	// The specification says to ignore a path that is not absolute.
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
