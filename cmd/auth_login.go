package cmd

import (
	"context"
	"net/url"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/epilot-cli/epilot/internal/auth"
	"github.com/epilot-cli/epilot/internal/auth/browser"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/transport"
)

// loginPatience is how long a login waits for the person in the browser, and
// lastPage how long for the browser to fetch the page that says it is done.
const (
	loginPatience = 5 * time.Minute
	lastPage      = 2 * time.Second
)

type loginOptions struct {
	call      *callOptions
	wishes    browser.Wishes
	noBrowser bool
}

func newLoginCmd(call *callOptions) *cobra.Command {
	o := &loginOptions{call: call}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in with the browser, or with --token (- reads it from stdin)",
		Args:  noWords,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := call.noteFlags(cmd); err != nil {
				return err
			}
			return o.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.BoolVar(&o.wishes.ReadOnly, "readonly", false, "Ask for a token that can only read")
	flags.BoolVar(&o.wishes.Anonymize, "anonymize", false, "Ask for a token that sees anonymized data")
	flags.BoolVar(&o.noBrowser, "no-browser", false, "Print the address and open nothing")
	return cmd
}

func (o *loginOptions) run(ctx context.Context) error {
	if o.call.tokenSet {
		return o.call.storeToken(ctx, nil)
	}
	store := o.call.app.profiles()
	if _, err := store.Credentials(); err != nil {
		return err // nobody should sign in for a file that cannot be written
	}
	portal, err := o.portal()
	if err != nil {
		return err
	}
	got, err := o.wait(ctx, portal)
	if err != nil {
		return err
	}
	return o.call.signIn(ctx, got)
}

// wait lets the person sign in, and returns who it is.
func (o *loginOptions) wait(ctx context.Context, portal *url.URL) (account, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, loginPatience,
		failure.New(failure.Credentials, "nobody signed in within 5 minutes").
			Hintf("run it again, or store a token with \"epilot auth token\""))
	defer cancel()
	w := &waiting{app: o.call.app, ends: o.call.app.Now().Add(loginPatience)}
	if !o.call.noInteractive {
		w.terminal = o.call.app.masked()
	}
	login, err := browser.Listen(o.call.app.Random, w.terminal != nil)
	if err != nil {
		return account{}, err
	}
	defer func() {
		last, stop := context.WithTimeout(context.WithoutCancel(ctx), lastPage)
		defer stop()
		login.Close(last)
	}()
	w.login = login
	o.show(login.URL(portal, o.wishes), login.Code)
	return w.run(ctx)
}

// show opens the address, and prints it in any case: whether a browser came up
// is not known here.
func (o *loginOptions) show(address, code string) {
	app := o.call.app
	opened := false
	if !o.noBrowser {
		desktop := browser.Desktop{OS: runtime.GOOS, Getenv: app.Getenv}
		err := desktop.Open(address)
		if opened = err == nil; !opened {
			app.say("the browser cannot be opened: %v", err)
		}
	}
	if opened {
		app.say("your browser should open; if it does not, visit:")
	} else {
		app.say("sign in on this page, in a browser on this machine:")
	}
	app.say("  %s", address)
	app.say("its code is %s: the browser must show the same", code)
}

// portal is the page that people sign in on, of the stage that this line means.
func (o *loginOptions) portal() (*url.URL, error) {
	const variable = "EPILOT_PORTAL_URL"
	if text := o.call.app.Getenv(variable); text != "" {
		server, err := parseServer(text, variable)
		if err != nil {
			return nil, err
		}
		if server.URL == nil || server.URL.Scheme != "https" && !transport.Loopback(server.URL.Hostname()) {
			return nil, failure.New(failure.Usage, "%s is not an https URL", variable).
				Hintf("plain http is for loopback; unset it to use epilot's own portal")
		}
		return server.URL, nil
	}
	if err := o.call.oneStage(); err != nil {
		return nil, err
	}
	stage, err := o.stage()
	if err != nil {
		return nil, err
	}
	host := "portal.epilot.cloud"
	if stage != "prod" {
		host = "portal." + stage + ".epilot.cloud"
	}
	return &url.URL{Scheme: "https", Host: host}, nil
}

// stage is that of the profile, where there is one already.
func (o *loginOptions) stage() (string, error) {
	store := o.call.app.profiles()
	name, err := store.Chosen(o.call.profile)
	if err != nil {
		return "", err
	}
	all, err := store.Profiles()
	if err != nil {
		return "", err
	}
	for _, profile := range all {
		if profile.Name == name {
			return store.Stage(profile, o.call.stageFlag())
		}
	}
	return store.Stage(nil, o.call.stageFlag())
}

// handedOver is the account that the portal brought: the token's own words go
// before those beside it.
func handedOver(from browser.Account) account {
	who := accountOf(from.Token)
	if who.orgID == "" {
		who.orgID = from.OrgID
	}
	if who.userID == "" {
		who.userID = from.UserID
	}
	if from.Name != "" {
		who.owner = from.Name
	}
	return who
}

// pasted reads a token that the person typed while the browser was waited for.
func pasted(line string) (account, error) {
	token, err := auth.Take(line, "the terminal")
	if err != nil {
		return account{}, err
	}
	if _, err := auth.Parse(token.Value); err != nil {
		return account{}, err
	}
	return accountOf(token.Value), nil
}
