package operation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/body"
	"github.com/epilot-cli/epilot/internal/openapi/complete"
	"github.com/epilot-cli/epilot/internal/openapi/params"
	"github.com/epilot-cli/epilot/internal/suggest"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/profiles"
)

type (
	completions = []cobra.Completion
	directive   = cobra.ShellCompDirective
)

const (
	noFiles   = cobra.ShellCompDirectiveNoFileComp
	keepOrder = cobra.ShellCompDirectiveKeepOrder
)

// registerCompletion registers the completion of the call flags.
func (c *Command) registerCompletion() {
	cmdutil.Complete(c.Command, "param", c.completeParam)
	cmdutil.Complete(c.Command, "field", c.completeField)
	cmdutil.Complete(c.Command, "data", c.completeData)
}

// definition returns the API on the command line, or nil if it cannot be read.
// Completion fetches nothing, and leaves a pipe for the call.
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

// called returns the operation on the command line, or nil.
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

// completePathParameter completes a positional path parameter.
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
	inPath := op.PathParams()
	if len(args) >= len(inPath) {
		return nil, noFiles
	}
	param := inPath[len(args)]
	found := c.values(cmd.Context(), op, param, args)
	lines, d := cmdutil.Candidates(found, typed, 0)
	if len(found) == 0 {
		lines = cobra.AppendActiveHelp(lines, term.Line(param.Name+": "+complete.Describe(param.Schema)))
	}
	return lines, d
}

// values returns the possible values of a parameter: those in its schema or, if the
// user enabled it, the ids that the API lists.
func (c *Command) values(ctx context.Context, op *openapi.Operation, param *openapi.Param, args []string) []complete.Candidate {
	found := complete.Values(param.Schema)
	if len(found) > 0 || param.In != "path" {
		return found
	}
	if wanted, err := c.f.ReadOnlyProfiles().Setting("complete_ids", ""); err != nil || wanted.Text != "on" {
		return nil
	}
	return ids{c.f, c.loaded, op}.of(ctx, param, c.flags.Input.ParamInput(args))
}

// completeParam completes "key=" and the value after it.
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
	values := complete.Values(schema)
	if p, members := params.Find(op, key); p != nil && members == nil {
		values = c.values(cmd.Context(), op, p, args)
	}
	found := behind(key+"=", values)
	lines, d := cmdutil.Candidates(found, typed, keepOrder)
	if len(found) == 0 && schema != nil {
		lines = cobra.AppendActiveHelp(lines, term.Line(key+": "+complete.Describe(schema)))
	}
	return lines, d
}

// behind prefixes the values with the key, because the shell replaces the complete
// argument.
func behind(key string, values []complete.Candidate) []complete.Candidate {
	for i := range values {
		values[i].Text = key + values[i].Text
	}
	return values
}

// completeField completes "key=", its values, and the file after "key=@".
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

// completeData completes the file after "@".
func (c *Command) completeData(_ *cobra.Command, _ []string, typed string) (completions, directive) {
	if file, isFile := strings.CutPrefix(typed, "@"); isFile {
		return cmdutil.Candidates(behind("@", paths(c.f.Dir, file)), typed, keepOrder)
	}
	return cmdutil.Candidates([]complete.Candidate{
		{Text: "@", Note: "a file: JSON or YAML", Open: true}, {Text: "-", Note: "stdin"},
	}, typed, keepOrder)
}

// paths completes files and folders. A shell cannot do this itself if something
// precedes the path.
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

// isFolder reports a folder or a link to one, without a stat for every file.
func isFolder(entry os.DirEntry, path string) bool {
	if entry.Type()&os.ModeSymlink == 0 {
		return entry.IsDir()
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

const (
	idsLimit = time.Second // for a complete lookup
	idsFresh = time.Minute // how long a cache file is valid
	idsBytes = 4 << 20     // maximum size of a response
)

// ids looks up what only the API knows: the values of a path parameter, which are the
// ids in its collection, and the fields of an entity. On any error it returns none.
type ids struct {
	f   *cmdutil.Factory
	api *openapi.API
	op  *openapi.Operation
}

// of returns the ids for a parameter; in is the input from the command line. It
// returns in time even if the lookup does not.
func (l ids) of(ctx context.Context, param *openapi.Param, in params.Input) []complete.Candidate {
	list := complete.CollectionOf(l.api, l.op, param, in)
	items := func(response []byte) []complete.Candidate { return complete.Items(response, param) }
	return l.in(ctx, list, param.Name, in.Headers, items)
}

// fields returns the fields of the entities that the operation writes, as their
// schema lists them.
func (l ids) fields(ctx context.Context, in params.Input) []complete.Candidate {
	return l.in(ctx, complete.SchemaOf(l.api, l.op, in), "", in.Headers, complete.Attributes)
}

// in returns what read finds in the response of a call, or nothing for no call.
// what is the name of the parameter, "" for fields.
func (l ids) in(ctx context.Context, list *complete.Collection, what string, headers []string, read reader) []complete.Candidate {
	if list == nil || l.f.InScript() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, idsLimit)
	defer cancel()
	found := make(chan []complete.Candidate, 1)
	go func() { found <- l.look(ctx, list, what, headers, read) }()
	select {
	case <-ctx.Done():
		return nil
	case all := <-found:
		return all
	}
}

// reader extracts candidates from a response.
type reader func(response []byte) []complete.Candidate

func (l ids) look(ctx context.Context, list *complete.Collection, what string, headers []string, read reader) []complete.Candidate {
	quiet := l.f.QuietClient(l.api.Name, idsLimit)
	if quiet == nil {
		return nil
	}
	defer quiet.Close()
	call, err := quiet.Prepare(ctx, l.api, list.Operation, client.Input{Params: params.Input{Named: list.Named, Headers: headers}})
	if err != nil {
		return nil
	}
	if list.Body != "" {
		in := body.Input{Data: &list.Body, ContentType: call.ContentType(), Budget: quiet.Budget}
		if call.Body, err = body.Read(ctx, list.Operation, in); err != nil {
			return nil
		}
	}
	req, err := call.Request(ctx)
	if err != nil {
		return nil
	}
	file := ""
	if profile, err := quiet.As(l.api.Name); err == nil && quiet.NamedServer(profile) != client.MockServer {
		file = l.file(req, list.Body, what)
	}
	if kept := l.kept(file); kept != nil {
		return kept
	}
	resp, err := quiet.Send(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, idsBytes))
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil
	}
	all := read(text)
	l.keep(file, all)
	return all
}

// file returns the cache file of a request, or "" for none. Its name depends on the
// complete request: URL, body, organization and token.
func (l ids) file(req *http.Request, body, what string) string {
	dir := profiles.CacheDir(l.f.Getenv)
	said, err := json.Marshal([]any{l.f.Flags.Profile, req.Method, req.URL.String(), req.Host, req.Header, body, what})
	if dir == "" || err != nil {
		return ""
	}
	sum := sha256.Sum256(said)
	return filepath.Join(dir, "ids", hex.EncodeToString(sum[:])+".json")
}

// kept returns the ids of a cache file that is still valid.
func (l ids) kept(file string) (all []complete.Candidate) {
	if !l.counts(file) {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(text, &all) != nil {
		return nil
	}
	return all
}

func (l ids) counts(file string) bool {
	info, err := os.Stat(file)
	return err == nil && l.f.Now().Sub(info.ModTime()).Abs() <= idsFresh
}

// keep caches ids for a minute and removes expired cache files. Failures are
// ignored: the ids are requested again.
func (l ids) keep(file string, all []complete.Candidate) {
	text, err := json.Marshal(all)
	if file == "" || len(all) == 0 || err != nil {
		return
	}
	others, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*.json"))
	for _, name := range others {
		if !l.counts(name) {
			_ = os.Remove(name)
		}
	}
	_ = atomicfile.Write(file, append(text, '\n'), 0o600)
}
