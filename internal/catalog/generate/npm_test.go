package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// archive returns a package with these files.
func archive(t *testing.T, entries ...tar.Header) io.Reader {
	t.Helper()
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	writer := tar.NewWriter(zip)
	for _, header := range entries {
		text := "text"
		if header.Typeflag == 0 {
			header.Typeflag, header.Size, header.Mode = tar.TypeReg, int64(len(text)), 0o644
		}
		if err := writer.WriteHeader(&header); err != nil {
			t.Fatal(err)
		}
		if header.Size > 0 {
			if _, err := io.WriteString(writer, text); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return &packed
}

// TestUnpack includes names that try to escape the folder.
func TestUnpack(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	folder := filepath.Join(root, "a", "b")
	err := unpack(archive(
		t,
		tar.Header{Name: "package/definitions/shop.json"},
		tar.Header{Name: "package/definitions/sub/other.json"},
		tar.Header{Name: "package/definitions/../../../up.json"},
		tar.Header{Name: "package/definitions/.."},
		tar.Header{Name: "package/definitions/link.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		tar.Header{Name: "/package/definitions/absolute.json"},
		tar.Header{Name: "package/dist/index.js"},
		tar.Header{Name: "package/package.json"},
		tar.Header{Name: "package/LICENSE"},
	), folder)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			relative, _ := filepath.Rel(folder, name)
			found = append(found, filepath.ToSlash(relative))
		}
		return err
	})
	want := []string{"LICENSE", "definitions/shop.json", "package.json"}
	if err != nil || !slices.Equal(found, want) {
		t.Errorf("unpacked %q, want %q (%v)", found, want, err)
	}
	if err := unpack(strings.NewReader("no archive"), t.TempDir()); err == nil {
		t.Error("what is no archive is unpacked")
	}
}

func TestFetchWithoutNPM(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	err := run(t.Context(), []string{"-package", "a@1", "-to", t.TempDir()}, "", io.Discard)
	if err == nil || !strings.Contains(err.Error(), "npm is not installed") || !strings.Contains(err.Error(), documentsVariable) {
		t.Errorf("error %v", err)
	}
}

func TestNotice(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	put(t, folder, "package.json", `{"name":"@shop/sdk","version":"1.2.3","license":"MIT"}`)
	put(t, folder, "LICENSE", "The MIT License\n\nCopyright (c) 2020 Shop\n\nCopyright notices…\n")
	from := filepath.Join(folder, "definitions")
	if err := os.Mkdir(from, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, from, "shop.yaml", shop)
	file := filepath.Join(t.TempDir(), "NOTICE")
	args := []string{"-to", t.TempDir(), "-notice", file, "-package"}
	if err := run(t.Context(), append(args, "@shop/sdk@1.2.3"), from, io.Discard); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	for _, part := range []string{"@shop/sdk\n", "1.2.3\n", "MIT\n", "Copyright (c) 2020 Shop\n"} {
		if err != nil || !strings.Contains(string(text), part) {
			t.Errorf("%q is missing in the notice %q (%v)", part, text, err)
		}
	}
	err = run(t.Context(), append(args, "@shop/sdk@1.2.4"), from, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "holds @shop/sdk@1.2.3, not @shop/sdk@1.2.4") {
		t.Errorf("another version: %v", err)
	}
}
