package auth

import (
	"net/url"
	"slices"
	"strings"
)

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
