package acceptance

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/epilot-cli/epilot/internal/auth/keyring"
)

// ring is a test keyring; asked counts the accesses.
type ring struct {
	held   map[string]string
	broken error
	asked  int
}

func (r *ring) Get(account string) (string, error) {
	r.asked++
	if secret, found := r.held[account]; found || r.broken != nil {
		return secret, r.broken
	}
	return "", keyring.ErrNone
}

func (r *ring) Set(account, secret string) error {
	r.asked++
	if r.broken == nil {
		r.held[account] = secret
	}
	return r.broken
}

func (r *ring) Delete(account string) error {
	r.asked++
	if r.broken == nil {
		delete(r.held, account)
	}
	return r.broken
}

// home is the configuration of one test and the program that uses it.
type home struct {
	*testing.T
	dir string
	Process
	ring *ring
}

// newHome writes the files of a configuration; "" omits a file.
func newHome(t *testing.T, profiles, credentials string) *home {
	t.Helper()
	h := &home{T: t, dir: filepath.Join(t.TempDir(), "epilot"), ring: &ring{held: map[string]string{}}}
	h.Process = Process{Env: map[string]string{"XDG_CONFIG_HOME": filepath.Dir(h.dir)}, Keyring: h.ring}
	if err := os.Mkdir(h.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"profiles.json": profiles, "credentials.json": credentials} {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(h.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *home) run(want int, args ...string) Result {
	h.Helper()
	got := h.Process.Run(h.Context(), args...)
	if got.Status != want {
		h.Errorf("%q: exit status %d, want %d: %s%s", args, got.Status, want, got.Stdout, got.Stderr)
	}
	return got
}

func (h *home) file(name string) string {
	text, err := os.ReadFile(filepath.Join(h.dir, name))
	if err != nil {
		return ""
	}
	return string(text)
}
