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
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Origin is the source of the definition that a call uses.
type Origin string

// Origins of a definition.
const (
	IsEmbedded   Origin = "embedded"
	IsDownloaded Origin = "downloaded"
	IsOverride   Origin = "override" // found in the working directory or a parent
	IsNamed      Origin = "named"    // by --definition
)

// Definition describes the definition that a call of an API uses.
type Definition struct {
	Name    string
	Origin  Origin
	File    string       // of a download or an override
	URL     string       // of a download
	Fetched time.Time    // when it was downloaded
	API     *openapi.API // nil if the definition is unreadable
	Note    string       // what is wrong with it, or with an ignored one
}

// Definition returns the definition that Load selects for the name, and its origin.
// Errors are those of Load.
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

// LeftOutNote returns the number of operations that cannot be called, with the
// reason for the first one, or "" if all can be.
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

// LeftOut returns the reason why an operation was left out, as a failure of kind
// Usage, or nil if the definition does not contain it.
func LeftOut(api *openapi.API, id string) error {
	for _, p := range api.LeftOut {
		if p.ID == id && id != "" {
			return failure.New(failure.Usage, "%s cannot be called: %s", id, p)
		}
	}
	return nil
}

// describeDownload reports whether a cached file is used. A damaged file makes Load
// fail and so counts as used.
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

// All returns the names of all embedded, downloaded and overridden APIs, sorted.
func (c *Catalog) All() []string {
	var names []string
	for _, e := range c.AllEntries() {
		names = append(names, e.Name)
	}
	return names
}

// Definitions returns the definitions of all embedded, downloaded and overridden
// APIs, sorted by name. An unreadable definition has a note.
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

// AllEntries returns the APIs available here, sorted by name: the embedded APIs with
// their titles, and those that exist only as a download or override without a title,
// because their files are not opened.
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

// overrides returns the names of the APIs with an override here.
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

// Read reads a definition file for inspection: a document or a download.
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

// Group is a category of embedded APIs, for display.
type Group struct {
	Name string // "records and files"
	APIs []Described
}

// Described is an API with a one-line description.
type Described struct{ Name, About string }

// Groups returns all embedded APIs in their groups. It reads the descriptions of
// each API, so it is used only by help.
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

// About returns the description of an embedded API, or "" for any other.
func About(api *openapi.API) string {
	if api.Source != "" {
		return ""
	}
	about, _ := descriptions.About(api.Name)
	return about
}

// Spelled returns the only API with another spelling of the name, such as
// accessToken, or "".
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

// Match is an operation and the API through which it can be called.
type Match struct {
	API       string // the name on the command line
	Operation *openapi.Operation
}

// Called returns the operations of all APIs that a name without an API can refer to:
// those with exactly this ID, else those that the name resolves to in their APIs.
func (c *Catalog) Called(ctx context.Context, name string) []Match {
	var exact, others []Match
	fold := suggest.Fold(name)
	var named []string // embedded APIs with such an operation
	for api, id := range embeddedOperations() {
		if suggest.Fold(id) == fold && !slices.Contains(named, api) {
			named = append(named, api)
		}
	}
	for _, api := range c.loadable(ctx, func(api string) bool { return slices.Contains(named, api) }) {
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

// loadable returns the APIs with a readable definition; of the embedded ones, only
// those wanted.
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
