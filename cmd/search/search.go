// Package search is the command that finds operations of all APIs, commands of
// the program and help topics.
package search

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/help"
	"github.com/epilot-cli/epilot/internal/relevance"
)

type options struct {
	f        *cmdutil.Factory
	commands func() []help.Command
	limit    int
}

// New is the command. commands are those of the program that do something.
func New(f *cmdutil.Factory, commands func() []help.Command) *cobra.Command {
	o := &options{f: f, commands: commands}
	cmd := &cobra.Command{
		Use:               "search <words>",
		Example:           "epilot search create contact\nepilot search exit codes\nepilot search webhook --limit 0 --json",
		RunE:              func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().IntVar(&o.limit, "limit", 10, "Show at most `N` results; 0 shows all")
	return cmd
}

// hit is the shape of a result with --json: an operation has its api and
// operationId, a command and a topic their name.
type hit struct {
	*cmdutil.ListedOperation
	Command string `json:"command,omitempty"`
	Topic   string `json:"topic,omitempty"`
	About   string `json:"line,omitempty"` // of a command or topic
	Usage   string `json:"usage"`
	Example string `json:"example,omitempty"`
}

// run lists what is found; nothing is no failure, but a script can tell by the
// empty list.
func (o *options) run(ctx context.Context, args []string) error {
	query := strings.Join(args, " ")
	if query == "" {
		return failure.New(failure.Usage, "search needs a word to look for").
			Hintf("for example: epilot search revoke token")
	}
	operations, err := o.f.Catalog().Searchable(ctx, query)
	if err != nil {
		return err
	}
	commands := o.commands()
	hits := relevance.Rank(textsOf(operations, commands), query)
	total := len(hits)
	if o.limit > 0 && total > o.limit {
		hits = hits[:o.limit]
	}
	listed := make([]hit, 0, len(hits))
	for _, h := range hits {
		switch i := h.Index; {
		case i < len(operations):
			listed = append(listed, describeOperation(operations[i], query))
		case i < len(operations)+len(commands):
			listed = append(listed, describeCommand(commands[i-len(operations)]))
		default:
			listed = append(listed, describeTopic(help.Topics()[i-len(operations)-len(commands)]))
		}
	}
	return o.f.Out.Show(listed, func(page *help.Page) {
		page.Found(total, len(listed))
		for _, h := range listed {
			page.Result(h.title(), h.line(), h.Usage, h.Example)
		}
	})
}

// textsOf are the texts of operations, commands and topics, in this order.
func textsOf(operations []catalog.Searchable, commands []help.Command) []relevance.Text {
	texts := make([]relevance.Text, 0, len(operations)+len(commands)+10)
	for _, op := range operations {
		texts = append(texts, op.Text)
	}
	for _, c := range commands {
		text := relevance.Text{Name: strings.TrimPrefix(c.Words, "epilot "), Line: c.Line, Owner: "epilot"}
		for _, flag := range c.Flags {
			text.Detail += flag.Name + " "
		}
		texts = append(texts, text)
	}
	for _, topic := range help.Topics() {
		texts = append(texts, relevance.Text{Name: topic.Name, Line: topic.Line, Owner: "help topic"})
	}
	return texts
}

func describeOperation(found catalog.Searchable, query string) hit {
	op := found.Operation.Load()
	listed := cmdutil.DescribeOperation(found.API.Name, op)
	return hit{
		ListedOperation: &listed,
		Usage:           help.Signature(found.API, op),
		Example:         help.ExampleFor(found.API, op, catalog.Slug(found.API, op, query)),
	}
}

func describeCommand(c help.Command) hit {
	h := hit{Command: strings.TrimPrefix(c.Words, "epilot "), About: c.Line, Usage: c.Words}
	if len(c.Usage) > 0 {
		h.Usage = c.Usage[0]
	}
	if len(c.Calls) > 0 {
		h.Example = c.Calls[0]
	}
	return h
}

func describeTopic(topic help.Entry) hit {
	return hit{Topic: topic.Name, About: topic.Line, Usage: "epilot help " + topic.Name}
}

// title is what a person types behind "epilot".
func (h hit) title() string {
	switch {
	case h.ListedOperation != nil:
		return h.API + " " + h.OperationID
	case h.Command != "":
		return h.Command
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
