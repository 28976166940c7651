package upgrade

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Installer puts a release in the place of a program.
type Installer struct {
	Program         string   // the file to replace, absolute; what a link leads to is replaced
	System, Machine string   // as GOOS and GOARCH name them
	Lock            string   // see atomicfile.Lock
	Environ         []string // of the programs that are tried, as os.Environ

	// Watch, if not nil, stands between the archive and who reads it. The size
	// is in bytes, -1 where it is not known.
	Watch func(archive io.Reader, size int64) io.Reader

	// Patience is how long a program may take to tell its version, zero for
	// ten seconds.
	Patience time.Duration
}

// Install downloads the release, checks it, and lets it take the program's
// place once it has told its version. Until then, and after any error, the old
// program is there as it was. It reports false where the program is that
// release already, by the work of another process. Errors are of kind Network
// for what came from the feed, and of kind File for what cannot be written.
func (i Installer) Install(ctx context.Context, r *Release) (done bool, err error) {
	if i.Program, err = filepath.EvalSymlinks(i.Program); err != nil {
		return false, i.failed(err)
	}
	unlock, err := atomicfile.Lock(ctx, i.Lock)
	if err != nil {
		return false, err
	}
	defer unlock()
	if version, err := i.ask(ctx, i.Program); err == nil && version == r.Version {
		return false, nil
	}
	bench, err := i.makeBench()
	if err != nil {
		return false, i.failed(err)
	}
	defer bench.clear()
	if err := i.make(ctx, bench, r); err != nil {
		return false, err
	}
	if err := i.try(ctx, bench.fresh, r.Version); err != nil {
		return false, err
	}
	if err := i.replace(ctx, bench, r.Version); err != nil {
		return false, err
	}
	return true, nil
}

// failed is why the program cannot be replaced on this machine.
func (i Installer) failed(err error) error {
	failed := failure.New(failure.File, "%s cannot be replaced: %w", i.Program, atomicfile.Cause(err))
	if errors.Is(err, fs.ErrPermission) {
		return failed.Hintf("run \"epilot upgrade\" as the owner of that folder, or install epilot in a folder of your own")
	}
	return failed
}
