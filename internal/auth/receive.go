package auth

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
)

// Server is the server of a call and its origin.
type Server struct {
	URL    *url.URL
	Origin ServerOrigin

	// The file whose definition names the server, if any, and whether the user
	// trusts its current content.
	File    string
	Trusted bool
}

// ServerOrigin says who named a server, worded for messages. Besides the constants,
// ByProfile and ByDefinition return origins.
type ServerOrigin string

// The fixed origins.
const (
	ByFlag   ServerOrigin = "--server"
	ByEnv    ServerOrigin = "EPILOT_SERVER"
	Embedded ServerOrigin = "the embedded definition"
	Emulator ServerOrigin = "the emulator"
)

// ByProfile returns the origin of a profile's server.
func ByProfile(name string) ServerOrigin {
	return ServerOrigin("profile " + strconv.Quote(name))
}

// isProfile reports whether a profile named the server.
func (o ServerOrigin) isProfile() bool { return strings.HasPrefix(string(o), "profile ") }

// ByDefinition returns the origin of a server named by an external definition, a
// file or URL.
func ByDefinition(source string) ServerOrigin {
	return ServerOrigin("the definition " + strconv.Quote(source))
}

// MayReceive returns an error of kind Credentials if the token must not be sent to
// the server. A token that is stored or comes from the environment can be sent only
// to the hosts, over https on the default port; to loopback; to a server that the
// user named with --server, EPILOT_SERVER or in the profile that contains the token;
// and over https to servers of a definition that the user trusts. The token of
// --token can be sent to any server of its command line. Plain http beyond loopback
// always requires allowHTTP.
func MayReceive(token *Token, server Server, hosts []string, allowHTTP bool) error {
	if token == nil {
		return nil
	}
	u := server.URL
	if u == nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return failure.New(failure.Credentials, "the token of %s can only be sent to an http or https server", *token).
			Hintf("set the server by its URL, such as --server https://…")
	}
	if !token.trusts(server, hosts) {
		return stranger(*token, server)
	}
	if u.Scheme == "http" && !httpx.IsLoopback(u.Hostname()) && !allowHTTP {
		return failure.New(failure.Credentials, "the token of %s cannot be sent to %s without encryption", *token, origin(u)).
			Hintf("use https, or add --allow-http if you trust the network")
	}
	return nil
}

// trusts reports whether the token can be sent to the server, whatever the scheme.
func (t Token) trusts(server Server, hosts []string) bool {
	if t.Source == FromFlag || t.Source == FromTerminal {
		return true
	}
	loopback := httpx.IsLoopback(server.URL.Hostname())
	if t.Source == FromEmulator {
		return loopback // a mock's key is useless elsewhere
	}
	named := server.Origin == ByFlag || server.Origin == ByEnv
	holder := t.Source == FromProfile && server.Origin == ByProfile(t.Profile)
	if loopback && (server.Origin == Emulator || server.Origin.isProfile()) {
		return true // any local program may listen on the port that a file names
	}
	trusted := server.Trusted && (loopback || server.URL.Scheme == "https")
	return named || holder || trusted || isEpilot(server.URL, hosts)
}

// isEpilot reports whether the URL is https, on the default port and without user
// information, and its host is in the list.
func isEpilot(u *url.URL, hosts []string) bool {
	port := u.Port()
	if u.Scheme != "https" || u.User != nil || port != "" && port != "443" {
		return false
	}
	host, ascii := lower(u.Hostname())
	return ascii && slices.Contains(hosts, host)
}

// lower returns the host in lower case and whether it is ASCII. Unicode folds the
// Kelvin sign and similar characters to ASCII letters.
func lower(host string) (string, bool) {
	for i := range len(host) {
		if host[i] >= 0x80 {
			return host, false
		}
	}
	return strings.ToLower(host), true
}

func stranger(t Token, server Server) error {
	err := failure.New(failure.Credentials, "the token of %s cannot be sent to %s, a server that %s sets", t, origin(server.URL), server.Origin)
	if t.Source == FromEmulator {
		return err.Hintf("pass a token for that server with --token or EPILOT_TOKEN")
	}
	if server.File != "" && !server.Trusted {
		return err.Hintf("if you trust that server, name it with --server %s, or trust the definition: epilot definitions trust %s",
			origin(server.URL), quoteFile(server.File))
	}
	return err.Hintf("if you trust that server, name it with --server or EPILOT_SERVER, or pass a token for it with --token")
}

// quoteFile quotes a file name for a shell, so that the hint can be pasted.
func quoteFile(file string) string {
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

// origin returns the scheme and host of a URL for messages: user information and
// query may be secret.
func origin(u *url.URL) string {
	return strings.Trim(strconv.Quote(u.Scheme+"://"+u.Host), `"`)
}

// Hosts returns the sorted exact hosts of the servers, each in all of its stages. It
// ignores servers that are not https on the default port or that contain a variable.
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

// ApplyStage returns the server with its host in the stage: prod, dev or staging. It
// changes https://<api>.sls.epilot.io, with or without a stage, and returns any
// other server unchanged, or any server for an unknown stage.
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

// isLabel reports whether a string is a host name label (RFC 1123) in lower case,
// without port, user information or variable.
func isLabel(word string) bool {
	return word != "" && !strings.ContainsFunc(word, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-'
	})
}
