package cmd

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/internal/term"
)

// Process is the program inside the test's own process, for tests that run it
// thousands of times. Its streams are no terminals, and it knows no proxy.
type Process struct {
	Env     map[string]string
	Stdin   string
	Keyring vault.Keyring       // nil: a command that asks it panics
	Slept   func(time.Duration) // told of each wait before a retry, which takes no time
}

// Result is what a process left behind.
type Result struct {
	Stdout, Stderr string
	Status         int
}

// Run runs the command line as Main does, without its signals.
func (p Process) Run(ctx context.Context, args ...string) Result {
	var out, errs bytes.Buffer
	app := &App{
		Streams:    &term.Streams{In: strings.NewReader(p.Stdin), Out: &out, Err: &errs},
		Getenv:     func(name string) string { return p.Env[name] },
		LookupEnv:  func(name string) (string, bool) { value, ok := p.Env[name]; return value, ok },
		Now:        time.Now,
		Random:     sameRandom{},
		Version:    "test",
		Environ:    os.Environ,
		Keyring:    p.Keyring,
		Executable: os.Executable,
		Sleep:      p.sleep,
		Root:       fstest.MapFS{},
		Jitter:     func(limit time.Duration) time.Duration { return limit },
	}
	status := app.report(app.run(ctx, args))
	return Result{Stdout: out.String(), Stderr: errs.String(), Status: status}
}

func (p Process) sleep(ctx context.Context, d time.Duration) error {
	if p.Slept != nil {
		p.Slept(d)
	}
	return ctx.Err()
}

// sameRandom gives zeros: of a call, only the boundary of a form is random.
type sameRandom struct{}

func (sameRandom) Read(p []byte) (int, error) { clear(p); return len(p), nil }
