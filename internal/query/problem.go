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

// errFunction is about a result that is no data: most often a call without its
// parentheses.
var errFunction = errors.New("the result is a function, not data: call it with ( )")

const (
	nowhere      = -1
	excerptWidth = 30 // characters shown on each side of the place
)

// problem is what is wrong with an expression, and where.
type problem struct {
	source  string
	message string
	code    string // of the JSONata language, such as S0203; may be empty
	at      int    // byte offset in source, or nowhere
}

func (p problem) failure() error {
	failed := failure.New(failure.Query, "jsonata: %s%s: %s", oneLine(p.message), p.place(), p.excerpt())
	if p.code == "" {
		return failed
	}
	return failed.Hintf("JSONata's code for this is %s; https://docs.jsonata.org describes the language", p.code)
}

// unless returns the error itself where it says enough: it has a kind, or the
// context ended.
func (p problem) unless(err error) error {
	var failed *failure.Error
	if errors.As(err, &failed) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return p.failure()
}

// place names the column in characters, counted from 1; one past the last
// character is the end of the expression.
func (p problem) place() string {
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

// excerpt is the part of the expression around the place, in one line.
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

// oneLine has no character that would move a terminal's cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
