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

// command is a built-in command: its line in the help and its constructor.
type command struct {
	name, short string
	build       func(*cmdutil.Factory) *cobra.Command
}

func commands() []command {
	return []command{
		{"login", "Sign in with the browser (as \"epilot auth login\")", auth.NewLogin},
		{"logout", "Delete the stored token (as \"epilot auth logout\")", auth.NewLogout},
		{"whoami", "Show the current user, organization, stage and token expiry", auth.NewWhoami},
		{"auth", "Sign in, sign out, store a token and show its claims", auth.New},
		{"profile", "Manage profiles: accounts with a server and headers", profile.New},
		{"config", "Manage settings such as stage, pager and timeout", config.New},
		{"alias", "Define short names for frequent commands", func(f *cmdutil.Factory) *cobra.Command { return alias.New(f, names(f)) }},
		{"open", "Open the documentation of an API, or a record in the portal", open.New},
		{"examples", "Show example commands for common tasks", help.NewExamples},
		{"search", "Search operations, commands, flags and topics", search.New},
		{"diff", "Compare two JSON documents, or one call under two profiles", func(f *cmdutil.Factory) *cobra.Command { return diff.New(f, printedBy(f.App)) }},
		{"definitions", "List, update and trust the API definitions", definitions.New},
		{"mock", "Run a local, stateful mock server of every epilot API", mock.New},
		{"upgrade", "Upgrade epilot to the latest release or a given version", upgrade.New},
		{"completion", "Generate or install shell completions", completion.New},
	}
}

// printedBy returns a function that runs a command line and returns its stdout.
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

// names returns the kind of a first argument, in any spelling.
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

// addCommands adds the built-in commands. Only the one named by the argument is
// built; help needs just the names and descriptions. If the argument is neither a
// command nor an API, it may be a flag value, and all commands are built.
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

// withoutAppAPI reads "app api <operationId>" as "app <operationId>": the official
// CLI has its own "app" commands with the API below them.
func withoutAppAPI(positional []string) []string {
	if len(positional) > 1 && positional[0] == "app" && positional[1] == "api" {
		return slices.Concat(positional[:1], positional[2:])
	}
	return positional
}

// currentName returns the current name of an API that older versions of the official
// CLI called name, or "". The servers differ, so a call is never redirected.
func currentName(name string) string {
	switch name {
	case "data-management":
		return "data-governance"
	case "erp-integration":
		return "integration-toolkit"
	}
	return ""
}
