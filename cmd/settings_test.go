package cmd

import (
	"testing"
	"time"
)

// TestLimitOfTheWait: who names a limit may name one that is longer than the
// usual wait for a response to begin.
func TestLimitOfTheWait(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[string]time.Duration{"": 0, "5m": noWait, "0": noWait} {
		env := map[string]string{"XDG_CONFIG_HOME": t.TempDir()}
		app := &App{
			Getenv:    func(name string) string { return env[name] },
			LookupEnv: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		}
		o := &callOptions{app: app, timeout: timeout}
		if _, err := o.settings(); err != nil || o.wait != want {
			t.Errorf("%q: waits %v, want %v; %v", timeout, o.wait, want, err)
		}
	}
}
