package params

import (
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/nearest"
	"github.com/epilot-cli/epilot/internal/operation"
)

// The locations of OpenAPI, "in" of the parameter object.
const (
	inPath   = "path"
	inQuery  = "query"
	inHeader = "header"
	inCookie = "cookie"
)

// locations is the order in which a name that stands in several is looked up.
func locations() []string { return []string{inPath, inQuery, inHeader, inCookie} }

// documented are the operation's parameters, those of the path first, and for
// a part of the path that the definition does not declare, a text parameter.
func documented(op *operation.Operation) []*operation.Param {
	all := pathParams(op)
	for _, p := range op.Params {
		if p.In != inPath {
			all = append(all, p)
		}
	}
	return all
}

// resolve finds the parameter that a -p key names: by its name, by in:name, or
// as key.member or key[member] of an object, whose path of members it returns.
func resolve(params []*operation.Param, key string) (*operation.Param, []string) {
	if p, path := lookup(params, key); p != nil {
		return p, path
	}
	in, name, ok := strings.Cut(key, ":")
	if !ok {
		return nil, nil
	}
	var narrowed []*operation.Param
	for _, p := range params {
		if p.In == in {
			narrowed = append(narrowed, p)
		}
	}
	return lookup(narrowed, name)
}

func lookup(params []*operation.Param, key string) (*operation.Param, []string) {
	for _, in := range locations() {
		for _, p := range params {
			if p.In == in && named(p, key) {
				return p, nil
			}
		}
	}
	return lookupMember(params, key)
}

// named compares names; those of headers have no letter case (RFC 9110, 5.1).
func named(p *operation.Param, key string) bool {
	return p.Name == key || p.In == inHeader && strings.EqualFold(p.Name, key)
}

// lookupMember takes the longest name, as names may themselves contain dots.
func lookupMember(params []*operation.Param, key string) (found *operation.Param, path []string) {
	for _, p := range params {
		rest, ok := strings.CutPrefix(key, p.Name)
		if !ok || p.Name == "" || !kindsOf(p.Schema).object || p.MediaType != "" {
			continue
		}
		parts := memberPath(p.Schema, rest)
		if parts != nil && (found == nil || len(p.Name) > len(found.Name)) {
			found, path = p, parts
		}
	}
	return found, path
}

// memberPath splits ".a.b" and "[a][b]", or returns nil. A property whose own
// name has dots is found by that name.
func memberPath(s *operation.Schema, rest string) []string {
	if name, dotted := strings.CutPrefix(rest, "."); dotted && declares(s, name) {
		return []string{name}
	}
	var path []string
	for rest != "" {
		var part string
		switch {
		case rest[0] == '[' && strings.Contains(rest, "]"):
			part, rest, _ = strings.Cut(rest[1:], "]")
		case rest[0] == '.':
			end := strings.IndexAny(rest[1:], ".[") + 1
			if end == 0 {
				end = len(rest)
			}
			part, rest = rest[1:end], rest[end:]
		}
		if part == "" {
			return nil
		}
		path = append(path, part)
	}
	return path
}

func unknown(op *operation.Operation, params []*operation.Param, key string) error {
	if len(params) == 0 {
		return failure.New(failure.Usage, "unknown parameter %q: %s takes no parameters", key, title(op)).
			Hintf("--query key=value sends an undocumented query parameter")
	}
	meant := ""
	if near := nearest.Match(key, names(params)); near != "" {
		meant = "; did you mean " + near + "?"
	}
	return failure.New(failure.Usage, "unknown parameter %q%s (%s takes %s)",
		key, meant, title(op), strings.Join(labels(params, params), ", ")).
		Hintf("--query key=value sends an undocumented query parameter")
}
