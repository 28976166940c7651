package operation

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
)

type (
	completions = []cobra.Completion
	directive   = cobra.ShellCompDirective
)

const (
	noFiles   = cobra.ShellCompDirectiveNoFileComp
	keepOrder = cobra.ShellCompDirectiveKeepOrder
)

// registerCompletion says what completes the flags of a call.
func (c *Command) registerCompletion() {
	cmdutil.Complete(c.Command, "param", c.completeParam)
	cmdutil.Complete(c.Command, "field", c.completeField)
	cmdutil.Complete(c.Command, "data", c.completeData)
}

// definition is the API that the line names, nil where it cannot be read.
// Nothing is fetched for a Tab, and a pipe is left for the call.
func (c *Command) definition(ctx context.Context) *openapi.API {
	if catalog.IsURL(c.flags.Input.Definition) {
		c.flags.Input.Definition = ""
	}
	if info, err := os.Stat(c.flags.Input.Definition); err == nil && !info.Mode().IsRegular() {
		return nil
	}
	api, err := c.load(ctx)
	if err != nil {
		return nil
	}
	return api
}

// called is the operation that the line names, nil where there is none.
func (c *Command) called(ctx context.Context) *openapi.Operation {
	if api := c.definition(ctx); api != nil && c.named {
		return api.Named(c.id)
	}
	return nil
}

func (c *Command) completeOperation(cmd *cobra.Command, args []string, typed string) (completions, directive) {
	api := c.definition(cmd.Context())
	if api == nil || len(args) > 0 {
		return nil, noFiles
	}
	var found []complete.Candidate
	for _, op := range api.Operations {
		note := op.Line
		if op.Deprecated {
			note = "deprecated: " + note
		}
		name := op.ID
		if typed == "" || !strings.HasPrefix(name, typed) {
			name = api.PlainName(op)
		}
		if !strings.HasPrefix(name, typed) {
			name = suggest.Continue(typed, name)
		}
		found = append(found, complete.Candidate{Text: name, Note: note})
	}
	if api.Source == "" {
		for _, e := range c.Extra {
			found = append(found, complete.Candidate{Text: e.Name, Note: e.Line})
		}
	}
	return cmdutil.Candidates(found, typed, 0)
}

// completePathParameter completes an argument that fills the path.
func (c *Command) completePathParameter(cmd *cobra.Command, args []string, typed string) (completions, directive) {
	op := c.called(cmd.Context())
	if op == nil {
		for _, e := range c.Extra {
			if e.Name == c.id && e.Files {
				return nil, 0
			}
		}
		return nil, noFiles
	}
	params := op.PathParams()
	if len(args) >= len(params) {
		return nil, noFiles
	}
	param := params[len(args)]
	found := complete.Values(param.Schema)
	lines, d := cmdutil.Candidates(found, typed, 0)
	if len(found) == 0 {
		lines = cobra.AppendActiveHelp(lines, term.Line(param.Name+": "+complete.Describe(param.Schema)))
	}
	return lines, d
}

// completeParam completes "key=" and the value behind it.
func (c *Command) completeParam(cmd *cobra.Command, args []string, typed string) (completions, directive) {
	op := c.called(cmd.Context())
	if op == nil {
		return nil, noFiles
	}
	key, _, valued := strings.Cut(typed, "=")
	if !valued {
		return cmdutil.Candidates(complete.Keys(op, args, slices.Concat(c.flags.Input.Params, c.flags.Input.FromFlags)), typed, keepOrder)
	}
	schema := complete.Schema(op, key)
	found := behind(key+"=", complete.Values(schema))
	lines, d := cmdutil.Candidates(found, typed, keepOrder)
	if len(found) == 0 && schema != nil {
		lines = cobra.AppendActiveHelp(lines, term.Line(key+": "+complete.Describe(schema)))
	}
	return lines, d
}

// behind puts the key in front of its values: the shell replaces the word.
func behind(key string, values []complete.Candidate) []complete.Candidate {
	for i := range values {
		values[i].Text = key + values[i].Text
	}
	return values
}

// completeField completes "key=", its values, and the file behind "key=@".
func (c *Command) completeField(cmd *cobra.Command, _ []string, typed string) (completions, directive) {
	key, value, valued := strings.Cut(typed, "=")
	if file, isFile := strings.CutPrefix(value, "@"); isFile {
		return cmdutil.Candidates(behind(key+"=@", paths(c.f.Dir, file)), typed, keepOrder)
	}
	op := c.called(cmd.Context())
	if op == nil {
		return nil, noFiles
	}
	if !valued {
		return cmdutil.Candidates(complete.Fields(op, c.flags.Input.Fields, key), typed, keepOrder)
	}
	schema := complete.FieldSchema(op, strings.TrimSuffix(strings.TrimSuffix(key, ":"), "[]"))
	return cmdutil.Candidates(behind(key+"=", complete.Values(schema)), typed, keepOrder)
}

// completeData completes the file behind "@".
func (c *Command) completeData(_ *cobra.Command, _ []string, typed string) (completions, directive) {
	if file, isFile := strings.CutPrefix(typed, "@"); isFile {
		return cmdutil.Candidates(behind("@", paths(c.f.Dir, file)), typed, keepOrder)
	}
	return cmdutil.Candidates([]complete.Candidate{
		{Text: "@", Note: "a file: JSON or YAML", Open: true}, {Text: "-", Note: "stdin"},
	}, typed, keepOrder)
}

// paths are the files and folders that the path may go on to. A shell cannot
// find them itself where something else stands in front of the path.
func paths(dir, typed string) []complete.Candidate {
	folder, begun := filepath.Split(typed)
	at := folder
	if !filepath.IsAbs(at) {
		at = filepath.Join(dir, folder)
	}
	entries, err := os.ReadDir(at)
	if err != nil {
		return nil
	}
	var found []complete.Candidate
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasPrefix(name, begun) || name[0] == '.' && begun == "" {
			continue
		}
		candidate := complete.Candidate{Text: folder + name}
		if isFolder(entry, filepath.Join(at, name)) {
			candidate.Text, candidate.Open = candidate.Text+string(filepath.Separator), true
		}
		found = append(found, candidate)
	}
	return found
}

// isFolder tells a folder, or a link to one, without asking for every file.
func isFolder(entry os.DirEntry, path string) bool {
	if entry.Type()&os.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
