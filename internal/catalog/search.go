package catalog

import (
	"context"
	_ "embed"
	"iter"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/relevance"
)

//go:generate go run ./index -to search.txt -results results.txt

// The embedded search data: the index and, in the same order, one line per operation
// with its listing. Reading the definitions instead would take ten times as long.
var (
	//go:embed search.txt
	searchIndex string

	//go:embed results.txt
	searchResults string
)

// Search finds operations of the embedded APIs, and of the definitions local to this
// machine and folder.
type Search struct {
	query  string
	index  *relevance.Index
	hidden []string // APIs whose embedded definition is not in use
	apis   map[string]*openapi.API
	local  []Match          // their operations
	texts  []relevance.Text // the searchable texts of local
}

// Search returns a search. A local definition that cannot be loaded is left out with a
// warning.
func (c *Catalog) Search(ctx context.Context, query string) (*Search, error) {
	index, err := relevance.ReadIndex(searchIndex)
	if err != nil {
		return nil, failure.New(failure.File, "%w", err)
	}
	s := &Search{
		query: query, index: index, apis: map[string]*openapi.API{},
		hidden: slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.downloads(), c.overrides())))),
	}
	for _, name := range s.hidden {
		api, err := c.Load(ctx, name, "")
		switch {
		case ctx.Err() != nil:
			return nil, err
		case err != nil:
			if c.options.Warn != nil {
				c.options.Warn("the operations of " + name + " are not searched: " + err.Error())
			}
			continue
		}
		s.apis[name] = api
		s.texts = append(s.texts, textsOf(api)...)
		for _, op := range api.Operations {
			s.local = append(s.local, Match{API: name, Operation: op})
		}
	}
	return s, nil
}

// Rank returns the matching operations and the matching other texts, which are
// numbered from Len.
func (s *Search) Rank(others []relevance.Text) []relevance.Hit {
	records := s.records()
	texts := slices.Clone(s.texts)
	for i := range texts {
		if records[s.index.Len()+i] {
			texts[i].Factor *= aboutRecord
		}
	}
	return s.index.Rank(s.query, append(texts, others...), func(i int) float64 {
		switch api, _ := s.index.Text(i); {
		case slices.Contains(s.hidden, api):
			return 0
		case records[i]:
			return aboutRecord
		}
		return 1
	})
}

// records returns the operations on entities themselves, if the query names a
// schema.
func (s *Search) records() map[int]bool {
	if slugIn(s.query) == "" {
		return nil
	}
	found := map[int]bool{}
	i := 0
	for line := range strings.Lines(searchResults) {
		if api, id := s.index.Text(i); api == entityAPI {
			_, rest, _ := strings.Cut(line, "\t")
			path, _, _ := strings.Cut(rest, "\t")
			found[i] = isRecord(id, path) && takesSlug(api, id, path)
		}
		i++
	}
	for i, m := range s.local {
		found[s.index.Len()+i] = isRecord(m.Operation.ID, m.Operation.Path) && takesSlug(m.API, m.Operation.ID, m.Operation.Path)
	}
	return found
}

// Len returns the number of operations.
func (s *Search) Len() int { return s.index.Len() + len(s.local) }

// Result returns the operation of a hit. describe provides the usage if it is not in
// the index.
func (s *Search) Result(i int, describe Describe) Result {
	r := Result{}
	if n := i - s.index.Len(); n >= 0 {
		r = newResult(s.apis[s.local[n].API], s.local[n].Operation, describe)
	} else {
		api, id := s.index.Text(i)
		r = readResult(api, id, lineOf(searchResults, i))
	}
	if takesSlug(r.API, r.ID, r.Path) {
		r.Slug = slugIn(s.query)
	}
	return r
}

// textsOf returns the searchable texts of an API's operations. Operations of a
// document have no Mentions, so they are read again from its facts.
func textsOf(api *openapi.API) []relevance.Text {
	listed := api.Operations
	if len(listed) > 0 && listed[0].Mentions == nil {
		if read, err := facts.Read(api.Name, facts.Write(api, facts.Options{})); err == nil {
			listed = read.Operations
		}
	}
	var texts []relevance.Text
	for i, op := range api.Operations {
		text := textOf(api.Name, op)
		if i < len(listed) && listed[i].Mentions != nil {
			text.Detail += " " + listed[i].Mentions()
		}
		texts = append(texts, text)
	}
	return texts
}

// Score factors for operations that users rarely or most likely look for.
const (
	deprecated  = 0.5
	outdated    = 0.9 // marked "(version 1)"
	forCustomer = 0.7 // called by the customers of an organization
	aboutRecord = 1.4 // on entities of the schema in the query
)

func textOf(api string, op *openapi.Operation) relevance.Text {
	text := relevance.Text{
		ID: api, Name: op.ID, Line: op.Line, Owner: api,
		Detail: op.Path + " " + strings.Join(op.Tags, " "), Factor: 1,
	}
	if takesSlug(api, op.ID, op.Path) {
		text.Owner += " " + slugs
	}
	switch {
	case op.Deprecated:
		text.Factor = deprecated
	case strings.HasSuffix(op.Line, "(version 1)"):
		text.Factor = outdated
	}
	if api == "customer-portal" {
		text.Factor *= forCustomer
	}
	return text
}

// slugs are the schemas of a typical organization: a search for "create contact"
// refers to an entity with that schema.
const slugs = "contact account order opportunity product contract ticket meter lead invoice quote coupon"

const entityAPI = "entity"

// takesSlug reports whether the operation is on entities of one schema.
func takesSlug(api, id, path string) bool {
	return api == entityAPI && (strings.HasPrefix(path, "/v1/entity/{slug}") || id == "searchEntities")
}

// isRecord reports whether the operation is on entities themselves rather than their
// activities or relations.
func isRecord(id, path string) bool {
	return strings.HasSuffix(path, "}") || id == "searchEntities"
}

// slugIn returns the schema that a query names, or "".
func slugIn(query string) string {
	for word := range strings.FieldsSeq(strings.ToLower(query)) {
		if word = singular(word); slices.Contains(strings.Fields(slugs), word) {
			return word
		}
	}
	return ""
}

func singular(word string) string {
	if start, plural := strings.CutSuffix(word, "ies"); plural {
		return start + "y"
	}
	return strings.TrimSuffix(word, "s")
}

// Result is an operation in a search listing.
type Result struct {
	API, ID, Method, Path string
	Line                  string
	Deprecated            bool
	Tags                  []string
	Usage                 string // the command line with its optional parts
	Example               string // a command line to paste
	Slug                  string // the schema in the query for an operation on entities, or ""
}

// Describe returns the usage and an example of an operation.
type Describe func(api *openapi.API, op *openapi.Operation) (usage, example string)

func newResult(api *openapi.API, op *openapi.Operation, describe Describe) Result {
	op.Load()
	r := Result{
		API: api.Name, ID: op.ID, Method: op.Method, Path: op.Path,
		Line: op.Line, Deprecated: op.Deprecated, Tags: op.Tags,
	}
	r.Usage, r.Example = describe(api, op)
	return r
}

// line returns the result in the format of results.txt: fields separated by tabs,
// without the API and the ID. The usual beginning of usage and example is left out.
func (r *Result) line() string {
	begin := "epilot " + r.API + " " + r.ID
	deprecated := ""
	if r.Deprecated {
		deprecated = "deprecated"
	}
	return strings.Join(append([]string{
		r.Method, r.Path, deprecated, r.Line, strings.TrimPrefix(r.Usage, begin), strings.TrimPrefix(r.Example, begin),
	}, r.Tags...), "\t")
}

// readResult parses the output of line.
func readResult(api, id, line string) Result {
	fields := strings.Split(line, "\t")
	r := Result{API: api, ID: id}
	if len(fields) < 6 {
		return r // a test reads all
	}
	r.Method, r.Path, r.Deprecated, r.Line = fields[0], fields[1], fields[2] != "", fields[3]
	r.Usage, r.Example = whole(api, id, fields[4]), whole(api, id, fields[5])
	if len(fields) > 6 {
		r.Tags = fields[6:]
	}
	return r
}

func whole(api, id, call string) string {
	if call == "" || strings.HasPrefix(call, " ") {
		return "epilot " + api + " " + id + call
	}
	return call
}

// lineOf returns the n-th line of a text, counted from 0.
func lineOf(text string, n int) string {
	for ; n > 0; n-- {
		_, text, _ = strings.Cut(text, "\n")
	}
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// embeddedOperations yields the API and ID of each embedded operation, in the order
// of the results. It reads only the index.
func embeddedOperations() iter.Seq2[string, string] {
	return func(yield func(api, id string) bool) {
		for line := range strings.Lines(searchIndex) {
			api, rest, listed := strings.Cut(line, "\t")
			id, _, _ := strings.Cut(rest, "\t")
			if !listed || !yield(api, id) {
				return
			}
		}
	}
}

// Unique returns the operations that can be called without their API, with ID and
// line. Embedded definitions are not read.
func (c *Catalog) Unique(ctx context.Context) []Result {
	var all []Result
	local := slices.Concat(c.downloads(), c.overrides())
	lines := searchResults
	for api, id := range embeddedOperations() {
		var line string
		line, lines, _ = strings.Cut(lines, "\n")
		if !slices.Contains(local, api) {
			all = append(all, Result{API: api, ID: id, Line: fieldOf(line, 3)})
		}
	}
	for _, api := range c.loadable(ctx, func(string) bool { return false }) {
		for _, op := range api.Operations {
			all = append(all, Result{API: api.Name, ID: op.ID, Line: op.Line})
		}
	}
	times := map[string]int{}
	for _, r := range all {
		times[r.ID]++
	}
	return slices.DeleteFunc(all, func(r Result) bool { return times[r.ID] > 1 })
}

// fieldOf returns the n-th field of a line, counted from 0.
func fieldOf(line string, n int) string {
	for ; n > 0; n-- {
		_, line, _ = strings.Cut(line, "\t")
	}
	field, _, _ := strings.Cut(line, "\t")
	return field
}

// BuildSearch rebuilds the search index and the results of the embedded operations.
func BuildSearch(ctx context.Context, describe Describe) (index, results string, err error) {
	c := New(Options{})
	var texts []relevance.Text
	var lines strings.Builder
	for _, name := range c.Names() {
		api, err := c.Load(ctx, name, "")
		if err != nil {
			return "", "", err
		}
		texts = append(texts, textsOf(api)...)
		for _, op := range api.Operations {
			r := newResult(api, op, describe)
			lines.WriteString(r.line() + "\n")
		}
	}
	return relevance.BuildIndex(texts), lines.String(), nil
}
