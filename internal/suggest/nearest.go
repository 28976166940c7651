// Package nearest finds the name that somebody meant who typed another one. It
// knows nothing of what the names stand for and words no message.
package suggest

import (
	"strings"
	"unicode/utf8"
)

const (
	longest   = 128 // words of more characters are no typing errors, and cost time
	minPrefix = 2   // characters from which a word may abbreviate a candidate
	minPart   = 3   // characters from which a word may stand inside a candidate
	minFuzzy  = 4   // characters from which an abbreviation may be mistyped
)

// Match returns the candidate nearest to the word, or "" when none is near.
// Letter case does not count. In this order it takes: the same word, a word
// that the typed one abbreviates, the least Damerau-Levenshtein distance up to
// a third of the length, an abbreviation with one error, and a part. Of equals
// it takes the shorter, then the first.
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

// rank is the way in which a candidate is near, the best first.
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

// allowed is the distance up to which two words of these lengths are near: a
// third of the longer, but never so much that nothing of the shorter remains.
func allowed(a, b int) int {
	return min(max(1, max(a, b)/3), min(a, b)-1)
}

// distances returns the restricted Damerau-Levenshtein distance (optimal string
// alignment) of the word to the whole candidate and to its nearest beginning.
func distances(word, candidate []rune) (whole, start int) {
	var before []int
	row := make([]int, len(candidate)+1)
	for j := range row {
		row[j] = j
	}
	for i := range word {
		next := make([]int, len(row))
		next[0] = i + 1
		for j := range candidate {
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+differ(word[i], candidate[j]))
			if swapped(word, candidate, i, j) {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
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
