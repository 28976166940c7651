package query

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/failure"
)

// errFunction reports a result that is not data, usually because of a call without
// parentheses.
var errFunction = errors.New("the result is a function, not data: call it with ( )")

const (
	nowhere      = -1
	excerptWidth = 30 // characters shown on each side of the position
)

// problem describes an error in an expression and its position.
type problem struct {
	source  string
	message string
	code    string // JSONata error code such as S0203; may be empty
	at      int    // byte offset in source, or nowhere
}

func (p problem) failure() error {
	failed := failure.New(failure.Query, "jsonata: %s%s: %s", oneLine(p.message), p.position(), p.excerpt())
	if strings.HasPrefix(strings.TrimSpace(p.source), ".") {
		return failed.Hintf("this looks like jq: write results.name, not .results[].name; see \"epilot help jsonata\"")
	}
	if p.code == "" {
		return failed
	}
	return failed.Hintf("JSONata's code for this is %s; https://docs.jsonata.org describes the language", p.code)
}

// unless returns the error itself if it is clear enough: it has a kind, or the
// context ended.
func (p problem) unless(err error) error {
	var failed *failure.Error
	if errors.As(err, &failed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return p.failure()
}

// position returns the column in characters, counted from 1; one past the last
// character is the end of the expression.
func (p problem) position() string {
	if p.at == nowhere {
		return ""
	}
	before := p.source[:p.at]
	line := 1 + strings.Count(before, "\n")
	column := 1 + utf8.RuneCountInString(before[1+strings.LastIndexByte(before, '\n'):])
	if strings.Contains(p.source, "\n") {
		return fmt.Sprintf(" at line %d, column %d", line, column)
	}
	return fmt.Sprintf(" at column %d", column)
}

// excerpt returns the part of the expression around the position, on one line.
func (p problem) excerpt() string {
	at := max(p.at, 0)
	before, after := []rune(oneLine(p.source[:at])), []rune(oneLine(p.source[at:]))
	width, start, end := 2*excerptWidth, "", ""
	if p.at != nowhere {
		width = excerptWidth
	}
	if len(before) > width {
		before, start = before[len(before)-width:], "…"
	}
	if len(after) > width {
		after, end = after[:width], "…"
	}
	return start + string(before) + string(after) + end
}

// oneLine removes characters that would move a terminal's cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// call is a function called by name: $sum( at a byte offset.
type call struct {
	name string
	at   int
}

// likelyPosition guesses the position of a run-time error, which neither engine
// reports: that of the name in the message, if it is unique in the source.
func likelyPosition(source, message string) int {
	var at []int
	switch subject := subjectOf(message); {
	case strings.HasPrefix(subject, "$"):
		at = positions(bare(source), subject)
	case subject != "":
		at = occurrences(bare(source), subject)
	case strings.HasPrefix(message, "argument ") || strings.Contains(message, "invoke undefined function"):
		for _, c := range calls(source) {
			at = append(at, c.at)
		}
	}
	if len(at) != 1 {
		return nowhere
	}
	return at[0]
}

// subjectOf returns the function or operator that an engine's message names.
func subjectOf(message string) string {
	if strings.HasPrefix(message, "$") {
		return "$" + name(message[1:])
	}
	if _, rest, is := strings.Cut(message, `function "`); is {
		return "$" + name(rest)
	}
	if _, rest, is := strings.Cut(message, "non-function $"); is {
		return "$" + name(rest)
	}
	if _, rest, is := strings.Cut(message, "no definition: "); is {
		return rest
	}
	if before, _, is := strings.Cut(message, `" operator`); is {
		return before[strings.LastIndexByte(before, '"')+1:]
	}
	if strings.Contains(message, "range operator") {
		return ".."
	}
	return ""
}

// name returns the identifier at the start of text.
func name(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r != '_' && r < 0x80 && !('0' <= r && r <= '9' || 'a' <= r|0x20 && r|0x20 <= 'z')
	})
	if end < 0 {
		return text
	}
	return text[:end]
}

// bare returns the source with string literals and comments blanked, preserving
// offsets.
func bare(source string) string {
	out := []byte(source)
	for i := 0; i < len(out); i++ {
		end := i
		switch c := out[i]; {
		case c == '"' || c == '\'' || c == '`':
			end = literalEnd(out, i)
		case strings.HasPrefix(source[i:], "/*"):
			if length := strings.Index(source[i+2:], "*/"); length >= 0 {
				end = i + length + 3
			}
		default:
			continue
		}
		for ; i <= end; i++ {
			out[i] = ' '
		}
		i--
	}
	return string(out)
}

// literalEnd returns the offset of the quote that ends the literal, or of the end.
func literalEnd(source []byte, start int) int {
	for i := start + 1; i < len(source); i++ {
		switch source[i] {
		case '\\':
			i++
		case source[start]:
			return i
		}
	}
	return len(source) - 1
}

func occurrences(text, word string) []int {
	var at []int
	for from := 0; ; {
		next := strings.Index(text[from:], word)
		if next < 0 {
			return at
		}
		at = append(at, from+next)
		from += next + len(word)
	}
}

// positions returns the occurrences of exactly this variable.
func positions(text, variable string) []int {
	var at []int
	for _, index := range occurrences(text, variable) {
		if name(text[index+1:]) == variable[1:] {
			at = append(at, index)
		}
	}
	return at
}

func calls(source string) []call {
	var found []call
	text := bare(source)
	for _, at := range occurrences(text, "$") {
		word := name(text[at+1:])
		rest := strings.TrimLeft(text[at+1+len(word):], " \t\r\n")
		if word != "" && strings.HasPrefix(rest, "(") {
			found = append(found, call{"$" + word, at})
		}
	}
	return found
}

// assigned reports whether the expression assigns the variable.
func assigned(source, variable string) bool {
	text := bare(source)
	for _, at := range positions(text, variable) {
		rest := strings.TrimLeft(text[at+len(variable):], " \t\r\n")
		if strings.HasPrefix(rest, ":=") || strings.HasPrefix(rest, ",") || strings.HasPrefix(rest, ")") {
			return true
		}
	}
	return false
}
