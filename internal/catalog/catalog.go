// Package catalog knows the APIs: the definitions that are embedded in the
// program, those that were downloaded since, the overrides of a repository and
// the one that --definition names, and which of these files a person trusts.
// It decides which definition is meant and loads that one API, as lazily as its
// form allows. How a definition is read is the work of its subpackages openapi
// and facts; where a token may go is decided elsewhere.
package catalog

//go:generate go run ./generate -package @epilot/sdk@2.20.31 -to facts -notice ../../NOTICE

import (
	"context"
	"net/http"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Options is what a Catalog is given.
type Options struct {
	Dir       string            // working directory, where overrides are looked for; empty: none
	Fetch     http.RoundTripper // for a --definition that is a URL; nil: none can be fetched
	UserAgent string            // of such a fetch
	Cache     string            // folder of the downloaded definitions; empty: none
	Now       func() time.Time  // dates a download; needed by Update only
}

// Catalog finds and loads definitions. It is safe for use by several
// goroutines.
type Catalog struct {
	options Options
}

// New returns a catalog. It reads nothing yet.
func New(options Options) *Catalog {
	return &Catalog{options: options}
}

// Load returns the API of that name: from the definition, a file or an http
// URL, where one is given; else from the override of the repository; else the
// downloaded one; else the embedded one. With a definition any name will do. An
// unknown name, a missing file and a definition that cannot be read as OpenAPI
// are of kind Usage, a file that exists but cannot be read, or a download that is
// damaged, of kind File, a failed fetch of kind Network.
func (c *Catalog) Load(ctx context.Context, name, definition string) (*operation.API, error) {
	switch {
	case IsURL(definition):
		return c.fromURL(ctx, name, definition)
	case definition != "":
		return c.fromFile(name, definition)
	}
	if file := c.overrideFile(name); file != "" {
		return c.readOverride(name, file)
	}
	if api, err := c.downloaded(name); err != nil || api != nil {
		return api, err
	}
	if api, err := embedded(name); err != nil || api != nil {
		return api, err
	}
	return nil, c.unknown(name)
}

func (c *Catalog) unknown(name string) error {
	err := failure.New(failure.Usage, "unknown API %q", name)
	if near := nearest.Match(name, c.Names()); near != "" {
		return err.Hintf(`did you mean %q? "epilot" without arguments lists the APIs`, near)
	}
	return err.Hintf(`"epilot" without arguments lists the APIs; --definition adds one`)
}
