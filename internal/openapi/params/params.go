// Package params turns command-line arguments into the path, query string and
// headers of a request, by OpenAPI's serialization rules. It is pure: it sends
// nothing, reads no files, and does not handle bodies, servers or tokens.
package params

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
	"github.com/epilot-cli/epilot/internal/shell"
)

// Input contains the parameters of a command line.
type Input struct {
	Positional []string // fill the path parameters in template order
	Named      []string // -p as typed: "key=value"
	Flags      []string // parameter flags, in the form of -p
	Query      []string // --query as typed: undocumented query parameters
	Headers    []string // -H as typed: "Key: Value"
	NoValidate bool     // skip validation against the definition
}

// Equal reports whether both inputs are the same.
func (in Input) Equal(other Input) bool {
	return in.NoValidate == other.NoValidate && slices.Equal(in.Positional, other.Positional) && slices.Equal(in.Named, other.Named) &&
		slices.Equal(in.Flags, other.Flags) && slices.Equal(in.Query, other.Query) && slices.Equal(in.Headers, other.Headers)
}

// Result contains the request parts that parameters produce.
type Result struct {
	Path   string      // the filled template, percent-encoded, with a leading "/"
	Query  string      // raw query without "?", may be empty
	Header http.Header // header and cookie parameters, and -H; never nil

	args []*argument
}

// Build validates the arguments against the operation's parameters and serializes
// them: https://spec.openapis.org/oas/v3.1.1#style-values. Values keep the typed
// text. An error is a *failure.Error of kind Usage.
func Build(op *openapi.Operation, in Input) (*Result, error) {
	r, err := build(op, in)
	if err != nil {
		return nil, oneLine(err)
	}
	return r, nil
}

func build(op *openapi.Operation, in Input) (*Result, error) {
	if err := readable(in); err != nil {
		return nil, err
	}
	extra, err := readExtras(in)
	if err != nil {
		return nil, err
	}
	args, err := gather(op, in)
	if err != nil {
		return nil, err
	}
	if err := complete(op, args, extra, in.NoValidate); err != nil {
		return nil, err
	}
	if err := check(args, in.NoValidate); err != nil {
		return nil, err
	}
	return assemble(op, args, extra, in.NoValidate)
}

// readable rejects arguments that are not UTF-8: they could not be sent as typed.
func readable(in Input) error {
	sources := []struct {
		name  string
		texts []string
	}{
		{"positional argument", in.Positional},
		{"-p", in.Named},
		{"the flag of parameter", in.Flags},
		{"--query", in.Query},
		{"-H", in.Headers},
	}
	for _, source := range sources {
		for i, word := range source.texts {
			if !utf8.ValidString(word) {
				return failure.New(failure.Usage, "%s %d is not valid UTF-8", source.name, i+1).
					Hintf("type it as UTF-8 text; arbitrary bytes can only be sent in a body")
			}
		}
	}
	return nil
}

// assemble writes the checked arguments into the request's parts.
func assemble(op *openapi.Operation, args []*argument, extra *extras, lenient bool) (*Result, error) {
	r := &Result{Header: extra.header.Clone(), args: args}
	segments, query := map[string]string{}, []string{}
	for _, a := range args {
		text, defined := expand(a.param, a.value)
		if err := a.sendable(text, defined, lenient, extra); err != nil {
			return nil, err
		}
		switch {
		case !defined:
		case a.param.In == inPath:
			segments[a.param.Name] = text
		case a.param.In == inQuery:
			query = append(query, text)
		case a.param.In == inHeader:
			r.Header.Set(a.param.Name, text)
		case a.param.In == inCookie:
			addCookie(r.Header, text)
		}
	}
	r.Query = strings.Join(append(query, extra.query...), "&")
	var err error
	r.Path, err = fill(op.Path, segments)
	return r, err
}

// argument contains the input for one parameter.
type argument struct {
	param   *openapi.Param
	texts   []string // values for the parameter itself
	members []member // values for members of an object
	from    source
	value   *jsonx.Node // set by check
}

// source is how a parameter is set. A command line must not mix sources for one
// parameter.
type source int

const (
	byPosition source = iota
	byKey             // -p
	byFlag
)

// member is the value of one object member, identified by its path.
type member struct {
	path []string
	text string
}

// gather finds the parameter for each argument. The results are in the order of
// first mention, positional arguments first.
func gather(op *openapi.Operation, in Input) ([]*argument, error) {
	params := documented(op)
	args, err := positional(op, pathParams(op), in.Positional)
	if err != nil {
		return nil, err
	}
	for _, typed := range in.Named {
		if args, err = gatherOne(args, op, params, typed, byKey, in.NoValidate); err != nil {
			return nil, err
		}
	}
	for _, typed := range in.Flags {
		if args, err = gatherOne(args, op, params, typed, byFlag, in.NoValidate); err != nil {
			return nil, err
		}
	}
	return args, nil
}

// gatherOne adds one key=value argument.
func gatherOne(args []*argument, op *openapi.Operation, params []*openapi.Param, typed string, from source, lenient bool) ([]*argument, error) {
	key, word, ok := strings.Cut(typed, "=")
	if !ok || key == "" {
		return nil, failure.New(failure.Usage, "-p %q is not key=value", typed).
			Hintf("write -p key=value; an empty value is -p key=")
	}
	p, path := resolve(params, key)
	if p == nil {
		if !lenient {
			return nil, unknown(op, params, key)
		}
		p = &openapi.Param{Name: key, In: inQuery, Style: "form", Explode: true}
	}
	a := find(args, p)
	switch {
	case a == nil:
		a = &argument{param: p, from: from}
		args = append(args, a)
	case a.from != from:
		return nil, setTwice(op, a, from)
	}
	if path != nil {
		a.members = append(a.members, member{path, word})
	} else {
		a.texts = append(a.texts, word)
	}
	return args, nil
}

// setTwice is the error for a parameter set in two ways.
func setTwice(op *openapi.Operation, a *argument, from source) error {
	how := "-p"
	if from == byFlag {
		how = "--" + FlagOf(op, a.param)
	}
	if a.from == byPosition {
		return failure.New(failure.Usage, "path parameter %s is given twice: as a positional argument and with %s", a.param.Name, how).
			Hintf("give all path parameters in order, or name each with -p or its flag")
	}
	return failure.New(failure.Usage, "parameter %s is given twice: with -p and with %s", a.param.Name, how).
		Hintf("leave one of them out")
}

func positional(op *openapi.Operation, params []*openapi.Param, texts []string) ([]*argument, error) {
	if len(texts) > len(params) {
		return nil, tooMany(op, params, texts)
	}
	var args []*argument
	for i, word := range texts {
		args = append(args, &argument{param: params[i], texts: []string{word}})
	}
	return args, nil
}

// find returns the argument for the parameter, or nil.
func find(args []*argument, p *openapi.Param) *argument {
	for _, a := range args {
		if a.param == p || a.param.Name == p.Name && a.param.In == p.In {
			return a
		}
	}
	return nil
}

func tooMany(op *openapi.Operation, params []*openapi.Param, texts []string) error {
	first := texts[len(params)]
	flag := flagFor(op, first)
	switch {
	case len(params) == 0 && flag != "":
		return failure.New(failure.Usage, "%s takes no positional arguments, but %q was given", title(op), first).
			Hintf("write %s %s", flag, shell.Quote(first))
	case len(params) == 0:
		return failure.New(failure.Usage, "%s takes no positional arguments, but %q was given", title(op), first).
			Hintf("positional arguments fill path parameters, and the path %s has none; pass other parameters as -p key=value", op.Path)
	case flag != "":
		return failure.New(failure.Usage, "%s takes %d positional %s (%s); %q is none of them",
			title(op), len(params), failure.Plural(len(params), "argument"), strings.Join(names(params), ", "), first).
			Hintf("write %s %s", flag, shell.Quote(first))
	}
	return failure.New(failure.Usage, "%s takes %d positional %s (%s), but %d were given: %q is too many",
		title(op), len(params), failure.Plural(len(params), "argument"), strings.Join(names(params), ", "), len(texts), first).
		Hintf("quote a value that contains spaces; pass other parameters as -p key=value")
}

// flagFor returns the flag that an argument lacks: -p or -f before key=value, or -d
// before JSON or the name of a body file. It returns "" if there is none.
func flagFor(op *openapi.Operation, text string) string {
	name, _, assigns := strings.Cut(text, "=")
	hasName := func(p *openapi.Param) bool { return p.Name == name }
	switch {
	case op.Body != nil && text != "" && strings.ContainsRune("{[@", rune(text[0])):
		return "-d"
	case assigns && slices.ContainsFunc(op.Params, hasName):
		return "-p"
	case assigns && name != "" && op.Body != nil:
		return "-f"
	}
	return ""
}

// Missing returns the required parameters that are not set, path parameters first.
// It returns nil if the arguments are invalid: Build reports the error.
func Missing(op *openapi.Operation, in Input) []*openapi.Param {
	args, extra, err := read(op, in)
	if err != nil {
		return nil
	}
	return missing(op, args, extra, in.NoValidate)
}

// Optional returns the other parameters that are not set. It returns nil if the
// arguments are invalid.
func Optional(op *openapi.Operation, in Input) []*openapi.Param {
	args, extra, err := read(op, in)
	if err != nil {
		return nil
	}
	var open []*openapi.Param
	for _, p := range documented(op) {
		if p.In != inPath && !p.Required && !p.IsReserved() && find(args, p) == nil && !extra.has(p) {
			open = append(open, p)
		}
	}
	return open
}

// Find returns the parameter that a -p key names, and the path to an object member
// if the key contains one, or nil.
func Find(op *openapi.Operation, key string) (*openapi.Param, []string) {
	return resolve(documented(op), key)
}

// Key returns the -p key of the parameter.
func Key(op *openapi.Operation, p *openapi.Param) string { return keyOf(documented(op), p) }

func read(op *openapi.Operation, in Input) ([]*argument, *extras, error) {
	extra, err := readExtras(in)
	if err != nil {
		return nil, nil, err
	}
	args, err := gather(op, in)
	return args, extra, err
}

// complete rejects a call that lacks required parameters, and names all of them.
// Path parameters are always required, because a URL cannot be built without them.
func complete(op *openapi.Operation, args []*argument, extra *extras, lenient bool) error {
	lacking := missing(op, args, extra, lenient)
	if len(lacking) == 0 {
		return nil
	}
	all := documented(op)
	return failure.New(failure.Usage, "missing required %s: %s",
		failure.Plural(len(lacking), "parameter"), strings.Join(labels(all, lacking), ", ")).
		Hintf("%s", howToGive(op, all, lacking))
}

func missing(op *openapi.Operation, args []*argument, extra *extras, lenient bool) []*openapi.Param {
	var lacking []*openapi.Param
	for _, p := range documented(op) {
		needed := p.In == inPath || p.Required && !lenient && !p.IsReserved()
		if needed && find(args, p) == nil && !extra.has(p) {
			lacking = append(lacking, p)
		}
	}
	return lacking
}

// howToGive shows the missing parameters as command-line arguments.
func howToGive(op *openapi.Operation, all, missing []*openapi.Param) string {
	var flags []string
	inOrder := ""
	for _, p := range missing {
		flags = append(flags, "-p "+keyOf(all, p)+"=…")
		if p.In == inPath {
			inOrder = "; path parameters also as positional arguments: " +
				title(op) + " <" + strings.Join(names(pathParams(op)), "> <") + ">"
		}
	}
	return "pass " + strings.Join(flags, " ") + inOrder
}

// Value is one parameter set on the command line.
type Value struct {
	Name string
	In   string // path, query, header or cookie
	JSON string // the value, with the types in the schema
}

// Values returns the parameters in the order in which they were set.
func (r *Result) Values() []Value {
	var values []Value
	for _, a := range r.args {
		values = append(values, Value{a.param.Name, a.param.In, a.json()})
	}
	return values
}

func (a *argument) json() string {
	if a.param.MediaType != "" {
		return strings.TrimSpace(a.value.String()) // it is already a document
	}
	typed(a.param.Schema, a.value) // decides which strings are numbers
	return string(a.value.Append(nil))
}
