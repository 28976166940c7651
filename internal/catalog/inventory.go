package catalog

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Origin is where the definition of an API that a call uses comes from.
type Origin string

// The origins.
const (
	IsEmbedded   Origin = "embedded"
	IsDownloaded Origin = "downloaded"
	IsOverride   Origin = "override"
)

// Definition is what is known about the definition that a call of an API uses.
type Definition struct {
	Name    string
	Origin  Origin
	File    string         // of a download or an override
	URL     string         // of a download
	Fetched time.Time      // when it was downloaded
	API     *operation.API // nil where the definition cannot be read
	Note    string         // what is wrong with it, or with one that is passed over
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
	d.API = api
	return d, err
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
	for _, e := range c.Known() {
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

// Known are the APIs that a line can name here: the embedded ones with their
// titles, and those that only a download or an override brings, without: their
// files are not opened. Sorted by name.
func (c *Catalog) Known() []Entry {
	known := c.Entries()
	for _, name := range slices.Concat(c.downloads(), c.overrides()) {
		at, found := slices.BinarySearchFunc(known, name, func(e Entry, name string) int { return strings.Compare(e.Name, name) })
		if !found {
			known = slices.Insert(known, at, Entry{Name: name})
		}
	}
	return known
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
func (c *Catalog) Read(file string) (*operation.API, error) {
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
