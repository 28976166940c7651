// Package catalog finds and loads API definitions: embedded, downloaded, overridden
// in a repository, or named with --definition. It selects the definition for a call,
// loads only that API, as lazily as the format allows, and keeps the list of trusted
// files. Parsing is done by packages openapi/reader and facts; other packages decide
// where a token may go.
package catalog

//go:generate go run ./generate -described -package @epilot/sdk@2.20.31 -to facts -notice ../../NOTICE

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
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/atomicfile"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/reader"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Options configures a Catalog.
type Options struct {
	Dir       string            // working directory, in which overrides are searched; empty: no overrides
	Fetch     http.RoundTripper // for a --definition URL; nil: URLs cannot be fetched
	UserAgent string            // for such a fetch
	Cache     string            // folder of the downloaded definitions; empty: no downloads
	Now       func() time.Time  // dates a download; only used by Update
	Trust     *Trust            // the files that the user trusts; nil: none
	Warn      func(string)      // receives warnings about ignored overrides; may be nil
	Stdin     io.Reader         // for the definition "-"; nil: cannot be read
}

// Catalog finds and loads definitions. It is safe for concurrent use.
type Catalog struct {
	options Options
	ignored sync.Map               // files already warned about
	owns    func(fs.FileInfo) bool // isOwn
	stdin   func() ([]byte, error) // Stdin, read once
}

// New returns a catalog without reading anything.
func New(options Options) *Catalog {
	return &Catalog{options: options, owns: isOwn, stdin: sync.OnceValues(func() ([]byte, error) {
		return readAll(options.Stdin, 0)
	})}
}

// Load returns the named API from the first available source: the definition (a
// file, a file: or http URL, or "-" for stdin), the repository's override, the
// download, or the embedded definition. With a definition, any name is valid. Errors
// are of kind Usage for an unknown name, a missing file or an invalid OpenAPI
// document; File for an unreadable file or a damaged download; and Network for a
// failed fetch.
func (c *Catalog) Load(ctx context.Context, name, definition string) (*openapi.API, error) {
	api, err := c.load(ctx, name, definition)
	if err == nil {
		markDestroying(api)
	}
	return api, err
}

func (c *Catalog) load(ctx context.Context, name, definition string) (*openapi.API, error) {
	switch {
	case IsURL(definition):
		return c.fromURL(ctx, name, definition)
	case definition == "-":
		return c.fromStdin(name)
	case definition != "":
		file, err := fileOf(definition)
		if err != nil {
			return nil, err
		}
		return c.fromFile(name, file)
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
	if near := suggest.Match(name, c.Names()); near != "" {
		return err.Hintf(`did you mean %q? "epilot" without arguments lists the APIs`, near)
	}
	return err.Hintf(`"epilot" without arguments lists the APIs; --definition adds one`)
}

const (
	maxDefinition  = 32 << 20 // bytes, for files and downloads
	fetchTime      = 30 * time.Second
	acceptedOnline = "application/json, application/yaml, */*;q=0.5"
)

// IsURL reports whether --definition is a URL to fetch rather than a file.
func IsURL(definition string) bool {
	scheme, _, found := strings.Cut(definition, "://")
	return found && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// fileOf returns the file named by --definition, as a path or a file: URL (RFC
// 8089).
func fileOf(definition string) (string, error) {
	if len(definition) < 5 || !strings.EqualFold(definition[:5], "file:") {
		return definition, nil
	}
	u, err := url.Parse(definition)
	if err != nil || u.Path == "" || u.Host != "" && u.Host != "localhost" || u.RawQuery != "" {
		return "", failure.New(failure.Usage, "--definition %s: not the URL of a file on this computer", definition).
			Hintf("name the file, or write file:///path/to/file")
	}
	path := u.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' {
		path = path[1:] // file:///C:/api.yaml
	}
	return filepath.FromSlash(path), nil
}

func (c *Catalog) fromStdin(name string) (*openapi.API, error) {
	if c.options.Stdin == nil {
		return nil, failure.New(failure.Usage, "--definition -: nothing is piped to stdin").
			Hintf("pipe the definition, or name its file")
	}
	text, err := c.stdin()
	if errors.Is(err, errTooLarge) {
		return nil, failure.New(failure.Usage, "the definition on stdin cannot be read: %w", err)
	}
	if err != nil {
		return nil, failure.New(failure.File, "the definition on stdin cannot be read: %w", err)
	}
	api, err := reader.Parse(name, "stdin", text)
	if err != nil {
		return nil, err
	}
	api.Source, api.Digest = "-", func() string { return digest(text) }
	return api, nil
}

func (c *Catalog) fromFile(name, file string) (*openapi.API, error) {
	text, err := c.readFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, failure.New(failure.Usage, "--definition %s: no such file", file)
	case errors.Is(err, errTooLarge):
		return nil, failure.New(failure.Usage, "--definition %s: %w", file, err)
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

// sizeOf returns the file's reported size, or 0 if unknown.
func sizeOf(file io.Reader) int64 {
	if statter, ok := file.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := statter.Stat(); err == nil {
			return info.Size()
		}
	}
	return 0
}

var errTooLarge = errors.New("it is larger than 32 MB")

// readAll reads to the end, without reallocating if the size is as expected.
func readAll(r io.Reader, expected int64) ([]byte, error) {
	var text bytes.Buffer
	text.Grow(int(min(max(expected, 0), maxDefinition)) + bytes.MinRead)
	_, err := text.ReadFrom(io.LimitReader(r, maxDefinition+1))
	if err == nil && text.Len() > maxDefinition {
		err = errTooLarge
	}
	return text.Bytes(), err
}

// fromURL fetches a definition without credentials, within fetchTime.
func (c *Catalog) fromURL(ctx context.Context, name, address string) (*openapi.API, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || !httpx.IsWeb(u):
		return nil, failure.New(failure.Usage, "--definition: not a valid URL")
	case u.User != nil:
		return nil, failure.New(failure.Usage, "--definition: the URL holds a user name or password").
			Hintf("a definition is fetched without credentials: download it and name the file")
	case c.options.Fetch == nil:
		return nil, failure.New(failure.Usage, "--definition: a URL cannot be fetched here").Hintf("name a file")
	}
	fetched, err := c.fetch(ctx, u, nil)
	if err != nil {
		return nil, err
	}
	return parse(name, address, fetched.text)
}

// parse parses an OpenAPI document and records its digest.
func parse(name, source string, text []byte) (*openapi.API, error) {
	files := &filesBelow{folder: filepath.Dir(source)}
	open := files.read
	if IsURL(source) {
		open = nil
	}
	api, err := reader.ParseFiles(name, source, text, open)
	if err != nil {
		return nil, err
	}
	api.Digest = func() string { return files.digest(text) }
	deferTexts(api)
	return api, nil
}

// filesBelow reads the files that a document references. Files outside its folder,
// including through symbolic links, are rejected.
type filesBelow struct {
	folder string
	sums   []string // digests and names of the files read
}

func (f *filesBelow) read(name string) ([]byte, error) {
	root, err := os.OpenRoot(f.folder)
	if err != nil {
		return nil, atomicfile.Cause(err)
	}
	defer root.Close()
	file, err := root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|nonBlocking, 0)
	if err != nil {
		return nil, atomicfile.Cause(err)
	}
	defer file.Close()
	text, err := readRegular(file)
	if err == nil {
		f.sums = append(f.sums, digest(text)+" "+name+"\n")
	}
	return text, err
}

// digest returns the document's digest or, if it references other files, the digest
// of a list of all of them in sha256sum format.
func (f *filesBelow) digest(text []byte) string {
	if len(f.sums) == 0 {
		return digest(text)
	}
	return digest([]byte(digest(text) + " -\n" + strings.Join(f.sums, "")))
}

// response is a server's response to a definition request; it is empty if the
// condition of the request held.
type response struct {
	text   []byte
	header http.Header
	same   bool
}

// fetch requests a definition; condition contains headers for a conditional request.
func (c *Catalog) fetch(ctx context.Context, u *url.URL, condition http.Header) (*response, error) {
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
		return &response{same: true}, nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, failure.New(failure.Network, "definition %s: the server returned %d", shown(u), resp.StatusCode)
	}
	text, err := readAll(resp.Body, resp.ContentLength)
	if err != nil {
		return nil, fetchFailed(u, err)
	}
	return &response{text: text, header: resp.Header}, nil
}

// fetchFailed preserves the message of an error and its kind, if any.
func fetchFailed(u *url.URL, err error) error {
	kind := failure.Network
	var failed *failure.Error
	switch {
	case errors.As(err, &failed) && failed.Kind == failure.Usage:
		return failed // nothing was fetched
	case errors.As(err, &failed):
		kind = failed.Kind
	case errors.Is(err, context.Canceled):
		kind = failure.Interrupted
	case errors.Is(err, context.DeadlineExceeded):
		return failure.New(kind, "definition %s: not fetched within %s", shown(u), fetchTime)
	}
	return failure.New(kind, "definition %s cannot be fetched: %w", shown(u), err)
}

// shown returns a URL for messages: its query can contain a signature.
func shown(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}
