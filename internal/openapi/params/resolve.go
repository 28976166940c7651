package params

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/convention"
	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/httpx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/openapi/schema"
	"github.com/epilot-cli/epilot/internal/suggest"
)

// Values of "in" of the parameter object.
const (
	inPath   = "path"
	inQuery  = "query"
	inHeader = "header"
	inCookie = "cookie"
)

// locations returns the lookup order for a name that exists in several locations.
func locations() []string { return []string{inPath, inQuery, inHeader, inCookie} }

// documented returns the operation's parameters, path parameters first, plus a
// string parameter for each undeclared variable of the path.
func documented(op *openapi.Operation) []*openapi.Param {
	all := pathParams(op)
	for _, p := range op.Params {
		if p.In != inPath {
			all = append(all, p)
		}
	}
	return all
}

// resolve finds the parameter for a -p key: a name, in:name, or key.member or
// key[member] of an object, whose member path it returns.
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

// named compares names; header names are case-insensitive (RFC 9110, section 5.1).
func named(p *openapi.Param, key string) bool {
	return p.Name == key || p.In == inHeader && strings.EqualFold(p.Name, key)
}

// lookupMember matches the longest name, because names can contain dots.
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

// memberPath splits ".a.b" and "[a][b]", or returns nil. A property whose name
// contains dots is matched by that name.
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

// title returns the operation's name for messages.
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

// keyOf returns the -p key of the parameter: its name, or in:name if an earlier
// parameter has the same name.
func keyOf(all []*openapi.Param, p *openapi.Param) string {
	if first, _ := lookup(all, p.Name); first != p {
		return p.In + ":" + p.Name
	}
	return p.Name
}

// Flag is a parameter's command-line flag.
type Flag struct {
	Name  string // without the dashes: token-type
	Param *openapi.Param
}

// Flags returns the flags of the parameters, path parameters first, with names in
// kebab case. A parameter whose name conflicts with one of this program's flags or
// with an earlier parameter has no flag; use -p.
func Flags(op *openapi.Operation) []Flag {
	var flags []Flag
	for _, p := range documented(op) {
		name := suggest.Kebab(p.Name)
		isTaken := slices.ContainsFunc(flags, func(f Flag) bool { return f.Name == name })
		if name != "" && !isTaken && !p.IsReserved() && !strings.Contains(p.Name, "=") && !slices.Contains(convention.OwnFlags(), name) {
			flags = append(flags, Flag{name, p})
		}
	}
	return flags
}

// IsList reports whether the flag can be repeated, once for each element.
func (f Flag) IsList() bool { return slices.Contains(schema.Types(f.Param.Schema), "array") }

// IsSwitch reports whether the flag needs no value: by itself it means true.
func (f Flag) IsSwitch() bool { return slices.Equal(schema.Types(f.Param.Schema), []string{"boolean"}) }

// FlagOf returns the name of a parameter's flag, or "".
func FlagOf(op *openapi.Operation, p *openapi.Param) string {
	for _, flag := range Flags(op) {
		if flag.Param == p || flag.Param.Name == p.Name && flag.Param.In == p.In {
			return flag.Name
		}
	}
	return ""
}

// labels returns the keys of the chosen parameters with their locations.
func labels(all, chosen []*openapi.Param) []string {
	var texts []string
	for _, p := range chosen {
		texts = append(texts, keyOf(all, p)+" ("+p.In+")")
	}
	return texts
}

// oneLine removes control characters from a message: names and allowed values come
// from definitions, which can contain anything.
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

// extras contains the undocumented parameters of a command line.
type extras struct {
	query  []string // encoded "name=value"
	names  []string // of the query parameters, as typed
	header http.Header
}

// has reports whether the extras replace a documented parameter.
func (e *extras) has(p *openapi.Param) bool {
	switch p.In {
	case inHeader:
		return e.header.Values(p.Name) != nil
	case inCookie:
		return e.header.Values("Cookie") != nil
	case inQuery:
		for _, name := range e.names {
			if name == p.Name {
				return true
			}
		}
	}
	return false
}

func readExtras(in Input) (*extras, error) {
	e := &extras{header: http.Header{}}
	for _, typed := range in.Query {
		name, value, ok := strings.Cut(typed, "=")
		if !ok || name == "" {
			return nil, failure.New(failure.Usage, "--query %q is not key=value", typed).
				Hintf("write --query key=value to send a query parameter; --jsonata selects from the response")
		}
		e.names = append(e.names, name)
		e.query = append(e.query, escape(name)+"="+escape(value))
	}
	for i, typed := range in.Headers {
		if err := e.addHeader(i+1, typed); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// addHeader parses "Key: Value". Messages omit the value, because it is often a
// secret.
func (e *extras) addHeader(number int, typed string) error {
	name, value, err := httpx.ParseHeader(typed)
	switch {
	case errors.Is(err, httpx.ErrNoColon):
		return failure.New(failure.Usage, "header %d (-H) is not 'Key: Value': it has no colon", number).
			Hintf("write -H 'X-Request-Id: 42'; an empty value is -H 'X-Request-Id:'")
	case errors.Is(err, httpx.ErrHeaderName):
		return failure.New(failure.Usage, "-H %q: the header name may hold only letters, digits and !#$%%&'*+-.^_`|~", name).
			Hintf("write -H 'Key: Value' with no space before the colon")
	case framing(name):
		return failure.New(failure.Usage, "-H %s: this header is set by the request itself", name).
			Hintf("leave the header out")
	case err != nil:
		return failure.New(failure.Usage, "-H %s: the value holds a line break or another control character", name).
			Hintf("a header value is one line of text")
	}
	e.header.Add(name, value)
	return nil
}

// addCookie appends to the single Cookie header (RFC 6265, section 5.4).
func addCookie(header http.Header, pairs string) {
	if before := header.Get("Cookie"); before != "" {
		pairs = before + "; " + pairs
	}
	header.Set("Cookie", pairs)
}

// framing reports whether net/http derives the header from the body and would
// silently ignore it here.
func framing(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Content-Length", "Transfer-Encoding", "Trailer":
		return true
	}
	return false
}
