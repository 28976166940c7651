package auth

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Server is the server of a call, and who named it.
type Server struct {
	URL    *url.URL
	Origin ServerOrigin

	// Of a server that a definition's file names: the file, and whether the
	// person trusts it as it is.
	File    string
	Trusted bool
}

// ServerOrigin is who named a server, in words for a message. Other origins
// than the constants come from ByProfile and ByDefinition.
type ServerOrigin string

// The origins that have no name of their own.
const (
	ByFlag   ServerOrigin = "--server"
	ByEnv    ServerOrigin = "EPILOT_SERVER"
	Embedded ServerOrigin = "the embedded definition"
	Emulator ServerOrigin = "the emulator"
)

// ByProfile is the origin of a profile's server.
func ByProfile(name string) ServerOrigin {
	return ServerOrigin("profile " + strconv.Quote(name))
}

// ByDefinition is the origin of a server that a definition from outside of the
// program names: a file or URL.
func ByDefinition(source string) ServerOrigin {
	return ServerOrigin("the definition " + strconv.Quote(source))
}

// MayReceive reports whether the token may go to the server, as an error of
// kind Credentials when it may not. A token that is stored or comes from the
// environment reaches only the hosts, over https on its own port; loopback; and
// a server that the person named with --server, EPILOT_SERVER or in the profile
// that holds the token; over https also the servers of a definition that the
// person trusts. The token of --token goes where the line goes. Plain http
// beyond loopback needs allowHTTP for each of them.
func MayReceive(token *Token, server Server, hosts []string, allowHTTP bool) error {
	if token == nil {
		return nil
	}
	u := server.URL
	if u == nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return failure.New(failure.Credentials, "the token of %s may only go to an http or https server", *token).
			Hintf("name the server by its URL, as in --server https://…")
	}
	if !token.trusts(server, hosts) {
		return stranger(*token, server)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) && !allowHTTP {
		return failure.New(failure.Credentials, "the token of %s may not go to %s without encryption", *token, place(u)).
			Hintf("use https, or add --allow-http if that network is yours")
	}
	return nil
}

// trusts tells whether the token may meet the server, whatever the scheme.
func (t Token) trusts(server Server, hosts []string) bool {
	if loopback(server.URL.Hostname()) {
		return true
	}
	switch t.Source {
	case FromFlag, FromTerminal:
		return true
	case FromEmulator:
		return false // a key to this machine opens nothing elsewhere
	}
	named := server.Origin == ByFlag || server.Origin == ByEnv
	holder := t.Source == FromProfile && server.Origin == ByProfile(t.Profile)
	trusted := server.Trusted && server.URL.Scheme == "https"
	return named || holder || trusted || isEpilot(server.URL, hosts)
}

// isEpilot reports whether the URL is https, on its own port and without user
// information, and its host is one of the list.
func isEpilot(u *url.URL, hosts []string) bool {
	port := u.Port()
	if u.Scheme != "https" || u.User != nil || port != "" && port != "443" {
		return false
	}
	host, ascii := lower(u.Hostname())
	return ascii && slices.Contains(hosts, host)
}

// loopback reports whether a host never leaves the machine: localhost,
// 127.0.0.0/8 and ::1, in their plain notations only.
func loopback(host string) bool {
	if name, ascii := lower(host); ascii && name == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback() && !address.Is4In6() && address.Zone() == ""
}

// lower is the host in lower case, and whether all of it is ASCII. Unicode
// folds the Kelvin sign to k, and more like it.
func lower(host string) (string, bool) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			return host, false
		}
	}
	return strings.ToLower(host), true
}

func stranger(t Token, server Server) error {
	err := failure.New(failure.Credentials, "the token of %s may not go to %s, which %s names", t, place(server.URL), server.Origin)
	if t.Source == FromEmulator {
		return err.Hintf("give a token for that server with --token or EPILOT_TOKEN")
	}
	if server.File != "" && !server.Trusted {
		return err.Hintf("if you trust that server, name it with --server %s, or trust the definition as it is: epilot definitions trust %s",
			place(server.URL), word(server.File))
	}
	return err.Hintf("if you trust that server, name it with --server or EPILOT_SERVER, or type a token for it with --token")
}

// word is a file as a shell reads it back, for the hint to be pasted.
func word(file string) string {
	special := func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune("!\"#$&'()*;<>?[\\]^`{|}~", c)
	}
	if strings.HasPrefix(file, "-") {
		return "'./" + strings.ReplaceAll(file, "'", `'\''`) + "'"
	}
	if !strings.ContainsFunc(file, special) {
		return file
	}
	return "'" + strings.ReplaceAll(file, "'", `'\''`) + "'"
}

// place is the scheme and host of a URL, fit for a message: user information
// and query may be secret.
func place(u *url.URL) string {
	return strings.Trim(strconv.Quote(u.Scheme+"://"+u.Host), `"`)
}
