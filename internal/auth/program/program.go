// Package program runs the program that a profile names for its token. It uses
// no shell, keeps nothing, and does not choose between tokens.
package program

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Patience is how long a program may take.
const Patience = 30 * time.Second

// Program is a token command.
type Program struct {
	Words  []string                                    // the program and its arguments
	Name   string                                      // whose command it is, for messages
	Env    []string                                    // as os.Environ
	Limit  time.Duration                               // zero means Patience
	Redact func(text string, secrets ...string) string // takes what looks secret out of a message
}

// Token runs the program and returns what it prints, without the white space
// around it. An error is of kind Credentials, with the end of what the program
// said on its standard error, or the cause of the context's end.
func (p Program) Token(ctx context.Context) (string, error) {
	if len(p.Words) == 0 || p.Words[0] == "" {
		return "", p.failf("is empty").Hintf("name a program, as in [\"pass\", \"show\", \"epilot\"]")
	}
	if name := p.Words[0]; filepath.Base(name) != name && !filepath.IsAbs(name) {
		// A relative path means another program in each folder: one of them may be a stranger's.
		return "", p.failf("%q is a relative path", name).Hintf("give the full path of the program, or the name of one in PATH")
	}
	return p.run(ctx)
}

func (p Program) run(ctx context.Context) (string, error) {
	limit := p.Limit
	if limit == 0 {
		limit = Patience
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, said capped
	cmd := exec.CommandContext(limited, p.Words[0], p.Words[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = withoutToken(p.Env), &out, &said
	cmd.WaitDelay = limit / 30 // what the program started may hold its streams
	err := cmd.Run()
	token := strings.TrimSpace(out.String())
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case limited.Err() != nil:
		return "", p.failf("did not end within %s", limit)
	case errors.Is(err, exec.ErrNotFound):
		return "", p.failf("%q is not there", p.Words[0]).Hintf("install it, or give its full path")
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", p.failf("failed: %w%s", err, p.excerpt(said.String(), token))
	case out.full:
		return "", p.failf("printed more than a token")
	case token == "":
		return "", p.failf("printed nothing%s", p.excerpt(said.String(), ""))
	}
	return token, nil
}

func (p Program) failf(format string, args ...any) *failure.Error {
	args = append([]any{p.Name}, args...)
	return failure.New(failure.Credentials, "the token command of %s "+format, args...).
		Hintf("run it by hand to see what it says")
}

// excerpt is the end of what the program said, on one line and without secrets.
func (p Program) excerpt(said, token string) string {
	const most = 300
	letters := []rune(strings.Join(strings.Fields(p.Redact(said, token)), " "))
	if len(letters) == 0 {
		return ""
	}
	if len(letters) > most {
		letters = append([]rune("…"), letters[len(letters)-most+1:]...)
	}
	return ": " + string(letters)
}

// withoutToken: a program that calls epilot itself must not get the token that
// it is asked to replace.
func withoutToken(env []string) []string {
	var kept []string
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); !strings.EqualFold(name, "EPILOT_TOKEN") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// capped is a buffer that a program cannot fill the memory with.
type capped struct {
	buffer bytes.Buffer
	full   bool
}

func (c *capped) String() string { return c.buffer.String() }

func (c *capped) Write(p []byte) (int, error) {
	const most = 64 << 10
	room := most - c.buffer.Len()
	if len(p) > room {
		c.full = true
		c.buffer.Write(p[:room])
		return len(p), nil
	}
	return c.buffer.Write(p)
}
