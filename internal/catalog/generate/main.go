// Command generate builds the catalog's facts from the OpenAPI 3 documents of an npm
// package: one text per API and an index. It reads each document twice, with the
// program's own reader and with kin-openapi, and fails if the two disagree. Package
// facts defines the format of the texts.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/openapi"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Getenv(documentsVariable), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// documentsVariable names the definitions folder of an unpacked package, for use
// without npm or network.
const documentsVariable = "EPILOT_SDK_DEFINITIONS"

// options contains the flags.
type options struct {
	pack, from, to, notice string
	described              bool
}

func readOptions(args []string, documents string, log io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&o.pack, "package", "", "npm `package@version` with a folder definitions, fetched with npm pack")
	flags.StringVar(&o.from, "from", documents, "`folder` of OpenAPI documents, one <api>.json, .yaml or .yml each, instead of fetching the package (default: "+documentsVariable+")")
	flags.StringVar(&o.to, "to", "", "`folder` for the facts; what else is in it is removed")
	flags.StringVar(&o.notice, "notice", "", "`file` that says where the facts come from")
	flags.BoolVar(&o.described, "described", false, "fail where a parameter or a property has no line in internal/catalog/descriptions")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.to == "" || o.from == "" && o.pack == "" || o.notice != "" && o.pack == "" {
		return o, fmt.Errorf("-to and -package are needed; without -notice, -from will do instead of -package")
	}
	return o, nil
}

func run(ctx context.Context, args []string, documents string, log io.Writer) error {
	o, err := readOptions(args, documents, log)
	if err != nil {
		return err
	}
	if o.from != "" {
		return generate(ctx, o, log)
	}
	temporary, err := os.MkdirTemp("", "epilot-generate-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temporary)
	if o.from, err = fetch(ctx, o.pack, temporary); err != nil {
		return err
	}
	return generate(ctx, o, log)
}

// generate writes the facts and, on request, the notice.
func generate(ctx context.Context, o options, log io.Writer) error {
	var checks []func(*openapi.API) error
	if o.described {
		checks = append(checks, checkDescribed)
	}
	files, err := build(ctx, o.from, log, checks...)
	if err != nil {
		return err
	}
	if err := writeNotice(o); err != nil {
		return err
	}
	return atomicfile.WriteFolder(o.to, "*.txt", files)
}

// sources lists the documents of a folder by API name.
func sources(folder string) (map[string]string, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	for _, entry := range entries {
		file := entry.Name()
		name := strings.TrimSuffix(file, filepath.Ext(file))
		if !isDocument(file) || strings.HasSuffix(name, "-runtime") {
			continue
		}
		if other, taken := found[name]; taken {
			return nil, fmt.Errorf("%s and %s describe the same API", other, file)
		}
		found[name] = filepath.Join(folder, file)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no document in %s", folder)
	}
	return found, nil
}

func isDocument(file string) bool {
	switch filepath.Ext(file) {
	case ".json", ".yaml", ".yml":
		return true
	}
	return false
}

const noticeForm = `epilot, a command line for the epilot APIs

The facts in internal/catalog/facts are taken from the OpenAPI documents of an
npm package:

    package    %s
    version    %s
    licence    %s
    %s

Facts are the names, methods, paths, parameters, schemas, media types, response
codes, limits and servers of the APIs. No description or summary of those
documents is part of this program: the lines in internal/catalog/lines are its
own.
`

func writeNotice(o options) error {
	if o.notice == "" {
		return nil
	}
	text, err := notice(o.pack, filepath.Dir(filepath.Clean(o.from)))
	if err != nil {
		return err
	}
	return atomicfile.Update(o.notice, text)
}

// notice returns the attribution for the facts, based on the metadata of the package
// in the folder. A package other than the expected one is an error.
func notice(pack, folder string) (string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return "", err
	}
	var about struct{ Name, Version, License string }
	if err := json.Unmarshal(text, &about); err != nil {
		return "", fmt.Errorf("package.json: %w", err)
	}
	if found := about.Name + "@" + about.Version; found != pack {
		return "", fmt.Errorf("%s holds %s, not %s", folder, found, pack)
	}
	licence, err := os.ReadFile(filepath.Join(folder, "LICENSE"))
	if err != nil {
		return "", err
	}
	holder := copyright(licence)
	if holder == "" {
		return "", fmt.Errorf("the licence of %s names no copyright holder", pack)
	}
	return fmt.Sprintf(noticeForm, about.Name, about.Version, about.License, holder), nil
}

// copyright returns the line of a license that names the holder.
func copyright(licence []byte) string {
	for line := range bytes.Lines(licence) {
		if text := strings.TrimSpace(string(line)); strings.HasPrefix(text, "Copyright ") {
			return text
		}
	}
	return ""
}

// fetch downloads a package from npm and unpacks the required files into the folder.
// It returns the folder of the documents.
func fetch(ctx context.Context, pack, folder string) (string, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", fmt.Errorf("npm is not installed: install it, or unpack %s and name its folder definitions with %s", pack, documentsVariable)
	}
	var output bytes.Buffer
	command := exec.CommandContext(ctx, npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", folder, pack)
	command.Dir, command.Stderr = folder, &output
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("npm pack %s: %w: %s", pack, err, bytes.TrimSpace(output.Bytes()))
	}
	return filepath.Join(folder, "definitions"), unpackAll(folder)
}

// unpackAll unpacks the archives in the folder.
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

const maxFile = 64 << 20 // bytes per file of a package

// unpack writes the documents, license and metadata of a package into the folder;
// all other files are skipped.
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

// wanted returns the destination of an archive file, or "". Names are generated or
// contain no folder, so nothing is written elsewhere.
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
