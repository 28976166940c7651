// Package shell quotes strings for a POSIX shell and splits lines as one would.
// Nothing is expanded.
package shell

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// Quote quotes a string as one argument of a POSIX shell.
func Quote(text string) string {
	if text != "" && strings.Trim(text, unquoted) == "" {
		return text
	}
	return SingleQuote(text)
}

// SingleQuote is Quote, but always adds quotes.
func SingleQuote(text string) string {
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

const unquoted = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,"

// Command parses a program and its arguments: a JSON array of strings, or a line
// with POSIX shell quoting. name describes the line in errors, such as "the token
// command". Errors are of kind Usage and do not contain the line, which may be a
// secret.
func Command(name, text string) ([]string, error) {
	text = strings.TrimSpace(text)
	args, isList := List([]byte(text))
	if !isList && strings.HasPrefix(text, "[") {
		return nil, failure.New(failure.Usage, "%s is not a JSON array of strings", name).
			Hintf(`write '["pass", "show", "epilot"]', or 'pass show epilot'`)
	}
	if !isList {
		var err error
		if args, err = split(name, text, filepath.Separator == '\\'); err != nil {
			return nil, err
		}
	}
	hasNUL := func(arg string) bool { return strings.ContainsRune(arg, 0) }
	if len(args) == 0 || args[0] == "" || slices.ContainsFunc(args, hasNUL) {
		return nil, failure.New(failure.Usage, "%s has no program", name).
			Hintf("use a program and its arguments, such as 'pass show epilot'")
	}
	return args, nil
}

// Template splits a line like Command, identically on every system, for a caller
// that replaces $1 and so on: "$" is literal. An argument that starts with { or [ is
// JSON up to the matching bracket, including its quotes.
func Template(name, line string) ([]string, error) {
	s := splitter{name: name, rest: []rune(line), template: true}
	return s.split()
}

// List parses a JSON array that contains only strings.
func List(text []byte) (found []string, isList bool) {
	var args []*string
	if json.Unmarshal(text, &args) != nil || slices.Contains(args, nil) {
		return nil, false
	}
	for _, arg := range args {
		found = append(found, *arg)
	}
	return found, true
}

// split splits a line into arguments with the quoting of a POSIX shell (XCU, section
// 2.2). Syntax that only a shell could interpret is rejected. With paths, a
// backslash outside of quotes is part of a path, as on Windows.
func split(name, line string, paths bool) ([]string, error) {
	s := splitter{name: name, rest: []rune(line), paths: paths}
	return s.split()
}

func (s *splitter) split() ([]string, error) {
	for len(s.rest) > 0 {
		if err := s.step(s.next()); err != nil {
			return nil, err
		}
	}
	s.end()
	return s.args, nil
}

type splitter struct {
	name   string
	rest   []rune
	args   []string
	arg    []rune
	inside bool // inside an argument, which may be empty
	paths  bool

	template bool // "$" is literal, and JSON keeps its quotes
}

func (s *splitter) next() rune {
	r := s.rest[0]
	s.rest = s.rest[1:]
	return r
}

func (s *splitter) end() {
	if s.inside {
		s.args = append(s.args, string(s.arg))
	}
	s.arg, s.inside = nil, false
}

func (s *splitter) step(r rune) error {
	switch {
	case strings.ContainsRune(" \t\r\n", r):
		s.end()
		return nil
	case r == '\'' || r == '"':
		s.inside = true
		return s.quoted(r)
	case s.template && !s.inside && (r == '{' || r == '['):
		return s.document(r)
	case r == '$' && s.template:
	case r == '\\' && s.paths:
	case r == '\\' && len(s.rest) > 0:
		r = s.next()
	case r == '~' && s.inside, !strings.ContainsRune("|&;<>()$`*?[~\\", r):
	default:
		return failure.New(failure.Usage, "%s contains %q, which needs a shell", s.name, r).
			Hintf("put it in quotes, or run a shell: sh -c '…'")
	}
	s.arg, s.inside = append(s.arg, r), true
	return nil
}

// quoted reads up to the closing quote. Within double quotes a backslash escapes the
// same four characters as in a shell and is literal otherwise.
func (s *splitter) quoted(quote rune) error {
	for len(s.rest) > 0 {
		r := s.next()
		switch {
		case r == quote:
			return nil
		case quote == '"' && (r == '$' && !s.template || r == '`'):
			return failure.New(failure.Usage, "%s contains %q, which needs a shell", s.name, r).
				Hintf("put it in single quotes, or run a shell: sh -c '…'")
		case quote == '"' && r == '\\' && len(s.rest) > 0 && strings.ContainsRune("\"\\$`", s.rest[0]):
			r = s.next()
		}
		s.arg = append(s.arg, r)
	}
	return failure.New(failure.Usage, "%s has an unclosed quote", s.name).
		Hintf("close it with %c", quote)
}

// document reads JSON up to the matching bracket.
func (s *splitter) document(open rune) error {
	s.arg, s.inside = append(s.arg, open), true
	depth, inString := 1, false
	for len(s.rest) > 0 {
		r := s.next()
		s.arg = append(s.arg, r)
		switch {
		case inString && r == '\\' && len(s.rest) > 0:
			s.arg = append(s.arg, s.next())
		case r == '"':
			inString = !inString
		case inString:
		case r == '{' || r == '[':
			depth++
		case r == '}' || r == ']':
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
	return failure.New(failure.Usage, "%s has an unclosed %c", s.name, open).Hintf("close it, or put it in single quotes")
}
