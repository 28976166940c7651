package cmd

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/internal/manual"
	"github.com/epilot-cli/epilot/internal/term"
)

// help writes the help of the command: of the program, an API, an operation,
// or any other command.
func (o *callOptions) help(cmd *cobra.Command) error {
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	switch {
	case o.topic != "":
		return o.showTopic()
	case o.named && o.transfers(cmd.Context()):
		o.transferHelp(page)
	case o.named:
		api, op, err := o.find(cmd.Context())
		if err != nil {
			return err
		}
		page.Operation(api, op, CallFlags())
	case o.api != "":
		return o.listAPI(cmd)
	case cmd.HasParent():
		if words := cmd.Flags().Args(); cmd.HasSubCommands() && len(words) > 0 {
			return unknownSubcommand(cmd, words[0])
		}
		commandHelp(page, cmd)
		goOn(page, cmd)
	case o.unknown != nil:
		return o.unknownCommand(cmd, *o.unknown)
	case o.helped && o.json:
		return o.listHelp(commandEntries(cmd))
	default:
		o.rootHelp(page, cmd)
	}
	return o.print(page)
}

// listAPI lists the operations of the API.
func (o *callOptions) listAPI(cmd *cobra.Command) error {
	if o.showVersion {
		return o.printVersion()
	}
	if o.showMap && o.json {
		return o.mapOne(cmd.Context())
	}
	api, err := o.catalog.Load(cmd.Context(), o.api, o.definition)
	if err != nil {
		return err
	}
	if o.named {
		return unknownOperation(api, o.operation) // an empty word: cobra finds no command for it
	}
	if o.json {
		return o.printJSON(describeAPI(api))
	}
	page := manual.NewPage(term.NewPalette(o.app.Streams.Color))
	page.Operations(api)
	if api.Name == fileAPI && api.Source == "" {
		listTransfers(page)
	}
	page.Lines("NEXT",
		"epilot "+api.Name+" <operationId> --help   what it takes and answers",
		"epilot "+api.Name+" <operationId>          call it")
	return o.print(page)
}

func (o *callOptions) rootHelp(page *manual.Page, cmd *cobra.Command) {
	page.Lines(cmd.Short,
		"from a terminal, a script, CI or another program")
	page.Lines("USAGE",
		"epilot <api> <operationId> [path parameters…] [flags]",
		"epilot <api>                        list the operations of an API",
		"epilot <api> <operationId> --help   what an operation takes and answers",
		"epilot search <words>               find an operation",
		"epilot help <topic>                 read about one thing")
	page.List("COMMANDS", commandEntries(cmd))
	page.List("TOPICS", manual.Topics())
	var apis []manual.Entry
	for _, e := range o.catalog.Entries() {
		apis = append(apis, manual.Entry{Name: e.Name, Line: e.Title})
	}
	page.List("APIS", apis)
	page.List("FLAGS OF A CALL", flagEntries(o.callFlags))
	page.List("FLAGS", flagEntries(cmd.PersistentFlags()))
	page.Lines("EXAMPLES",
		"epilot auth login",
		"epilot access-token listAccessTokens --server mock",
		`epilot access-token createAccessToken -d '{"name":"CI token"}' --server mock`,
		"epilot access-token listAccessTokens --jsonata '$.name'")
}

func commandEntries(cmd *cobra.Command) []manual.Entry {
	var entries []manual.Entry
	for _, c := range cmd.Commands() {
		entries = append(entries, manual.Entry{Name: c.Name(), Line: c.Short})
	}
	return entries
}

func commandHelp(page *manual.Page, cmd *cobra.Command) {
	page.Lines("USAGE", cmd.UseLine())
	page.Lines("WHAT IT DOES", cmd.Short)
	if cmd.HasAvailableSubCommands() {
		page.List("COMMANDS", commandEntries(cmd))
	}
	page.List("FLAGS", flagEntries(cmd.LocalFlags()))
	if cmd.HasExample() {
		page.Lines("EXAMPLES", strings.Split(cmd.Example, "\n")...)
	}
}

// CallFlags are the flags of an API call, as its help and docs/reference list
// them.
func CallFlags() []manual.Entry {
	call := pflag.NewFlagSet("call", pflag.ContinueOnError)
	global := pflag.NewFlagSet("global", pflag.ContinueOnError)
	o := &callOptions{}
	o.addCallFlags(call)
	o.addGlobalFlags(global)
	return slices.Concat(flagEntries(call), flagEntries(global))
}

// flagEntries are the flags as the help lists them.
func flagEntries(flags *pflag.FlagSet) []manual.Entry {
	var entries []manual.Entry
	flags.VisitAll(func(flag *pflag.Flag) {
		if flag.Hidden {
			return
		}
		name := "    --" + flag.Name
		if flag.Shorthand != "" {
			name = "-" + flag.Shorthand + ", --" + flag.Name
		}
		if flag.NoOptDefVal == "" {
			name += " <value>"
		}
		entries = append(entries, manual.Entry{Name: name, Line: flag.Usage})
	})
	return entries
}

// print writes a page to stdout, through the pager on a terminal.
func (o *callOptions) print(page io.WriterTo) error {
	out := o.app.page()
	_, err := page.WriteTo(out)
	if closed := out.Close(); err == nil {
		err = closed
	}
	return asWriteError(err)
}

func (o *callOptions) printVersion() error {
	return (&answer{options: o}).line("epilot " + o.app.Version)
}
