package vault

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"github.com/zalando/go-keyring"
)

// service is the name under which the keyring lists the program's entries.
const service = "epilot"

// System returns the keyring of the operating system: Keychain, Credential
// Manager or the Secret Service of the desktop
// (https://specifications.freedesktop.org/secret-service/).
func System(getenv func(string) string) Keyring { return system{getenv} }

type system struct{ getenv func(string) string }

func (s system) Get(account string) (string, error) {
	if err := s.reachable(); err != nil {
		return "", err
	}
	secret, err := keyring.Get(service, account)
	return secret, known(err)
}

func (s system) Set(account, secret string) error {
	if err := s.reachable(); err != nil {
		return err
	}
	return known(keyring.Set(service, account, secret))
}

func (s system) Delete(account string) error {
	if err := s.reachable(); err != nil {
		return err
	}
	return known(keyring.Delete(service, account))
}

var errNoBus = errors.New("there is no session bus")

// reachable looks for the session bus: without one the client would start a
// bus of its own, with no keyring on it, and leave it running.
func (s system) reachable() error {
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		return nil
	}
	if address := s.getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return nil
	}
	if dir := s.getenv("XDG_RUNTIME_DIR"); dir != "" {
		if _, err := os.Stat(filepath.Join(dir, "bus")); err == nil {
			return nil
		}
	}
	return errNoBus
}

func known(err error) error {
	if errors.Is(err, keyring.ErrNotFound) {
		return ErrNone
	}
	return err
}
