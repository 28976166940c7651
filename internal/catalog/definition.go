package catalog

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/catalog/openapi"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

const (
	maxDefinition  = 32 << 20 // bytes, of a file and of a download
	fetchTime      = 30 * time.Second
	acceptedOnline = "application/json, application/yaml, */*;q=0.5"
)

// IsURL reports whether --definition names a URL, which is fetched, and no file.
func IsURL(definition string) bool {
	scheme, _, found := strings.Cut(definition, "://")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

func (c *Catalog) fromFile(name, file string) (*operation.API, error) {
	text, err := c.readFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, failure.New(failure.Usage, "--definition %s: no such file", file)
	}
	if err != nil {
		return nil, failure.New(failure.File, "definition %s cannot be read: %w", file, atomicfile.Cause(err))
	}
	return parse(name, file, text)
}

func (c *Catalog) readFile(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readAll(file, sizeOf(file))
}

// sizeOf is how large a file says that it is, 0 where it does not say.
func sizeOf(file io.Reader) int64 {
	if told, ok := file.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := told.Stat(); err == nil {
			return info.Size()
		}
	}
	return 0
}

var errTooLarge = errors.New("it is larger than 32 MB")

// readAll reads to the end, without growing where the size is as expected.
func readAll(r io.Reader, expected int64) ([]byte, error) {
	var text bytes.Buffer
	text.Grow(int(min(max(expected, 0), maxDefinition)) + bytes.MinRead)
	_, err := text.ReadFrom(io.LimitReader(r, maxDefinition+1))
	if err == nil && text.Len() > maxDefinition {
		err = errTooLarge
	}
	return text.Bytes(), err
}

// fromURL fetches a definition, with no credentials and within fetchTime.
func (c *Catalog) fromURL(ctx context.Context, name, address string) (*operation.API, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "":
		return nil, failure.New(failure.Usage, "--definition: not a valid URL")
	case u.User != nil:
		return nil, failure.New(failure.Usage, "--definition: the URL holds a user name or password").
			Hintf("a definition is fetched without credentials: download it and name the file")
	case c.options.Fetch == nil:
		return nil, failure.New(failure.Usage, "--definition: a URL cannot be fetched here").Hintf("name a file")
	}
	answer, err := c.fetch(ctx, u, nil)
	if err != nil {
		return nil, err
	}
	return parse(name, address, answer.text)
}

// parse reads an OpenAPI document and remembers what it was.
func parse(name, source string, text []byte) (*operation.API, error) {
	api, err := openapi.Parse(name, source, text)
	if err != nil {
		return nil, err
	}
	api.Digest = func() string { return digest(text) }
	return api, nil
}

// answer is what a server sent for a definition: nothing, where it says that
// the condition of the request holds.
type answer struct {
	text   []byte
	header http.Header
	same   bool
}

// fetch gets a definition; condition are headers that let the server say that
// nothing changed.
func (c *Catalog) fetch(ctx context.Context, u *url.URL, condition http.Header) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, fetchFailed(u, err)
	}
	maps.Copy(req.Header, condition)
	req.Header.Set("Accept", acceptedOnline)
	if c.options.UserAgent != "" {
		req.Header.Set("User-Agent", c.options.UserAgent)
	}
	resp, err := c.options.Fetch.RoundTrip(req)
	if err != nil {
		return nil, fetchFailed(u, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && len(condition) > 0 {
		return &answer{same: true}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, failure.New(failure.Network, "definition %s: the server answered %d", shown(u), resp.StatusCode)
	}
	text, err := readAll(resp.Body, resp.ContentLength)
	if err != nil {
		return nil, fetchFailed(u, err)
	}
	return &answer{text: text, header: resp.Header}, nil
}

// fetchFailed keeps what an error says and its kind, if it has one.
func fetchFailed(u *url.URL, err error) error {
	kind := failure.Network
	var failed *failure.Error
	switch {
	case errors.As(err, &failed):
		kind = failed.Kind
	case errors.Is(err, context.Canceled):
		kind = failure.Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return failure.New(kind, "definition %s: not fetched within %s", shown(u), fetchTime)
	}
	return failure.New(kind, "definition %s cannot be fetched: %w", shown(u), err)
}

// shown is a URL as messages name it: its query may hold a signature.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
