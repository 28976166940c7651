package schema

import (
	"math/big"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/epilot-cli/epilot/internal/jsonx"
	"github.com/epilot-cli/epilot/internal/openapi"
)

// maxLength limits the effect of a large minLength, in characters.
const maxLength = 10000

// text returns the first likely string that is valid, as JSON.
func (m *sampler) text(s, merged *openapi.Schema) string {
	plain := or(m.nameless(), "string")
	candidates := []string{formatSample(merged.Format), plain}
	if merged.Pattern != "" {
		candidates = append(candidates, spellings(m.nameless())...)
		candidates = append(candidates, patternSamples(merged.Pattern)...)
	}
	candidates = append(candidates, stretched(plain, merged), stretched(formatSample(merged.Format), merged))
	for _, text := range append(m.likely(merged), candidates...) {
		if text != "" && fits(s, jsonx.Quote(text), m.dir) {
			return jsonx.Quote(text)
		}
	}
	if fits(s, `""`, m.dir) {
		return `""`
	}
	return jsonx.Quote(or(candidates[0], plain))
}

// likely returns the strings to try before the plain ones.
func (m *sampler) likely(s *openapi.Schema) []string {
	switch {
	case m.chance != nil:
		return m.texts(s)
	case m.realistic && s.Format == "":
		return []string{m.named(0)}
	}
	return nil
}

// named returns a string for the property name, or "".
func (m *sampler) named(i int) string {
	text := m.namedTextFor(i)
	format, refers := strings.CutPrefix(text, "@")
	switch {
	case !refers:
		return text
	case m.chance != nil:
		return m.formatted(format)
	}
	return formatSample(format)
}

// stretched extends a string to the length that the schema requires.
func stretched(text string, s *openapi.Schema) string {
	if s.MinLength != nil && text != "" {
		wanted := min(*s.MinLength, maxLength)
		text = strings.Repeat(text, 1+wanted/utf8.RuneCountInString(text))
		text = text[:max(wanted, 1)]
	}
	if s.MaxLength != nil && *s.MaxLength >= 0 && len(text) > *s.MaxLength {
		text = text[:*s.MaxLength]
	}
	return text
}

func formatSample(format string) string {
	switch format {
	case "date-time":
		return "2024-01-31T12:00:00Z"
	case "date":
		return "2024-01-31"
	case "time":
		return "12:00:00Z"
	case "uuid":
		return "123e4567-e89b-12d3-a456-426614174000"
	case "email", "idn-email":
		return "name@example.com"
	case "uri", "url", "iri", "uri-reference":
		return "https://example.com"
	case "hostname":
		return "example.com"
	case "ipv4":
		return "192.0.2.1"
	case "ipv6":
		return "2001:db8::1"
	case "byte":
		return "c3RyaW5n"
	}
	return ""
}

// number returns the first likely number that is valid, as JSON.
func (m *sampler) number(s, merged *openapi.Schema) string {
	candidates := append([]string{"1", "0"}, steps(merged)...)
	if m.realistic {
		candidates = append(namedNumbers(m.name), candidates...)
	}
	if m.chance != nil {
		candidates = append(m.numbers(merged), candidates...)
	}
	for _, text := range candidates {
		if fits(s, text, m.dir) {
			return text
		}
	}
	return "1"
}

// steps returns the numbers next to the limits.
func steps(s *openapi.Schema) []string {
	step := big.NewRat(1, 1)
	if r, ok := parseDecimal(s.MultipleOf).rat(); ok && r.Sign() > 0 {
		step = r
	}
	list := []string{s.MultipleOf, s.Minimum, s.Maximum}
	low, hasLow := bound(s.Minimum)
	high, hasHigh := bound(s.Maximum)
	if hasLow {
		list = append(list, onGrid(low, step, 0), onGrid(low, step, 1))
	}
	if hasHigh {
		list = append(list, onGrid(high, step, 0), onGrid(high, step, -1))
	}
	if hasLow && hasHigh {
		middle := new(big.Rat).Add(low, high)
		list = append(list, decimalText(middle.Quo(middle, big.NewRat(2, 1))))
	}
	return list
}

func bound(text string) (*big.Rat, bool) {
	if text == "" {
		return nil, false
	}
	return parseDecimal(text).rat()
}

// onGrid returns the multiple of step nearest to the number, plus further steps.
func onGrid(number, step *big.Rat, further int64) string {
	quotient := new(big.Rat).Quo(number, step)
	whole := new(big.Int).Div(quotient.Num(), quotient.Denom())
	whole.Add(whole, big.NewInt(further))
	return decimalText(new(big.Rat).Mul(new(big.Rat).SetInt(whole), step))
}

func decimalText(r *big.Rat) string {
	if r.IsInt() {
		return r.Num().String()
	}
	return strings.TrimRight(r.FloatString(20), "0")
}

// patternSamples returns strings that the pattern matches, short ones first, or none
// if RE2 cannot parse it.
func patternSamples(pattern string) []string {
	expression, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	var list []string
	for _, more := range []int{0, 1, 2, 4, 8, 16, 32, 64} {
		var b strings.Builder
		writeMatch(&b, expression, more, nil)
		list = append(list, b.String())
	}
	return list
}

// writeMatch writes a string that the expression matches, with up to more
// repetitions than the minimum. chance decides between alternatives.
func writeMatch(b *strings.Builder, e *syntax.Regexp, more int, chance *rand.Rand) {
	if b.Len() > maxLength {
		return
	}
	switch e.Op {
	case syntax.OpLiteral:
		b.WriteString(string(e.Rune))
	case syntax.OpCharClass:
		b.WriteRune(oneOf(e.Rune, chance))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		for range repetitions(e, more) {
			writeMatch(b, e.Sub[0], more, chance)
		}
	case syntax.OpAlternate:
		writeMatch(b, e.Sub[draw(chance, len(e.Sub))], more, chance)
	case syntax.OpConcat, syntax.OpCapture:
		for _, part := range e.Sub {
			writeMatch(b, part, more, chance)
		}
	}
}

func repetitions(e *syntax.Regexp, more int) int {
	switch e.Op {
	case syntax.OpStar:
		return more
	case syntax.OpPlus:
		return 1 + more
	case syntax.OpQuest:
		return min(more, 1)
	}
	if e.Max < 0 {
		return e.Min + more
	}
	return min(e.Min+more, e.Max)
}

// oneOf picks a rune of a class: with chance, preferably a letter, digit, - or _.
func oneOf(class []rune, chance *rand.Rand) rune {
	if chance == nil {
		return readable(class)
	}
	var among []rune
	for _, r := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= r && r <= class[i+1] {
				among = append(among, r)
			}
		}
	}
	if len(among) == 0 {
		return readable(class)
	}
	return among[chance.IntN(len(among))]
}

// readable picks a rune of a class, preferably a letter or digit. The class is a
// list of first and last runes.
func readable(class []rune) rune {
	for _, wanted := range "aA1" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= wanted && wanted <= class[i+1] {
				return wanted
			}
		}
	}
	for i := 0; i+1 < len(class); i += 2 {
		if class[i+1] > ' ' {
			return max(class[i], '!')
		}
	}
	return ' '
}

// likelyTexts maps property names to likely values. "name" matches exactly, "…name"
// also matches names that end with that word: billing_name, billingName. "@" refers
// to a format. People and places are fictitious; addresses and numbers are reserved
// for examples.
const likelyTexts = `
…first_name …firstname …given_name = Anna|Jonas|Leyla|Piotr|Sofia
…last_name …lastname …surname …family_name = Schmidt|Weber|Yilmaz|Nowak|Rossi
…full_name …fullname …display_name author = Anna Schmidt|Jonas Weber|Leyla Yilmaz
name = Sample|Second sample|Third sample
…company …company_name = Sample GmbH|Second Sample AG
…email …mail …email_address = @email
…phone …phone_number …telephone …mobile …fax = +493023125010|+493023125011|+493023125012
…street …street_name = Im Mediapark|Hauptstraße|Lindenallee
…street_number …house_number = 8a|12|305
…city …town = Köln|Berlin|Leipzig|Zürich
…zip …zip_code …zipcode …plz …postal_code …postcode …postalcode = 50670|10115|04109
…country …country_code = DE|AT|CH
…language …language_code …lang …locale = de|en|fr
…time_zone …timezone = Europe/Berlin|Europe/Zurich|UTC
…latitude lat = 50.9476|52.5316
…longitude lng lon = 6.9443|13.3843
…iban = DE89370400440532013000|AT611904300234573201
…bic …swift = COBADEFFXXX|DEUTDEFFXXX
…currency …currency_code = EUR|CHF|USD
…color …colour = #005eb4|#222222|#e6f2fa
…url …uri …href …link …website …homepage = @uri
…hostname …host …domain = @hostname
…ip …ip_address = @ipv4
…filename …file_name = document.pdf|picture.png|table.csv
…mime_type …mimetype …content_type = application/pdf|image/png|text/csv
…at …timestamp …datetime …date_time = @date-time
…date …birthday = @date
…org …org_id …organization_id = 739224|728|66
…schema …slug …entity_slug = contact|account|opportunity
…tags …labels = sample|first|second
…version = 1.0.0|1.2.3
title …subject = Sample title|Another title
description summary text message comment = A short sample text|Another short text
error …error_message …reason = Something is wrong|Something else is wrong
status state = active|pending|done
…id …uuid = @uuid
`

// namedText returns the i-th likely string for a property name, "@date" if a format
// determines it, or "" for an unknown name.
func namedText(name string, i int) string { return likelyByName().text(name, i) }

var likelyByName = sync.OnceValue(func() *textTable { return readTexts(likelyTexts) })

// textTable finds texts by a property's name. Where two rows fit, the first counts.
type textTable struct {
	rows   [][]string
	names  map[string]int // row by the whole name
	ending map[string]int // row by the last words of a name
}

func readTexts(table string) *textTable {
	t := &textTable{names: map[string]int{}, ending: map[string]int{}}
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		keys, values, _ := strings.Cut(line, " = ")
		for key := range strings.FieldsSeq(keys) {
			name, open := strings.CutPrefix(key, "…")
			if open {
				setFirst(t.ending, name, len(t.rows))
			}
			setFirst(t.names, name, len(t.rows))
		}
		t.rows = append(t.rows, strings.Split(values, "|"))
	}
	return t
}

func setFirst(rows map[string]int, name string, row int) {
	if _, is := rows[name]; !is {
		rows[name] = row
	}
}

// text returns the i-th text for a property name, or "".
func (t *textTable) text(name string, i int) string {
	name = snake(name)
	row := len(t.rows)
	if found, is := t.names[name]; is {
		row = found
	}
	for rest, more := name, true; more; {
		if _, rest, more = strings.Cut(rest, "_"); more {
			if found, is := t.ending[rest]; is {
				row = min(row, found)
			}
		}
	}
	if row == len(t.rows) {
		return ""
	}
	return t.rows[row][i%len(t.rows[row])]
}

func isNamed(name, key string) bool {
	ending, open := strings.CutPrefix(key, "…")
	if name == ending {
		return true
	}
	before, ends := strings.CutSuffix(name, ending)
	return open && ends && strings.HasSuffix(before, "_")
}

// snake returns a name in lower case with _ between its words: "createdAt" and
// "Created-At" become "created_at".
func snake(name string) string {
	var b strings.Builder
	previous := '_'
	for _, r := range strings.TrimLeft(name, "_$@") {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && unicode.IsLower(previous):
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
		previous = r
	}
	return b.String()
}

// namedNumbers returns likely numbers for a property name.
func namedNumbers(name string) []string {
	name = snake(name)
	switch {
	case isNamed(name, "…latitude"), name == "lat":
		return []string{"50.9476", "50"}
	case isNamed(name, "…longitude"), name == "lng", name == "lon":
		return []string{"6.9443", "6"}
	case isNamed(name, "…year"):
		return []string{"2024"}
	case isNamed(name, "…amount"), isNamed(name, "…price"):
		return []string{"1999", "19.99"}
	case isNamed(name, "…timestamp"), isNamed(name, "…at"):
		return []string{"1706702400"}
	}
	return nil
}
