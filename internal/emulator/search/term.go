package search

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// term parses a range, a regular expression, a phrase or a word.
func (p *parser) term() (Query, error) {
	switch p.text[p.at] {
	case '[', '{':
		return p.interval()
	case '/':
		return p.expression()
	case '"':
		return p.phrase()
	case '<', '>':
		return p.comparison()
	}
	start := p.at
	for p.at < len(p.text) {
		b := p.text[p.at]
		if b == '\\' {
			p.at++
			if p.at == len(p.text) {
				return nil, p.wrong("\\ needs a character after it")
			}
			_, size := utf8.DecodeRuneInString(p.rest())
			p.at += size
			continue
		}
		if strings.IndexByte(" \t\n\r()[]{}\"^~:", b) >= 0 {
			break
		}
		p.at++
	}
	raw := p.text[start:p.at]
	if raw == "" {
		return nil, p.wrong("%q is not a term", p.text[p.at:p.at+1])
	}
	fuzzy, err := p.number("~")
	if err != nil {
		return nil, err
	}
	return newTerm(p.field, raw, fuzzy), nil
}

// newTerm returns a condition on an unparsed word. The field "_exists_" tests for
// a field; * alone matches any value.
func newTerm(field, raw string, fuzzy float64) Query {
	switch {
	case field == "_exists_":
		return exists{unescaped(raw)}
	case raw == "*" && field != "" && field != "*":
		return exists{field}
	case raw == "*":
		return nil
	}
	t := term{field: field, pattern: newPattern(raw), fuzzy: -1}
	if word := t.pattern.literal(); word != "" && fuzzy >= 0 {
		t.fuzzy = distance(word, fuzzy)
	}
	return t
}

// distance returns how many characters can differ from a fuzzy word: the number
// given, or that of Elasticsearch's AUTO.
func distance(word string, fuzzy float64) int {
	length := utf8.RuneCountInString(word)
	switch {
	case fuzzy >= 1:
		return min(int(fuzzy), 2)
	case length < 3:
		return 0
	case length < 6:
		return 1
	}
	return 2
}

// quoted reads a string up to the delimiter; \ escapes the next character.
func (p *parser) quoted(delimiter byte) (string, error) {
	start := p.at
	for p.at++; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\\':
			p.at++
		case delimiter:
			p.at++
			return p.text[start+1 : p.at-1], nil
		}
	}
	p.at = start
	return "", p.wrong("%c is not closed", delimiter)
}

func (p *parser) phrase() (Query, error) {
	text, err := p.quoted('"')
	if err != nil {
		return nil, err
	}
	near, err := p.number("~")
	if err != nil {
		return nil, err
	}
	text = strings.ToLower(unescaped(text))
	if text == "" {
		return noneOf{AllOf{}}, nil
	}
	if p.field == "_exists_" {
		return exists{text}, nil
	}
	return phrase{field: p.field, text: text, words: strings.FieldsFunc(text, isBreak), near: int(max(near, 0))}, nil
}

// maxExpression is the maximum length of a regular expression; matching time is
// proportional to it.
const maxExpression = 1000

func (p *parser) expression() (Query, error) {
	start := p.at
	text, err := p.quoted('/')
	if err != nil {
		return nil, err
	}
	text = strings.ReplaceAll(text, `\/`, "/")
	compiled, err := regexp.Compile(`(?is)^(?:` + text + `)$`)
	if err != nil || len(text) > maxExpression {
		p.at = start
		return nil, p.wrong("the regular expression is not valid")
	}
	return matching{p.field, compiled}, nil
}

// interval parses [least TO most]; {} excludes a bound.
func (p *parser) interval() (Query, error) {
	start := p.at
	end := strings.IndexAny(p.rest(), "]}")
	if end < 0 {
		return nil, p.wrong("a range is not closed")
	}
	inner := p.text[p.at+1 : p.at+end]
	open, closed := p.text[p.at], p.text[p.at+end]
	p.at += end + 1
	least, most, is := strings.Cut(inner, " TO ")
	if !is || strings.TrimSpace(least) == "" || strings.TrimSpace(most) == "" {
		p.at = start
		return nil, p.wrong("a range is not [LEAST TO MOST]")
	}
	q := between{field: p.field}
	q.gte, q.lte = p.bound(least, false), p.bound(most, true)
	if open == '{' {
		q.gt, q.gte = p.bound(least, true), ""
	}
	if closed == '}' {
		q.lt, q.lte = p.bound(most, false), ""
	}
	if q == (between{field: p.field}) {
		return exists{p.field}, nil
	}
	return q, nil
}

func (p *parser) comparison() (Query, error) {
	signs := []string{">=", "<=", ">", "<"}
	sign := ""
	for _, s := range signs {
		if sign == "" && p.sign(s) {
			sign = s
		}
	}
	end := strings.IndexAny(p.rest(), " \t\n\r()")
	if end < 0 {
		end = len(p.rest())
	}
	value := p.rest()[:end]
	if value == "" || p.field == "" {
		return nil, p.wrong("%s needs a field before it and a value after it", sign)
	}
	p.at += end
	q := between{field: p.field}
	switch sign {
	case ">=":
		q.gte = p.bound(value, false)
	case "<=":
		q.lte = p.bound(value, true)
	case ">":
		q.gt = p.bound(value, true)
	default:
		q.lt = p.bound(value, false)
	}
	return q, nil
}

// dateBound returns a bound with its date math evaluated.
func dateBound(text string, now time.Time, upper bool) string {
	if date, ok := dateMath(text, now, upper); ok {
		return date
	}
	if upper {
		return lastOf(text)
	}
	return text
}

// bound parses one side of a range, "" for an open one. It can be date math:
// now-1d/d, 2026-01-01||+1M. upper rounds to the end of the unit.
func (p *parser) bound(text string, upper bool) string {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if text == "*" {
		return ""
	}
	return dateBound(unescaped(text), p.options.Now, upper)
}

func unescaped(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
