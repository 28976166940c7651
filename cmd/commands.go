package cmd

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/alias"
	"github.com/epilot-cli/epilot/cmd/auth"
	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/cmd/completion"
	"github.com/epilot-cli/epilot/cmd/config"
	"github.com/epilot-cli/epilot/cmd/definitions"
	"github.com/epilot-cli/epilot/cmd/diff"
	"github.com/epilot-cli/epilot/cmd/help"
	"github.com/epilot-cli/epilot/cmd/mock"
	"github.com/epilot-cli/epilot/cmd/open"
	"github.com/epilot-cli/epilot/cmd/profile"
	"github.com/epilot-cli/epilot/cmd/search"
	"github.com/epilot-cli/epilot/cmd/upgrade"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// command is one of the program's own, as the help lists it, and how it is made.
type command struct {
	name, short string
	build       func(*cmdutil.Factory) *cobra.Command
}

func commands() []command {
	return []command{
		{"login", "Sign in with the browser (as \"epilot auth login\")", auth.NewLogin},
		{"logout", "Delete the stored token (as \"epilot auth logout\")", auth.NewLogout},
		{"whoami", "Show who is signed in, where, and until when", auth.NewWhoami},
		{"auth", "Sign in, sign out, store a token and show its claims", auth.New},
		{"profile", "Manage profiles: an account with its server and headers", profile.New},
		{"config", "Show and change settings: stage, pager, timeout and others", config.New},
		{"alias", "Give short names to commands that you type often", func(f *cmdutil.Factory) *cobra.Command { return alias.New(f, names(f)) }},
		{"open", "Open the documentation of an API, or a record in the portal", open.New},
		{"examples", "Show common tasks as lines to paste", help.NewExamples},
		{"search", "Find operations, commands and topics by any words", func(f *cmdutil.Factory) *cobra.Command { return search.New(f, runnable) }},
		{"diff", "Compare two JSON documents, or a call of two profiles", func(f *cmdutil.Factory) *cobra.Command { return diff.New(f, printedBy(f.App)) }},
		{"definitions", "List, update and trust the API definitions", definitions.New},
		{"mock", "Run a local, stateful mock of every epilot API", mock.New},
		{"upgrade", "Replace epilot with the latest release, or with the named one", upgrade.New},
		{"completion", "Print or install the Tab completion of your shell", completion.New},
	}
}

// printedBy runs a line of the program and returns what it prints to stdout.
func printedBy(app *cmdutil.App) diff.Call {
	return func(ctx context.Context, args []string) ([]byte, error) {
		var out bytes.Buffer
		inner, streams := *app, *app.Streams
		streams.In, streams.InTTY = strings.NewReader(""), false
		streams.Out, streams.OutTTY = &out, false
		inner.Streams, inner.Exit = &streams, nil
		f := cmdutil.NewFactory(&inner)
		f.NoNews = true
		defer f.Close()
		err := run(ctx, f, &signals{f: f}, args)
		return out.Bytes(), err
	}
}

func isCommand(name string) bool {
	return slices.ContainsFunc(commands(), func(c command) bool { return c.name == name })
}

// names says what a first argument is, in any spelling.
func names(f *cmdutil.Factory) alias.Names {
	return func(name string) string {
		fold := suggest.Fold(name)
		switch {
		case fold == "help" || slices.ContainsFunc(commands(), func(c command) bool { return suggest.Fold(c.name) == fold }):
			return "a command"
		case f.Catalog().Has(name) || f.Catalog().Spelled(name) != "":
			return "an API"
		case len(f.Catalog().Called(context.Background(), name)) > 0:
			return "an operation"
		}
		return ""
	}
}

// addCommands adds the program's own commands, of which a line needs few: the
// one that the argument names, only names and lines in the help of the program.
// An argument that is neither a command nor an API may be a flag's value: then
// it is all.
func (r *root) addCommands(positional []string) {
	for _, c := range commands() {
		switch {
		case len(positional) == 0:
			r.AddCommand(&cobra.Command{Use: c.name, Short: c.short})
		case !isCommand(positional[0]):
			r.unknown = positional[0]
			r.AddCommand(c.command(r.f))
		case c.name == positional[0]:
			r.AddCommand(c.command(r.f))
		}
	}
}

func (c command) command(f *cmdutil.Factory) *cobra.Command {
	cmd := c.build(f)
	cmd.Short = c.short
	return cmd
}

// withoutAppAPI reads "app api <operationId>" as "app <operationId>": the
// official CLI has commands of its own below "app", and the API below these.
func withoutAppAPI(positional []string) []string {
	if len(positional) > 1 && positional[0] == "app" && positional[1] == "api" {
		return slices.Concat(positional[:1], positional[2:])
	}
	return positional
}

// formerName is what an API is called now that had the name in older versions of
// the official CLI, "" for none. Its servers are others: no call follows by
// itself.
func formerName(name string) string {
	switch name {
	case "data-management":
		return "data-governance"
	case "erp-integration":
		return "integration-toolkit"
	}
	return ""
}
