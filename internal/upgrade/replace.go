package upgrade

import (
	"context"
	"os"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// replace puts the new program in the place of the old one, which comes back
// where the new one does not answer there: a system may permit a program in one
// place and not in another.
func (i Installer) replace(ctx context.Context, b *bench, version string) error {
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

func (i Installer) bringBack(b *bench, why error) error {
	err := putBack(b.old, i.Program)
	if err == nil {
		return why
	}
	b.kept = true
	return failure.New(failure.File, "%w; the old program could not be put back: %w", why, atomicfile.Cause(err)).
		Hintf("it is %s: move it to %s", b.old, i.Program)
}

// putBack does nothing where both names are one file, which a rename would
// leave there twice.
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
