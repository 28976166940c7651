package auth

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
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

// isProfile reports whether some profile named the server.
func (o ServerOrigin) isProfile() bool { return strings.HasPrefix(string(o), "profile ") }

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
	if u.Scheme == "http" && !httpx.IsLoopback(u.Hostname()) && !allowHTTP {
		return failure.New(failure.Credentials, "the token of %s may not go to %s without encryption", *token, origin(u)).
			Hintf("use https, or add --allow-http if that network is yours")
	}
	return nil
}

// trusts tells whether the token may meet the server, whatever the scheme.
func (t Token) trusts(server Server, hosts []string) bool {
	if t.Source == FromFlag || t.Source == FromTerminal {
		return true
	}
	loopback := httpx.IsLoopback(server.URL.Hostname())
	if t.Source == FromEmulator {
		return loopback // a key to this machine opens nothing elsewhere
	}
	named := server.Origin == ByFlag || server.Origin == ByEnv
	holder := t.Source == FromProfile && server.Origin == ByProfile(t.Profile)
	if loopback && (server.Origin == Emulator || server.Origin.isProfile()) {
		return true // another program of this machine may listen on any port that a file names
	}
	trusted := server.Trusted && (loopback || server.URL.Scheme == "https")
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
	err := failure.New(failure.Credentials, "the token of %s may not go to %s, which %s names", t, origin(server.URL), server.Origin)
	if t.Source == FromEmulator {
		return err.Hintf("give a token for that server with --token or EPILOT_TOKEN")
	}
	if server.File != "" && !server.Trusted {
		return err.Hintf("if you trust that server, name it with --server %s, or trust the definition as it is: epilot definitions trust %s",
			origin(server.URL), word(server.File))
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

// origin is the scheme and host of a URL, fit for a message: user information
// and query may be secret.
func origin(u *url.URL) string {
	return strings.Trim(strconv.Quote(u.Scheme+"://"+u.Host), `"`)
}

// Hosts returns the exact hosts, sorted, that the servers name, each in all
// its stages. Servers that are not https on its own port, or that hold a
// variable, add nothing.
func Hosts(servers []string) []string {
	var hosts []string
	for _, server := range servers {
		for _, stage := range []string{"prod", "dev", "staging"} {
			u, err := url.Parse(ApplyStage(server, stage))
			if err != nil || strings.ContainsAny(u.Host, "{}") {
				continue
			}
			host, _ := lower(u.Hostname())
			if host != "" && isEpilot(u, []string{host}) {
				hosts = append(hosts, host)
			}
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// ApplyStage returns the server with its host in the stage: prod, dev or
// staging. It changes https://<api>.sls.epilot.io, with or without a stage
// already in it, and returns any other server, or for any other stage, the
// same.
func ApplyStage(server, stage string) string {
	const prefix, domain = "https://", ".sls.epilot.io"
	rest, isHTTPS := strings.CutPrefix(server, prefix)
	end := strings.IndexAny(rest+"/", "/?#")
	name, isOurs := strings.CutSuffix(rest[:end], domain)
	infix, isStage := infix(stage)
	if !isHTTPS || !isOurs || !isStage {
		return server
	}
	api, old, staged := strings.Cut(name, ".")
	if !isLabel(api) || staged && old != "dev" && old != "staging" {
		return server
	}
	return prefix + api + infix + domain + rest[end:]
}

func infix(stage string) (text string, known bool) {
	switch stage {
	case "prod":
		return "", true
	case "dev", "staging":
		return "." + stage, true
	}
	return "", false
}

// isLabel reports whether a word is a label of a host name (RFC 1123) in lower
// case: no port, no user information, no variable.
func isLabel(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-'
	})
}
