// Command generate makes the catalog's facts from a folder of OpenAPI 3
// documents: one text for each API and an index of them. It reads each document
// twice, with the reader that the program itself uses and with kin-openapi, and
// refuses to write what the two do not agree on. The form of the texts is the
// business of package facts.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	from, to string
	own      bool
}

func run(ctx context.Context, args []string, log io.Writer) error {
	var o options
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&o.from, "from", "", "`folder` of OpenAPI documents, one <api>.json, .yaml or .yml each")
	flags.StringVar(&o.to, "to", "", "`folder` for the facts; what else is in it is removed")
	flags.BoolVar(&o.own, "own", false, "the documents are ours: they must be valid, and their texts and examples are kept")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.from == "" || o.to == "" {
		return fmt.Errorf("-from and -to are needed")
	}
	files, err := build(ctx, o.from, o.own, log)
	if err != nil {
		return err
	}
	return write(o.to, files)
}

// write makes the folder's texts those files.
func write(folder string, files map[string]string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := removeStale(folder, files); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(files[name]), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// removeStale removes the facts of APIs that no document describes any more.
func removeStale(folder string, files map[string]string) error {
	old, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if _, fresh := files[filepath.Base(file)]; fresh {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	return nil
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
