package cmd

import (
	"context"
	"crypto/rand"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// version is set by the release build: -ldflags "-X …/cmd.version=1.2.3".
var version = "0.0.0-dev"

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
	})
}

// profiles returns the stored profiles and credentials; nothing is read yet.
func (a *App) profiles() *profiles.Store {
	return profiles.Open(profiles.Options{Dir: profiles.ConfigDir(a.Getenv), Getenv: a.Getenv})
}

// transport returns the HTTP core; redact knows the secrets of its requests.
func (a *App) transport(redact *transport.Redactor) http.RoundTripper {
	return transport.New(transport.Options{UserAgent: a.userAgent(), Proxy: a.Proxy, Redactor: redact})
}

func (a *App) run(ctx context.Context, args []string) error {
	root, o := newRootCmd(a, args)
	if err := root.ExecuteContext(ctx); err != nil {
		return err
	}
	return o.helpErr // cobra's help cannot fail by itself
}
