package auth

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/cmd/cmdutil"
	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/browser"
	"github.com/epilot-cli/epilot/internal/client"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// loginPatience is how long a login waits for the user in the browser; lastPage is
// how long it waits for the browser to fetch the final page.
const (
	loginTimeout = 5 * time.Minute
	lastPage     = 2 * time.Second
)

type loginOptions struct {
	f         *cmdutil.Factory
	scope     browser.Scope
	noBrowser bool
}

// NewLogin returns the login command.
func NewLogin(f *cmdutil.Factory) *cobra.Command {
	o := &loginOptions{f: f}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in with the browser, or with --token (- reads it from stdin)",
		Example: `epilot auth login
epilot auth login --profile dev --readonly
echo "$TOKEN" | epilot auth login --token -`,
		Args: cmdutil.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.scope.ReadOnly, "readonly", false, "Request a read-only token")
	flags.BoolVar(&o.scope.Anonymize, "anonymize", false, "Request a token that sees anonymized data")
	flags.BoolVar(&o.noBrowser, "no-browser", false, "Print the address instead of opening a browser")
	return cmd
}

func (o *loginOptions) run(ctx context.Context) error {
	if o.f.Flags.TokenSet {
		return storeToken(ctx, o.f, nil)
	}
	if err := checkPortal(o.f.Flags.Server); err != nil {
		return err
	}
	if err := o.checkUser(); err != nil {
		return err
	}
	store := o.f.Profiles()
	if _, err := store.Credentials(); err != nil {
		return err // fail before the user signs in for a file that cannot be written
	}
	portal, err := o.f.Portal()
	if err != nil {
		return err
	}
	got, err := o.wait(ctx, portal)
	if err != nil {
		return err
	}
	return signIn(ctx, o.f, got)
}

// checkPortal rejects a server without a login page: the mock, and others on this
// machine.
func checkPortal(server string) error {
	if server == "" {
		return nil
	}
	named, err := client.ParseServer(server, auth.ByFlag)
	switch {
	case err != nil:
		return err
	case named.Origin == auth.Emulator:
		return failure.New(failure.Usage, "--server mock needs no login").
			Hintf("calls with --server mock use the mock's token, which \"epilot mock token\" prints")
	case httpx.IsLoopback(named.URL.Hostname()):
		return failure.New(failure.Usage, "%s has no login page", named.URL.Host).
			Hintf("\"epilot mock token\" prints the mock's token, and --token stores a token; to sign in to epilot, remove --server")
	}
	return nil
}

// checkUser rejects a login that nobody can complete: without a user, unless
// --no-browser says that a program opens the address.
func (o *loginOptions) checkUser() error {
	if o.noBrowser || !o.f.Flags.NoInteractive && !o.f.InScript() {
		return nil
	}
	return failure.New(failure.Usage, "cannot sign in with a browser: prompts are disabled").
		Hintf("store a token with \"epilot auth token -\", or add --no-browser to open the printed address yourself")
}

// wait waits for the user to sign in and returns the account.
func (o *loginOptions) wait(ctx context.Context, portal *url.URL) (cmdutil.SignedIn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, loginTimeout,
		failure.New(failure.Credentials, "nobody signed in within 5 minutes").
			Hintf("run it again, or store a token with \"epilot auth token\""))
	defer cancel()
	w := &waiting{f: o.f, ends: o.f.Now().Add(loginTimeout)}
	if !o.f.Flags.NoInteractive {
		var err error
		if w.terminal, err = o.f.Hidden(w.count); err != nil {
			return cmdutil.SignedIn{}, err
		}
	}
	login, err := browser.Listen(o.f.Random)
	if err != nil {
		return cmdutil.SignedIn{}, err
	}
	defer func() {
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastPage)
		defer stop()
		login.Close(last)
	}()
	w.login = login
	o.show(login, portal)
	return w.run(ctx)
}

// show opens the address in the browser, and always prints it too, because a browser
// may fail to start unnoticed.
func (o *loginOptions) show(login *browser.Login, portal *url.URL) {
	f := o.f
	address := login.URL(portal, o.scope)
	opened := false
	if !o.noBrowser {
		desktop := browser.Desktop{OS: runtime.GOOS, Getenv: f.Getenv}
		err := desktop.Open(login.StartURL(portal, o.scope))
		if opened = err == nil; !opened {
			f.Out.Note("the browser cannot be opened: %v", err)
		}
	}
	if opened {
		f.Out.Note("your browser should open; if it does not, visit:")
	} else {
		f.Out.Note("sign in on this page, in a browser on this machine:")
	}
	f.Out.Note("  %s", address)
	f.Out.Note("its code is %s: the browser must show the same", login.Code)
}

// handedOver returns the account that the portal sent. Claims of the token take
// precedence over the other fields.
func handedOver(from browser.Account) cmdutil.SignedIn {
	who := cmdutil.OwnerOf(from.Token)
	if who.OrgID == "" {
		who.OrgID = from.OrgID
	}
	if who.UserID == "" {
		who.UserID = from.UserID
	}
	if from.Name != "" {
		who.Owner = from.Name
	}
	return who
}

// pasted reads a token that the user typed instead of using the browser.
func pasted(line string) (cmdutil.SignedIn, error) {
	token, err := auth.Take(line, "the terminal")
	if err != nil {
		return cmdutil.SignedIn{}, err
	}
	if _, err := auth.Parse(token.Value); err != nil {
		return cmdutil.SignedIn{}, err
	}
	return cmdutil.OwnerOf(token.Value), nil
}

// waiting is the terminal side of a browser login: it counts down and accepts a
// pasted token.
type waiting struct {
	f        *cmdutil.Factory
	login    *browser.Login
	terminal *prompt.Hidden // nil if nobody can be prompted
	ends     time.Time
	width    int // of the countdown line
}

func (w *waiting) run(ctx context.Context) (cmdutil.SignedIn, error) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	var lines <-chan string
	var ended *error // why input ended
	if w.terminal != nil {
		defer w.terminal.Close()
		lines, ended = w.terminal.Lines(ctx)
	} else {
		w.f.Out.Note("waiting up to %s for the browser…", loginTimeout)
	}
	defer w.endLine()
	w.count()
	for {
		select {
		case got := <-w.login.Accounts:
			return handedOver(got), nil
		case err := <-w.login.Leaked:
			return cmdutil.SignedIn{}, err
		case line, ok := <-lines:
			if !ok {
				return cmdutil.SignedIn{}, cmp.Or(context.Cause(ctx), *ended)
			}
			if got, done := w.typed(line); done {
				return got, nil
			}
		case <-ticker.C:
			w.count()
		case <-ctx.Done():
			return cmdutil.SignedIn{}, context.Cause(ctx)
		}
	}
}

// typed handles an input line: a pasted token.
func (w *waiting) typed(line string) (cmdutil.SignedIn, bool) {
	w.endLine()
	if strings.TrimSpace(line) == "" {
		w.count()
		return cmdutil.SignedIn{}, false
	}
	got, err := pasted(line)
	if err != nil {
		failed := failure.Of(err)
		w.f.Out.Note("%s; %s", failed.Message, failed.Hint)
		w.count()
	}
	return got, err == nil
}

// count shows the time left, if the terminal can update a line in place.
func (w *waiting) count() {
	if w.terminal == nil || w.f.Getenv("TERM") == "dumb" {
		return
	}
	left := max(0, w.ends.Sub(w.f.Now()).Round(time.Second))
	line := fmt.Sprintf("waiting %d:%02d for the browser, or paste a token and press Enter: ", int(left.Minutes()), int(left.Seconds())%60)
	fmt.Fprint(w.f.Streams.Err, "\r"+line)
	w.width = len(line)
}

// endLine ends the countdown line.
func (w *waiting) endLine() {
	if w.width > 0 {
		fmt.Fprintln(w.f.Streams.Err)
	}
	w.width = 0
}
