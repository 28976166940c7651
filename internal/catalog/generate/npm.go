package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
)

// fetch gets a package from npm and unpacks into the folder what is wanted of
// it. It returns the folder of the documents.
func fetch(ctx context.Context, pack, folder string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is not installed: install it, or unpack %s and name its folder definitions with %s", pack, documentsVariable)
	}
	var said bytes.Buffer
	command := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, pack)
	command.Dir, command.Stderr = folder, &said
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w: %s", pack, err, bytes.TrimSpace(said.Bytes()))
	}
	return filepath.Join(folder, "definitions"), unpackAll(folder)
}

// unpackAll unpacks the archives that lie in the folder.
func unpackAll(folder string) error {
	archives, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	if err != nil {
		return err
	}
	for _, name := range archives {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if err := unpack(bytes.NewReader(text), folder); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

const maxFile = 64 << 20 // bytes, of one file of a package

// unpack writes the documents, the licence and the description of a package
// into the folder; everything else in the archive is passed over.
func unpack(archive io.Reader, folder string) error {
	plain, err := gzip.NewReader(archive)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(folder, "definitions"), 0o755); err != nil {
		return err
	}
	for entries := tar.NewReader(plain); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := wanted(header)
		if name == "" {
			continue
		}
		if err := unpackFile(entries, header.Size, filepath.Join(folder, name)); err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
	}
}

// wanted is where a file of the archive goes, or "". Only names that are made
// here or have no folder in them are returned, so nothing is written elsewhere.
func wanted(header *tar.Header) string {
	folder, name := path.Split(header.Name)
	switch {
	case header.Typeflag != tar.TypeReg || !filepath.IsLocal(name):
		return ""
	case folder == "package/definitions/" && isDocument(name):
		return filepath.Join("definitions", filepath.Base(name))
	case header.Name == "package/package.json", header.Name == "package/LICENSE":
		return name
	}
	return ""
}

func unpackFile(from io.Reader, size int64, name string) error {
	if size > maxFile {
		return fmt.Errorf("larger than %d bytes", maxFile)
	}
	text, err := io.ReadAll(io.LimitReader(from, maxFile))
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}
