package upgrade

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

// Installer replaces a program with a release.
type Installer struct {
	Program         string   // absolute path of the file to replace; the target of a link is replaced
	System, Machine string   // GOOS and GOARCH values
	Lock            string   // see atomicfile.Lock
	Environ         []string // environment of the programs that are tried, as os.Environ

	// Watch, if not nil, wraps the reader of the archive. size is in bytes, -1 if
	// unknown.
	Watch func(archive io.Reader, size int64) io.Reader

	// Timeout is how long a program may take to print its version; zero means ten
	// seconds.
	Timeout time.Duration
}

// Install downloads and verifies the release, and replaces the program once the new
// one has printed its version. Until then, and after any error, the old program is
// unchanged. It returns false if another process has already installed that release.
// Errors are of kind Network for the feed, and of kind File for files that cannot be
// written.
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
	workspace, err := i.makeWorkspace()
	if err != nil {
		return false, i.failed(err)
	}
	defer workspace.clear()
	if err := i.make(ctx, workspace, r); err != nil {
		return false, err
	}
	if err := i.try(ctx, workspace.fresh, r.Version); err != nil {
		return false, err
	}
	if err := i.replace(ctx, workspace, r.Version); err != nil {
		return false, err
	}
	return true, nil
}

// failed returns the error for a program that cannot be replaced on this machine.
func (i Installer) failed(err error) error {
	failed := failure.New(failure.File, "%s cannot be replaced: %w", i.Program, atomicfile.Cause(err))
	if errors.Is(err, fs.ErrPermission) {
		return failed.Hintf("run \"epilot upgrade\" as the owner of that folder, or install epilot in a folder of your own")
	}
	return failed
}

const mostArchive = 256 << 20 // bytes

// make puts the new program in the workspace, ready to run.
func (i Installer) make(ctx context.Context, b *workspace, r *Release) error {
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

// unpackTo prevents the start of other processes meanwhile: they would briefly
// inherit the open file of the new program, and a file open for writing cannot be
// run (execve(2), ETXTBSY).
func (i Installer) unpackTo(b *workspace, archive *os.File) error {
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

// download fetches the archive and verifies its checksum.
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
		return untrusted("%s does not match the checksum of the release", name)
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

// toDisk is a file that marks its errors as local, not from the feed.
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

const mostProgram = 512 << 20 // bytes of a program, or of everything before it in the archive

// unpack extracts the single file of that name at the top of an archive. Names in
// the archive are never used as paths.
func unpack(archive *os.File, name string, to io.Writer) error {
	find := inTar
	if strings.HasSuffix(archive.Name(), ".zip") {
		find = inZip
	}
	program, err := find(archive, name)
	if err != nil {
		return broken(err)
	}
	defer program.Close()
	n, err := io.Copy(to, io.LimitReader(program, mostProgram+1))
	if failed := (*failure.Error)(nil); errors.As(err, &failed) {
		return err // from the writer
	}
	if err == nil && n > mostProgram {
		err = errors.New("the program in it is too large")
	}
	return broken(err)
}

func broken(err error) error {
	if err == nil {
		return nil
	}
	return untrusted("the archive of the release cannot be unpacked: %w", err)
}

func inTar(archive *os.File, name string) (io.ReadCloser, error) {
	plain, err := gzip.NewReader(archive)
	if err != nil {
		return nil, err
	}
	files := tar.NewReader(io.LimitReader(plain, 2*mostProgram))
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil, missing(name)
		}
		if err != nil {
			return nil, err
		}
		if header.Name == name && header.Typeflag == tar.TypeReg {
			return io.NopCloser(files), nil
		}
	}
}

func inZip(archive *os.File, name string) (io.ReadCloser, error) {
	info, err := archive.Stat()
	if err != nil {
		return nil, err
	}
	files, err := zip.NewReader(archive, info.Size())
	if err != nil {
		return nil, err
	}
	for _, file := range files.File {
		if file.Name == name && file.Mode().IsRegular() {
			return file.Open()
		}
	}
	return nil, missing(name)
}

func missing(name string) error { return errors.New("no file " + name + " in it") }

const (
	workspacePrefix = ".epilot-upgrade-"
	longAgo         = time.Hour
)

// workspace is a temporary folder next to the program, so that a rename stays on one
// file system.
type workspace struct {
	folder string
	name   string // name of the program in the archive
	fresh  string // path of the new program
	old    string // path of the old one, until the new one has proved itself
	kept   bool   // the old one could not be restored: keep the workspace
}

// makeWorkspace also removes what a killed upgrade or a still running program left.
func (i Installer) makeWorkspace() (*workspace, error) {
	folder := filepath.Dir(i.Program)
	made, err := os.MkdirTemp(folder, workspacePrefix)
	if err != nil {
		return nil, err
	}
	b := &workspace{folder: made, name: "epilot"}
	if i.System == "windows" {
		b.name = "epilot.exe"
	}
	b.fresh, b.old = b.file(b.name), b.file("old-"+b.name)
	b.sweep()
	return b, nil
}

func (b *workspace) file(name string) string { return filepath.Join(b.folder, name) }

// clear removes the workspace. A system that locks the file of a running program
// also keeps the workspace, until the next upgrade.
func (b *workspace) clear() {
	if !b.kept {
		_ = os.RemoveAll(b.folder)
	}
}

// sweep removes older workspaces. It keeps those younger than an hour, which another
// user's upgrade may be using.
func (b *workspace) sweep() {
	now, err := os.Stat(b.folder)
	if err != nil {
		return
	}
	beside := filepath.Dir(b.folder)
	entries, _ := os.ReadDir(beside) // ignore folders that cannot be listed
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || !entry.IsDir() || !strings.HasPrefix(entry.Name(), workspacePrefix) {
			continue
		}
		if now.ModTime().Sub(info.ModTime()) > longAgo {
			_ = os.RemoveAll(filepath.Join(beside, entry.Name()))
		}
	}
}
