// Package keyring stores tokens in the system keyring, and gives up on a keyring
// that is locked, absent or slow. It does not decide when a token is needed and does
// not use files: the caller stores any token that the keyring does not.
package keyring

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Keyring is the system's store for the secrets of the current user.
type Keyring interface {
	Get(account string) (string, error) // ErrNone if there is no entry
	Set(account, secret string) error
	Delete(account string) error // ErrNone if there is no entry
}

// ErrNone is returned by a Keyring that has no secret for an account.
var ErrNone = errors.New("the keyring has no such entry")

// Timeout limits how long a Vault waits for its keyring, which may be asking the
// user to unlock it.
const Timeout = 3 * time.Second

// The modes of Keep: the keyring if it works, always, or never.
const (
	Auto        = "auto"
	KeyringOnly = "keyring"
	FileOnly    = "file"
)

// Profile returns the account of a profile's token.
func Profile(name string) string { return "profile:" + name }

// API returns the account of a profile's token for a single API.
func API(profile, api string) string { return "api:" + api + " of " + Profile(profile) }

// Credentials is the account of the token described by credentials.json.
const Credentials = "credentials"

// Vault is a keyring with a timeout.
type Vault struct {
	Keyring Keyring
	Folder  string        // configuration folder, part of each entry's name
	Limit   time.Duration // timeout of each access; zero means Timeout
	Warn    func(message string)

	// Owns reports whether a token that an older version stored without a folder
	// belongs to the account; nil means always. Another configuration may have
	// stored a token under the same name.
	Owns func(account, token string) bool
}

// entry returns the name of an account's entry.
func (v *Vault) entry(account string) string {
	if v.Folder == "" {
		return account
	}
	return account + " in " + v.Folder
}

// get reads an entry. It renames an entry stored by an older version.
func (v *Vault) get(account string) (string, error) {
	token, err := v.Keyring.Get(v.entry(account))
	if !errors.Is(err, ErrNone) || v.Folder == "" {
		return token, err
	}
	token, err = v.Keyring.Get(account)
	if err != nil {
		return "", err
	}
	if v.Owns != nil && !v.Owns(account, token) {
		return "", ErrNone
	}
	if err := v.Keyring.Set(v.entry(account), token); err == nil {
		_ = v.Keyring.Delete(account) // the new entry replaces it
	}
	return token, nil
}

// remove deletes an entry, including one stored by an older version.
func (v *Vault) remove(account string) error {
	err := v.Keyring.Delete(v.entry(account))
	if !errors.Is(err, ErrNone) || v.Folder == "" {
		return err
	}
	if token, err := v.Keyring.Get(account); err != nil || v.Owns != nil && !v.Owns(account, token) {
		return err
	}
	return v.Keyring.Delete(account)
}

// Get returns the account's token. Errors are of kind Credentials.
func (v *Vault) Get(ctx context.Context, account string) (string, error) {
	token, err := v.limited(ctx, func() (string, error) { return v.get(account) })
	if errors.Is(err, ErrNone) {
		return "", failure.New(failure.Credentials, "the system keyring no longer has a token for %q", account).
			Hintf("sign in again with \"epilot login\", or pass a token with --token or EPILOT_TOKEN")
	}
	if err != nil {
		return "", failed("read", err).
			Hintf("unlock it, or pass a token with --token or EPILOT_TOKEN")
	}
	return token, nil
}

// Keep stores the token in the keyring if the mode says so, and reports whether it
// did. With Auto, a keyring failure is a warning and the caller must store the
// token.
func (v *Vault) Keep(ctx context.Context, mode, account, token string) (kept bool, err error) {
	if mode == FileOnly {
		return false, nil
	}
	_, err = v.limited(ctx, func() (string, error) { return "", v.Keyring.Set(v.entry(account), token) })
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case mode == KeyringOnly:
		return false, failed("written", err).
			Hintf("unlock it, or keep tokens in the file: epilot config set credential_store file")
	}
	v.Warn("the system keyring cannot be used (" + err.Error() + "): the token is stored in the file; \"epilot config set credential_store file\" makes this permanent")
	return false, nil
}

// Forget removes the account's token, if there is one. Errors are of kind
// Credentials.
func (v *Vault) Forget(ctx context.Context, account string) error {
	_, err := v.limited(ctx, func() (string, error) { return "", v.remove(account) })
	if err == nil || errors.Is(err, ErrNone) {
		return nil
	}
	return failed("written", err).Hintf("unlock it and try again")
}

func failed(what string, err error) *failure.Error {
	if interrupted := (*failure.Error)(nil); errors.As(err, &interrupted) {
		return interrupted
	}
	return failure.New(failure.Credentials, "the system keyring cannot be %s: %w", what, err)
}

// limited gives up on an access that takes too long. The access itself may continue
// until the process exits: no system can cancel it.
func (v *Vault) limited(ctx context.Context, access func() (string, error)) (string, error) {
	limit := v.Limit
	if limit == 0 {
		limit = Timeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, slow{limit})
	defer cancel()
	type reply struct {
		secret string
		err    error
	}
	replies := make(chan reply, 1)
	go func() {
		secret, err := access()
		replies <- reply{secret, err}
	}()
	select {
	case a := <-replies:
		return a.secret, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

type slow struct{ limit time.Duration }

func (s slow) Error() string { return "it did not respond within " + s.limit.String() }

// service is the name under which the keyring lists epilot's entries.
const service = "epilot"

// System returns the keyring of the operating system: Keychain, Credential Manager
// or the desktop's Secret Service
// (https://specifications.freedesktop.org/secret-service/).
func System(getenv func(string) string) Keyring { return system{getenv} }

type system struct{ getenv func(string) string }

func (s system) Get(account string) (string, error) {
	if err := s.reachable(); err != nil {
		return "", err
	}
	secret, err := keyring.Get(service, account)
	return secret, absent(err)
}

func (s system) Set(account, secret string) error {
	if err := s.reachable(); err != nil {
		return err
	}
	return absent(keyring.Set(service, account, secret))
}

func (s system) Delete(account string) error {
	if err := s.reachable(); err != nil {
		return err
	}
	return absent(keyring.Delete(service, account))
}

var errNoBus = errors.New("no session bus")

// reachable checks for the session bus: otherwise the client would start a bus
// without a keyring and leave it running.
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

func absent(err error) error {
	if errors.Is(err, keyring.ErrNotFound) {
		return ErrNone
	}
	return err
}
