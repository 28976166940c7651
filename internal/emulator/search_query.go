package emulator

import "strings"

// query is a condition on a thing.
type query interface{ matches(thing object) bool }

type (
	allOf  []query
	anyOf  []query
	noneOf struct{ inner query }
	// term is a word that a field has, or where there is no field any of them.
	term struct {
		field, word string
		phrase      bool // "Ada Lovelace": as it stands
	}
	exists struct{ field string }
)

// parseQuery reads the query strings of epilot's search: words, "phrases",
// field:value, field:(one OR other), field:[least TO most], field:>least, AND,
// OR, NOT, -word and parentheses; * stands for any text. What it cannot read it
// takes as words. either joins words that have nothing
// between them: true means OR.
func parseQuery(text string, either bool) query {
	p := &queryParser{words: queryWords(text), either: either}
	all := allOf{}
	for len(p.words) > 0 {
		if q := p.choice(0); q != nil {
			all = append(all, q)
		}
		if len(p.words) > 0 {
			p.words = p.words[1:] // a parenthesis that closes nothing
		}
	}
	return all
}

type queryParser struct {
	words  []string
	either bool
	field  string // of the parentheses that are open, such as "status:"
}

// maxNesting bounds the parentheses in parentheses.
const maxNesting = 50

func (p *queryParser) peek() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

func (p *queryParser) next() string {
	word := p.words[0]
	p.words = p.words[1:]
	return word
}

// choice reads conditions with OR between them.
func (p *queryParser) choice(depth int) query {
	any := anyOf{}
	for {
		if q := p.sequence(depth); q != nil {
			any = append(any, q)
		}
		if word := p.peek(); word != "OR" && word != "||" {
			break
		}
		p.next()
	}
	switch len(any) {
	case 0:
		return nil
	case 1:
		return any[0]
	}
	return any
}

// sequence reads conditions with AND or nothing between them.
func (p *queryParser) sequence(depth int) query {
	var all allOf
	joined := false
	for word := p.peek(); word != "" && word != ")" && word != "OR" && word != "||"; word = p.peek() {
		if word == "AND" || word == "&&" {
			joined = true
			p.next()
			continue
		}
		if q := p.condition(depth); q != nil {
			all = append(all, q)
		}
	}
	switch {
	case len(all) == 0:
		return nil
	case len(all) == 1:
		return all[0]
	case p.either && !joined:
		return anyOf(all)
	}
	return all
}

func (p *queryParser) condition(depth int) query {
	word := p.next()
	switch {
	case (word == "NOT" || word == "!") && depth < maxNesting:
		if p.peek() == "" || p.peek() == ")" {
			return nil
		}
		return negated(p.condition(depth + 1))
	case word == "(" && depth < maxNesting:
		return p.group(depth)
	case strings.HasPrefix(word, "-") && len(word) > 1:
		return negated(p.term(word[1:], depth))
	}
	return p.term(strings.TrimPrefix(word, "+"), depth)
}

// group reads what stands in parentheses.
func (p *queryParser) group(depth int) query {
	inner := p.choice(depth + 1)
	if p.peek() == ")" {
		p.next()
	}
	return inner
}

// term reads a word, or field:(…), whose words are all about that field.
func (p *queryParser) term(word string, depth int) query {
	if colon(word) < 1 {
		word = p.field + word
	}
	if !endsField(word) || p.peek() != "(" || depth >= maxNesting {
		return parseTerm(word)
	}
	outer := p.field
	p.field = word
	p.next()
	inner := p.group(depth)
	p.field = outer
	return inner
}

func negated(q query) query {
	if q == nil {
		return nil
	}
	return noneOf{q}
}

// parseTerm reads field:value, a phrase or a word.
func parseTerm(word string) query {
	field, value := "", word
	if at := colon(word); at > 0 {
		field, value = unescaped(word[:at]), word[at+1:]
	}
	if q, is := parseRange(field, value); is {
		return q
	}
	phrase := len(value) > 1 && strings.HasPrefix(value, `"`) && strings.HasSuffix(value, `"`)
	if phrase {
		value = value[1 : len(value)-1]
	}
	value = unescaped(value)
	switch {
	case field == "_exists_":
		return exists{value}
	case value == "*" && field != "" && field != "*":
		return exists{field}
	case value == "*" || value == "":
		return nil // anything
	}
	return term{field: strings.TrimSuffix(field, ".keyword"), word: strings.ToLower(value), phrase: phrase}
}
