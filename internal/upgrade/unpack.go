package upgrade

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

const mostProgram = 512 << 20 // bytes of a program, or of all that is packed before it

// unpack copies the one file of that name at the top of an archive. No name in
// the archive becomes a path.
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
		return err // of the writer
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

func missing(name string) error { return errors.New("there is no file " + name + " in it") }
