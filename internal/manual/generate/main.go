// Command generate writes docs/reference, a page for each embedded API and an
// index of them, or the man pages of a release, from the parts that --help is
// made of. What a page says is the business of package manual; overrides and
// downloads are not looked at.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/manual"
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
	to := flags.String("to", "", "`folder` for docs/reference; other pages in it are removed")
	man := flags.String("man", "", "`folder` for the man pages; other man pages in it are removed")
	var edition manual.Edition
	flags.StringVar(&edition.Version, "version", "0.0.0-dev", "`version` that the man pages name")
	flags.StringVar(&edition.Date, "date", "1970-01-01", "`date` of that version")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *man != "":
		pages, err := manPages(ctx, edition)
		if err != nil {
			return err
		}
		return atomicfile.WriteFolder(*man, "epilot*.[17]", pages)
	case *to != "":
		pages, err := build(ctx)
		if err != nil {
			return err
		}
		return atomicfile.WriteFolder(*to, "*.md", pages)
	}
	return fmt.Errorf("-to or -man is needed")
}

// build returns the pages by file name.
func build(ctx context.Context) (map[string]string, error) {
	apis, err := embeddedAPIs(ctx)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	for _, api := range apis {
		pages[api.Name+".md"] = manual.Reference(api, cmd.CallFlags())
	}
	pages["index.md"] = manual.Index(apis)
	return pages, nil
}
