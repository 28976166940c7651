package params

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/suggest"
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
func documented(op *openapi.Operation) []*openapi.Param {
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
func resolve(params []*openapi.Param, key string) (*openapi.Param, []string) {
	if p, path := lookup(params, key); p != nil {
		return p, path
	}
	in, name, ok := strings.Cut(key, ":")
	if !ok {
		return nil, nil
	}
	var narrowed []*openapi.Param
	for _, p := range params {
		if p.In == in {
			narrowed = append(narrowed, p)
		}
	}
	return lookup(narrowed, name)
}

func lookup(params []*openapi.Param, key string) (*openapi.Param, []string) {
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
func named(p *openapi.Param, key string) bool {
	return p.Name == key || p.In == inHeader && strings.EqualFold(p.Name, key)
}

// lookupMember takes the longest name, as names may themselves contain dots.
func lookupMember(params []*openapi.Param, key string) (found *openapi.Param, path []string) {
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
func memberPath(s *openapi.Schema, rest string) []string {
	if name, dotted := strings.CutPrefix(rest, "."); dotted && schema.Declares(s, name) {
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

func unknown(op *openapi.Operation, params []*openapi.Param, key string) error {
	if len(params) == 0 {
		return failure.New(failure.Usage, "unknown parameter %q: %s takes no parameters", key, title(op)).
			Hintf("--query key=value sends an undocumented query parameter")
	}
	intended := ""
	if near := suggest.Match(key, names(params)); near != "" {
		intended = "; did you mean " + near + "?"
	}
	return failure.New(failure.Usage, "unknown parameter %q%s (%s takes %s)",
		key, intended, title(op), strings.Join(labels(params, params), ", ")).
		Hintf("--query key=value sends an undocumented query parameter")
}

// title is how messages call an operation.
func title(op *openapi.Operation) string {
	if op.ID != "" {
		return op.ID
	}
	return op.Method + " " + op.Path
}

func names(params []*openapi.Param) []string {
	var all []string
	for _, p := range params {
		all = append(all, p.Name)
	}
	return all
}

// keyOf is what -p calls the parameter: its name, and in:name where another of
// the same name comes first.
func keyOf(all []*openapi.Param, p *openapi.Param) string {
	if first, _ := lookup(all, p.Name); first != p {
		return p.In + ":" + p.Name
	}
	return p.Name
}

// Flag is a parameter as a flag of its operation.
type Flag struct {
	Name  string // without the dashes: token-type
	Param *openapi.Param
}

// Flags are the flags that the parameters have, those of the path first: their
// names in kebab case. A parameter has none where this program's own flag, or that
// of a parameter before it, has the name; -p gives it.
func Flags(op *openapi.Operation) []Flag {
	var flags []Flag
	for _, p := range documented(op) {
		name := suggest.Kebab(p.Name)
		isTaken := slices.ContainsFunc(flags, func(f Flag) bool { return f.Name == name })
		if name != "" && !isTaken && !reserved(p) && !strings.Contains(p.Name, "=") && !slices.Contains(convention.OwnFlags(), name) {
			flags = append(flags, Flag{name, p})
		}
	}
	return flags
}

// IsList reports whether the flag may be given again, for each element.
func (f Flag) IsList() bool { return slices.Contains(schema.Types(f.Param.Schema), "array") }

// IsSwitch reports whether the flag needs no value: alone it means true.
func (f Flag) IsSwitch() bool { return slices.Equal(schema.Types(f.Param.Schema), []string{"boolean"}) }

// FlagOf is the name of a parameter's flag, "" where it has none.
func FlagOf(op *openapi.Operation, p *openapi.Param) string {
	for _, flag := range Flags(op) {
		if flag.Param == p || flag.Param.Name == p.Name && flag.Param.In == p.In {
			return flag.Name
		}
	}
	return ""
}

// labels are the keys of the chosen parameters, with the location of each.
func labels(all, chosen []*openapi.Param) []string {
	var texts []string
	for _, p := range chosen {
		texts = append(texts, keyOf(all, p)+" ("+p.In+")")
	}
	return texts
}

// oneLine takes control characters out of a message: names and allowed values
// come from definitions, which may hold anything.
func oneLine(err error) error {
	plain := *failure.Of(err)
	plain.Message, plain.Hint = printable(plain.Message), printable(plain.Hint)
	return &plain
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}
