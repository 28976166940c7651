package acceptance

import (
	"bytes"
	"context"
	"io"
	"maps"
	"os"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/upgrade/upgradetest"
)

// Process is the program inside the test's own process, for tests that run it
// thousands of times. Its streams are not terminals, except for Screen, and
// it uses no proxy.
type Process struct {
	Env     map[string]string
	Stdin   string
	Keyring keyring.Keyring     // nil: a command that uses it panics
	Slept   func(time.Duration) // called for each wait before a retry, which takes no time
	Feed    string              // the release feed of the build; "" for a build without one
	Screen  io.Writer           // stderr, as a terminal; nil keeps it for the result
}

// Result is the result of a process.
type Result struct {
	Stdout, Stderr string
	Status         int
}

// unlimited is a memory limit for what runs in the process of the tests: it counts the
// memory of the others too.
const unlimited = 1 << 40

// Run runs the command line like Main, without signal handling.
func (p Process) Run(ctx context.Context, args ...string) Result {
	var out, errs bytes.Buffer
	env := map[string]string{"EPILOT_MAX_MEMORY": strconv.Itoa(unlimited)}
	maps.Copy(env, p.Env)
	app := &cmdutil.App{
		Streams:   &term.Streams{In: strings.NewReader(p.Stdin), Out: &out, Err: &errs},
		LookupEnv: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		Now:       time.Now,
		Random:    sameRandom{},
		Environ:   os.Environ,
		Keyring:   p.Keyring,
		Sleep:     p.sleep,
		Program: cmdutil.Program{
			Version: "test", Executable: os.Executable, Root: fstest.MapFS{},
			Feed: p.Feed, FeedKey: upgradetest.NewSigner(7).Public(),
		},
		Jitter: func(limit time.Duration) time.Duration { return limit },
	}
	if p.Screen != nil {
		app.Streams.Err, app.Streams.ErrTTY, app.Streams.ErrWidth = p.Screen, true, 100
	}
	status := cmd.Run(ctx, app, args)
	return Result{Stdout: out.String(), Stderr: errs.String(), Status: status}
}

func (p Process) sleep(ctx context.Context, d time.Duration) error {
	if p.Slept != nil {
		p.Slept(d)
	}
	return ctx.Err()
}

// sameRandom returns zeros: in a call, only the boundary of a form is random.
type sameRandom struct{}

func (sameRandom) Read(p []byte) (int, error) { clear(p); return len(p), nil }
