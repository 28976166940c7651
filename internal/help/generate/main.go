// Command generate writes docs/reference, one page per embedded API and an index,
// and the list of commands for search; or the man pages of a release. It uses the
// same parts as --help. Package help decides what a page says; overrides and
// downloads are ignored.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/epilot-cli/epilot/cmd"
	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/cmd/search"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
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
	commands := flags.String("commands", "", "`file` for the commands that a search finds")
	man := flags.String("man", "", "`folder` for the man pages; other man pages in it are removed")
	var edition help.Edition
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
		return errors.Join(atomicfile.WriteFolder(*to, "*.md", pages), writeCommands(*commands))
	}
	return fmt.Errorf("-to or -man is needed")
}

func writeCommands(file string) error {
	if file == "" {
		return nil
	}
	return atomicfile.Update(file, search.FormatCommands(cmd.Runnable()))
}

// build returns the pages by file name.
func build(ctx context.Context) (map[string]string, error) {
	apis, err := embeddedAPIs(ctx)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	for _, api := range apis {
		pages[api.Name+".md"] = help.Reference(api)
	}
	pages["flags.md"] = help.Flags(cmdutil.FlagsOfCalls())
	pages["index.md"] = help.Index(apis, catalog.About)
	return pages, nil
}

// manPages returns the man pages by file name: the program's, one for each command
// and help topic, and one for each embedded API.
func manPages(ctx context.Context, edition help.Edition) (map[string]string, error) {
	apis, err := embeddedAPIs(ctx)
	if err != nil {
		return nil, err
	}
	pages := map[string]string{}
	put := func(name, page string) { pages[name+".1"] = page }
	man, program := cmd.ManPages(edition), cmd.Commands()
	for _, topic := range help.Topics() {
		name, page := man.Topic(topic.Name, help.TopicText(topic.Name))
		pages[name+".7"] = page
	}
	put(man.Program(program, apis))
	putCommands(man, program.Below, put)
	for _, api := range apis {
		below := cmd.APICommands(api.Name)
		put(man.API(api, below))
		putCommands(man, below, put)
	}
	return pages, nil
}

func putCommands(man help.Man, commands []help.Command, put func(name, page string)) {
	for _, c := range commands {
		put(man.Command(c))
		putCommands(man, c.Below, put)
	}
}

func embeddedAPIs(ctx context.Context) ([]*openapi.API, error) {
	embedded := catalog.New(catalog.Options{})
	var apis []*openapi.API
	for _, name := range embedded.Names() {
		api, err := embedded.Load(ctx, name, "")
		if err != nil {
			return nil, err
		}
		apis = append(apis, api)
	}
	return apis, nil
}
