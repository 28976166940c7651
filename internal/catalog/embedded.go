package catalog

import (
	"embed"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/catalog/descriptions"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// index has a line for each embedded API: its name, its title, and the servers
// of it and its operations, between tabs. It spares opening every API.
//
//go:embed facts/index.tsv
var index string

//go:embed lines/*.txt
var texts embed.FS

// Entry is one embedded API in a list.
type Entry struct {
	Name  string // the word on the command line
	Title string
}

// Entries are the embedded APIs, sorted by name.
func (c *Catalog) Entries() []Entry {
	var entries []Entry
	for name, rest := range rows() {
		title, _, _ := strings.Cut(rest, "\t")
		entries = append(entries, Entry{Name: name, Title: title})
	}
	return entries
}

// Names are the names of the embedded APIs, sorted.
func (c *Catalog) Names() []string {
	var names []string
	for name := range rows() {
		names = append(names, name)
	}
	return names
}

// Has reports whether an API of that name is embedded, downloaded, or comes
// from an override.
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

// Hosts are the base URLs of all servers that the embedded definitions name,
// for an API, a path or an operation.
func (c *Catalog) Hosts() []string {
	var hosts []string
	for _, rest := range rows() {
		_, servers, _ := strings.Cut(rest, "\t")
		hosts = append(hosts, strings.Fields(servers)...)
	}
	return hosts
}

// Servers are the base URLs of all servers that the embedded definition of that
// name has; none where there is no such API.
func (c *Catalog) Servers(name string) []string {
	for known, rest := range rows() {
		if known == name {
			_, servers, _ := strings.Cut(rest, "\t")
			return strings.Fields(servers)
		}
	}
	return nil
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

// embedded returns the embedded API of that name, or nil.
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

// deferTexts lets the operations of an API have our descriptions of parameters
// and properties, once somebody asks.
func deferTexts(api *openapi.API) {
	var mu sync.Mutex // operations share components
	texts := sync.OnceValue(func() descriptions.Texts { return descriptions.Of(api.Name) })
	apply := func(op *openapi.Operation) {
		mu.Lock()
		defer mu.Unlock()
		texts().Apply(op)
	}
	for _, op := range api.Operations {
		op.DeferTexts(apply)
	}
}

// ownLines are our words about the operations of an API, "" where there are none.
func ownLines(name string) string {
	own, err := texts.ReadFile("lines/" + name + ".txt")
	if err != nil {
		return ""
	}
	return string(own)
}

// describe gives the operations that have no line theirs: id, tab, sentence.
func describe(api *openapi.API, lines string) {
	next := lines
	for _, op := range api.Operations {
		if op.Line != "" {
			continue
		}
		rest, follows := strings.CutPrefix(next, op.ID+"\t")
		if !follows { // a definition of another order
			_, rest, _ = strings.Cut("\n"+lines, "\n"+op.ID+"\t")
		}
		op.Line, next, _ = strings.Cut(rest, "\n")
	}
}
