package upgrade

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"os"
	"syscall"
)

const mostArchive = 256 << 20 // bytes

// make puts the new program on the bench, ready to run.
func (i Installer) make(ctx context.Context, b *bench, r *Release) error {
	name, sum, err := r.archive(i.System, i.Machine)
	if err != nil {
		return err
	}
	archive, err := os.Create(b.file(name))
	if err != nil {
		return i.failed(err)
	}
	defer archive.Close()
	if err := i.download(ctx, r, name, sum, archive); err != nil {
		return err
	}
	return i.unpackTo(b, archive)
}

// unpackTo lets no other process begin meanwhile: it would have the new program
// open for a moment too, and what somebody writes cannot be run (execve(2),
// ETXTBSY).
func (i Installer) unpackTo(b *bench, archive *os.File) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fresh, err := os.OpenFile(b.fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return i.failed(err)
	}
	if err := unpack(archive, b.name, toDisk{fresh, i}); err != nil {
		_ = fresh.Close()
		return err
	}
	return i.finish(fresh)
}

// download fetches the archive and holds it against its checksum.
func (i Installer) download(ctx context.Context, r *Release, name string, sum []byte, to *os.File) error {
	in, err := r.feed.get(ctx, folderOf(r.Version)+"/"+name, mostArchive)
	if err != nil {
		return err
	}
	defer in.Close()
	from := io.Reader(in)
	if i.Watch != nil {
		from = i.Watch(in, in.size)
	}
	got := sha256.New()
	if _, err := io.Copy(io.MultiWriter(toDisk{to, i}, got), from); err != nil {
		return err
	}
	if !bytes.Equal(got.Sum(nil), sum) {
		return untrusted("%s is not what the release signed: its checksum differs", name)
	}
	if _, err := to.Seek(0, io.SeekStart); err != nil {
		return i.failed(err)
	}
	return nil
}

// finish gives the new program the mode and the owner of the old one.
func (i Installer) finish(fresh *os.File) error {
	defer fresh.Close()
	old, err := os.Stat(i.Program)
	if err != nil {
		return i.failed(err)
	}
	giveTo(fresh, old)
	for _, step := range []func() error{
		func() error { return fresh.Chmod(old.Mode().Perm()) }, fresh.Sync, fresh.Close,
	} {
		if err := step(); err != nil {
			return i.failed(err)
		}
	}
	return nil
}

// toDisk is a file whose errors are those of this machine, not of the feed.
type toDisk struct {
	file *os.File
	by   Installer
}

func (d toDisk) Write(p []byte) (int, error) {
	n, err := d.file.Write(p)
	if err != nil {
		return n, d.by.failed(err)
	}
	return n, nil
}
