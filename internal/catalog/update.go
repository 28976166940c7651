package catalog

import (
	"context"
	"os"
	"slices"
	"sync"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
)

const atOnce = 6 // downloads at the same time

// Outcome is what became of a download.
type Outcome string

// The outcomes.
const (
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Failed    Outcome = "failed"     // what was there before is kept
	NoAddress Outcome = "no address" // nobody publishes this definition
)

// Update is one API of an update.
type Update struct {
	Name       string
	Outcome    Outcome
	Operations int   // that the new definition has; 0 where it is not new
	Err        error // why it failed
}

// Update downloads the definitions of the APIs, all that are known where none
// is named, and returns what became of each, in the order of the names. A base
// URL takes the place of what stands before the file name of the published
// addresses; "" leaves them. No credentials are sent, and a definition that
// did not change is not sent again (RFC 9110, section 13). A download replaces
// the old one when it can be read and holds operations. done, if not nil, hears
// of each as it ends, one at a time. The error is about the whole: kind Usage
// for the base, kind File where there is no folder.
func (c *Catalog) Update(ctx context.Context, names []string, base string, done func(Update)) ([]Update, error) {
	mirrored, err := parseBase(base)
	if err != nil {
		return nil, err
	}
	if c.options.Cache == "" {
		return nil, failure.New(failure.File, "there is no folder for downloaded definitions").
			Hintf("set HOME or XDG_CACHE_HOME")
	}
	if len(names) == 0 {
		names = c.Downloadable()
	}
	results := make([]Update, len(names))
	var turn sync.Mutex
	each(len(names), func(i int) {
		update := c.update(ctx, names[i], mirrored)
		turn.Lock()
		defer turn.Unlock()
		if results[i] = update; done != nil {
			done(update)
		}
	})
	return results, nil
}

// each calls the function for 0 to n-1, several at once.
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

// Downloadable are the names of the APIs that Update knows, sorted: those that
// are published, and the embedded ones.
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

// Reset removes the downloads of the APIs, all where none is named, and
// returns the names of those that were there. Errors are of kind File.
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
