// Package vault keeps tokens in the system's keyring, and gives up on a keyring
// that is locked, absent or slow. It does not decide when a token is needed,
// and knows no file: what it does not keep, its caller does.
package vault

import (
	"context"
	"errors"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Keyring is where a system keeps the secrets of who is logged in.
type Keyring interface {
	Get(account string) (string, error) // ErrNone where there is none
	Set(account, secret string) error
	Delete(account string) error // ErrNone where there is none
}

// ErrNone is a Keyring's answer for an account that it has no secret of.
var ErrNone = errors.New("the keyring has no such entry")

// Patience is how long a Vault waits for its keyring, which may be asking the
// person to unlock it.
const Patience = 3 * time.Second

// The modes of Keep: the keyring where it works, the keyring, never the keyring.
const (
	Auto        = "auto"
	KeyringOnly = "keyring"
	FileOnly    = "file"
)

// Profile is the account of a profile's token.
func Profile(name string) string { return "profile:" + name }

// Credentials is the account of the token that credentials.json is about.
const Credentials = "credentials"

// Vault is a keyring with a limit to its patience.
type Vault struct {
	Keyring Keyring
	Limit   time.Duration // of each access; zero means Patience
	Warn    func(message string)
}

// Get returns the account's token. An error is of kind Credentials.
func (v *Vault) Get(ctx context.Context, account string) (string, error) {
	token, err := v.limited(ctx, func() (string, error) { return v.Keyring.Get(account) })
	if errors.Is(err, ErrNone) {
		return "", failure.New(failure.Credentials, "the system keyring has no token for %q any more", account).
			Hintf("sign in again with \"epilot auth login\", or give a token with --token or EPILOT_TOKEN")
	}
	if err != nil {
		return "", failed("read", err).
			Hintf("unlock it, or give a token with --token or EPILOT_TOKEN")
	}
	return token, nil
}

// Keep puts the token into the keyring where the mode wants that, and reports
// whether it did. With Auto a keyring that fails is a warning, and the token is
// the caller's to keep.
func (v *Vault) Keep(ctx context.Context, mode, account, token string) (kept bool, err error) {
	if mode == FileOnly {
		return false, nil
	}
	_, err = v.limited(ctx, func() (string, error) { return "", v.Keyring.Set(account, token) })
	switch {
	case err == nil:
		return true, nil
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case mode == KeyringOnly:
		return false, failed("written", err).
			Hintf("unlock it, or keep tokens in the file: epilot config set credential_store file")
	}
	v.Warn("the system keyring cannot be used (" + err.Error() + "): the token is stored in the file; \"epilot config set credential_store file\" is for good")
	return false, nil
}

// Forget removes the account's token, if there is one. An error is of kind
// Credentials.
func (v *Vault) Forget(ctx context.Context, account string) error {
	_, err := v.limited(ctx, func() (string, error) { return "", v.Keyring.Delete(account) })
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

// limited gives up on an access that takes too long. The access itself may go
// on for as long as the process does: no system lets it be called back.
func (v *Vault) limited(ctx context.Context, access func() (string, error)) (string, error) {
	limit := v.Limit
	if limit == 0 {
		limit = Patience
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, slow{limit})
	defer cancel()
	type answer struct {
		secret string
		err    error
	}
	answers := make(chan answer, 1)
	go func() {
		secret, err := access()
		answers <- answer{secret, err}
	}()
	select {
	case a := <-answers:
		return a.secret, a.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

type slow struct{ limit time.Duration }

func (s slow) Error() string { return "it did not answer within " + s.limit.String() }
