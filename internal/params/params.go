// Package params turns the words of a command line into the path, the query
// string and the headers of a request, by OpenAPI's rules for parameters. It is
// pure: it sends nothing, reads no file, and leaves bodies, servers and tokens
// to others.
package params

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
	"github.com/epilot-cli/epilot/internal/operation"
)

// Input is what the command line says about parameters.
type Input struct {
	Positional []string // fill the path parameters in the order of the template
	Named      []string // -p as typed: "key=value"
	Query      []string // --query as typed: undocumented query parameters
	Headers    []string // -H as typed: "Key: Value"
	NoValidate bool     // send what was typed, whatever the definition says
}

// Result is the part of a request that parameters make.
type Result struct {
	Path   string      // the template filled, percent-encoded, begins with "/"
	Query  string      // raw query without "?", may be empty
	Header http.Header // header and cookie parameters, and -H; never nil

	given []*argument
}

// Build checks the words against the operation's parameters and serializes
// them: https://spec.openapis.org/oas/v3.1.1#style-values. Values keep the text
// they were typed with. An error is a *failure.Error of kind Usage.
func Build(op *operation.Operation, in Input) (*Result, error) {
	r, err := build(op, in)
	if err != nil {
		return nil, oneLine(err)
	}
	return r, nil
}

func build(op *operation.Operation, in Input) (*Result, error) {
	if err := readable(in); err != nil {
		return nil, err
	}
	extra, err := readExtras(in)
	if err != nil {
		return nil, err
	}
	given, err := gather(op, in)
	if err != nil {
		return nil, err
	}
	if err := complete(op, given, extra, in.NoValidate); err != nil {
		return nil, err
	}
	if err := check(given, in.NoValidate); err != nil {
		return nil, err
	}
	return assemble(op, given, extra, in.NoValidate)
}

// readable refuses words that are not UTF-8: they could not be sent as typed.
func readable(in Input) error {
	sources := []struct {
		name  string
		words []string
	}{{"positional argument", in.Positional}, {"-p", in.Named}, {"--query", in.Query}, {"-H", in.Headers}}
	for _, source := range sources {
		for i, word := range source.words {
			if !utf8.ValidString(word) {
				return failure.New(failure.Usage, "%s %d is not valid UTF-8", source.name, i+1).
					Hintf("type it as UTF-8 text; arbitrary bytes can only be sent in a body")
			}
		}
	}
	return nil
}

// assemble writes the checked arguments into the request's parts.
func assemble(op *operation.Operation, given []*argument, extra *extras, lenient bool) (*Result, error) {
	r := &Result{Header: extra.header.Clone(), given: given}
	segments, query := map[string]string{}, []string{}
	for _, a := range given {
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
