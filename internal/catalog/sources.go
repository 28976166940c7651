package catalog

import (
	_ "embed" // sources.tsv
	"net/url"
	"path"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// sources has a line for each API whose definition is published: its name and
// the address, between a tab.
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

// addressOf returns where the API's definition is published, or "".
func addressOf(name string) string {
	for known, address := range published() {
		if known == name {
			return address
		}
	}
	return ""
}

// mirror takes the place of everything before the file name of an address.
func mirror(address string, base *url.URL) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || base == nil {
		return u, err
	}
	return base.JoinPath(path.Base(u.Path)), nil
}

// parseBase reads the base URL of a mirror; nil stands for none.
func parseBase(base string) (*url.URL, error) {
	if base == "" {
		return nil, nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || !IsURL(base) {
		return nil, failure.New(failure.Usage, "EPILOT_DEFINITIONS_URL is not an http or https URL").
			Hintf("give it as in EPILOT_DEFINITIONS_URL=https://mirror.example/definitions")
	}
	if u.User != nil {
		return nil, failure.New(failure.Usage, "EPILOT_DEFINITIONS_URL holds a user name or password").
			Hintf("a definition is fetched without credentials")
	}
	return u, nil
}
