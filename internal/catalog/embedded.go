package catalog

import (
	"cmp"
	"embed"
	"slices"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/catalog/descriptions"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// index has one line per embedded API: its name, its title, and the servers of the
// API and its operations, separated by tabs. It avoids opening every API.
//
//go:embed facts/index.tsv
var index string

//go:embed lines/*.txt
var texts embed.FS

// Entry is an embedded API in a list.
type Entry struct {
	Name  string // the command-line name
	Title string
}

// About returns what the API is for, or else its title.
func (e Entry) About() string {
	about, _ := descriptions.About(e.Name)
	return cmp.Or(about, e.Title)
}

// Entries returns the embedded APIs, sorted by name.
func (c *Catalog) Entries() []Entry {
	var entries []Entry
	for name, rest := range rows() {
		title, _, _ := strings.Cut(rest, "\t")
		entries = append(entries, Entry{Name: name, Title: title})
	}
	return entries
}

// Names returns the names of the embedded APIs, sorted.
func (c *Catalog) Names() []string {
	var names []string
	for name := range rows() {
		names = append(names, name)
	}
	return names
}

// Has reports whether an API with this name is embedded, downloaded or overridden.
func (c *Catalog) Has(name string) bool {
	return isEmbedded(name) || c.overrideFile(name) != "" || c.isDownloaded(name)
}

func isEmbedded(name string) bool {
	for known := range rows() {
		if known == name {
			return true
		}
	}
	return false
}

// Hosts returns the base URLs of all servers in the embedded definitions, for an
// API, a path or an operation.
func (c *Catalog) Hosts() []string {
	var hosts []string
	for _, rest := range rows() {
		_, servers, _ := strings.Cut(rest, "\t")
		hosts = append(hosts, strings.Fields(servers)...)
	}
	return hosts
}

// Servers returns the base URLs of all servers in the named embedded definition, or
// none if there is no such API.
func (c *Catalog) Servers(name string) []string {
	for known, rest := range rows() {
		if known == name {
			_, servers, _ := strings.Cut(rest, "\t")
			return strings.Fields(servers)
		}
	}
	return nil
}

// Paths returns the path templates of the embedded APIs in use, by API: each alone,
// and below each base path of the API's servers. No definition is read.
func (c *Catalog) Paths() map[string][]string {
	paths, lines := map[string][]string{}, searchResults
	local := slices.Concat(c.downloads(), c.overrides())
	var bases []string
	last := ""
	for api := range embeddedOperations() {
		var line string
		line, lines, _ = strings.Cut(lines, "\n")
		if slices.Contains(local, api) {
			continue
		}
		if api != last {
			bases, last = basePaths(c.Servers(api)), api
		}
		path := fieldOf(line, 1)
		paths[api] = append(paths[api], path)
		for _, base := range bases {
			paths[api] = append(paths[api], base+path)
		}
	}
	return paths
}

// basePaths returns the distinct paths of servers, without a trailing "/".
func basePaths(servers []string) []string {
	var paths []string
	for _, server := range servers {
		_, rest, _ := strings.Cut(server, "://")
		_, path, _ := strings.Cut(rest, "/")
		if path = strings.TrimRight("/"+path, "/"); path != "" && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

// rows yields the name and the rest of each line of the index.
func rows() func(yield func(name, rest string) bool) {
	return func(yield func(name, rest string) bool) {
		for line := range strings.SplitSeq(strings.TrimSuffix(index, "\n"), "\n") {
			if name, rest, ok := strings.Cut(line, "\t"); ok && !yield(name, rest) {
				return
			}
		}
	}
}

// embedded returns the named embedded API, or nil.
func embedded(name string) (*openapi.API, error) {
	text, known := facts.Text(name)
	if !known {
		return nil, nil
	}
	api, err := facts.Read(name, text)
	if err != nil {
		return nil, err
	}
	describe(api, ownLines(name))
	deferTexts(api)
	return api, nil
}

// deferTexts attaches our examples and descriptions to an API's operations on
// demand.
func deferTexts(api *openapi.API) {
	var mu sync.Mutex // because operations share components
	texts := sync.OnceValue(func() descriptions.Texts { return descriptions.Of(api.Name) })
	apply := func(op *openapi.Operation) {
		mu.Lock()
		defer mu.Unlock()
		texts().Apply(op)
	}
	example := func(op *openapi.Operation) string { return descriptions.Example(api.Name, op) }
	for _, op := range api.Operations {
		op.DeferTexts(apply, example)
	}
}

// ownLines returns our summaries of the API's operations, or "".
func ownLines(name string) string {
	own, err := texts.ReadFile("lines/" + name + ".txt")
	if err != nil {
		return ""
	}
	return string(own)
}

// describe sets missing operation summaries from lines of ID, tab, sentence.
func describe(api *openapi.API, lines string) {
	next := lines
	for _, op := range api.Operations {
		if op.Line != "" {
			continue
		}
		rest, follows := strings.CutPrefix(next, op.ID+"\t")
		if !follows { // a definition in another order
			_, rest, _ = strings.Cut("\n"+lines, "\n"+op.ID+"\t")
		}
		op.Line, next, _ = strings.Cut(rest, "\n")
	}
}
