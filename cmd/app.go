package cmd

import (
	"context"
	"crypto/rand"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/epilot-cli/epilot/internal/auth/vault"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// version is set by the release build: -ldflags "-X …/cmd.version=1.2.3".
var version = "0.0.0-dev"

// feed and feedKey are set by the release build in the same way: the address of
// the releases, and the minisign public key of who signs them. See
// docs/release.md.
var feed, feedKey string

// App is what a command needs of the world, made once and passed down.
type App struct {
	Streams   *term.Streams
	Getenv    func(string) string
	LookupEnv func(string) (string, bool)
	Now       func() time.Time
	Random    io.Reader
	Dir       string // the working directory; "" when it cannot be read
	Version   string
	Proxy     func(*http.Request) (*url.URL, error)
	Environ   func() []string
	Keyring   vault.Keyring

	Feed, FeedKey string                 // of the releases, "" for none
	Executable    func() (string, error) // this program's file
	Root          fs.FS                  // the file system from "/"

	Sleep  func(context.Context, time.Duration) error // nil: a timer
	Jitter func(limit time.Duration) time.Duration    // nil: random, from 0 to the limit
	Exit   func(status int)                           // nil: signals are somebody else's

	json    bool // the line asks for JSON, on stderr too
	quiet   bool // nobody is to be told of a new version
	store   *profiles.Store
	signals *signals
}

func newApp() *App {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	return &App{
		Streams:   term.System(os.Getenv),
		Getenv:    os.Getenv,
		LookupEnv: os.LookupEnv,
		Now:       time.Now,
		Random:    rand.Reader,
		Dir:       dir,
		Version:   version,
		Proxy:     http.ProxyFromEnvironment,
		Environ:   os.Environ,
		Keyring:   vault.System(os.Getenv),
		Exit:      os.Exit,

		Feed:       feed,
		FeedKey:    feedKey,
		Executable: os.Executable,
		Root:       os.DirFS("/"),
	}
}

// userAgent is what every request of the program names itself.
func (a *App) userAgent() string { return "epilot-cli/" + a.Version }

// catalog returns the API definitions as this command line sees them.
func (a *App) catalog() *catalog.Catalog {
	return catalog.New(catalog.Options{
		Dir:       a.Dir,
		Fetch:     a.transport(nil),
		UserAgent: a.userAgent(),
		Cache:     a.cache(),
		Now:       a.Now,
	})
}

// cache is the folder of the downloaded definitions, "" where there is none.
func (a *App) cache() string {
	dir := profiles.CacheDir(a.Getenv)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "definitions")
}

// trust is the list of definition files whose servers may have a stored token.
func (a *App) trust() *catalog.Trust {
	trust := &catalog.Trust{Dir: a.Dir, Now: a.Now}
	if dir := profiles.ConfigDir(a.Getenv); dir != "" {
		trust.File = filepath.Join(dir, "trusted.json")
	}
	return trust
}

// profiles returns the stored profiles and credentials; nothing is read yet.
func (a *App) profiles() *profiles.Store {
	if a.store == nil {
		a.store = profiles.Open(profiles.Options{Dir: profiles.ConfigDir(a.Getenv), Lookup: a.LookupEnv, Warn: a.warn})
	}
	return a.store
}

// transport returns the HTTP core; redact knows the secrets of its requests.
// Nothing is sent twice.
func (a *App) transport(redact *transport.Redactor) http.RoundTripper {
	return a.retrying(redact, transport.Retry{}, 0)
}

// retrying is the HTTP core that repeats what failed in passing. A response
// must begin within the wait: see transport.Options.HeaderTimeout.
func (a *App) retrying(redact *transport.Redactor, rule transport.Retry, wait time.Duration) http.RoundTripper {
	return transport.New(transport.Options{
		UserAgent: a.userAgent(), Proxy: a.Proxy, Redactor: redact, Now: a.Now, Retry: rule, HeaderTimeout: wait,
	})
}

func (a *App) run(ctx context.Context, args []string) error {
	switch {
	case completes(args):
		return a.complete(ctx, args)
	case slices.Contains(args, officialRequest):
		return a.officialChoices(ctx, args)
	}
	a.json = slices.Contains(args, "--json")
	if err := a.applyColor(); err != nil {
		return err
	}
	root, o := newRootCmd(a, args)
	if err := root.ExecuteContext(ctx); err != nil {
		return err
	}
	return o.helpErr // cobra's help cannot fail by itself
}
