// Package profiles reads the configuration that the program shares with the
// official CLI: the profiles, the active one, the stage, and the credentials
// of the last login. It chooses the profile and the stage of a command.
//
// It does not decide which token is sent, or where to: package auth does that.
package profiles

import (
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/viper"
)

// Options say where the configuration is.
type Options struct {
	Dir    string                   // the directory of both files, as ConfigDir names it; "" reads none
	Getenv func(name string) string // looks an environment variable up
}

// Store is a configuration directory. Each file is read once, when it is first
// needed. It is safe for use by several goroutines.
type Store struct {
	getenv      func(string) string
	path        string // profiles.json
	config      func() (*config, error)
	settings    func() (*viper.Viper, error)
	credentials func() (*Credentials, error)
}

// Profile is a named account with its server.
type Profile struct {
	Name      string // exactly as it is stored
	Server    string // base URL; "" for the definition's
	Token     string // "" for none
	OrgID     string
	UserID    string
	ExpiresAt time.Time // of the token; zero: not known
	Headers   []Header  // sent with each call, in the file's order
}

// Header is a header field of a profile. Its name and value are fit to be sent
// (RFC 9110, section 5).
type Header struct{ Name, Value string }

// Credentials are what the last login without a profile stored.
type Credentials struct {
	Token, OrgID, UserID string
	Name                 string    // of the account
	ExpiresAt            time.Time // of the token; zero: not known
}

// Open returns the store of a directory. It reads nothing yet.
func Open(o Options) *Store {
	s := &Store{getenv: o.Getenv}
	var credentials string
	if o.Dir != "" {
		s.path = filepath.Join(o.Dir, "profiles.json")
		credentials = filepath.Join(o.Dir, "credentials.json")
	}
	s.config = sync.OnceValues(func() (*config, error) { return readConfig(s.path) })
	s.settings = sync.OnceValues(s.loadSettings)
	s.credentials = sync.OnceValues(func() (*Credentials, error) { return readCredentials(credentials) })
	return s
}

// Resolve returns the profile of a command: the one that the --profile flag
// names, then EPILOT_PROFILE, then the active one, then one that is called
// "default". It returns nil when none is meant. A profile that is named and
// does not exist is an error of kind Usage, wherever it is named; a file that
// cannot be read or parsed is one of kind File.
func (s *Store) Resolve(flag string) (*Profile, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	name, source, err := s.chosen(flag)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return config.profile(fallback), nil
	}
	if p := config.profile(name); p != nil {
		return p, nil
	}
	return nil, s.unknown(config, name, source)
}

// fallback is the profile that is used when none is named and it exists.
const fallback = "default"

// Credentials returns the content of credentials.json, or nil where there is no
// such file. A file that cannot be read or parsed is an error of kind File.
func (s *Store) Credentials() (*Credentials, error) {
	stored, err := s.credentials()
	if err != nil || stored == nil {
		return nil, err
	}
	own := *stored
	return &own, nil
}
