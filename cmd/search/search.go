// Package search implements the command that finds operations of all APIs, commands,
// flags and help topics.
package search

import (
	"context"
	_ "embed"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/relevance"
	"github.com/epilot-cli/epilot/profiles"
)

type options struct {
	f     *cmdutil.Factory
	limit int
}

// New returns the search command.
func New(f *cmdutil.Factory) *cobra.Command {
	o := &options{f: f}
	cmd := &cobra.Command{
		Use:               "search <words>",
		Example:           "epilot search create contact\nepilot search exit codes\nepilot search webhook --limit 0 --json",
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().IntVar(&o.limit, "limit", 10, "Show at most `N` results; 0 shows all")
	return cmd
}

// hit is the JSON form of a result: an operation has an api and operationId, a
// command, flag or topic has a name.
type hit struct {
	*cmdutil.ListedOperation
	Command string `json:"command,omitempty"`
	Flag    string `json:"flag,omitempty"`
	Topic   string `json:"topic,omitempty"`
	About   string `json:"line,omitempty"` // shadows the field of the operation
	Usage   string `json:"usage"`
	Example string `json:"example,omitempty"`
}

// run lists the matches. No match is not a failure; scripts can check for the empty
// list.
func (o *options) run(ctx context.Context, args []string) error {
	query := strings.Join(args, " ")
	if query == "" {
		return failure.New(failure.Usage, "missing search words").
			Hintf("for example: epilot search revoke token")
	}
	operations, err := o.f.Catalog().Search(ctx, query)
	if err != nil {
		return err
	}
	others := o.others()
	hits := operations.Rank(textsOf(others))
	total := len(hits)
	if o.limit > 0 && total > o.limit {
		hits = hits[:o.limit]
	}
	listed := make([]hit, 0, len(hits))
	for _, h := range hits {
		if i := h.Index - operations.Len(); i >= 0 {
			listed = append(listed, others[i].hit)
			continue
		}
		listed = append(listed, describeOperation(operations.Result(h.Index, help.Describe)))
	}
	return o.f.Out.Show(listed, func(page *help.Page) {
		page.Found(total, len(listed))
		for _, h := range listed {
			page.Result(h.title(), h.line(), h.Usage, h.Example)
		}
	})
}

// flagFactor is below 1: operations and commands that match as well come first.
const flagFactor = 0.7

// other is a result that is not an operation.
type other struct {
	hit
	text relevance.Text
}

// others returns the commands, flags, aliases and topics.
func (o *options) others() []other {
	all := indexedCommands()
	aliases, _ := o.f.ReadOnlyProfiles().Aliases() // without a readable configuration, the rest is still found
	for _, a := range aliases {
		all = append(all, describeAlias(a))
	}
	for _, flag := range cmdutil.FlagsOfCalls() {
		all = append(all, describeFlag(flag))
	}
	for _, topic := range help.Topics() {
		all = append(all, describeTopic(topic))
	}
	return all
}

func textsOf(others []other) []relevance.Text {
	var texts []relevance.Text
	for _, o := range others {
		texts = append(texts, o.text)
	}
	return texts
}

func describeOperation(found catalog.Result) hit {
	return hit{
		ListedOperation: &cmdutil.ListedOperation{
			API: found.API, OperationID: found.ID, Method: found.Method, Path: found.Path,
			Line: found.Line, Tags: found.Tags, Deprecated: found.Deprecated,
		},
		About:   found.Line,
		Usage:   found.Usage,
		Example: help.WithSlug(found.Example, found.Path, found.Slug),
	}
}

func describeAlias(a profiles.Alias) other {
	return other{
		hit:  hit{Command: a.Name, About: "alias for " + a.Command, Usage: "epilot " + a.Name},
		text: relevance.Text{Name: a.Name, Owner: "alias", Detail: a.Command},
	}
}

// describeFlag takes a flag as help shows it: "-s, --server URL".
func describeFlag(flag help.Entry) other {
	shown := strings.TrimSpace(flag.Name)
	_, long, _ := strings.Cut(shown, "--")
	name, _, _ := strings.Cut("--"+long, " ") // with the dashes, it is not the exact name of what else it could be
	return other{
		hit:  hit{Flag: shown, About: flag.Line, Usage: "epilot help flags"},
		text: relevance.Text{Name: name, Owner: "flag", Detail: flag.Line, Factor: flagFactor},
	}
}

func describeTopic(topic help.Entry) other {
	return other{
		hit:  hit{Topic: topic.Name, About: topic.Line, Usage: "epilot help " + topic.Name},
		text: relevance.Text{Name: topic.Name, Line: topic.Line, Owner: "help topic", Detail: outline(topic.Name)},
	}
}

// outline returns the headings of a topic and the rows of its tables: what it is about.
func outline(topic string) string {
	var kept strings.Builder
	for line := range strings.Lines(help.TopicText(topic)) {
		if strings.HasPrefix(line, "## ") || strings.HasPrefix(line, "| ") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// title returns the part of the line after "epilot".
func (h hit) title() string {
	switch {
	case h.ListedOperation != nil:
		return h.API + " " + h.OperationID
	case h.Command != "":
		return h.Command
	case h.Flag != "":
		return h.Flag
	}
	return "help " + h.Topic
}

func (h hit) line() string {
	if h.ListedOperation == nil {
		return h.About
	}
	line := h.Line + " (" + h.Method + " " + h.Path + ")"
	if h.Deprecated {
		line += " deprecated"
	}
	return line
}

// commands are the built-in commands, written by internal/help/generate: building
// all of them takes longer than the rest of a search.
//
//go:embed commands.txt
var commands string

// FormatCommands returns the lines of commands.txt: the name of each command, its
// description, usage, an example and its flags, separated by tabs.
func FormatCommands(commands []help.Command) string {
	var lines strings.Builder
	for _, c := range commands {
		usage, example := c.Path, ""
		if len(c.Usage) > 0 {
			usage = c.Usage[0]
		}
		if len(c.Calls) > 0 {
			example = c.Calls[0]
		}
		var flags []string
		for _, flag := range c.Flags {
			flags = append(flags, flag.Name)
		}
		fields := []string{strings.TrimPrefix(c.Path, "epilot "), c.Line, usage, example, strings.Join(flags, " ")}
		lines.WriteString(strings.Join(fields, "\t") + "\n")
	}
	return lines.String()
}

// indexedCommands returns the commands in commands.txt.
func indexedCommands() []other {
	var found []other
	for line := range strings.Lines(commands) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 5 {
			continue // a test compares the file with the commands
		}
		found = append(found, other{
			hit:  hit{Command: fields[0], About: fields[1], Usage: fields[2], Example: fields[3]},
			text: relevance.Text{Name: fields[0], Line: fields[1], Owner: "epilot", Detail: fields[4]},
		})
	}
	return found
}
