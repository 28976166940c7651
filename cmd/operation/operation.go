// Package operation implements the generic command of every API and its operations.
package operation

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Command is the command of the API on the command line. It has no name before
// Select, but its flags exist already, because a line may begin with them.
type Command struct {
	*cobra.Command
	Extra []*cmdutil.APICommand // commands of the API that are not operations
	Map   func(cmd *cobra.Command) error

	f     *cmdutil.Factory
	flags cmdutil.CallFlags
	api   string
	id    string
	named bool // an operation is named, even by an empty argument

	loaded     *openapi.API   // after the first load
	paramFlags *pflag.FlagSet // flags of the operation's parameters, once created
}

// New returns the command of an API that is not known yet.
func New(f *cmdutil.Factory) *Command {
	c := &Command{f: f}
	c.Command = &cobra.Command{
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.runAPI(cmd) },
	}
	c.SetHelpFunc(func(cmd *cobra.Command, _ []string) { f.HelpErr = c.help(cmd) })
	c.flags.AddTo(c.Command, &f.Flags.Include, &f.Retry)
	c.registerCompletion()
	return c
}

// Flags returns the call flags of this line.
func (c *Command) Flags() *cmdutil.CallFlags { return &c.flags }

// API returns the name of the API on the command line.
func (c *Command) API() string { return c.api }

// Placeholder is cobra's name for the operation, because an id may start with a
// dash, be empty or contain spaces.
const Placeholder = "operation"

// Select sets the API and operation from the arguments. Only the named operation
// becomes a subcommand: a tree of all operations would slow down every start.
func (c *Command) Select(args []string) {
	c.api, c.Use = args[0], args[0]
	c.ValidArgsFunction = c.completeOperation
	if len(args) < 2 {
		return
	}
	c.id, c.named = args[1], true
	c.AddCommand(&cobra.Command{
		Use:               Placeholder,
		Aliases:           []string{c.id},
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: c.completePathParameter,
		RunE: func(cmd *cobra.Command, args []string) error {
			if c.flags.Print.Map && c.f.Flags.JSON {
				return c.mapOne(cmd.Context())
			}
			if c.flags.Print.Map {
				return c.help(cmd)
			}
			return c.run(cmd, args)
		},
	})
}

// ID returns the operation as typed, "" if the line has none.
func (c *Command) ID() string { return c.id }

// WrongName returns the error for an operation that the API does not have. It
// returns nil if the API has it, or if that cannot be determined without fetching or
// reading stdin. definition is the value of --definition.
func (c *Command) WrongName(ctx context.Context, definition string) error {
	if !c.named || catalog.IsURL(definition) || definition == "-" {
		return nil
	}
	c.flags.Input.Definition = definition
	api, op, extra, err := c.find(ctx)
	if err != nil && c.paramFlags == nil {
		return err // it may be the flag of a parameter
	}
	if err != nil || op != nil || extra != nil {
		return nil
	}
	return c.unknownOperation(api)
}

// BodyFields returns the names of the fields of the operation's JSON body.
func (c *Command) BodyFields(ctx context.Context) []string {
	_, op, _, err := c.find(ctx)
	if err != nil || op == nil || op.Load().Body == nil {
		return nil
	}
	content := openapi.JSON(op.Body.Contents)
	if content == nil {
		return nil
	}
	var names []string
	for _, part := range content.Schema.Parts() {
		for _, property := range part.Properties {
			names = append(names, property.Name)
		}
	}
	return names
}

// OnlyLists reports whether the line can only print built-in data.
func (c *Command) OnlyLists() bool { return !c.named && c.flags.Input.Definition == "" }

// run calls the operation or runs the extra command of that name.
func (c *Command) run(cmd *cobra.Command, args []string) error {
	api, op, extra, err := c.find(cmd.Context())
	if err != nil {
		return err
	}
	if extra != nil {
		if err := c.checkTaken(cmd, extra); err != nil {
			return err
		}
		return extra.Run(cmd, args)
	}
	if op == nil {
		return c.unknownOperation(api)
	}
	switch {
	case c.flags.Print.Skeleton != "":
		return c.printSkeleton(api, op)
	case c.flags.Print.Web:
		return c.f.BrowseDocs(cmd.Context(), api.Name, op.ID)
	}
	return c.call(cmd, api, op, args)
}

// checkTaken refuses a flag of a call that the extra command does not take. It asks
// nothing, so that --guided is one of them.
func (c *Command) checkTaken(cmd *cobra.Command, extra *cmdutil.APICommand) error {
	var refused error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		ofCall := c.PersistentFlags().Lookup(flag.Name) == flag || flag.Name == "guided"
		if refused == nil && ofCall && !slices.Contains(extra.Flags, flag.Name) {
			refused = failure.New(failure.Usage, "%s %s does not take --%s", c.api, extra.Name, flag.Name).
				Hintf("\"epilot %s %s --help\" shows what it takes", c.api, extra.Name)
		}
	})
	return refused
}

// find loads the definition and finds the operation or extra command on the line.
// Both are nil if neither exists.
func (c *Command) find(ctx context.Context) (*openapi.API, *openapi.Operation, *cmdutil.APICommand, error) {
	api, err := c.load(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if op := api.Named(c.id); op != nil {
		return api, op, nil, nil
	}
	at := slices.IndexFunc(c.Extra, func(e *cmdutil.APICommand) bool { return e.Name == suggest.Fold(c.id) })
	if at < 0 {
		return api, nil, nil, nil
	}
	return api, nil, c.Extra[at], nil
}

func (c *Command) load(ctx context.Context) (*openapi.API, error) {
	if c.loaded != nil {
		return c.loaded, nil
	}
	api, err := c.f.Catalog().Load(ctx, c.api, c.flags.Input.Definition)
	c.loaded = api
	return api, err
}

func (c *Command) unknownOperation(api *openapi.API) error {
	var extra []string
	for _, e := range c.Extra {
		extra = append(extra, e.Name)
	}
	return cmdutil.UnknownOperation(api, c.id, extra...)
}

// runAPI lets the user choose an operation and calls it; without prompts it lists
// the operations.
func (c *Command) runAPI(cmd *cobra.Command) error {
	if err := c.f.CheckGuided(); err != nil {
		return err
	}
	if c.flags.Print.Web {
		return c.f.BrowseDocs(cmd.Context(), c.api, "")
	}
	if c.flags.Print.Map || !c.f.Flags.Guided && (c.f.Flags.JSON || !c.f.MayAsk()) {
		if err := c.checkListed(cmd); err != nil {
			return err
		}
		return c.list(cmd.Context())
	}
	api, err := c.load(cmd.Context())
	if err != nil {
		return err
	}
	if c.id, err = pickOperation(cmd.Context(), c.f, api); err != nil {
		return err
	}
	return c.run(cmd, nil)
}

// checkListed rejects call flags on a line without an operation: the operation was
// probably an unset shell variable, or a "$" name expanded by the shell.
func (c *Command) checkListed(cmd *cobra.Command) error {
	var lost *pflag.Flag
	c.PersistentFlags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed && lost == nil && !slices.Contains([]string{"definition", "map"}, flag.Name) {
			lost = flag
		}
	})
	if lost == nil {
		return nil
	}
	api, err := c.load(cmd.Context())
	if err != nil {
		return err
	}
	missing := failure.New(failure.Usage, "missing operation: --%s is a flag of a call", lost.Name)
	if name := dollarName(api); name != "" {
		return missing.Hintf("the shell removes an unquoted $name: write %s, or %s", shell.Quote(name), strings.TrimLeft(name, "$"))
	}
	return missing.Hintf("write epilot %s <operationId> --%s …; \"epilot %s\" lists the operations", api.Name, lost.Name, api.Name)
}

// dollarName returns the id of an operation that starts with "$", or "".
func dollarName(api *openapi.API) string {
	for _, op := range api.Operations {
		if strings.HasPrefix(op.ID, "$") {
			return op.ID
		}
	}
	return ""
}

// Guide starts with the choice of an API.
func (c *Command) Guide(cmd *cobra.Command) error {
	if err := c.f.CheckGuided(); err != nil {
		return err
	}
	chosen, err := pickAPI(cmd.Context(), c.f)
	if err != nil {
		return err
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().AddFlagSet(c.PersistentFlags()) // not on this line, but their defaults matter
	c.Select([]string{chosen.API})
	if chosen.Operation != "" {
		c.id = chosen.Operation
		return c.run(cmd, nil)
	}
	return c.runAPI(cmd)
}

// list lists the operations of the API.
func (c *Command) list(ctx context.Context) error {
	api, err := c.load(ctx)
	if err != nil {
		return err
	}
	if c.flags.Print.Map && c.f.Flags.JSON {
		return c.f.MapOne(ctx, api, c.flags.Input.Definition, nil)
	}
	if note := catalog.LeftOutNote(api); note != "" {
		c.f.Out.Warn(note)
	}
	return c.f.Out.Show(cmdutil.DescribeAPI(api), func(page *help.Page) {
		page.Operations(api, catalog.About(api))
		if api.Source == "" {
			c.listExtra(page)
		}
		next := []string{
			"epilot " + api.Name + " <operationId> --help   show its parameters, body and response",
			"epilot " + api.Name + " <operationId>          call it",
		}
		if name := dollarName(api); name != "" {
			next = append(next, "epilot "+api.Name+" "+shell.Quote(name)+"   in quotes, or without the $")
		}
		page.Lines("LEARN MORE", next...)
	})
}

func (c *Command) mapOne(ctx context.Context) error {
	api, op, extra, err := c.find(ctx)
	switch {
	case err != nil:
		return err
	case extra != nil:
		return c.f.Out.PrintJSON(cmdutil.MapAPICommand(api.Name, extra))
	case op == nil:
		return c.unknownOperation(api)
	}
	return c.f.MapOne(ctx, api, c.flags.Input.Definition, op)
}

// help writes the help of the API, or of the operation or extra command on the line.
func (c *Command) help(cmd *cobra.Command) error {
	if !c.named {
		if err := c.f.Flags.Help.Check(); err != nil {
			return err
		}
		return c.list(cmd.Context())
	}
	api, op, extra, err := c.find(cmd.Context())
	if err != nil {
		return err
	}
	page := c.f.Out.Page()
	switch {
	case op != nil && c.f.Flags.JSON:
		return c.f.HelpOne(api, op)
	case op != nil:
		if err := page.Operation(api, op, c.f.Flags.Help.Detail); err != nil {
			return err
		}
	case extra != nil && c.f.Flags.JSON:
		return c.f.Out.PrintJSON(cmdutil.MapAPICommand(api.Name, extra))
	case extra != nil:
		described := extra.Describe()
		page.Paragraph(described.Line)
		page.Lines("USAGE", described.Usage...)
		for _, note := range described.Notes {
			page.Section(note.Title, strings.Join(note.Lines, " "))
		}
		page.Lines("EXAMPLES", described.Calls...)
		page.Lines("FLAGS", described.Brief...)
	default:
		return c.unknownOperation(api)
	}
	return c.f.Out.Print(page)
}

// listExtra lists the API's extra commands.
func (c *Command) listExtra(page *help.Page) {
	var lines []string
	for _, e := range c.Extra {
		lines = append(lines, fmt.Sprintf("%-30s %s", e.Usage(c.api), strings.ToLower(e.Line)))
	}
	if len(lines) > 0 {
		page.Lines("COMMANDS", lines...)
	}
}
