// Package tokencommand runs the program that a profile names for its token. It does
// not use a shell, store the token or choose between tokens.
package tokencommand

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Timeout is the default time limit of a program.
const Timeout = 30 * time.Second

// Program is a token command.
type Program struct {
	Argv   []string                                    // the program and its arguments
	Name   string                                      // name of the command's profile, for messages
	Env    []string                                    // in the format of os.Environ
	Limit  time.Duration                               // zero means Timeout
	Stderr io.Writer                                   // receives the program's stderr while it runs, nil discards it
	Redact func(text string, secrets ...string) string // redacts apparent secrets in a message
}

// Token runs the program and returns its output without surrounding white space.
// Errors are of kind Credentials and contain the end of the program's stderr, or are
// the cause of the context's cancellation.
func (p Program) Token(ctx context.Context) (string, error) {
	if len(p.Argv) == 0 || p.Argv[0] == "" {
		return "", p.failf("is empty").Hintf("set a program, such as [\"pass\", \"show\", \"epilot\"]")
	}
	if name := p.Argv[0]; filepath.Base(name) != name && !filepath.IsAbs(name) {
		// A relative path names a different program in each folder, possibly a
		// hostile one.
		return "", p.failf("%q is a relative path", name).Hintf("use the full path of the program, or the name of one in PATH")
	}
	return p.run(ctx)
}

func (p Program) run(ctx context.Context) (string, error) {
	limit := p.Limit
	if limit == 0 {
		limit = Timeout
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, stderr capped
	cmd := exec.CommandContext(limited, p.Argv[0], p.Argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = withoutToken(p.Env), &out, &stderr
	var shown *relay
	if p.Stderr != nil {
		shown = &relay{to: p.Stderr, hide: func(text string) string { return p.Redact(text, strings.TrimSpace(out.String())) }}
		cmd.Stderr = io.MultiWriter(&stderr, shown)
	}
	cmd.WaitDelay = limit / 30 // child processes may keep the streams open
	err := cmd.Run()
	shown.end(err == nil)
	token := strings.TrimSpace(out.String())
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case limited.Err() != nil:
		return "", p.failf("did not end within %s", limit)
	case errors.Is(err, exec.ErrNotFound):
		return "", p.failf("%q was not found", p.Argv[0]).Hintf("install it, or give its full path")
	case err != nil && !errors.Is(err, exec.ErrWaitDelay):
		return "", p.failf("failed: %w%s", err, p.excerpt(stderr.String(), token))
	case out.full:
		return "", p.failf("printed more than a token")
	case token == "":
		return "", p.failf("printed nothing%s", p.excerpt(stderr.String(), ""))
	}
	return token, nil
}

func (p Program) failf(format string, args ...any) *failure.Error {
	args = append([]any{p.Name}, args...)
	return failure.New(failure.Credentials, "the token command of %s "+format, args...).
		Hintf("run it by hand to see its output")
}

// excerpt returns the end of the program's stderr on one line, without secrets.
func (p Program) excerpt(stderr, token string) string {
	const most = 300
	letters := []rune(strings.Join(strings.Fields(p.Redact(stderr, token)), " "))
	if len(letters) == 0 {
		return ""
	}
	if len(letters) > most {
		letters = append([]rune("…"), letters[len(letters)-most+1:]...)
	}
	return ": " + string(letters)
}

// withoutToken removes the current token: if the program calls epilot itself, it
// must not get the token that it is supposed to replace.
func withoutToken(env []string) []string {
	var kept []string
	for _, pair := range env {
		if name, _, _ := strings.Cut(pair, "="); !strings.EqualFold(name, "EPILOT_TOKEN") {
			kept = append(kept, pair)
		}
	}
	return kept
}

// relay shows the program's stderr while it runs, such as "Touch your YubiKey". It
// delays the text a moment, so that a token that the program also prints is known
// and can be redacted. If the program fails, the rest is in the error.
type relay struct {
	to      io.Writer
	hide    func(string) string
	mutex   sync.Mutex
	pending bytes.Buffer
	timer   *time.Timer
}

func (r *relay) Write(p []byte) (int, error) {
	const moment = 300 * time.Millisecond
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.pending.Write(p)
	if r.timer == nil {
		r.timer = time.AfterFunc(moment, func() {
			r.mutex.Lock()
			defer r.mutex.Unlock()
			if r.timer != nil {
				r.show()
			}
		})
	}
	return len(p), nil
}

func (r *relay) show() {
	_, _ = io.WriteString(r.to, r.hide(r.pending.String())) // a failed write does not matter
	r.pending.Reset()
	r.timer = nil
}

// end is called after the program has exited; nothing is shown after it.
func (r *relay) end(succeeded bool) {
	if r == nil {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.timer != nil {
		r.timer.Stop()
	}
	if succeeded && r.pending.Len() > 0 {
		r.show()
	}
	r.timer = nil
}

// capped is a buffer of limited size, so that a program cannot exhaust memory.
type capped struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
	full   bool
}

func (c *capped) String() string {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.buffer.String()
}

func (c *capped) Write(p []byte) (int, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	const most = 64 << 10
	remaining := most - c.buffer.Len()
	if len(p) > remaining {
		c.full = true
		c.buffer.Write(p[:remaining])
		return len(p), nil
	}
	return c.buffer.Write(p)
}
