// Command generate writes docs/reference: a page for each embedded API and an
// index of them, from the parts that --help is made of. What a page says is the
// business of package manual; overrides and downloads are not looked at.
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

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/operation"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, log io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	flags.SetOutput(log)
	to := flags.String("to", "", "`folder` for the pages; other pages in it are removed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *to == "" {
		return fmt.Errorf("-to is needed")
	}
	pages, err := build(ctx)
	if err != nil {
		return err
	}
	return write(*to, pages)
}

// build returns the pages by file name.
func build(ctx context.Context) (map[string]string, error) {
	embedded := catalog.New(catalog.Options{})
	pages := map[string]string{}
	var apis []*operation.API
	for _, name := range embedded.Names() {
		api, err := embedded.Load(ctx, name, "")
		if err != nil {
			return nil, err
		}
		apis = append(apis, api)
		pages[name+".md"] = manual.Reference(api, cmd.CallFlags())
	}
	pages["index.md"] = manual.Index(apis)
	return pages, nil
}

// write makes the folder's pages those, and no others.
func write(folder string, pages map[string]string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(folder, "*.md"))
	if err != nil {
		return err
	}
	for _, file := range old {
		if _, fresh := pages[filepath.Base(file)]; fresh {
			continue
		}
		if err := os.Remove(file); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(pages[name]), 0o644); err != nil {
			return err
		}
	}
	return nil
}
