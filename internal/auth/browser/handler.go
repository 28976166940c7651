package browser

import (
	"crypto/subtle"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const (
	callbackPath = "/callback"
	donePath     = "/done"
)

// ServeHTTP takes the callback, by redirecting the browser to a page whose
// address has no token, and refuses everything else with a status of 400 or
// more.
func (l *Login) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	protect(w.Header())
	if status, why := l.stranger(r); status != 0 {
		refuse(w, status, why)
		return
	}
	if r.URL.EscapedPath() == donePath {
		l.done(w)
		return
	}
	account, proven, why := l.read(r)
	switch {
	case why != "":
		refuse(w, http.StatusBadRequest, why)
	case proven && l.win(account), !proven && l.offer(r, account):
		w.Header().Set("Location", donePath)
		w.WriteHeader(http.StatusSeeOther)
	case proven:
		refuse(w, http.StatusGone, "This login has ended already.")
	default:
		refuse(w, http.StatusForbidden, "This callback does not belong to the login that is waiting.")
	}
}

// stranger finds out who is not a browser that navigates to one of the pages:
// another site's script, form or frame, or a name that was bound to this
// machine for an attack (https://www.w3.org/TR/fetch-metadata/).
func (l *Login) stranger(r *http.Request) (status int, why string) {
	fetch := func(name, want string) bool {
		got, said := r.Header["Sec-Fetch-"+name]
		return said && (len(got) != 1 || got[0] != want)
	}
	switch {
	case !l.isHost(r.Host):
		return http.StatusMisdirectedRequest, "This address is not the one that the login waits on."
	case r.URL.EscapedPath() != callbackPath && r.URL.EscapedPath() != donePath:
		return http.StatusNotFound, "There is no such page."
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed, "This page can only be visited."
	case r.ContentLength != 0, r.Header.Get("Origin") != "", fetch("Mode", "navigate"), fetch("Dest", "document"):
		return http.StatusForbidden, "This page can only be visited, not loaded by another one."
	}
	return 0, ""
}

// isHost: any other name for this machine is somebody else's idea.
func (l *Login) isHost(host string) bool {
	name, port, err := net.SplitHostPort(strings.ToLower(host))
	return err == nil && port == l.port && (name == "localhost" || name == "127.0.0.1" || name == "::1")
}

// read takes the account from the query, and says whether the state proves that
// it answers this login.
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
	state, given := query["state"]
	if given && subtle.ConstantTimeCompare([]byte(state[0]), []byte(l.state)) != 1 {
		return account, false, "This callback does not belong to the login that is waiting."
	}
	if !isToken(account.Token) {
		return account, false, "This callback brings no token."
	}
	return account, given, ""
}

// isToken reports whether the text can be sent as a bearer token.
func isToken(text string) bool {
	return text != "" && !strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c > '~' })
}

// win ends the login with the account, unless it has ended.
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

// offer puts the account to the person, and reports whether it won. One at a
// time, and few: a page could ask until somebody says yes to be left alone.
func (l *Login) offer(r *http.Request, account Account) bool {
	if !l.mayAsk() {
		return false
	}
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.offered = false
	}()
	answer := make(chan bool, 1)
	select {
	case l.Offers <- Offer{Account: account, answer: answer}:
	case <-r.Context().Done():
		return false
	}
	select {
	case taken := <-answer:
		return taken && l.win(account)
	case <-r.Context().Done():
		return <-answer && l.win(account) // the person may still say yes: the token is here
	}
}

func (l *Login) mayAsk() bool {
	const most = 3
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.asks || l.won || l.offered || l.asked == most {
		return false
	}
	l.offered = true
	l.asked++
	return true
}
