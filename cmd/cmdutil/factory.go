// Package cmdutil contains what the command groups share: App and Factory, the
// global and call flags, argument checks, and completion.
package cmdutil

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/budget"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/query"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// App is the process environment of a command, made once and passed down.
type App struct {
	Streams   *term.Streams
	LookupEnv func(string) (string, bool)
	Environ   func() []string
	Now       func() time.Time
	Random    io.Reader
	Dir       string // the working directory; "" if unknown
	Proxy     func(*http.Request) (*url.URL, error)
	Keyring   keyring.Keyring
	Program   Program

	Sleep  func(context.Context, time.Duration) error // nil for a timer
	Jitter func(limit time.Duration) time.Duration    // nil for random, from 0 to limit
	Exit   func(status int)                           // nil if signals are handled elsewhere
}

// Program describes this program: its version, its release feed and its executable.
type Program struct {
	Version       string
	Feed, FeedKey string                 // release feed and its key; "" for none
	Executable    func() (string, error) // path of the running program
	Root          fs.FS                  // the file system at "/"
}

// Getenv returns the value of a variable, or "" if it is not set.
func (a *App) Getenv(name string) string {
	value, _ := a.LookupEnv(name)
	return value
}

// UserAgent returns the User-Agent header of every request.
func (a *App) UserAgent() string { return "epilot-cli/" + a.Program.Version }

// Grace is how long a command may take to end after a signal. Then the process
// exits: the command may hang in a write that nobody reads.
const Grace = 500 * time.Millisecond

// Factory makes the dependencies of commands, each on first use. A Factory is made
// once per command line and is not safe for concurrent use.
type Factory struct {
	*App
	Flags *GlobalFlags
	Retry RetryFlags // of a command that has them
	Out   *output.Printer

	Silent   bool   // no messages while definitions are loaded, for shell completion
	NoNews   bool   // do not announce a new version
	WindDown func() // announces that the command ends itself after a signal, however long that takes

	HelpErr error // from help printed by cobra, whose own help cannot fail

	catalog *catalog.Catalog
	store   *profiles.Store
	client  *client.Client
	engine  query.Engine
}

// NewFactory returns a Factory. It reads nothing yet.
func NewFactory(app *App) *Factory {
	f := &Factory{App: app, Flags: &GlobalFlags{}, WindDown: func() {}}
	f.Out = &output.Printer{
		Streams: app.Streams, LookupEnv: app.LookupEnv, PagerName: f.pagerName,
		Now: app.Now, StateDir: profiles.StateDir(app.Getenv),
	}
	return f
}

// Catalog returns the API definitions for this command line.
func (f *Factory) Catalog() *catalog.Catalog {
	if f.catalog == nil {
		warn, stdin := f.Out.Warn, f.Streams.In
		if f.Silent {
			warn = nil
		}
		if f.Silent || f.Streams.InTTY {
			stdin = nil
		}
		f.catalog = catalog.New(catalog.Options{
			Dir: f.Dir, Fetch: fetcher{f}, UserAgent: f.UserAgent(), Cache: f.CacheDir(), Now: f.Now,
			Trust: f.Trust(), Warn: warn, Stdin: stdin,
		})
	}
	return f.catalog
}

// CheckEncrypted rejects a definition over plain http beyond loopback, unless the
// command line allows it. what names the URL.
func (f *Factory) CheckEncrypted(what string, u *url.URL) error {
	if !strings.EqualFold(u.Scheme, "http") || httpx.IsLoopback(u.Hostname()) || f.Flags.AllowHTTP {
		return nil
	}
	return failure.New(failure.Usage, "%s uses plain http, which anyone on the network can change", what).
		Hintf("use https, or add --allow-http if you trust the network")
}

// fetcher sends the requests of the catalog with the client's policy, which is read
// on the first request.
type fetcher struct{ *Factory }

func (f fetcher) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := f.CheckEncrypted("--definition", req.URL); err != nil {
		return nil, err
	}
	c, err := f.Client()
	if err != nil {
		return nil, err
	}
	defer f.Out.Wait("waiting for " + req.URL.Host)()
	return c.RoundTripper().RoundTrip(req)
}

// CacheDir returns the folder of the downloaded definitions, or "".
func (f *Factory) CacheDir() string {
	dir := profiles.CacheDir(f.Getenv)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "definitions")
}

// Trust returns the list of definition files whose servers may receive a stored
// token.
func (f *Factory) Trust() *catalog.Trust {
	trust := &catalog.Trust{Dir: f.Dir, Now: f.Now, Digests: f.Getenv("EPILOT_TRUSTED_DEFINITIONS")}
	if dir := profiles.ConfigDir(f.Getenv); dir != "" {
		trust.File = filepath.Join(dir, "trusted.json")
	}
	return trust
}

// Profiles returns the store of profiles and credentials. It reads nothing yet.
func (f *Factory) Profiles() *profiles.Store {
	if f.store == nil {
		f.store = profiles.Open(profiles.Options{Dir: profiles.ConfigDir(f.Getenv), Lookup: f.LookupEnv, Warn: f.Out.Warn})
	}
	return f.store
}

// ReadOnlyProfiles returns the configuration for completion: it repairs nothing and
// prints nothing.
func (f *Factory) ReadOnlyProfiles() *profiles.Store {
	return profiles.Open(profiles.Options{Dir: profiles.ConfigDir(f.Getenv), Lookup: f.LookupEnv, Look: true})
}

// Vault returns the system keyring.
func (f *Factory) Vault() *keyring.Vault {
	return &keyring.Vault{
		Keyring: f.Keyring, Warn: f.Out.Warn, Folder: profiles.ConfigDir(f.Getenv), Owns: f.ownsToken,
	}
}

// ownsToken reports whether a token may be the one that this configuration refers
// to.
func (f *Factory) ownsToken(account, token string) bool {
	claims, err := auth.Parse(token)
	if err != nil {
		return true
	}
	var orgID, userID string
	if name, isProfile := strings.CutPrefix(account, keyring.Profile("")); isProfile {
		if profile, err := f.Profiles().Profile(name); err == nil {
			orgID, userID = profile.OrgID, profile.UserID
		}
	} else if account != keyring.Credentials {
		return true // only these two were ever stored without a folder
	} else if found, err := f.Profiles().Credentials(); err == nil && found != nil {
		orgID, userID = found.OrgID, found.UserID
	}
	same := func(stored, claimed string) bool { return stored == "" || claimed == "" || stored == claimed }
	return same(orgID, claims.OrgID) && same(userID, claims.UserID)
}

// commandOutput prints the output of a token command while it runs, without terminal
// control sequences.
type commandOutput struct{ to io.Writer }

func (c commandOutput) Write(p []byte) (int, error) {
	_, err := io.WriteString(c.to, term.Safe(string(p)))
	return len(p), err
}

// Account returns the profile and token lookup of this command line.
func (f *Factory) Account() *client.Account {
	a := &client.Account{
		Profiles: f.Profiles(), Vault: f.Vault(), Profile: f.Flags.Profile,
		EnvToken: f.Getenv("EPILOT_TOKEN"), Environ: f.Environ, Now: f.Now, Warn: f.Out.Warn,
		Stdin: f.Streams.In, Stderr: commandOutput{f.Streams.Err},
	}
	if f.Flags.TokenSet {
		a.Token = &f.Flags.Token
	}
	return a
}

// Client returns the client of this command line. Errors are those of the flags and
// settings.
func (f *Factory) Client() (*client.Client, error) {
	if f.client != nil {
		return f.client, nil
	}
	policy, err := f.policy()
	if err != nil {
		return nil, err
	}
	f.client = f.NewClient(policy)
	return f.client, nil
}

// NewClient returns a client with its own policy.
func (f *Factory) NewClient(policy client.Policy) *client.Client {
	env := client.Environment{
		Account: f.Account(), Catalog: f.Catalog(), Trust: f.Trust(),
		HTTP:     transport.Options{UserAgent: f.UserAgent(), Proxy: f.Proxy, Now: f.Now, StallTimeout: f.stallTimeout()},
		Mock:     f.startMock,
		UsesMock: f.noteMockToken,
	}
	if f.MayAsk() {
		env.AskCall = f.askCall
	}
	if f.Asks() {
		env.AskToken = f.askToken
	} else {
		env.AskToken = refuseToken
	}
	return client.New(env, policy)
}

// askCall asks whether to make a call with an untrusted definition.
func (f *Factory) askCall(ctx context.Context, question string) error {
	return f.Confirm(ctx, prompt.Question{Text: question}, "cancelled: nothing was sent")
}

// Wait waits for d, or returns an error early if ctx ends.
func (f *Factory) Wait(ctx context.Context, d time.Duration) error {
	if f.Sleep != nil {
		return f.Sleep(ctx, d)
	}
	return transport.Wait(ctx, d)
}

// Close stops what the command line has started.
func (f *Factory) Close() {
	if f.client != nil {
		f.client.Close()
	}
}

// RefuseAPI returns the error for a name that is not an API.
func (f *Factory) RefuseAPI(name string) error {
	return unknownName("unknown API "+strconv.Quote(name), name, f.Catalog().Names(), `"epilot" lists the APIs`)
}

// Done reports what a command has done: as a value with --json, else as a line on
// stderr.
func (f *Factory) Done(value any, format string, args ...any) error {
	if f.Flags.JSON {
		return f.Out.PrintJSON(value)
	}
	f.Out.Note(format, args...)
	return nil
}

// ShowLine prints the result of a command: as a value with --json, else as a line.
func (f *Factory) ShowLine(value any, text string) error {
	if f.Flags.JSON {
		return f.Out.PrintJSON(value)
	}
	return f.Out.Line(text)
}

// SettingValues returns the allowed values of a setting, or nil if there is no short
// list.
func SettingValues(name string) []string {
	for _, key := range profiles.Keys() {
		if key.Name == name {
			return key.OneOf
		}
	}
	return nil
}

const quietMemory = 4 << 20 // bytes of a response

// QuietClient returns a client for background requests, such as those of shell
// completion. It uses the server, profile and token of this command line, but never
// prompts, prints, repairs or retries, and every request must end within limit. It
// returns nil if the token is only available from stdin or a token command.
func (f *Factory) QuietClient(api string, limit time.Duration) *client.Client {
	if f.Flags.Token == "-" || checkOrganization(f.Flags.Org) != nil {
		return nil
	}
	account := f.Account()
	if f.Flags.Token != "" {
		account.Token = &f.Flags.Token
	}
	silence := func(string) {}
	account.Profiles, account.Stdin, account.Stderr = f.ReadOnlyProfiles(), nil, io.Discard
	account.Warn, account.Vault.Warn = silence, silence
	profile, err := account.As(api)
	if err != nil || profile != nil && len(profile.TokenCommand) > 0 && account.Token == nil && account.EnvToken == "" {
		return nil
	}
	return client.New(client.Environment{
		Account: account, Catalog: f.Catalog(), Trust: f.Trust(), Mock: f.startMock,
		HTTP: transport.Options{UserAgent: f.UserAgent(), Proxy: f.Proxy, Now: f.Now},
	}, client.Policy{
		Server: f.Flags.Server, EnvServer: f.envServer(), Stage: f.Flags.Stage(),
		Organization: f.Flags.Org, AllowHTTP: f.Flags.AllowHTTP,
		Budget: budget.New(quietMemory), Timeout: limit,
	})
}
