// Package cmdutil is what the groups of commands share: the App and the
// Factory, the flags of every command and of every call, argument checks, and
// completion.
package cmdutil

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/term"
)

// App is what a command needs of the process, made once and passed down.
type App struct {
	Streams   *term.Streams
	LookupEnv func(string) (string, bool)
	Environ   func() []string
	Now       func() time.Time
	Random    io.Reader
	Dir       string // the working directory; "" when it cannot be read
	Proxy     func(*http.Request) (*url.URL, error)
	Keyring   keyring.Keyring
	Program   Program

	Sleep  func(context.Context, time.Duration) error // nil: a timer
	Jitter func(limit time.Duration) time.Duration    // nil: random, from 0 to the limit
	Exit   func(status int)                           // nil: signals are somebody else's
}

// Program is this program: its version, where its releases are, and its file.
type Program struct {
	Version       string
	Feed, FeedKey string                 // of the releases, "" for none
	Executable    func() (string, error) // this program's file
	Root          fs.FS                  // the file system from "/"
}

// Getenv returns the value of a variable, "" where it is not set.
func (a *App) Getenv(name string) string {
	value, _ := a.LookupEnv(name)
	return value
}

// UserAgent is what every request of the program names itself.
func (a *App) UserAgent() string { return "epilot-cli/" + a.Program.Version }

// Grace is how long a command may take to end after a signal, before the
// process ends without it: it may hang in a write that nobody reads.
const Grace = 500 * time.Millisecond
