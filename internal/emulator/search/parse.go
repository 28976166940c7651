// Package search implements the query language of entity search: query strings,
// filters and sort orders over JSON objects.
package search

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/jsonx"
)

// Query is a condition on a resource.
type Query interface {
	Matches(item jsonx.Object) bool
}

type (
	AllOf  []Query
	anyOf  []Query
	noneOf struct{ inner Query }
	exists struct{ field string }
)

// Options control how a query string is parsed.
type Options struct {
	And bool      // the default operator is AND, otherwise OR
	Now time.Time // the value of "now" in a date
}

// SyntaxError is a syntax error in a query string.
type SyntaxError struct {
	At      int // characters before the error
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at character %d of the query", e.Message, e.At+1)
}

const (
	maxNesting = 50   // levels of parentheses
	maxClauses = 1024 // as in Elasticsearch (indices.query.bool.max_clause_count)
)

// Parse parses the query_string syntax of Elasticsearch, which is that of
// Lucene's classic parser: terms, "phrases", field:value, field:(one two),
// ranges, * and ?, /regular expressions/, fuzzy~ and "proximity"~2, boost^2, AND,
// OR, NOT, +, -, parentheses, and \ to escape a character. The error is a *SyntaxError.
func Parse(text string, o Options) (Query, error) {
	p := &parser{text: text, options: o}
	q, err := p.clauses(0)
	if err == nil && p.at < len(text) {
		err = p.wrong("unmatched closing parenthesis")
	}
	if err != nil {
		return nil, err
	}
	return q, nil
}

type parser struct {
	text    string
	at      int
	options Options
	field   string // of the enclosing parentheses, "" for all fields
	count   int    // the number of clauses
}

func (p *parser) wrong(format string, args ...any) error {
	return &SyntaxError{At: utf8.RuneCountInString(p.text[:min(p.at, len(p.text))]), Message: fmt.Sprintf(format, args...)}
}

func (p *parser) rest() string { return p.text[p.at:] }

func (p *parser) space() {
	for p.at < len(p.text) {
		r, size := utf8.DecodeRuneInString(p.rest())
		if !strings.ContainsRune(" \t\n\r\u3000", r) {
			return
		}
		p.at += size
	}
}

// word consumes one of the keywords, if it is a complete word.
func (p *parser) word(keywords ...string) bool {
	for _, word := range keywords {
		rest, has := strings.CutPrefix(p.rest(), word)
		alone := rest == "" || strings.ContainsAny(rest[:1], " \t\n\r()") || word[0] == '&' || word[0] == '|'
		if has && alone {
			p.at += len(word)
			return true
		}
	}
	return false
}

// clause is one part of a boolean query.
type clause struct {
	query         Query
	must, mustNot bool
}

// clauses parses up to the end or a closing parenthesis. AND makes the clauses on
// both sides required, as in Lucene's classic parser.
func (p *parser) clauses(depth int) (Query, error) {
	if depth > maxNesting {
		return nil, p.wrong("more than %d parentheses are open", maxNesting)
	}
	var all []clause
	for {
		p.space()
		if p.at == len(p.text) || p.text[p.at] == ')' {
			return joined(all), nil
		}
		and, or := p.word("AND", "&&"), p.word("OR", "||")
		if (and || or) && len(all) == 0 {
			return nil, p.wrong("an operator needs a term before it")
		}
		p.space()
		not, plus := p.word("NOT") || p.sign("!") || p.sign("-"), p.sign("+")
		p.space()
		if (and || or || not || plus) && (p.at == len(p.text) || p.text[p.at] == ')') {
			return nil, p.wrong("an operator needs a term after it")
		}
		if p.count++; p.count > maxClauses {
			return nil, p.wrong("the query has more than %d clauses", maxClauses)
		}
		q, err := p.clause(depth)
		if err != nil {
			return nil, err
		}
		if last := len(all) - 1; last >= 0 && !all[last].mustNot {
			if and {
				all[last].must = true
			} else if or && p.options.And {
				all[last].must = false
			}
		}
		must := plus || and || p.options.And && !or
		if q != nil {
			all = append(all, clause{q, must && !not, not})
		} else {
			all = append(all, clause{AllOf{}, must && !not, not})
		}
	}
}

func (p *parser) sign(sign string) bool {
	if strings.HasPrefix(p.rest(), sign) {
		p.at += len(sign)
		return true
	}
	return false
}

// joined combines clauses: all required ones match, no prohibited one does, and
// without required ones at least one of the others matches.
func joined(clauses []clause) Query {
	all, any := AllOf{}, anyOf{}
	for _, c := range clauses {
		switch {
		case c.mustNot:
			all = append(all, noneOf{c.query})
		case c.must:
			all = append(all, c.query)
		default:
			any = append(any, c.query)
		}
	}
	required := false
	for _, c := range clauses {
		required = required || c.must
	}
	if required {
		for _, q := range any {
			all = append(all, optional{q})
		}
	}
	if !required && len(any) > 0 {
		if len(any) == 1 {
			all = append(all, any[0])
		} else {
			all = append(all, any)
		}
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

// clause parses a group or a term, with its field and boost.
func (p *parser) clause(depth int) (Query, error) {
	outer := p.field
	defer func() { p.field = outer }()
	if field, size := fieldName(p.rest()); size > 0 {
		p.field = strings.TrimSuffix(field, ".keyword")
		p.at += size
		p.space()
	}
	var q Query
	var err error
	switch rest := p.rest(); {
	case rest == "" || rest[0] == ')':
		return nil, p.wrong("%s: has no value", p.field)
	case rest[0] == '(':
		p.at++
		if q, err = p.clauses(depth + 1); err != nil {
			return nil, err
		}
		if !p.sign(")") {
			return nil, p.wrong("unclosed parenthesis")
		}
	default:
		if q, err = p.term(); err != nil {
			return nil, err
		}
	}
	boost, err := p.number("^")
	if q != nil && boost >= 0 && err == nil {
		q = boosted{q, boost}
	}
	return q, err
}

var fieldPattern = regexp.MustCompile(`^(?:\\.|[^\s\\"()\[\]{}:/^~+!-]|-)+:`)

// fieldName returns the field at the start of a string, and its length with the colon.
func fieldName(text string) (string, int) {
	found := fieldPattern.FindString(text)
	if found == "" || strings.HasPrefix(found, "-") {
		return "", 0
	}
	return unescaped(found[:len(found)-1]), len(found)
}

// number parses the value after a sign, such as "^2"; -1 if there is no sign, and
// 0 if there is no number.
func (p *parser) number(sign string) (float64, error) {
	if !p.sign(sign) {
		return -1, nil
	}
	end := p.at
	for end < len(p.text) && strings.IndexByte("0123456789.", p.text[end]) >= 0 {
		end++
	}
	digits := p.text[p.at:end]
	if digits == "" && sign == "~" {
		return 0, nil
	}
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return 0, p.wrong("%s needs a number", sign)
	}
	p.at = end
	return value, nil
}
