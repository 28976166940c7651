package catalog

import (
	"bytes"
	"context"
	_ "embed" // sources.tsv
	"net/http"
	"net/url"
	"os"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
)

const atOnce = 6 // concurrent downloads

// Outcome is the result of a download.
type Outcome string

// Outcomes of a download.
const (
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Failed    Outcome = "failed"     // the previous download is kept
	NoAddress Outcome = "no address" // the definition is not published
)

// Update is the result for one API.
type Update struct {
	Name       string
	Outcome    Outcome
	Operations int               // number of operations in a new definition, else 0
	LeftOut    []openapi.Problem // operations that could not be read
	Err        error             // why it failed
}

// Update downloads the definitions of the named APIs, or of all known APIs, and
// returns the result of each, in the order of the names. A base URL replaces
// everything before the file name in the published addresses; "" keeps them. No
// credentials are sent, and requests are conditional (RFC 9110, section 13). A
// download replaces the old one only if it is readable and contains operations.
// done, if not nil, is called as each download ends, never concurrently. The error
// is of kind Usage for an invalid base and of kind File if there is no folder.
func (c *Catalog) Update(ctx context.Context, names []string, base string, done func(Update)) ([]Update, error) {
	mirrored, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	if c.options.Cache == "" {
		return nil, failure.New(failure.File, "no folder for downloaded definitions").
			Hintf("set HOME or XDG_CACHE_HOME")
	}
	if len(names) == 0 {
		names = c.Downloadable()
	}
	results := make([]Update, len(names))
	var mu sync.Mutex
	each(len(names), func(i int) {
		update := c.update(ctx, names[i], mirrored)
		mu.Lock()
		defer mu.Unlock()
		if results[i] = update; done != nil {
			done(update)
		}
	})
	return results, nil
}

// each calls do for 0 to n-1, several concurrently.
func each(n int, do func(i int)) {
	next := make(chan int)
	var workers sync.WaitGroup
	for range min(n, atOnce) {
		workers.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
}

// Downloadable returns the names of the APIs that Update knows, sorted: the
// published and the embedded ones.
func (c *Catalog) Downloadable() []string {
	names := c.Names()
	for name := range published() {
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Published reports whether the API's definition can be downloaded.
func (c *Catalog) Published(name string) bool { return addressOf(name) != "" }

// Reset removes the downloads of the named APIs, or all downloads, and returns the
// names of those that existed. Errors are of kind File.
func (c *Catalog) Reset(names []string) ([]string, error) {
	var removed []string
	for _, name := range c.downloads() {
		if len(names) > 0 && !slices.Contains(names, name) {
			continue
		}
		file := c.cacheFile(name)
		if err := os.Remove(file); err != nil && !isAbsent(err) {
			return removed, failure.New(failure.File, "%s cannot be removed: %w", file, atomicfile.Cause(err))
		}
		removed = append(removed, name)
	}
	return removed, nil
}

// update downloads one definition.
func (c *Catalog) update(ctx context.Context, name string, base *url.URL) Update {
	published := addressOf(name)
	if published == "" {
		return Update{Name: name, Outcome: NoAddress}
	}
	address, err := mirror(published, base)
	if err != nil {
		return failed(name, err)
	}
	known := c.lastStamp(name, address)
	fetched, err := c.fetch(ctx, address, known.condition())
	if err != nil {
		return failed(name, err)
	}
	if fetched.same || digest(fetched.text) == known.SHA256 {
		return Update{Name: name, Outcome: Unchanged}
	}
	api, err := c.keep(name, address, fetched)
	if err != nil {
		return failed(name, err)
	}
	return Update{Name: name, Outcome: Updated, Operations: len(api.Operations), LeftOut: api.LeftOut}
}

func failed(name string, err error) Update {
	return Update{Name: name, Outcome: Failed, Err: err}
}

// lastStamp returns the stamp of an intact download from the same address.
func (c *Catalog) lastStamp(name string, address *url.URL) stamp {
	d, err := c.cached(name)
	if err != nil || d == nil || d.Format != cacheFormat || d.URL != address.String() {
		return stamp{}
	}
	return d.stamp
}

// condition lets the server respond with 304 if nothing changed.
func (s stamp) condition() http.Header {
	switch {
	case s.ETag != "":
		return http.Header{"If-None-Match": {s.ETag}}
	case s.Modified != "":
		return http.Header{"If-Modified-Since": {s.Modified}}
	}
	return nil
}

// keep replaces the cached file and returns the new definition.
func (c *Catalog) keep(name string, address *url.URL, fetched *response) (*openapi.API, error) {
	api, err := reader.Parse(name, address.String(), fetched.text)
	if err != nil {
		return nil, failure.New(failure.Network, "%w", err)
	}
	text, err := stamp{
		URL: address.String(), Fetched: c.options.Now().UTC(), SHA256: digest(fetched.text),
		ETag: fetched.header.Get("ETag"), Modified: fetched.header.Get("Last-Modified"),
	}.text(api)
	if err != nil {
		return nil, err
	}
	file := c.cacheFile(name)
	if err := (&download{name: name, file: file}).readable(text); err != nil {
		return nil, failure.New(failure.Network, "%s changed while it was stored", shown(address))
	}
	return api, atomicfile.Write(file, text, 0o600)
}

// readable checks the data that will be written.
func (d *download) readable(text []byte) error {
	if err := d.read(bytes.NewReader(text), int64(len(text))); err != nil {
		return err
	}
	_, err := d.api()
	return err
}

// sources has one line per API with a published definition: name, tab, address.
//
//go:embed sources.tsv
var sources string

// published yields the names and addresses of the sources.
func published() func(yield func(name, address string) bool) {
	return func(yield func(name, address string) bool) {
		for line := range strings.Lines(sources) {
			name, address, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if ok && !yield(name, address) {
				return
			}
		}
	}
}

// addressOf returns the address of the API's published definition, or "".
func addressOf(name string) string {
	for known, address := range published() {
		if known == name {
			return address
		}
	}
	return ""
}

// mirror replaces everything before the file name of an address.
func mirror(address string, base *url.URL) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || base == nil {
		return u, err
	}
	return base.JoinPath(path.Base(u.Path)), nil
}

// parseBase parses the base URL of a mirror; it returns nil if base is empty.
func parseBase(base string) (*url.URL, error) {
	if base == "" {
		return nil, nil
	}
	u, err := url.Parse(base)
	if err != nil || !httpx.IsWeb(u) {
		return nil, failure.New(failure.Usage, "EPILOT_DEFINITIONS_URL is not an https URL").
			Hintf("for example: EPILOT_DEFINITIONS_URL=https://mirror.example/definitions")
	}
	if u.User != nil {
		return nil, failure.New(failure.Usage, "EPILOT_DEFINITIONS_URL holds a user name or password").
			Hintf("a definition is fetched without credentials")
	}
	return u, nil
}
