// Package browser is the loopback half of a login in the browser: it listens for
// the one callback that proves, by its state, that it answers this login, and
// turns everything else away. It does not store the token, does not know the
// terminal, and believes nothing that a caller says about itself.
package browser

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Account is what the portal hands over. Only the token is more than words.
type Account struct{ Token, OrgID, UserID, Name string }

// Offer is a callback with a token that does not prove to belong to this login:
// it has no state. A person may take it all the same.
type Offer struct {
	Account Account
	answer  chan bool
}

// Answer takes the offer or refuses it. It must be called once.
func (o Offer) Answer(take bool) { o.answer <- take }

// Login is one login that waits for its callback.
type Login struct {
	Code     string       // six hexadecimal digits, for the person to compare
	Accounts chan Account // gets one account, when the callback has come
	Offers   chan Offer   // gets what a person has to decide on

	state     string
	port      string
	asks      bool
	listeners []net.Listener
	server    *http.Server

	mu      sync.Mutex
	won     bool
	asked   int
	offered bool
	shown   chan struct{} // closed when the browser has its last page
	once    sync.Once
}

// Listen starts to wait on a free port of 127.0.0.1 and ::1. With asks, callbacks
// without a state become Offers; else they are refused. An error is of kind
// Network.
func Listen(random io.Reader, asks bool) (*Login, error) {
	secret := make([]byte, 32+3)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, failure.New(failure.Network, "no random numbers for the login: %w", err)
	}
	listeners, err := listen()
	if err != nil {
		return nil, failure.New(failure.Network, "the login cannot listen on this machine: %w", err).
			Hintf("paste a token with \"epilot auth token\" instead")
	}
	l := &Login{
		Code:     strings.ToUpper(hex.EncodeToString(secret[32:])),
		Accounts: make(chan Account, 1), Offers: make(chan Offer),
		state: base64.RawURLEncoding.EncodeToString(secret[:32]),
		asks:  asks, listeners: listeners, shown: make(chan struct{}),
	}
	_, l.port, _ = net.SplitHostPort(listeners[0].Addr().String())
	l.server = &http.Server{
		Handler: l, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 32 << 10,
		ErrorLog: log.New(io.Discard, "", 0), // what a stranger sends is not for the terminal
	}
	for _, listener := range listeners {
		go func() { _ = l.server.Serve(listener) }()
	}
	return l, nil
}

// Wishes are what the portal is asked for.
type Wishes struct{ ReadOnly, Anonymize bool }

// URL is the page that the person signs in on. portal is the portal's base URL.
func (l *Login) URL(portal *url.URL, w Wishes) string {
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

// Close stops to listen. After a callback it first lets the browser fetch its
// last page, for as long as the context lasts.
func (l *Login) Close(ctx context.Context) {
	l.mu.Lock()
	won := l.won
	l.mu.Unlock()
	if won {
		select {
		case <-l.shown:
		case <-ctx.Done():
		}
		_ = l.server.Shutdown(ctx) // lets the page go out whole
	}
	_ = l.server.Close()
}

// listen takes the same free port on both loopback addresses, as "localhost"
// may mean either. A machine without IPv6 has one of them.
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
		_ = four.Close() // somebody else has the port on ::1
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
