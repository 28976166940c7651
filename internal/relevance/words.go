package relevance

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// synonyms lists words with the same meaning, one set per line; each is a stem or is
// reduced to one.
const synonyms = `
add create new make insert
remove delete revoke drop erase destroy
list show find get fetch search view see display
update change edit modify patch put set
start run trigger execute launch fire
stop cancel abort
login signin
logout signout
token key credential secret
user member colleague person people employee
note comment
merge deduplicate dedupe
send deliver
resend replay retry again
enter record
link connect relate relation attach
check validate verify test
permission role right grant
done finish complete close
email mail message
price cost pricing
history log audit trail
template
organization organisation company org tenant
automation flow
workflow flow
pdf document file
portal customerportal
webhook hook callback
pagination page
publish live release
rotate create revoke
share public
settings configuration config
field attribute property column
coupon promo discount
bulk batch many
`

const (
	stemWeight    = 0.95
	synonymWeight = 0.7
	prefixWeight  = 0.5
	leastPrefix   = 3 // minimum length of a term that matches as a prefix
)

// noise lists words that occur in questions but do not identify a text.
const noise = " a an the to of for in on at by with and or from into my our your all any how do does i we can is are be it this that what which some one two "

// term is one word of a query.
type term struct {
	word, stem string
	others     []string // stems of its synonyms
}

func termsOf(query string) []term {
	var terms []term
	eachWord(joined(query), func(word string) {
		t := term{word: word, stem: stem(word)}
		if !slices.ContainsFunc(terms, func(other term) bool { return other.stem == t.stem }) {
			t.others = synonymsOf(t.stem)
			terms = append(terms, t)
		}
	})
	telling := slices.DeleteFunc(slices.Clone(terms), func(t term) bool { return strings.Contains(noise, " "+t.word+" ") })
	if len(telling) == 0 {
		return terms
	}
	return telling
}

// joined replaces phrases that have a single-word equivalent.
func joined(query string) string {
	return strings.NewReplacer("sign in", "signin", "log in", "login", "sign out", "signout", "log out", "logout",
		"api key", "token", "who am i", "me").Replace(query)
}

func synonymsOf(stemmed string) []string {
	var found []string
	for line := range strings.Lines(synonyms) {
		set := strings.Fields(line)
		for i := range set {
			set[i] = stem(set[i])
		}
		if slices.Contains(set, stemmed) {
			found = append(found, set...)
		}
	}
	return found
}

// weight returns how well a word of a text matches the term, 0 for no match.
func (t term) weight(word, stemmed string) float64 {
	switch {
	case word == t.word:
		return 1
	case stemmed == t.stem:
		return stemWeight
	case slices.Contains(t.others, stemmed):
		return synonymWeight
	case len(t.word) >= leastPrefix && strings.HasPrefix(word, t.word):
		return prefixWeight
	}
	return 0
}

// endings are the suffixes that stem replaces, longest first.
var endings = [...]struct{ from, to string }{
	{"ations", "at"},
	{"ation", "at"},
	{"ities", "iti"},
	{"ments", "ment"},
	{"ions", ""},
	{"ings", ""},
	{"ies", "y"},
	{"sses", "ss"},
	{"ion", ""},
	{"ing", ""},
	{"ers", "er"},
	{"ed", ""},
	{"es", "e"},
	{"s", ""},
}

const leastStem = 3 // characters that must remain before an ending

// stem returns a word without its ending, so that "creating", "creation" and
// "create" are equal. The result need not be a real word.
func stem(word string) string {
	for _, ending := range endings {
		start, ends := strings.CutSuffix(word, ending.from)
		if ends && len(start) >= leastStem && !(ending.from == "s" && strings.HasSuffix(start, "s")) {
			word = start + ending.to
			break
		}
	}
	word = strings.TrimSuffix(word, "e")
	if last := len(word) - 1; last > leastStem && word[last] == word[last-1] && !strings.ContainsAny(word[last:], "lsz") {
		word = word[:last]
	}
	return word
}

// eachWord visits the lower-case words of a string, split at characters other than
// letters and digits and at camel case boundaries.
func eachWord(text string, visit func(word string)) {
	start, previous := -1, ' '
	for i, r := range text {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		hump := unicode.IsUpper(r) && unicode.IsLower(previous)
		if start >= 0 && (!letter || hump) {
			visit(lower(text[start:i]))
			start = -1
		}
		if start < 0 && letter {
			start = i
		}
		previous = r
	}
	if start >= 0 {
		visit(lower(text[start:]))
	}
}

// lower avoids an allocation if nothing changes.
func lower(word string) string {
	for i := range len(word) {
		if c := word[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return strings.ToLower(word)
		}
	}
	return word
}
