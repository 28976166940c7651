package openapi

import (
	"net/url"
	"strings"

	"github.com/epilot-cli/epilot/internal/operation"
)

// servers reads a list of server objects as URLs in which the variables have
// their defaults. In the catalog's own files a server is a plain string.
func (r *reader) servers() []string {
	var found []string
	r.list(func() {
		if r.kind() == '"' {
			found = appendName(found, r.text())
			return
		}
		found = appendName(found, r.server())
	})
	return found
}

func (r *reader) server() string {
	var template string
	var pairs []string
	r.object(func(name string) {
		switch name {
		case "url":
			template = r.text()
		case "variables":
			r.object(func(variable string) {
				pairs = append(pairs, "{"+variable+"}", r.defaultOf())
			})
		default:
			r.skip()
		}
	})
	return strings.NewReplacer(pairs...).Replace(template)
}

func (r *reader) defaultOf() string {
	var found string
	r.object(func(name string) {
		if name == "default" {
			found = r.word()
			return
		}
		r.skip()
	})
	return found
}

// absolute makes servers base URLs without a slash at the end, each once. A
// relative one is resolved against the URL that the document came from; where
// it came from none it is left out, as is one that is no http URL.
func absolute(servers []string, source string) []string {
	base, err := url.Parse(source)
	if err != nil {
		base = &url.URL{}
	}
	var found []string
	seen := map[string]bool{}
	for _, server := range servers {
		u, err := base.Parse(server)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			continue
		}
		text := strings.TrimRight(u.String(), "/")
		if !seen[text] {
			seen[text] = true
			found = append(found, text)
		}
	}
	return found
}

// silentSecurity is what holds where the document has no "security".
func (t *tree) silentSecurity() operation.Security {
	schemes := t.root.child("components").child("securitySchemes")
	if len(schemes.names()) == 0 {
		return operation.Required
	}
	for _, name := range schemes.names() {
		scheme := schemes.child(name)
		if scheme.child("type").is("http") && scheme.child("scheme").is("bearer") {
			return operation.Required
		}
	}
	return operation.Public
}

// is reports whether the node is that word, whatever its case.
func (n *node) is(word string) bool {
	return n != nil && strings.EqualFold(newReader(n.raw, "", nil).text(), word)
}
