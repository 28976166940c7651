package catalog

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog/descriptions"
	"github.com/epilot-cli/epilot/internal/catalog/facts"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Origin is where the definition of an API that a call uses comes from.
type Origin string

// The origins.
const (
	IsEmbedded   Origin = "embedded"
	IsDownloaded Origin = "downloaded"
	IsOverride   Origin = "override" // found in the working directory or above it
	IsNamed      Origin = "named"    // by --definition
)

// Definition is what is known about the definition that a call of an API uses.
type Definition struct {
	Name    string
	Origin  Origin
	File    string       // of a download or an override
	URL     string       // of a download
	Fetched time.Time    // when it was downloaded
	API     *openapi.API // nil where the definition cannot be read
	Note    string       // what is wrong with it, or with one that is passed over
}

// Definition returns the definition that Load takes for the name, and where it
// comes from. Its errors are those of Load.
func (c *Catalog) Definition(ctx context.Context, name string) (Definition, error) {
	d := Definition{Name: name, Origin: IsEmbedded, File: c.overrideFile(name)}
	if d.File != "" {
		d.Origin = IsOverride
	} else {
		c.describeDownload(&d)
	}
	api, err := c.Load(ctx, name, "")
	if d.API = api; api != nil && len(api.LeftOut) > 0 {
		d.Note = LeftOutNote(api)
	}
	return d, err
}

// LeftOutNote says how many operations of a definition cannot be called, and
// why the first of them; "" where all can.
func LeftOutNote(api *openapi.API) string {
	if len(api.LeftOut) == 0 {
		return ""
	}
	noun := "operations are"
	if len(api.LeftOut) == 1 {
		noun = "operation is"
	}
	return fmt.Sprintf("%d %s left out; the first: %s", len(api.LeftOut), noun, api.LeftOut[0])
}

// LeftOut returns why the operation of that id is not there, as a failure of
// kind Usage; nil where the definition does not mention it.
func LeftOut(api *openapi.API, id string) error {
	for _, p := range api.LeftOut {
		if p.ID == id && id != "" {
			return failure.New(failure.Usage, "%s cannot be called: %s", id, p)
		}
	}
	return nil
}

// describeDownload says whether a cached file is used. One that is damaged
// makes Load fail, and so counts as used.
func (c *Catalog) describeDownload(d *Definition) {
	cached, err := c.cached(d.Name)
	switch {
	case err != nil:
		d.Origin, d.File = IsDownloaded, c.cacheFile(d.Name)
	case cached == nil:
	case cached.Format != cacheFormat:
		d.Note = "a download of another version of epilot is not used; update replaces it"
	default:
		d.Origin, d.File, d.URL, d.Fetched = IsDownloaded, cached.file, cached.URL, cached.Fetched
	}
}

// All are the names of the APIs that are embedded, downloaded or come from an
// override, sorted.
func (c *Catalog) All() []string {
	var names []string
	for _, e := range c.AllEntries() {
		names = append(names, e.Name)
	}
	return names
}

// Definitions are those of all APIs that are embedded, downloaded or come from
// an override, sorted by name. One that cannot be read has a note for it.
func (c *Catalog) Definitions(ctx context.Context) []Definition {
	var found []Definition
	for _, name := range c.All() {
		d, err := c.Definition(ctx, name)
		if err != nil {
			d.Note = err.Error()
		}
		if d.API != nil || c.Has(name) {
			found = append(found, d)
		}
	}
	return found
}

// AllEntries are the APIs that a line can name here: the embedded ones with their
// titles, and those that only a download or an override brings, without: their
// files are not opened. Sorted by name.
func (c *Catalog) AllEntries() []Entry {
	entries := c.Entries()
	for _, name := range slices.Concat(c.downloads(), c.overrides()) {
		at, found := slices.BinarySearchFunc(entries, name, func(e Entry, name string) int { return strings.Compare(e.Name, name) })
		if !found {
			entries = slices.Insert(entries, at, Entry{Name: name})
		}
	}
	return entries
}

// overrides are the names of the APIs that have an override here.
func (c *Catalog) overrides() []string {
	if c.options.Dir == "" {
		return nil
	}
	var names []string
	for _, dir := range c.overrideDirs() {
		entries, _ := os.ReadDir(filepath.Join(dir, ".epilot", "overrides")) // most folders have none
		for _, entry := range entries {
			if name := entry.Name(); slices.Contains(overrideExtensions(), filepath.Ext(name)) {
				names = append(names, strings.TrimSuffix(name, filepath.Ext(name)))
			}
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return c.overrideFile(name) == "" })
}

// Read reads a definition file for a person who wants to know what is in it: a
// document, or one of the downloads.
func (c *Catalog) Read(file string) (*openapi.API, error) {
	if IsURL(file) {
		return nil, failure.New(failure.Usage, "%s is a URL: what it serves may change with every call", withoutQuery(file)).
			Hintf("download it, and name the file")
	}
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	cached := c.cacheFile(name)
	trust := Trust{Dir: c.options.Dir}
	switch {
	case !exists(file):
		return nil, failure.New(failure.Usage, "%s: no such file", file)
	case cached != "" && trust.real(file) == trust.real(cached):
		return c.downloaded(name)
	}
	return c.fromFile(name, file)
}

func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// Group are the embedded APIs of one kind, for a list that a person reads.
type Group struct {
	Name string // "records and files"
	APIs []Described
}

// Described is an API with a line that says what it is for.
type Described struct{ Name, About string }

// Groups are all embedded APIs in their groups. It reads the descriptions of
// each: only help asks for it.
func (c *Catalog) Groups() []Group {
	var groups []Group
	for _, name := range descriptions.Groups() {
		groups = append(groups, Group{Name: name})
	}
	for _, name := range c.Names() {
		about, group := descriptions.About(name)
		if i := slices.IndexFunc(groups, func(g Group) bool { return g.Name == group }); i >= 0 {
			groups[i].APIs = append(groups[i].APIs, Described{name, about})
		}
	}
	return groups
}

// About is what an embedded API is for, "" for any other.
func About(api *openapi.API) string {
	if api.Source != "" {
		return ""
	}
	about, _ := descriptions.About(api.Name)
	return about
}

// Spelled is the API of which the name is another spelling, such as accessToken;
// "" where there is none, or several.
func (c *Catalog) Spelled(name string) string {
	fold, found := suggest.Fold(name), ""
	for _, known := range c.All() {
		switch {
		case fold == "" || suggest.Fold(known) != fold:
		case found != "":
			return ""
		default:
			found = known
		}
	}
	return found
}

// Match is an operation of an API, by which it can be called.
type Match struct {
	API       string // the name on the command line
	Operation *openapi.Operation
}

// Called are the operations of all APIs that a name without an API may mean:
// those of that very id, else those that the name finds in their APIs.
func (c *Catalog) Called(ctx context.Context, name string) []Match {
	var exact, others []Match
	fold := suggest.Fold(name)
	spelled := func(id string) bool { return suggest.Fold(id) == fold }
	for _, api := range c.loadable(ctx, func(api string) bool { return facts.HasID(api, spelled) }) {
		switch op := api.Named(name); {
		case op == nil:
		case op.ID == name:
			exact = append(exact, Match{API: api.Name, Operation: op})
		default:
			others = append(others, Match{API: api.Name, Operation: op})
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return others
}

// Unique are the operations that can be called without their API.
func (c *Catalog) Unique(ctx context.Context) []Match {
	var all []Match
	times := map[string]int{}
	for _, api := range c.loadable(ctx, func(string) bool { return true }) {
		for _, op := range api.Operations {
			times[op.ID]++
			all = append(all, Match{API: api.Name, Operation: op})
		}
	}
	return slices.DeleteFunc(all, func(m Match) bool { return times[m.Operation.ID] > 1 })
}

// loadable are the APIs whose definitions can be read; of those that are embedded,
// the wanted ones.
func (c *Catalog) loadable(ctx context.Context, wanted func(api string) bool) []*openapi.API {
	var found []*openapi.API
	others := slices.Concat(c.downloads(), c.overrides())
	for _, name := range c.All() {
		if !slices.Contains(others, name) && !wanted(name) {
			continue
		}
		if api, err := c.Load(ctx, name, ""); err == nil {
			found = append(found, api)
		}
	}
	return found
}
