package catalog

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/epilot-cli/epilot/internal/operation"
)

// Match is an operation that a search found.
type Match struct {
	API       string // the word on the command line
	Operation *operation.Operation
	Score     int // the larger the better
}

// Search finds operations of all embedded APIs whose id, path, tags or line
// hold every one of the words, best first. A word that is part of an id's or
// line's word counts, a whole one counts more. An API that cannot be loaded is
// an error.
func (c *Catalog) Search(ctx context.Context, words []string) ([]Match, error) {
	wanted := split(strings.Join(words, " "))
	var found []Match
	for _, name := range c.Names() {
		api, err := c.Load(ctx, name, "")
		if err != nil {
			return nil, err
		}
		for _, op := range api.Operations {
			if score := rate(name, op, wanted); score > 0 {
				found = append(found, Match{API: name, Operation: op, Score: score})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return found, nil
}

// weights of the places where a word is found: an id says best what an
// operation is, its API's name comes next.
const (
	inID, inName, inLine, inPath = 8, 5, 4, 2
	exactID                      = 100
)

// rate is the sum over the words of their best places, 0 where one is missing.
func rate(api string, op *operation.Operation, wanted []string) int {
	if len(wanted) == 0 {
		return 0
	}
	id, total := split(op.ID), 0
	for _, word := range wanted {
		score := max(
			place(id, word)*inID,
			place(split(api), word)*inName,
			place(split(op.Line), word)*inLine,
			place(split(op.Path+" "+strings.Join(op.Tags, " ")), word)*inPath,
		)
		if strings.EqualFold(op.ID, word) {
			score += exactID
		}
		if score == 0 && !strings.Contains(strings.ToLower(op.ID), word) {
			return 0
		}
		total += score + 1
	}
	if op.Deprecated {
		total /= 2
	}
	return total * 16 / (16 + len(id)) // of two that match, the shorter id is meant
}

// place is how well a word is met among others: 3 exactly, 2 but for a plural,
// 1 as a beginning, 0 not at all.
func place(among []string, word string) int {
	best := 0
	for _, other := range among {
		switch {
		case other == word:
			return 3
		case other == word+"s" || other+"s" == word:
			best = 2
		case strings.HasPrefix(other, word):
			best = max(best, 1)
		}
	}
	return best
}

// split cuts a text into lower-case words, at what is no letter or digit and
// where camel case begins a new one.
func split(text string) []string {
	var words []string
	start, previous := -1, ' '
	for i, r := range text {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		hump := unicode.IsUpper(r) && unicode.IsLower(previous)
		if start >= 0 && (!letter || hump) {
			words = append(words, strings.ToLower(text[start:i]))
			start = -1
		}
		if start < 0 && letter {
			start = i
		}
		previous = r
	}
	if start >= 0 {
		words = append(words, strings.ToLower(text[start:]))
	}
	return words
}
