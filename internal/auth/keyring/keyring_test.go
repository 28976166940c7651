package keyring

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// held is a working keyring.
type held map[string]string

func (h held) Get(account string) (string, error) {
	if secret, found := h[account]; found {
		return secret, nil
	}
	return "", ErrNone
}

func (h held) Set(account, secret string) error { h[account] = secret; return nil }

func (h held) Delete(account string) error {
	_, err := h.Get(account)
	delete(h, account)
	return err
}

// locked is a keyring that denies access.
type locked struct{}

var errLocked = errors.New("the collection is locked")

func (locked) Get(string) (string, error) { return "", errLocked }
func (locked) Set(string, string) error   { return errLocked }
func (locked) Delete(string) error        { return errLocked }

// stuck is a keyring that waits for an absent user.
type stuck struct{ until <-chan struct{} }

func (s stuck) Get(string) (string, error) { <-s.until; return "too-late", nil }
func (s stuck) Set(string, string) error   { <-s.until; return nil }
func (s stuck) Delete(string) error        { <-s.until; return nil }

func TestKeeps(t *testing.T) {
	t.Parallel()
	ring := held{}
	v := &Vault{Keyring: ring, Warn: func(m string) { t.Errorf("warned: %s", m) }}
	for _, mode := range []string{Auto, KeyringOnly} {
		if kept, err := v.Keep(t.Context(), mode, Profile("dev"), "SeCrEt"); !kept || err != nil {
			t.Errorf("%s: %v, %v", mode, kept, err)
		}
		if got, err := v.Get(t.Context(), Profile("dev")); got != "SeCrEt" || err != nil {
			t.Errorf("%s: got %q, %v", mode, got, err)
		}
		for range 2 { // the second finds nothing and must succeed too
			if err := v.Forget(t.Context(), Profile("dev")); err != nil || len(ring) != 0 {
				t.Errorf("%s: %v, left %v", mode, err, ring)
			}
		}
	}
	if kept, err := v.Keep(t.Context(), FileOnly, Profile("dev"), "SeCrEt"); kept || err != nil || len(ring) != 0 {
		t.Errorf("file: %v, %v, %v", kept, err, ring)
	}
}

func TestFailing(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	for name, ring := range map[string]Keyring{
		"locked": locked{}, "slow": stuck{release}, "absent": System(func(string) string { return "" }),
	} {
		if name == "absent" && (system{func(string) string { return "" }}).reachable() == nil {
			continue // this system's keyring does not use a bus
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var warned []string
			v := &Vault{Keyring: ring, Limit: time.Millisecond, Warn: func(m string) { warned = append(warned, m) }}
			kept, err := v.Keep(t.Context(), Auto, Credentials, "SeCrEt")
			if kept || err != nil || len(warned) != 1 || strings.Contains(warned[0], "SeCrEt") || !strings.Contains(warned[0], "makes this permanent") {
				t.Errorf("auto: %v, %v, warned %q", kept, err, warned)
			}
			_, keep := v.Keep(t.Context(), KeyringOnly, Credentials, "SeCrEt")
			_, get := v.Get(t.Context(), Credentials)
			for what, err := range map[string]error{"keep": keep, "get": get, "forget": v.Forget(t.Context(), Credentials)} {
				if err == nil || failure.Of(err).Kind != failure.Credentials || failure.Of(err).Hint == "" {
					t.Errorf("%s: %v", what, err)
				}
			}
			if len(warned) != 1 {
				t.Errorf("warned %q", warned)
			}
		})
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	_, err := (&Vault{Keyring: held{}}).Get(t.Context(), Profile("dev"))
	if failure.Of(err).Kind != failure.Credentials || !strings.Contains(err.Error(), `"profile:dev"`) {
		t.Errorf("got %v", err)
	}
}

// TestInterrupted checks that the user can interrupt the wait, and that the token is
// then not stored in the file.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(failure.New(failure.Interrupted, "interrupted"))
	v := &Vault{Keyring: stuck{release}}
	_, keep := v.Keep(ctx, Auto, Credentials, "SeCrEt")
	_, get := v.Get(ctx, Credentials)
	for _, err := range []error{keep, get, v.Forget(ctx, Credentials)} {
		if err == nil || failure.Of(err).Kind != failure.Interrupted {
			t.Errorf("got %v", err)
		}
	}
}

func TestReachable(t *testing.T) {
	t.Parallel()
	if (system{func(string) string { return "" }}).reachable() == nil {
		t.Skip("this system has its keyring without a bus")
	}
	for name, env := range map[string]map[string]string{
		"launches one": {"DBUS_SESSION_BUS_ADDRESS": "autolaunch:"},
		"no socket":    {"XDG_RUNTIME_DIR": t.TempDir()},
	} {
		if (system{func(name string) string { return env[name] }}).reachable() == nil {
			t.Errorf("%s: a bus would be started", name)
		}
	}
	env := map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
	if err := (system{func(name string) string { return env[name] }}).reachable(); err != nil {
		t.Error(err)
	}
}

// TestFolders checks that two configurations do not share an entry, and that an
// older version's entry goes to the configuration that owns it.
func TestFolders(t *testing.T) {
	t.Parallel()
	ring := held{Profile("dev"): "old-token"}
	owns := func(_, token string) bool { return token == "old-token" }
	a := &Vault{Keyring: ring, Folder: "/a", Owns: owns}
	b := &Vault{Keyring: ring, Folder: "/b", Owns: func(string, string) bool { return false }}
	if got, err := b.Get(t.Context(), Profile("dev")); err == nil {
		t.Errorf("another configuration got %q", got)
	}
	if err := b.Forget(t.Context(), Profile("dev")); err != nil || len(ring) != 1 {
		t.Errorf("another configuration removed it: %v, left %v", err, ring)
	}
	for range 2 {
		if got, err := a.Get(t.Context(), Profile("dev")); got != "old-token" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if _, old := ring[Profile("dev")]; old || len(ring) != 1 {
			t.Errorf("not moved: %v", ring)
		}
	}
	if _, err := b.Keep(t.Context(), KeyringOnly, Profile("dev"), "token-of-b"); err != nil {
		t.Fatal(err)
	}
	if err := b.Forget(t.Context(), Profile("dev")); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Get(t.Context(), Profile("dev")); got != "old-token" || err != nil {
		t.Errorf("after the other one signed in and out: got %q, %v", got, err)
	}
	ring[Credentials] = "old-token"
	if err := a.Forget(t.Context(), Credentials); err != nil || len(ring) != 1 {
		t.Errorf("an old entry stays: %v, %v", err, ring)
	}
}
