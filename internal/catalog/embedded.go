package catalog

import (
	"embed"
	"strings"

	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/operation"
)

// index has a line for each embedded API: its name, its title, and the servers
// of it and its operations, between tabs. It spares opening every API.
//
//go:embed facts/index.tsv
var index string

//go:embed facts/*.txt lines/*.txt
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

// Has reports whether an API of that name is embedded.
func (c *Catalog) Has(name string) bool {
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
func embedded(name string) (*operation.API, error) {
	text, err := texts.ReadFile("facts/" + name + ".txt")
	if err != nil {
		return nil, nil //nolint:nilerr // the name is unknown, which is no failure
	}
	api, err := facts.Read(name, string(text))
	if err != nil {
		return nil, err
	}
	own, _ := texts.ReadFile("lines/" + name + ".txt") // without it operations have no line
	describe(api, string(own))
	return api, nil
}

// describe gives each operation its line: id, tab, sentence.
func describe(api *operation.API, lines string) {
	known := make(map[string]string, len(api.Operations))
	for line := range strings.SplitSeq(lines, "\n") {
		id, sentence, _ := strings.Cut(line, "\t")
		known[id] = sentence
	}
	for _, op := range api.Operations {
		op.Line = known[op.ID]
	}
}
