// Command index writes the search index of the embedded operations and their
// listing. Run it after generating the facts.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/help"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "index:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("index", flag.ContinueOnError)
	to := flags.String("to", "", "`file` for the index")
	results := flags.String("results", "", "`file` for the results")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *to == "" || *results == "" {
		return errors.New("-to and -results are needed")
	}
	index, listed, err := catalog.BuildSearch(ctx, help.Describe)
	if err != nil {
		return err
	}
	return errors.Join(
		atomicfile.Update(*to, index),
		atomicfile.Update(*results, listed),
	)
}
