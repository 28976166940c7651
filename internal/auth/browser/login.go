// Package browser is the loopback part of a browser login. It listens for the one
// callback whose state proves that it belongs to this login, and rejects all other
// requests. It does not store the token, does not use the terminal, and does not
// trust anything the callback claims about itself.
package browser

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// Account is the portal's response. Only the token is verifiable.
type Account struct{ Token, OrgID, UserID, Name string }

// Login is a login that is waiting for its callback.
type Login struct {
	Code     string       // six hexadecimal digits for the user to compare
	Accounts chan Account // receives one account after the callback
	Leaked   chan error   // receives an error if someone else may know the state

	state  string
	start  string // path of the page that redirects to the portal, once
	port   string
	server *http.Server

	mu      sync.Mutex
	won     bool
	portal  string // redirect target of the start page; "" after its use
	started bool
	shown   chan struct{} // closed when the browser has received the last page
	once    sync.Once
}

// Listen starts listening on a free port of 127.0.0.1 and ::1. Errors are of kind
// Network.
func Listen(random io.Reader) (*Login, error) {
	secret := make([]byte, 32+3+16)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, failure.New(failure.Network, "no random numbers for the login: %w", err)
	}
	listeners, err := listen()
	if err != nil {
		return nil, failure.New(failure.Network, "the login cannot listen on this machine: %w", err).
			Hintf("paste a token with \"epilot auth token\" instead")
	}
	l := &Login{
		Code:     strings.ToUpper(hex.EncodeToString(secret[32:35])),
		Accounts: make(chan Account, 1), Leaked: make(chan error, 1),
		state: base64.RawURLEncoding.EncodeToString(secret[:32]),
		start: startPath + base64.RawURLEncoding.EncodeToString(secret[35:]),
		shown: make(chan struct{}),
	}
	_, l.port, _ = net.SplitHostPort(listeners[0].Addr().String())
	l.server = &http.Server{
		Handler: l, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // do not print untrusted input on the terminal
	}
	for _, listener := range listeners {
		go func() { _ = l.server.Serve(listener) }()
	}
	return l, nil
}

// Scope is the access requested from the portal.
type Scope struct{ ReadOnly, Anonymize bool }

// URL returns the page on which the user signs in. portal is the portal's base URL.
func (l *Login) URL(portal *url.URL, w Scope) string {
	query := fmt.Sprintf("cli_callback=%s&state=%s&code=%s",
		url.QueryEscape("http://localhost:"+l.port+"/callback"), l.state, l.Code)
	if w.ReadOnly {
		query += "&readonly=true"
	}
	if w.Anonymize {
		query += "&anonymize=true"
	}
	page := portal.JoinPath("login")
	page.RawQuery = query
	return page.String()
}

// StartURL returns a loopback URL that redirects to URL once. The browser is opened
// with it because other users of the machine can read a program's arguments, which
// must not contain the state.
func (l *Login) StartURL(portal *url.URL, w Scope) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.portal = l.URL(portal, w)
	return "http://localhost:" + l.port + l.start
}

// begin redirects the browser to the portal. A second request means that someone
// else came first and knows the state, so it ends the login.
func (l *Login) begin(w http.ResponseWriter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.started || l.portal == "" {
		l.won = true
		select {
		case l.Leaked <- failure.New(failure.Credentials, "the login page was opened twice; somebody else may have opened it").
			Hintf("sign in again, or with --no-browser"):
		default:
		}
		refuse(w, http.StatusGone, "This address has been used already.")
		return
	}
	l.started = true
	w.Header().Set("Location", l.portal)
	w.WriteHeader(http.StatusSeeOther)
}

// Close stops listening. After a callback it first waits for the browser to fetch
// the last page, until ctx is done.
func (l *Login) Close(ctx context.Context) {
	l.mu.Lock()
	won := l.won
	l.mu.Unlock()
	if won {
		select {
		case <-l.shown:
		case <-ctx.Done():
		}
		_ = l.server.Shutdown(ctx) // finishes sending the page
	}
	_ = l.server.Close()
}

// listen takes the same free port on both loopback addresses because "localhost" can
// resolve to either. A machine without IPv6 has only one.
func listen() (taken []net.Listener, err error) {
	const attempts = 20
	for range attempts {
		four, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return listenSix()
		}
		port := four.Addr().(*net.TCPAddr).Port
		six, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
		if err == nil {
			return []net.Listener{four, six}, nil
		}
		if !hasSix() {
			return []net.Listener{four}, nil
		}
		_ = four.Close() // the port is in use on ::1
	}
	return nil, fmt.Errorf("no port is free on 127.0.0.1 and ::1 in %d attempts", attempts)
}

func hasSix() bool {
	listeners, err := listenSix()
	if err != nil {
		return false
	}
	return listeners[0].Close() == nil
}

func listenSix() ([]net.Listener, error) {
	six, err := net.Listen("tcp6", "[::1]:0")
	return []net.Listener{six}, err
}

const (
	callbackPath = "/callback"
	donePath     = "/done"
	startPath    = "/start/"
)

// ServeHTTP accepts the callback and redirects the browser to a page without the
// token in its URL. It rejects all other requests with a status of 400 or more.
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	if status, why := l.stranger(r); status != 0 {
		refuse(w, status, why)
		return
	}
	switch r.URL.EscapedPath() {
	case donePath:
		l.done(w)
		return
	case l.start:
		l.begin(w)
		return
	}
	account, proven, why := l.read(r)
	switch {
	case why != "":
		refuse(w, http.StatusBadRequest, why)
	case !proven:
		refuse(w, http.StatusForbidden, "This callback does not belong to the login that is waiting.")
	case l.win(account):
		w.Header().Set("Location", donePath)
		w.WriteHeader(http.StatusSeeOther)
	default:
		refuse(w, http.StatusGone, "This login has ended already.")
	}
}

// stranger rejects any request other than a browser navigating to one of the pages:
// a script, form or frame of another site, or a host name rebound to this machine
// (https://www.w3.org/TR/fetch-metadata/).
func (l *Login) stranger(r *http.Request) (status int, why string) {
	fetch := func(name, want string) bool {
		got, present := r.Header["Sec-Fetch-"+name]
		return present && (len(got) != 1 || got[0] != want)
	}
	switch {
	case !l.isHost(r.Host):
		return http.StatusMisdirectedRequest, "This address is not the one that the login waits on."
	case !slices.Contains([]string{callbackPath, donePath, l.start}, r.URL.EscapedPath()):
		return http.StatusNotFound, "There is no such page."
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, "This page can only be visited."
	case r.ContentLength != 0, r.Header.Get("Origin") != "", fetch("Mode", "navigate"), fetch("Dest", "document"):
		return http.StatusForbidden, "This page can only be visited, not loaded by another one."
	}
	return 0, ""
}

// isHost accepts the hosts of the portal's callback. It is stricter than
// httpx.IsLoopback: any other name for this machine is someone else's.
func (l *Login) isHost(host string) bool {
	name, port, err := net.SplitHostPort(strings.ToLower(host))
	return err == nil && port == l.port && (name == "localhost" || name == "127.0.0.1" || name == "::1")
}

// read parses the account from the query and reports whether the state proves that
// it belongs to this login.
func (l *Login) read(r *http.Request) (account Account, proven bool, why string) {
	const wrong = "This callback is not one of the portal's."
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return account, false, wrong
	}
	for _, name := range []string{"token", "state", "org_id", "user_id", "name"} {
		if len(query[name]) > 1 {
			return account, false, wrong
		}
	}
	account = Account{
		Token: query.Get("token"), OrgID: query.Get("org_id"), UserID: query.Get("user_id"), Name: query.Get("name"),
	}
	state, present := query["state"]
	if present && subtle.ConstantTimeCompare([]byte(state[0]), []byte(l.state)) != 1 {
		return account, false, "This callback does not belong to the login that is waiting."
	}
	if !httpx.IsBearerToken(account.Token) {
		return account, false, "This callback brings no token."
	}
	return account, present, ""
}

// win ends the login with the account, unless it has already ended.
func (l *Login) win(account Account) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.won {
		return false
	}
	l.won = true
	l.Accounts <- account
	return true
}

const style = `body{font:1.125rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;` +
	`color:#1a1a1a;background:#fff}code{display:inline-block;font-size:2rem;letter-spacing:.2em;` +
	`padding:.25rem .75rem;border:2px solid;border-radius:.5rem}` +
	`@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}}`

// page loads no images, scripts or fonts, and has an empty icon so that the browser
// does not request one.
const page = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>%[1]s – epilot CLI</title>
<link rel="icon" href="data:,">
<style>` + style + `</style>
</head>
<body>
<main>
<h1>%[1]s</h1>
%[2]s
</main>
</body>
</html>
`

// protect sets the headers of every response: do not cache or frame it, load
// nothing, and do not send a referrer.
func protect(h http.Header) {
	sum := sha256.Sum256([]byte(style))
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
		"'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Connection", "close")
	h.Set("Content-Type", "text/html; charset=utf-8")
}

// refuse sends an error page. It does not echo any part of the request.
func refuse(w http.ResponseWriter, status int, why string) {
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodGet)
	}
	w.WriteHeader(status)
	write(w, "Not signed in", "<p>"+why+"</p>\n<p>The terminal still waits for its own login.</p>")
}

// done sends the last page if the login has succeeded.
func (l *Login) done(w http.ResponseWriter) {
	l.mu.Lock()
	won := l.won
	l.mu.Unlock()
	if !won {
		refuse(w, http.StatusNotFound, "There is no such page.")
		return
	}
	write(w, "Signed in", "<p>The terminal has received your login. Its code is</p>\n<p><code>"+l.Code+
		"</code></p>\n<p>Compare it with the one in the terminal. You can close this window.</p>")
	l.once.Do(func() { close(l.shown) })
}

// write sends the page; errors do not matter because the browser is gone.
func write(w io.Writer, title, text string) { _, _ = fmt.Fprintf(w, page, title, text) }
