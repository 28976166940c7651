// Package diff implements the command that compares two JSON documents, or the
// results of one call with two profiles.
package diff

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/diff"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/output"
)

// Values of --output.
const (
	text  = "text"
	patch = "patch"
	none  = "none"
)

type options struct {
	f        *cmdutil.Factory
	call     Call
	profiles []string
	format   string
}

// Call runs a command line of this program and returns its stdout.
type Call func(ctx context.Context, args []string) ([]byte, error)

// New returns the diff command. call runs the calls to compare.
func New(f *cmdutil.Factory, call Call) *cobra.Command {
	o := &options{f: f, call: call}
	cmd := &cobra.Command{
		Use: "diff <file> <file> | --profile a --profile b <call>",
		Example: "epilot diff before.json after.json\n" +
			"epilot diff before.json after.json -o patch\n" +
			"epilot diff --profile staging --profile production entity getSchema contact",
		Args: o.checkArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd, args) },
	}
	flags := cmd.Flags()
	flags.Var(cmdutil.Repeated{Values: &o.profiles}, "profile", "Compare the call as the profile `NAME` (twice)")
	flags.StringVarP(&o.format, "output", "o", text, "Output `FORMAT`: text, patch (RFC 6902) or none")
	cmdutil.OneOf(cmd, flags, "output", text, patch, none)
	return cmd
}

func (o *options) checkArgs(_ *cobra.Command, args []string) error {
	const hint = "for example: epilot diff before.json after.json, or epilot diff --profile a --profile b entity getSchema contact"
	switch {
	case len(o.profiles) == 0 && len(args) == 2 && (args[0] != "-" || args[1] != "-"):
		return nil
	case len(o.profiles) == 2 && len(args) > 1:
		return nil
	case len(o.profiles) == 0:
		return failure.New(failure.Usage, "diff takes two files, got %s", failure.Count(len(args), "argument")).Hintf(hint)
	}
	return failure.New(failure.Usage, "diff takes --profile twice and a call, got it %d times and %d arguments", len(o.profiles), len(args)).
		Hintf(hint)
}

func (o *options) run(cmd *cobra.Command, args []string) error {
	if o.format != text && o.format != patch && o.format != none {
		return failure.New(failure.Usage, "invalid --output %q: use text, patch or none", o.format)
	}
	read := o.files
	if len(o.profiles) > 0 {
		read = o.responses
	}
	before, after, err := read(cmd, args)
	if err != nil {
		return err
	}
	changes := diff.Compare(before, after)
	if err := o.print(cmd.Context(), changes); err != nil || len(changes) == 0 {
		return err
	}
	return failure.New(failure.Different, "the documents differ")
}

func (o *options) print(ctx context.Context, changes []diff.Change) error {
	switch {
	case o.format == none:
		return nil
	case o.format == patch || o.f.Flags.JSON:
		form, err := (&output.Options{}).Form(o.f.Flags.JSON)
		if err != nil {
			return err
		}
		return o.f.Out.Result(ctx, json.RawMessage(diff.Patch(changes)), output.ResponseOptions{Form: form})
	}
	var page strings.Builder
	if err := diff.Text(&page, changes); err != nil {
		return err
	}
	return o.f.Out.Text(page.String())
}

func (o *options) files(cmd *cobra.Command, names []string) (before, after *jsonx.Node, err error) {
	if before, err = o.file(cmd.Context(), names[0]); err != nil {
		return nil, nil, err
	}
	after, err = o.file(cmd.Context(), names[1])
	return before, after, err
}

// responses makes the call as both profiles, within one deadline.
func (o *options) responses(cmd *cobra.Command, call []string) (before, after *jsonx.Node, err error) {
	c, err := o.f.Client()
	if err != nil {
		return nil, nil, err
	}
	err = c.Within(cmd.Context(), func(ctx context.Context) (err error) {
		if before, err = o.called(ctx, cmd, o.profiles[0], call); err == nil {
			after, err = o.called(ctx, cmd, o.profiles[1], call)
		}
		return err
	})
	return before, after, err
}

// file reads a JSON or YAML document; "-" is stdin.
func (o *options) file(ctx context.Context, name string) (*jsonx.Node, error) {
	data := name
	if name != "-" {
		info, err := os.Stat(name)
		switch {
		case os.IsNotExist(err):
			return nil, failure.New(failure.Usage, "%s: no such file", name)
		case err != nil:
			return nil, failure.New(failure.File, "cannot read %s: %w", name, atomicfile.Cause(err))
		case info.IsDir():
			return nil, failure.New(failure.Usage, "%s: it is a folder", name)
		}
		data = "@" + name
	}
	read, err := body.Base(ctx, body.Input{
		Data: &data, Stdin: o.f.Streams.In, Budget: o.f.Out.Budget,
		Open: func(name string) (io.ReadCloser, error) { return os.Open(name) },
	})
	if err != nil {
		return nil, err
	}
	return jsonx.ParseNode(read)
}

// called returns the response of the call with the profile.
func (o *options) called(ctx context.Context, cmd *cobra.Command, profile string, args []string) (*jsonx.Node, error) {
	line := []string{"--profile=" + profile, "--json", "--no-interactive"}
	cmd.InheritedFlags().VisitAll(func(flag *pflag.Flag) {
		if flag.Changed && flag.Name != "json" && flag.Name != "no-interactive" {
			line = append(line, "--"+flag.Name+"="+flag.Value.String())
		}
	})
	if !o.f.Flags.Verbose { // the call prints to the same terminal
		defer o.f.Out.Wait("waiting for the response for profile " + profile)()
	}
	read, err := o.call(ctx, append(line, args...))
	if err != nil {
		if failed := failure.Of(err); failed.Kind == failure.API { // its status would mean a difference
			return nil, failure.New(failure.Network, "nothing to compare for profile %s: %w", profile, err).Hintf("%s", failed.Hint)
		}
		return nil, err
	}
	node, err := jsonx.ParseNode(read)
	if err != nil {
		return nil, failure.New(failure.Network, "the response for profile %s is not JSON: %w", profile, err)
	}
	return node, nil
}
