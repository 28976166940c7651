package profiles

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"

	"github.com/epilot-cli/epilot/internal/failure"
)

// ParseCommand reads a program and its arguments as a person types them: a JSON
// array of strings, or a line with the quotes of a POSIX shell (XCU, section
// 2.2). Nothing is expanded, and what only a shell could do is refused. Errors
// are of kind Usage and do not show the line: it may hold a secret. On Windows
// a backslash outside of quotes is part of a path.
func ParseCommand(line string) ([]string, error) {
	return parseCommand(line, filepath.Separator == '\\')
}

func parseCommand(line string, paths bool) ([]string, error) {
	trimmed := strings.TrimSpace(line)
	if strings.HasPrefix(trimmed, "[") {
		return commandList(trimmed)
	}
	s := splitter{rest: []rune(trimmed), paths: paths}
	words, err := s.split()
	if err != nil {
		return nil, err
	}
	return runnable(words)
}

func commandList(text string) ([]string, error) {
	words, isList := texts([]byte(text))
	if !isList {
		return nil, failure.New(failure.Usage, "the token command is not a JSON array of strings").
			Hintf(`give it as in '["pass", "show", "epilot"]', or as a line: 'pass show epilot'`)
	}
	return runnable(words)
}

// texts reads a JSON array that holds strings and nothing else.
func texts(text []byte) (found []string, isList bool) {
	var words []*string
	if json.Unmarshal(text, &words) != nil {
		return nil, false
	}
	for _, word := range words {
		if word == nil {
			return nil, false
		}
		found = append(found, *word)
	}
	return found, true
}

func runnable(words []string) ([]string, error) {
	odd := func(word string) bool { return strings.ContainsRune(word, 0) }
	if len(words) == 0 || words[0] == "" || slices.ContainsFunc(words, odd) {
		return nil, failure.New(failure.Usage, "the token command names no program").
			Hintf("give a program and its arguments, as in 'pass show epilot'")
	}
	return words, nil
}

// splitter cuts a line into words.
type splitter struct {
	rest   []rune
	words  []string
	word   []rune
	inside bool // a word has begun, though it may be empty
	paths  bool // a backslash outside of quotes is part of a path, as on Windows
}

func (s *splitter) split() ([]string, error) {
	for len(s.rest) > 0 {
		if err := s.step(s.next()); err != nil {
			return nil, err
		}
	}
	s.end()
	return s.words, nil
}

func (s *splitter) next() rune {
	r := s.rest[0]
	s.rest = s.rest[1:]
	return r
}

func (s *splitter) end() {
	if s.inside {
		s.words = append(s.words, string(s.word))
	}
	s.word, s.inside = nil, false
}

func (s *splitter) step(r rune) error {
	switch {
	case strings.ContainsRune(" \t\r\n", r):
		s.end()
		return nil
	case r == '\'' || r == '"':
		s.inside = true
		return s.quoted(r)
	case r == '\\' && s.paths:
	case r == '\\' && len(s.rest) > 0:
		r = s.next()
	case r == '~' && s.inside, !strings.ContainsRune("|&;<>()$`*?[~\\", r):
	default:
		return failure.New(failure.Usage, "the token command has %q, which only a shell understands", r).
			Hintf("put it in quotes, or run a shell: sh -c '…'")
	}
	s.word, s.inside = append(s.word, r), true
	return nil
}

// quoted reads up to the closing quote. Within double quotes a backslash keeps
// the four characters that a shell would read there, and is itself elsewhere.
func (s *splitter) quoted(quote rune) error {
	for len(s.rest) > 0 {
		r := s.next()
		switch {
		case r == quote:
			return nil
		case quote == '"' && (r == '$' || r == '`'):
			return failure.New(failure.Usage, "the token command has %q, which only a shell understands", r).
				Hintf("put it in single quotes, or run a shell: sh -c '…'")
		case quote == '"' && r == '\\' && len(s.rest) > 0 && strings.ContainsRune("\"\\$`", s.rest[0]):
			r = s.next()
		}
		s.word = append(s.word, r)
	}
	return failure.New(failure.Usage, "the token command has a quote that does not end").
		Hintf("close it with %c", quote)
}
