package cmd

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/internal/term"
)

// Process is the program inside the test's own process, for tests that run it
// thousands of times. Its streams are no terminals, and it knows no proxy.
type Process struct {
	Env     map[string]string
	Stdin   string
	Keyring vault.Keyring // nil: a command that asks it panics
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
		Streams:   &term.Streams{In: strings.NewReader(p.Stdin), Out: &out, Err: &errs},
		Getenv:    func(name string) string { return p.Env[name] },
		LookupEnv: func(name string) (string, bool) { value, ok := p.Env[name]; return value, ok },
		Now:       time.Now,
		Random:    noRandom{},
		Version:   "test",
		Environ:   os.Environ,
		Keyring:   p.Keyring,
	}
	status := app.report(args, app.run(ctx, args))
	return Result{Stdout: out.String(), Stderr: errs.String(), Status: status}
}

// noRandom fails a run that wants random bytes: a call needs none.
type noRandom struct{}

func (noRandom) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
