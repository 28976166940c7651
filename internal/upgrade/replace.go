package upgrade

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// replace replaces the old program with the new one and restores it if the new one
// does not run there: a system may permit a program in one place and not in another.
func (i Installer) replace(ctx context.Context, b *workspace, version string) error {
	if err := setAside(i.Program, b.old); err != nil {
		return i.failed(err)
	}
	err := os.Rename(b.fresh, i.Program)
	if err != nil {
		err = i.failed(err)
	} else {
		err = i.try(ctx, i.Program, version)
	}
	if err == nil {
		return nil
	}
	return i.bringBack(b, err)
}

func (i Installer) bringBack(b *workspace, why error) error {
	err := putBack(b.old, i.Program)
	if err == nil {
		return why
	}
	b.kept = true
	return failure.New(failure.File, "%w; the old program could not be put back: %w", why, atomicfile.Cause(err)).
		Hintf("it is %s: move it to %s", b.old, i.Program)
}

// putBack does nothing if both names are the same file, because a rename would then
// keep both.
func putBack(old, program string) error {
	before, err := os.Stat(old)
	if err != nil {
		return err
	}
	if now, err := os.Stat(program); err == nil && os.SameFile(before, now) {
		return nil
	}
	return os.Rename(old, program)
}

const renameTimeout = 10 * time.Second

// try runs a program and rejects it if its version is not the expected one.
func (i Installer) try(ctx context.Context, program, want string) error {
	version, err := i.ask(ctx, program)
	if ctx.Err() != nil {
		return interrupted(ctx)
	}
	if err != nil {
		return failure.New(failure.Network, "epilot %s does not run here: %w", want, atomicfile.Cause(err)).
			Hintf("the old program is unchanged")
	}
	if version != want {
		return untrusted("the program in release %s reports version %q", want, version)
	}
	return nil
}

func interrupted(ctx context.Context) error {
	if failed := (*failure.Error)(nil); errors.As(context.Cause(ctx), &failed) {
		return failed
	}
	return failure.New(failure.Interrupted, "interrupted")
}

// ask returns the version that a program prints.
func (i Installer) ask(ctx context.Context, program string) (string, error) {
	limit := i.Timeout
	if limit == 0 {
		limit = renameTimeout
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var said head
	cmd := exec.CommandContext(limited, program, "--version")
	cmd.Env, cmd.Stdout, cmd.WaitDelay = Quiet(i.Environ), &said, limit/10
	err := cmd.Run()
	if limited.Err() != nil {
		return "", errors.New("it did not print its version within " + limit.String())
	}
	if err != nil {
		return "", err
	}
	version, named := strings.CutPrefix(strings.TrimSpace(said.String()), "epilot ")
	if !named {
		return "", errors.New("it does not print its version")
	}
	return version, nil
}

// Quiet returns the environment without the token, and with the check for new
// versions disabled.
func Quiet(environ []string) []string {
	quiet := []string{"EPILOT_NO_UPDATE_NOTIFIER=1"}
	for _, pair := range environ {
		if name, _, _ := strings.Cut(pair, "="); !strings.EqualFold(name, "EPILOT_TOKEN") {
			quiet = append(quiet, pair)
		}
	}
	return quiet
}

// head keeps the beginning of the written data.
type head struct{ bytes.Buffer }

func (h *head) Write(p []byte) (int, error) {
	const most = 1 << 10
	h.Buffer.Write(p[:min(len(p), max(0, most-h.Len()))])
	return len(p), nil
}
