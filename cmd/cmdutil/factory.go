package cmdutil

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/keyring"
	"github.com/epilot-cli/epilot/internal/catalog"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/output"
	"github.com/epilot-cli/epilot/internal/prompt"
	"github.com/epilot-cli/epilot/internal/term"
	"github.com/epilot-cli/epilot/internal/transport"
	"github.com/epilot-cli/epilot/profiles"
)

// Factory makes what commands work with, each when it is first asked for. A
// Factory is made once for a command line and is not safe for concurrent use.
type Factory struct {
	*App
	Flags *GlobalFlags
	Out   *output.Printer

	Silent   bool   // nothing is said while definitions are looked for: a shell completes
	NoNews   bool   // this command line tells nobody of a new version
	WindDown func() // tells that the command ends itself after a signal, however long that takes

	HelpErr error // of the help that cobra printed: its own help cannot fail

	catalog *catalog.Catalog
	store   *profiles.Store
	client  *client.Client
}

// NewFactory makes a Factory. Nothing is read yet.
func NewFactory(app *App) *Factory {
	f := &Factory{App: app, Flags: &GlobalFlags{}, WindDown: func() {}}
	f.Out = &output.Printer{
		Streams: app.Streams, LookupEnv: app.LookupEnv, PagerName: f.pagerName,
		Now: app.Now, StateDir: profiles.StateDir(app.Getenv),
	}
	return f
}

// Catalog returns the API definitions as this command line sees them.
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

// CheckEncrypted refuses a definition over plain http beyond this machine, unless
// the line allows it. what names the URL.
func (f *Factory) CheckEncrypted(what string, u *url.URL) error {
	if !strings.EqualFold(u.Scheme, "http") || httpx.IsLoopback(u.Hostname()) || f.Flags.AllowHTTP {
		return nil
	}
	return failure.New(failure.Usage, "%s is plain http, which anybody on the way can change", what).
		Hintf("use https, or add --allow-http if that network is yours")
}

// fetcher sends the requests of the catalog by the client's policy, which is
// read when the first one is sent.
type fetcher struct{ *Factory }

func (f fetcher) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := f.CheckEncrypted("--definition", req.URL); err != nil {
		return nil, err
	}
	c, err := f.Client()
	if err != nil {
		return nil, err
	}
	return c.RoundTripper().RoundTrip(req)
}

// CacheDir is the folder of the downloaded definitions, "" where there is none.
func (f *Factory) CacheDir() string {
	dir := profiles.CacheDir(f.Getenv)
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, "definitions")
}

// Trust is the list of definition files whose servers may have a stored token.
func (f *Factory) Trust() *catalog.Trust {
	trust := &catalog.Trust{Dir: f.Dir, Now: f.Now, Digests: f.Getenv("EPILOT_TRUSTED_DEFINITIONS")}
	if dir := profiles.ConfigDir(f.Getenv); dir != "" {
		trust.File = filepath.Join(dir, "trusted.json")
	}
	return trust
}

// Profiles returns the stored profiles and credentials; nothing is read yet.
func (f *Factory) Profiles() *profiles.Store {
	if f.store == nil {
		f.store = profiles.Open(profiles.Options{Dir: profiles.ConfigDir(f.Getenv), Lookup: f.LookupEnv, Warn: f.Out.Warn})
	}
	return f.store
}

// ReadOnlyProfiles is the configuration for completion: nothing is repaired or
// said.
func (f *Factory) ReadOnlyProfiles() *profiles.Store {
	return profiles.Open(profiles.Options{Dir: profiles.ConfigDir(f.Getenv), Lookup: f.LookupEnv, Look: true})
}

// Vault is the system's keyring.
func (f *Factory) Vault() *keyring.Vault {
	return &keyring.Vault{
		Keyring: f.Keyring, Warn: f.Out.Warn, Folder: profiles.ConfigDir(f.Getenv), Owns: f.ownsToken,
	}
}

// ownsToken reports whether a token can be the one that the files of this
// configuration speak of.
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

// commandOutput shows what a token command says while it runs. Nothing in it can
// drive a terminal.
type commandOutput struct{ to io.Writer }

func (c commandOutput) Write(p []byte) (int, error) {
	_, err := io.WriteString(c.to, term.Safe(string(p)))
	return len(p), err
}

// Account is where this command line looks for its profile and its token.
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

// Client returns the client of this command line, for commands that have no
// flags of their own about retries. Errors are those of the settings.
func (f *Factory) Client() (*client.Client, error) {
	return f.ClientWith(&RetryFlags{})
}

// ClientWith returns the client of this command line; the first call decides
// about retries.
func (f *Factory) ClientWith(retry *RetryFlags) (*client.Client, error) {
	if f.client != nil {
		return f.client, nil
	}
	policy, err := f.policy(retry)
	if err != nil {
		return nil, err
	}
	f.client = f.NewClient(policy)
	return f.client, nil
}

// NewClient makes a client of its own policy.
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

// askCall asks about a call of a definition that is not trusted.
func (f *Factory) askCall(ctx context.Context, question string) error {
	return f.Confirm(ctx, prompt.Question{Text: strings.TrimSuffix(question, "?")}, "cancelled: nothing was sent")
}

// Wait waits, or returns early with an error when the context ends.
func (f *Factory) Wait(ctx context.Context, d time.Duration) error {
	if f.Sleep != nil {
		return f.Sleep(ctx, d)
	}
	return transport.Wait(ctx, d)
}

// Close ends what the command line has started.
func (f *Factory) Close() {
	if f.client != nil {
		f.client.Close()
	}
}

// RefuseAPI is the error for a name that is no API.
func (f *Factory) RefuseAPI(name string) error {
	return unknownName("unknown API "+strconv.Quote(name), name, f.Catalog().Names(), `"epilot" lists the APIs`)
}

// Done tells what a command has done: as a value with --json, else in a line on
// stderr.
func (f *Factory) Done(value any, format string, args ...any) error {
	if f.Flags.JSON {
		return f.Out.PrintJSON(value)
	}
	f.Out.Note(format, args...)
	return nil
}

// ShowLine writes what a command was asked for: as a value with --json, else as
// a line of text.
func (f *Factory) ShowLine(value any, text string) error {
	if f.Flags.JSON {
		return f.Out.PrintJSON(value)
	}
	return f.Out.Line(text)
}

// SettingValues are the values that a setting may have, nil where there is no
// short list of them.
func SettingValues(name string) []string {
	for _, key := range profiles.Keys() {
		if key.Name == name {
			return key.OneOf
		}
	}
	return nil
}
