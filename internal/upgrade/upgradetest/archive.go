package upgradetest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"testing"
)

// Entry is a file of an archive.
type Entry struct {
	Name string
	Text string // what is in it, or where a link leads
	Kind byte   // of tar, 0 for a regular file
}

// Tar packs a .tar.gz.
func Tar(t testing.TB, entries ...Entry) []byte {
	t.Helper()
	var packed bytes.Buffer
	squeeze, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	files := tar.NewWriter(squeeze)
	for _, e := range entries {
		header := &tar.Header{Name: e.Name, Mode: 0o755, Size: int64(len(e.Text)), Typeflag: e.Kind}
		if e.Kind == tar.TypeSymlink {
			header.Linkname, header.Size, e.Text = e.Text, 0, ""
		}
		if err := files.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(files, e.Text); err != nil {
			t.Fatal(err)
		}
	}
	closeAll(t, files, squeeze)
	return packed.Bytes()
}

// Zip packs a .zip.
func Zip(t testing.TB, entries ...Entry) []byte {
	t.Helper()
	var packed bytes.Buffer
	files := zip.NewWriter(&packed)
	for _, e := range entries {
		file, err := files.Create(e.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(file, e.Text); err != nil {
			t.Fatal(err)
		}
	}
	closeAll(t, files)
	return packed.Bytes()
}

func closeAll(t testing.TB, writers ...io.Closer) {
	t.Helper()
	for _, w := range writers {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
