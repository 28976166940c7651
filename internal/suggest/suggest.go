// Package suggest finds the name that the user probably meant. It is independent of
// what the names stand for and does not write messages.
package suggest

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longest   = 128 // longer words are not typing errors and are slow to compare
	minPrefix = 2   // minimum length of an abbreviation
	minPart   = 3   // minimum length of a substring match
	minFuzzy  = 4   // minimum length of a mistyped abbreviation
)

// Match returns the candidate nearest to the word, or "" if none is near. Letter
// case is ignored. Candidates are preferred in this order: the same word, a word
// that the typed one abbreviates, the smallest Damerau-Levenshtein distance up to a
// third of the length, an abbreviation with one error, and a substring. Ties go to
// the shorter candidate, then to the first.
func Match(word string, candidates []string) string {
	if utf8.RuneCountInString(word) > longest {
		return ""
	}
	typed := []rune(strings.ToLower(word))
	best, least := "", score{rank: none}
	for _, candidate := range candidates {
		if s := compare(typed, []rune(strings.ToLower(candidate))); s.less(least) {
			best, least = candidate, s
		}
	}
	return best
}

// rank is the kind of match, best first.
type rank int

const (
	same rank = iota
	abbreviated
	mistyped
	abbreviatedBadly
	part
	none
)

// score orders candidates.
type score struct {
	rank             rank
	distance, length int
}

func (s score) less(t score) bool {
	if s.rank != t.rank {
		return s.rank < t.rank
	}
	if s.distance != t.distance {
		return s.distance < t.distance
	}
	return s.rank != none && s.length < t.length
}

func compare(word, candidate []rune) score {
	s := score{rank: none, length: len(candidate)}
	if len(word) == 0 || len(candidate) == 0 || len(candidate) > longest {
		return s
	}
	whole, start := distances(word, candidate)
	switch {
	case whole == 0:
		s.rank = same
	case start == 0 && len(word) >= minPrefix:
		s.rank = abbreviated
	case whole <= allowed(len(word), len(candidate)):
		s.rank, s.distance = mistyped, whole
	case start == 1 && len(word) >= minFuzzy:
		s.rank = abbreviatedBadly
	case len(word) >= minPart && strings.Contains(string(candidate), string(word)):
		s.rank = part
	}
	return s
}

// allowed returns the maximum distance between two near words of these lengths: a
// third of the longer, but less than the shorter.
func allowed(a, b int) int {
	return min(max(1, max(a, b)/3), min(a, b)-1)
}

// distances returns the restricted Damerau-Levenshtein distance (optimal string
// alignment) from the word to the complete candidate and to its nearest prefix.
func distances(word, candidate []rune) (whole, start int) {
	columns := len(candidate) + 1
	rows := make([]int, 3*columns)
	before, row, next := rows[:columns], rows[columns:2*columns], rows[2*columns:]
	for j := range row {
		row[j] = j
	}
	for i := range word {
		next[0] = i + 1
		for j := range candidate {
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+differ(word[i], candidate[j]))
			if swapped(word, candidate, i, j) {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	whole, start = row[len(candidate)], row[0]
	for _, d := range row {
		start = min(start, d)
	}
	return whole, start
}

func differ(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}

func swapped(a, b []rune, i, j int) bool {
	return i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j]
}

// Fold removes the differences between spellings of a name: letter case, and all
// characters except letters and digits. Names with equal folds are the same name.
func Fold(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// Kebab returns a name in lower case with dashes between its words: "token_type" and
// "tokenType" become "token-type".
func Kebab(name string) string { return strings.Join(words(name), "-") }

// Continue completes a typed prefix to the name in the typed spelling: for
// listAccessTokens, "list-acc" becomes "list-access-tokens". It returns "" if the
// name does not start with the prefix.
func Continue(typed, name string) string {
	begun := Fold(typed)
	if begun == "" || !strings.HasPrefix(Fold(name), begun) {
		return ""
	}
	parts := words(name)
	pascal := ""
	for _, word := range parts {
		pascal += strings.ToUpper(word[:1]) + word[1:]
	}
	for _, spelled := range []string{
		name, strings.ToLower(pascal[:1]) + pascal[1:], strings.Join(parts, "-"), strings.Join(parts, "_"), pascal,
	} {
		if strings.HasPrefix(spelled, typed) {
			return spelled
		}
	}
	return typed + behind(name, begun)
}

// behind returns the rest of a name after the prefix with this fold.
func behind(name, begun string) string {
	for i, r := range name {
		if begun == "" {
			return name[i:]
		}
		begun = strings.TrimPrefix(begun, Fold(string(r)))
	}
	return ""
}

// words splits a name into lower-case words, at characters other than letters and
// digits and at camel case boundaries.
func words(name string) []string {
	var found []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			found = append(found, strings.ToLower(string(word)))
		}
		word = nil
	}
	typed := []rune(name)
	for i, r := range typed {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
			continue
		case beginsWord(typed, i):
			end()
		}
		word = append(word, r)
	}
	end()
	return found
}

// beginsWord reports whether a capital starts a camel case word: after a lower-case
// letter or a digit, or as the last of several capitals ("IDToken").
func beginsWord(name []rune, i int) bool {
	if i == 0 || !unicode.IsUpper(name[i]) {
		return false
	}
	if !unicode.IsUpper(name[i-1]) {
		return true
	}
	follows := name[i+1:]
	plural := len(follows) > 0 && follows[0] == 's' && (len(follows) == 1 || !unicode.IsLower(follows[1]))
	return len(follows) > 0 && unicode.IsLower(follows[0]) && !plural
}
