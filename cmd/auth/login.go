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
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/prompt"
)

// loginPatience is how long a login waits for the person in the browser, and
// lastPage how long for the browser to fetch the page that says it is done.
const (
	loginTimeout = 5 * time.Minute
	lastPage     = 2 * time.Second
)

type loginOptions struct {
	f         *cmdutil.Factory
	scope     browser.Scope
	noBrowser bool
}

// NewLogin is the command that signs in.
func NewLogin(f *cmdutil.Factory) *cobra.Command {
	o := &loginOptions{f: f}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in with the browser, or with --token (- reads it from stdin)",
		Args:  cmdutil.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.scope.ReadOnly, "readonly", false, "Ask for a token that can only read")
	flags.BoolVar(&o.scope.Anonymize, "anonymize", false, "Ask for a token that sees anonymized data")
	flags.BoolVar(&o.noBrowser, "no-browser", false, "Print the address and open nothing")
	return cmd
}

func (o *loginOptions) run(ctx context.Context) error {
	if o.f.Flags.TokenSet {
		return storeToken(ctx, o.f, nil)
	}
	store := o.f.Profiles()
	if _, err := store.Credentials(); err != nil {
		return err // nobody should sign in for a file that cannot be written
	}
	portal, err := o.f.Portal()
	if err != nil {
		return err
	}
	got, err := o.wait(ctx, portal)
	if err != nil {
		return err
	}
	return o.f.SignIn(ctx, got)
}

// wait lets the person sign in, and returns who it is.
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

// show opens the address, and prints it in any case: whether a browser came up
// is not known here.
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

// handedOver is the account that the portal brought: the token's own words go
// before those beside it.
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

// pasted reads a token that the person typed while the browser was waited for.
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

// waiting is the terminal's side of a login in the browser: it counts down,
// and takes a pasted token.
type waiting struct {
	f        *cmdutil.Factory
	login    *browser.Login
	terminal *prompt.Hidden // nil: nobody to ask
	ends     time.Time
	width    int // of the line that counts down
}

func (w *waiting) run(ctx context.Context) (cmdutil.SignedIn, error) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	var lines <-chan string
	var ended *error // why there are no more lines
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

// typed takes a line: a pasted token.
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

// count shows how much time is left, where a terminal can show it in one place.
func (w *waiting) count() {
	if w.terminal == nil || w.f.Getenv("TERM") == "dumb" {
		return
	}
	left := max(0, w.ends.Sub(w.f.Now()).Round(time.Second))
	line := fmt.Sprintf("waiting %d:%02d for the browser, or paste a token and press Enter: ", int(left.Minutes()), int(left.Seconds())%60)
	fmt.Fprint(w.f.Streams.Err, "\r"+line)
	w.width = len(line)
}

// endLine leaves the line that counts down.
func (w *waiting) endLine() {
	if w.width > 0 {
		fmt.Fprintln(w.f.Streams.Err)
	}
	w.width = 0
}
